"""WHAT: the process's timeline and topics, updates and their relays, reports and their answers."""

from .process import TimelineEntry, Topic, TopicQuestion, WorkingGroup
from .relays import Relay, UpdateRead
from .reports import Report, ReportDraft, ReportVersion, Response, Statement
from .updates import Series, Update, UpdateEvent, UpdateVersion

__all__ = [
    "Relay",
    "Report",
    "ReportDraft",
    "ReportVersion",
    "Response",
    "Series",
    "Statement",
    "TimelineEntry",
    "Topic",
    "TopicQuestion",
    "Update",
    "UpdateEvent",
    "UpdateRead",
    "UpdateVersion",
    "WorkingGroup",
]
