"""The Core Team's pages about people, groups and mandates."""

from . import accounts, groups, mandates, people, places

__all__ = ["accounts", "groups", "mandates", "people", "places"]
