"""Letting a verb run as if it were another moment, so that a demo can have a past."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Field
from django.utils import timezone

# A plan is a list of (when, what to do), carried out in the order of time; when: see ``on``.
Plan = list[tuple[float, Callable[[], Any]]]

_real_now = timezone.now


def start_of_today() -> datetime:
    """The midnight (UTC) with which today began: all days of the demo count from it."""
    return datetime.combine(_real_now().astimezone(UTC).date(), time(0), tzinfo=UTC)


def on(days_ago: float, hour: float = 9) -> float:
    """A moment of a plan, in days before the start of today: that day, at that hour (UTC)."""
    return days_ago - hour / 24


def moment(days: float) -> datetime:
    """What a plan's number of days means, to the minute."""
    exact = start_of_today() - timedelta(days=days)
    return (exact + timedelta(seconds=30)).replace(second=0, microsecond=0)


def days_before_today(then: datetime) -> float:
    """A moment as plans hold it; ``moment`` gives it back."""
    return (start_of_today() - then) / timedelta(days=1)


@contextmanager
def as_if_at(then: datetime) -> Iterator[None]:
    """``timezone.now()`` and the time stamps of new rows give ``then`` inside the block.

    Only for a command that runs alone in its process: the clock of the whole process is changed.
    """

    def now() -> datetime:
        return then

    before = timezone.now
    _set(now)
    try:
        yield
    finally:
        _set(before)


def _set(now: Callable[[], datetime]) -> None:
    timezone.now = now
    for field in _stamped_fields():
        field.__dict__["_get_default"] = now


@cache
def _stamped_fields() -> list[Field]:
    """The fields whose default is the function ``now`` itself; they do not look it up again."""
    return [
        field
        for model in apps.get_models()
        for field in model._meta.local_fields
        if field.default is _real_now
    ]
