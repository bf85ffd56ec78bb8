"""The Core Team's pages about people, groups and mandates."""

from . import accounts, contact_rules, groups, letters, mandates, people, places

__all__ = ["accounts", "contact_rules", "groups", "letters", "mandates", "people", "places"]
