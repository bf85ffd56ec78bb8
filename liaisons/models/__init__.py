"""WHO: people, places, groups and mandates."""

from .groups import Group
from .letters import BlockedSender, Letter
from .mandate_records import Endorsement, Handover, MandateEvent, MandateReminder
from .mandates import Mandate
from .people import ContactRule, DataExport, LanguageSkill, User
from .places import Country, Language, Region
from .queue_summaries import QueueSummary
from .second_step_resets import SecondStepReset
from .sessions import Session

__all__ = [
    "BlockedSender",
    "ContactRule",
    "Country",
    "DataExport",
    "Endorsement",
    "Group",
    "Handover",
    "Language",
    "LanguageSkill",
    "Letter",
    "Mandate",
    "MandateEvent",
    "MandateReminder",
    "QueueSummary",
    "Region",
    "SecondStepReset",
    "Session",
    "User",
]
