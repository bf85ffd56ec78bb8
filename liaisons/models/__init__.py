"""WHO: people, places, groups and mandates."""

from .groups import Group
from .mandates import Mandate, MandateEvent
from .people import LanguageSkill, User
from .places import Country, Language, Region

__all__ = [
    "Country",
    "Group",
    "Language",
    "LanguageSkill",
    "Mandate",
    "MandateEvent",
    "Region",
    "User",
]
