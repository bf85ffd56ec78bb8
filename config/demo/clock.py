"""Letting a verb run as if it were another moment, so that a demo can have a past."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.apps import apps
from django.db.models import Field
from django.utils import timezone

_real_now = timezone.now


@contextmanager
def as_if_at(moment: datetime) -> Iterator[None]:
    """``timezone.now()`` and the time stamps of new rows give ``moment`` inside the block.

    Only for a command that runs alone in its process: the clock of the whole process is changed.
    """

    def then() -> datetime:
        return moment

    fields = list(_stamped_fields())
    timezone.now = then
    for field in fields:
        field.__dict__["_get_default"] = then
    try:
        yield
    finally:
        timezone.now = _real_now
        for field in fields:
            field.__dict__["_get_default"] = _real_now


def _stamped_fields() -> Iterator[Field]:
    """The fields whose default is the function ``now`` itself; they do not look it up again."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if field.default is _real_now:
                yield field
