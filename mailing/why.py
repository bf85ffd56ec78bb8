"""Why somebody did or did not get something: what was sent, what was not, and what is in the way.

For the person, and for the Core Team with ``for_core_team``; no words of a message and no address
are in it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import audiences, budget, eligibility, kinds, reasons, recipients, sections, talk_pages
from .models import (
    Bounce,
    Delivery,
    Edition,
    Message,
    Notice,
    Recipient,
    Rhythm,
    SkipReason,
    State,
)
from .models.messages import OPEN

MOST = 50


class Outcome(models.TextChoices):
    """What became of a message, in fewer words than the ledger has states."""

    SENT = "sent", _("Sent")
    POSTED = "posted", _("Posted on the talk page")
    WITH_DIGEST = "with_digest", _("Sent with a digest")
    ON_ITS_WAY = "on_its_way", _("On its way")
    WAITS = "waits", _("Waits")
    NOT_SENT = "not_sent", _("Not sent")
    NOT_DELIVERED = "not_delivered", _("Could not be delivered")
    CAME_BACK = "came_back", _("Came back")
    UNCERTAIN = "uncertain", _("Perhaps delivered")


_OUTCOMES = {
    State.SENT: Outcome.SENT,
    State.POSTED: Outcome.POSTED,
    State.SKIPPED: Outcome.NOT_SENT,
    State.FAILED: Outcome.NOT_DELIVERED,
    State.UNCERTAIN: Outcome.UNCERTAIN,
}
# Of several reports about one message the first of these is told.
_WORST_FIRST = [Bounce.Kind.HARD, Bounce.Kind.SOFT, Bounce.Kind.COMPLAINT]


@dataclass(frozen=True)
class Fate:
    """One message and what became of it; ``why`` is a sentence, or empty where it just arrived.

    ``times`` of the same kind one after another, the first at ``since``, make one. ``until`` is
    when one that waits goes at the latest.
    """

    at: datetime
    what: Any
    outcome: Outcome
    why: Any
    until: datetime | None = None
    edition: Edition | None = None
    letter: Message | None = None
    times: int = 1
    since: datetime | None = None
    # What of it was not for the person, in a sentence each.
    left_out: tuple[str, ...] = ()


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
    say = _words_for(recipient, for_core_team)
    found = [
        _fate(letter, _what(letter.edition), say, letter.edition)
        for letter in Delivery.objects.filter(recipient=recipient)
        .select_related("edition")
        .prefetch_related("bounces")
        .order_by("-created_at", "-pk")[:most]
    ]
    notices = Notice.objects.filter(recipient=recipient).select_related("delivery")
    notices = notices.prefetch_related("bounces", "delivery__bounces")
    found += [
        _fate(notice, kinds.label_of(notice.kind), say)
        for notice in notices.order_by("-created_at", "-pk")[:most]
    ]
    return _with_left_out(sorted(found, key=lambda fate: fate.at, reverse=True)[:most])


def _words_for(recipient, for_core_team) -> Callable[[str], Any]:
    """How a reason is said: to the Core Team, or to this person."""
    if for_core_team:
        return reasons.to_core_team
    return partial(reasons.to_person, has_account=recipient.user_id is not None)


def _with_left_out(fates: list[Fate]) -> list[Fate]:
    """The same, each digest with what of it was for others; a query for each section at most."""
    positions = [
        audiences.left_out_of(fate.letter) if isinstance(fate.letter, Delivery) else []
        for fate in fates
    ]
    asked = {one for found in positions for one in found}
    if not asked:
        return fates
    said: dict[int, str] = {}
    for section in sections.registered():
        said |= section.for_others(asked)
    return [
        replace(fate, left_out=tuple(said[one] for one in found if one in said))
        for fate, found in zip(fates, positions, strict=True)
    ]


def gathered(fates: list[Fate]) -> list[Fate]:
    """The same with those told once that were not sent for one reason, one after another."""
    told = []
    for _same, group in groupby(fates, key=_alike):
        run = list(group)
        if run[0].outcome == Outcome.NOT_SENT:
            told.append(replace(run[0], times=len(run), since=run[-1].at))
        else:
            told += run
    return told


def _alike(fate: Fate) -> tuple:
    return str(fate.what), fate.outcome, str(fate.why), fate.left_out


def standing(recipient: Recipient, *, for_core_team: bool = False) -> Standing:
    """What is in the way of the next digest, and how the contact budget stands."""
    say = _words_for(recipient, for_core_team)
    now = timezone.now()
    reason = talk_pages.obstacle_of(recipient, now)
    if reason is None:
        reason = eligibility.obstacles(kinds.DIGEST, [recipient.pk])[recipient.pk]
    if not reason and recipients.digest_of(recipient) is None:
        reason = SkipReason.RHYTHM_NONE
    places = budget.used([recipient.pk], now).get(recipient.pk, [])
    return Standing(say(reason) if reason else "", len(places), budget.room_from(places, now))


def of_edition(edition: Edition, recipient: Recipient) -> tuple[Fate | None, Any]:
    """What this person got of an edition, and why; None where they are not in it, and why not."""
    delivery = edition.deliveries.filter(recipient=recipient).select_related("edition").first()
    if delivery:
        [fate] = _with_left_out([_fate(delivery, _what(edition), reasons.to_core_team, edition)])
        return fate, fate.why
    return None, _not_in(edition, recipient)


def _what(edition) -> Any:
    return kinds.of_edition(edition).label


def _not_in(edition, recipient) -> Any:
    digests = recipient.preferences.filter(kind=kinds.DIGEST.name)
    preference = digests.filter(channel=edition.channel).first()
    is_at_once = edition.rhythm == Edition.Rhythm.AT_ONCE
    if recipient.forgotten_at:
        return reasons.to_core_team(SkipReason.INACTIVE)
    if edition.rhythm == Edition.Rhythm.BY_HAND:
        return _("This edition was made by hand, for one other person.")
    if recipient.created_at > edition.frozen_at:
        return _("The person came after this edition was made.")
    in_another_way = digests.exclude(channel=edition.channel).exclude(rhythm=Rhythm.NONE)
    if (preference is None or preference.rhythm == Rhythm.NONE) and in_another_way.exists():
        return _("The digest comes to this person in another way.")
    if preference is None:
        return reasons.to_core_team(SkipReason.RHYTHM_NONE)
    if edition.is_urgent and preference.rhythm != Rhythm.NONE:
        return _("It was for others, or this person was told already, or came to the digest later.")
    if preference.effective_at > (edition.frozen_at if is_at_once else edition.hour):
        return _(
            "The rhythm or the time zone was chosen after the hour of this edition, so the first "
            "of theirs comes later."
        )
    if preference.rhythm == Rhythm.NONE:
        return reasons.to_core_team(SkipReason.RHYTHM_NONE)
    if preference.rhythm != edition.rhythm:
        return _("The person gets the digest in another rhythm.")
    return _("The person's morning is in another hour, so they are in another edition.")


def _fate(letter, what, say, edition=None) -> Fate:
    carrier = _carrier_of(letter)
    said = _said_later(carrier)
    reason = said or (carrier.reason if _is_unsure(carrier) else letter.reason)
    return Fate(
        at=letter.finished_at or letter.created_at,
        what=what,
        outcome=_outcome(letter, carrier, said),
        why=say(reason) if reason else "",
        until=letter.next_attempt_at if letter.reason and letter.state in OPEN else None,
        edition=edition,
        letter=letter,
    )


def _carrier_of(letter) -> Message:
    """What went through the mail servers: the digest, for what went with one."""
    is_carried = letter.reason == SkipReason.IN_DIGEST and letter.delivery
    return letter.delivery if is_carried else letter


def _said_later(carrier) -> str:
    """What was said of it after the mail server had taken it; empty where nothing was."""
    kinds_said = {bounce.kind for bounce in carrier.bounces.all()}
    return next((kind.value for kind in _WORST_FIRST if kind in kinds_said), "")


def _is_unsure(carrier) -> bool:
    return carrier.state == State.UNCERTAIN


def _outcome(letter, carrier, said) -> Outcome:
    # What was complained of had arrived.
    if said and said != Bounce.Kind.COMPLAINT:
        return Outcome.CAME_BACK
    if letter.reason == SkipReason.IN_DIGEST and not _is_unsure(carrier):
        # The digest's fate is its own.
        return Outcome.WITH_DIGEST if carrier.state == State.SENT else Outcome.ON_ITS_WAY
    if letter.state in OPEN and letter.reason:
        return Outcome.WAITS
    return _OUTCOMES.get(carrier.state, Outcome.ON_ITS_WAY)
