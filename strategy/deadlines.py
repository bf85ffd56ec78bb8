"""Deadlines of the timeline, which digests tell once when they come near."""

from collections.abc import Collection

from django.db import transaction

from mailing import positions
from web import content_version

from . import timeline
from .models import TimelineEntry
from .models.process import CLOSING
from .translating import states


@transaction.atomic
def save(
    entry: TimelineEntry, *, actor, meaning_is_same=False, translated: Collection[str] = ()
) -> TimelineEntry:
    """Save what a person wrote. A deadline that moves is news: digests carry it again.

    ``meaning_is_same`` and ``translated`` as in ``updates.save``.
    """
    if entry.pk:
        before = TimelineEntry.objects.select_for_update().get(pk=entry.pk)
        is_same = (before.starts_on, before.ends_on) == (entry.starts_on, entry.ends_on)
        entry.closing_position = before.closing_position if is_same else None
    entry.save()
    states.record(entry, by=actor, meaning_is_same=meaning_is_same, confirmed=translated)
    content_version.bump()
    return entry


def near() -> list[timeline.Shown]:
    """Deadlines known to the day that are in their last days, the soonest first."""
    found = [
        item
        for item in timeline.entries()
        if item.entry.kind == TimelineEntry.Kind.DEADLINE
        and item.is_exact
        and 0 <= item.days_left <= CLOSING.days
    ]
    return sorted(found, key=lambda item: item.ends_on)


def announce_due() -> int:
    """Give each deadline that comes near its place, so that digests carry it; says how many.

    Safe to run twice at once: what another run holds is left to it.
    """
    return sum(_announce_if_due(item.entry.pk) for item in near())


@transaction.atomic
def _announce_if_due(pk) -> bool:
    free = TimelineEntry.objects.filter(pk=pk, closing_position__isnull=True)
    entry = free.select_for_update(skip_locked=True).first()
    if entry is None:
        return False
    entry.closing_position = positions.next_position()
    entry.save(update_fields=["closing_position"])
    return True
