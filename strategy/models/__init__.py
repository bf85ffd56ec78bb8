"""WHAT: the process's timeline and topics, updates and their relays, reports and their answers."""

from .images import Image, ImageFile
from .process import TimelineEntry, Topic, TopicQuestion, WorkingGroup
from .relays import Relay, UpdateRead
from .reports import Report, ReportDraft, ReportVersion, Response, Statement
from .translations import (
    OtherTranslation,
    SourceText,
    Translation,
    TranslationDraft,
    TranslationRequest,
    TranslationState,
)
from .updates import Series, Update, UpdateEvent, UpdateVersion

__all__ = [
    "Image",
    "ImageFile",
    "OtherTranslation",
    "Relay",
    "Report",
    "ReportDraft",
    "ReportVersion",
    "Response",
    "Series",
    "SourceText",
    "Statement",
    "TimelineEntry",
    "Topic",
    "TopicQuestion",
    "Translation",
    "TranslationDraft",
    "TranslationRequest",
    "TranslationState",
    "Update",
    "UpdateEvent",
    "UpdateRead",
    "UpdateVersion",
    "WorkingGroup",
]
