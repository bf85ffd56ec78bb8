"""WHAT: the process's timeline and topics, updates and their relays, reports and their answers."""

from .process import TimelineEntry, Topic, TopicQuestion, WorkingGroup
from .relays import Relay, UpdateRead
from .reports import Report, ReportDraft, ReportVersion, Response, Statement
from .updates import Update, UpdateEvent

__all__ = [
    "Relay",
    "Report",
    "ReportDraft",
    "ReportVersion",
    "Response",
    "Statement",
    "TimelineEntry",
    "Topic",
    "TopicQuestion",
    "Update",
    "UpdateEvent",
    "UpdateRead",
    "WorkingGroup",
]
