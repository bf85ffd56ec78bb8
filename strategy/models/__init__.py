"""WHAT: the process's timeline, its topics and the Core Team's updates."""

from .process import TimelineEntry, Topic, TopicQuestion, WorkingGroup
from .updates import Update, UpdateEvent

__all__ = ["TimelineEntry", "Topic", "TopicQuestion", "Update", "UpdateEvent", "WorkingGroup"]
