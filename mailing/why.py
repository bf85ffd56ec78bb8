"""Why somebody did or did not get something: what was sent, what was not, and what is in the way.

For the person, and for the Core Team with ``for_core_team``; no words of a message and no address
are in it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import budget, eligibility, kinds, reasons
from .models import Delivery, Edition, Notice, Recipient, SkipReason, State

MOST = 50


@dataclass(frozen=True)
class Fate:
    """One message and what became of it. ``why`` is a sentence, or empty where it was sent."""

    at: datetime
    what: Any
    state: str
    state_label: Any
    why: Any
    edition: Edition | None = None


@dataclass(frozen=True)
class Standing:
    """How things stand for one person now."""

    # What is in the way of the next digest, as a sentence; empty where nothing is.
    in_the_way: Any
    # How many unrequested messages came in the last seven days, and until when the next ones wait.
    used: int
    room_from: datetime | None


def recent(recipient: Recipient, *, for_core_team: bool = False, most: int = MOST) -> list[Fate]:
    """The newest messages to this person and those that were not sent, newest first."""
    say = reasons.to_core_team if for_core_team else reasons.to_person
    found = [
        _fate(letter, _("Digest"), say, letter.edition)
        for letter in Delivery.objects.filter(recipient=recipient)
        .select_related("edition")
        .order_by("-created_at", "-pk")[:most]
    ]
    notices = Notice.objects.filter(recipient=recipient)
    found += [
        _fate(notice, kinds.label_of(notice.kind), say)
        for notice in notices.order_by("-created_at", "-pk")[:most]
    ]
    return sorted(found, key=lambda fate: fate.at, reverse=True)[:most]


def standing(recipient: Recipient, *, for_core_team: bool = False) -> Standing:
    """What is in the way of the next digest, and how the contact budget stands."""
    say = reasons.to_core_team if for_core_team else reasons.to_person
    reason = eligibility.obstacles(kinds.DIGEST, [recipient.pk])[recipient.pk]
    now = timezone.now()
    places = budget.used([recipient.pk], now).get(recipient.pk, [])
    return Standing(say(reason) if reason else "", len(places), budget.room_from(places, now))


def of_edition(edition: Edition, recipient: Recipient) -> tuple[Fate | None, Any]:
    """What this person got of an edition, and why; None where they are not in it, and why not."""
    delivery = edition.deliveries.filter(recipient=recipient).select_related("edition").first()
    if delivery:
        fate = _fate(delivery, _("Digest"), reasons.to_core_team, edition)
        return fate, fate.why
    return None, _not_in(edition, recipient)


def _not_in(edition, recipient) -> Any:
    preference = recipient.preferences.filter(kind=kinds.DIGEST.name).first()
    if recipient.forgotten_at:
        return reasons.to_core_team(SkipReason.INACTIVE)
    if recipient.created_at > edition.frozen_at:
        return _("The person came after this edition was made.")
    if preference is None or preference.rhythm == "none":
        return reasons.to_core_team(SkipReason.RHYTHM_NONE)
    if preference.effective_at > edition.hour:
        return _(
            "The rhythm or the time zone was chosen after the hour of this edition, so the first "
            "of theirs comes later."
        )
    if preference.rhythm != edition.rhythm:
        return _("The person gets the digest in another rhythm.")
    return _("The person's morning is in another hour, so they are in another edition.")


def _fate(letter, what, say, edition=None) -> Fate:
    return Fate(
        at=letter.finished_at or letter.created_at,
        what=what,
        state=letter.state,
        state_label=State(letter.state).label,
        why=say(letter.reason) if letter.reason else "",
        edition=edition,
    )
