"""A pause until a day: no news comes meanwhile, only receipts and what is urgent.

What is published meanwhile is not lost. Whoever is paused is skipped by each edition and keeps
their place, so the first digest after the pause holds all of it. For most that is the next one of
their rhythm; who gets news at once gets it when the pause is over. A message that was owed already
waits for the end. A pause ends by itself.
"""

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from . import editions
from .due_hours import zone_named
from .models import Delivery, Notice, Preference, Recipient, Rhythm
from .models.messages import OPEN
from .nudges import nudge

# So many ended pauses are looked at in one run.
AT_ONCE = 500


def longest() -> timedelta:
    """How long a pause can be; shorter than single messages are kept, which wait for its end."""
    return timedelta(days=settings.MAIL_PAUSE_MOST_DAYS)


def begins_again(day: date, zone: str) -> datetime:
    """The moment at which this local day begins."""
    return datetime.combine(day, time(), tzinfo=zone_named(zone))


@transaction.atomic
def set_pause(recipient: Recipient, first_day: date | None) -> None:
    """Pause until ``first_day``, the first on which mail comes again; None ends a pause now.

    Raises ``ValueError`` for a day that is over, or further away than a pause can be.
    """
    # An edition that is being frozen names this row when it commits, and we may wait for that: the
    # two are no hindrance to each other as long as the row keeps its key.
    recipients = Recipient.objects.select_for_update(of=("self",), no_key=True)
    locked = recipients.get(pk=recipient.pk)
    until = begins_again(first_day, locked.time_zone) if first_day else None
    if until and not timezone.now() < until <= timezone.now() + longest() + timedelta(days=1):
        raise ValueError(f"No pause can last until {first_day}.")
    before = locked.paused_until
    recipient.paused_until = locked.paused_until = until
    locked.save(update_fields=["paused_until"])
    if before:
        _move_held(locked, before, until or timezone.now())
    if before and not until:
        _catch_up(locked, timezone.now())


def paused_until(recipient: Recipient, at: datetime | None = None) -> datetime | None:
    """Until when this person is paused; None where they are not."""
    until = recipient.paused_until
    return until if until and until > (at or timezone.now()) else None


def end_over(at: datetime | None = None) -> int:
    """Clear the pauses that are over at ``at`` (default: now); says how many. Safe to run twice."""
    at = at or timezone.now()
    over = Recipient.objects.filter(paused_until__lte=at).order_by("pk")
    ended = 0
    for pk in list(over.values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            # Whoever is at work on the row right now sees to it, or the next run does.
            free = over.select_for_update(of=("self",), no_key=True, skip_locked=True)
            locked = free.filter(pk=pk).first()
            if locked is None:
                continue
            locked.paused_until = None
            locked.save(update_fields=["paused_until"])
            _catch_up(locked, at)
        ended += 1
    return ended


def _move_held(recipient, before, until):
    """What waits for the end of the pause waits for the new one."""
    for model in (Delivery, Notice):
        held = model.objects.filter(recipient=recipient, state__in=OPEN, next_attempt_at=before)
        held.update(next_attempt_at=until)
    nudge("mailing.send_due")


def _catch_up(recipient, at):
    """Who gets news at once has no next digest to wait for."""
    at_once = recipient.preferences.filter(kind=Preference.Kind.DIGEST, rhythm=Rhythm.AT_ONCE)
    if at_once.exists():
        editions.make_edition_for(recipient, at)
