"""The Core Team's pages for what they publish."""

from .process import TimelineEntryAdmin, TopicAdmin, WorkingGroupAdmin
from .relays import RelayAdmin
from .reports import ReportAdmin
from .responses import ResponseAdmin
from .statements import StatementAdmin
from .translations import TranslationAdmin
from .updates import SeriesAdmin, UpdateAdmin

__all__ = [
    "RelayAdmin",
    "ReportAdmin",
    "ResponseAdmin",
    "SeriesAdmin",
    "StatementAdmin",
    "TimelineEntryAdmin",
    "TopicAdmin",
    "TranslationAdmin",
    "UpdateAdmin",
    "WorkingGroupAdmin",
]
