"""The Core Team's pages for what they publish."""

from .process import TimelineEntryAdmin, TopicAdmin, WorkingGroupAdmin
from .updates import UpdateAdmin

__all__ = ["TimelineEntryAdmin", "TopicAdmin", "UpdateAdmin", "WorkingGroupAdmin"]
