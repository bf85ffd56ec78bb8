"""Editions: which are due by now, and what one would be.

Beat calls ``make_editions`` every minute. What is due is worked out from the clock and from what
is in the ledger, so a missed run loses nothing, and two runs at once make one edition. After a
pause each person is in the latest due hour only: they get one digest with everything since their
own cursor, not one for each hour that was missed.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils import timezone

from . import positions
from .due import EMAIL, TALK_PAGE, Due, Urgent, full_hour, zones_by_due_hour
from .due_hours import last_due_hour
from .freezing import Frozen, freeze, is_made
from .models import Delivery, Edition, Recipient
from .sections import registered


def make_editions(at: datetime | None = None, *, dry_run: bool = False) -> list[Frozen]:
    """Freeze every edition that is due at ``at`` (default: now) and not made yet.

    With ``dry_run`` each is made and rolled back, so the figures are those it would have.
    """
    at = at or timezone.now()
    # First, so that no digest of this minute tells it, too.
    made = _freeze_what_is_urgent(at, dry_run)
    for rhythm in Edition.BY_THE_CLOCK:
        due = zones_by_due_hour(rhythm, at)
        known = Edition.objects.filter(channel=EMAIL, rhythm=rhythm, hour__in=due)
        known_hours = set(known.values_list("hour", flat=True))
        for hour, zones in sorted(due.items()):
            if hour not in known_hours:
                made.append(freeze(Due(rhythm, hour, at, zones=zones), dry_run=dry_run))
    for rhythm in Edition.ON_TALK_PAGES:
        hour = last_due_hour(rhythm, "UTC", at)
        if not Edition.objects.filter(channel=TALK_PAGE, rhythm=rhythm, hour=hour).exists():
            made.append(freeze(Due(rhythm, hour, at, TALK_PAGE), dry_run=dry_run))
    if _is_news_at_once():
        made.append(freeze(Due(Edition.Rhythm.AT_ONCE, full_hour(at), at), dry_run=dry_run))
    return [frozen for frozen in made if frozen]


def _freeze_what_is_urgent(at, dry_run) -> list[Frozen | None]:
    """An edition for each thing and channel that has none yet; each person is told it once."""
    until = positions.current()
    found = [
        Due(Edition.Rhythm.URGENT, full_hour(at), at, channel, urgent=Urgent(section, position))
        for section in registered()
        for position in sorted(section.at_once(until, at))
        for channel in (EMAIL, TALK_PAGE)
    ]
    return [
        freeze(due, dry_run=dry_run)
        for due in found
        if due.urgent and not is_made(due, due.urgent.position)
    ]


def make_edition_for(recipient, at: datetime | None = None, *, dry_run=False) -> Frozen | None:
    """Freeze a digest for one person, whatever their rhythm: all that is new to them now."""
    at = at or timezone.now()
    due = Due(Edition.Rhythm.BY_HAND, full_hour(at), at, recipient=recipient)
    return freeze(due, dry_run=dry_run)


def rehearse_for(recipient, look: Callable[[Delivery], Any], at: datetime | None = None) -> Any:
    """What ``look`` says of the digest this person would get at ``at``; nothing of it stays.

    ``look`` is given the delivery while it stands in the ledger, skipped or not.
    """
    at = at or timezone.now()
    return _rehearsed(
        Due(Edition.Rhythm.BY_HAND, full_hour(at), at, recipient=recipient),
        lambda edition: look(edition.deliveries.select_related("edition", "recipient").get()),
    )


def rehearse(
    rhythm: str,
    at: datetime,
    look: Callable[[Edition], Any],
    *,
    channel: str = EMAIL,
    recipient: Recipient | None = None,
) -> Any:
    """Freeze an edition as it would be at ``at``, give what ``look`` sees, and undo it.

    For one ``recipient`` or for all who are due then. None where nobody is, or where the edition
    is made already. What is published by then and not now is not in it.
    """
    hour, zones = full_hour(at), []
    if channel == TALK_PAGE and not _is_for_talk_pages(rhythm, hour):
        return None
    if channel == EMAIL and rhythm in Edition.BY_THE_CLOCK:
        zones = zones_by_due_hour(rhythm, hour).get(hour, [])
    return _rehearsed(Due(rhythm, hour, at, channel, zones, recipient), look)


def _is_for_talk_pages(rhythm, hour) -> bool:
    return rhythm in Edition.ON_TALK_PAGES and last_due_hour(rhythm, "UTC", hour) == hour


def _rehearsed(due, look) -> Any:
    frozen = freeze(due, dry_run=True, look=look)
    return frozen and frozen.seen


def _is_news_at_once() -> bool:
    last = Edition.objects.filter(rhythm=Edition.Rhythm.AT_ONCE).aggregate(at=Max("cut_off"))["at"]
    return positions.current() > (last or 0)
