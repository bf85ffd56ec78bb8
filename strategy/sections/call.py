"""Something to do in time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from web.templatetags.web import day_text, until_text

from ..models import Topic, Update, WorkingGroup


@dataclass(frozen=True)
class Call:
    """Something to do in time: say one's view on a topic, or what a deadline is about."""

    position: int
    due: datetime
    thing: Any

    def __str__(self):
        return str(self.thing)

    @property
    def is_topic(self) -> bool:
        return isinstance(self.thing, Topic)

    @property
    def is_update(self) -> bool:
        return isinstance(self.thing, Update)

    @property
    def working_group(self) -> WorkingGroup:
        """Whose topic it is; only of a topic."""
        return self.thing.working_group

    @property
    def until_when(self) -> str:
        """Until when, in words: a deadline of the timeline is a day, all else has its minute."""
        if self.is_topic or self.is_update:
            return until_text(self.due)
        return day_text(timezone.localdate(self.due - timedelta(days=1)))

    def get_absolute_url(self) -> str:
        """The thing's own page; a deadline has the timeline's."""
        has_page = self.is_topic or self.is_update
        return self.thing.get_absolute_url() if has_page else reverse("strategy:timeline")


def call_of(update: Update) -> Call:
    """The call that an update with a deadline is."""
    return Call(update.position or 0, update.deadline, update)


def end_of(day: date) -> datetime:
    """The moment when a day is over here."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
