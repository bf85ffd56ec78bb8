"""The Core Team's pages about people, groups and mandates."""

from . import accounts, groups, letters, mandates, people, places

__all__ = ["accounts", "groups", "letters", "mandates", "people", "places"]
