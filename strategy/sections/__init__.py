"""What the digest says to everyone of updates, topics and calls; registered in ``apps.py``."""

from typing import Any

from mailing.sections import Section

from ..models import Update
from .call import call_of
from .of_calls import CallsToAct
from .of_topics import ClosedTopics, OpenTopics
from .of_updates import NewUpdates, UrgentUpdates

__all__ = [
    "CallsToAct",
    "ClosedTopics",
    "NewUpdates",
    "OpenTopics",
    "UrgentUpdates",
    "as_told",
]


def as_told(update: Update) -> tuple[Section, list[Any]]:
    """In which section digests tell an update, and how it stands there."""
    if update.kind == Update.Kind.URGENT:
        return UrgentUpdates(), [update]
    if update.kind == Update.Kind.ACT and update.deadline and not update.is_over:
        return CallsToAct(), [call_of(update)]
    return NewUpdates(), [update]
