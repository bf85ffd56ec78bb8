"""The one rule of who may get a message now. Planning asks it, and sending asks it again.

Three questions, in this order, and the first that says no gives the reason (``reasons``):

1. The person: is there an account, an address, is it confirmed, does it take mail, is this kind
   of message switched off? One expression in SQL (``obstacle``), so that an edition for a hundred
   thousand people asks it in the query that freezes it.
2. The thing: does what the message is about still hold for its reader (``Kind.eligible``)?
3. The measure: is there room in the contact budget (``budget``)?

Planning and sending may differ only because something changed in between. Why it is so:
``docs/decisions/who-gets-what.md``.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from . import budget, kinds
from .addresses import address_hash
from .kinds import Kind
from .models import Notice, Preference, Recipient, Rhythm, SkipReason, Suppression

# What can be in the way of a message, and an expression for the reason it gives.
Obstacle = tuple[Q | Exists, Any]

# What a notice said is kept so long, and named on the privacy page; later there is nothing to send.
KEPT_FOR = timedelta(days=settings.MAIL_NOTICE_DAYS)


@dataclass(frozen=True)
class Decision:
    """Whether a message may go now: the reason why not, and where it only waits, until when."""

    reason: str = ""
    until: datetime | None = None

    @property
    def may_go(self) -> bool:
        """Whether nothing is in the way."""
        return not self.reason

    @property
    def waits(self) -> bool:
        """Whether it may go later."""
        return self.until is not None


GO = Decision()


def obstacle(kind: Kind, recipient: str = "", at: datetime | None = None) -> Case:
    """An expression: the first reason why a recipient may not get this kind at ``at``, or "".

    ``recipient`` is the path to the recipient with its underscores, such as ``recipient__``.
    """
    suppressed = _stopping(kind).filter(address_hash=OuterRef(f"{recipient}address_hash"))
    in_the_way = [
        gone(recipient),
        (Q(**{f"{recipient}address": ""}), Value(SkipReason.NO_ADDRESS)),
    ]
    if not kind.goes_to_unconfirmed:
        in_the_way.append((Q(**{f"{recipient}is_verified": False}), Value(SkipReason.UNVERIFIED)))
    in_the_way.append((Exists(suppressed), Value(SkipReason.SUPPRESSED)))
    return first_of(in_the_way + not_wanted(kind, recipient, kind.channel, at))


def first_of(in_the_way: list[Obstacle]) -> Case:
    """An expression: the reason of the first of these that holds, or ""."""
    return Case(
        *(When(condition, then=reason) for condition, reason in in_the_way),
        default=Value(""),
        output_field=models.CharField(),
    )


def gone(recipient: str) -> Obstacle:
    """The account is closed or deleted, whatever it would get."""
    forgotten = Q(**{f"{recipient}forgotten_at__isnull": False})
    return forgotten | Q(**{f"{recipient}user__is_active": False}), Value(SkipReason.INACTIVE)


def not_wanted(
    kind: Kind, recipient: str, channel: str, at: datetime | None = None
) -> list[Obstacle]:
    """What somebody chose against this kind by this way; the digest comes by one of two."""
    pk = OuterRef(f"{recipient}id")
    chosen = Preference.objects.filter(recipient=pk, rhythm=Rhythm.NONE)
    found: list[Obstacle] = []
    if kind == kinds.DIGEST or kind.ends_with_the_digest:
        ended = chosen.filter(kind=kinds.DIGEST.name, channel=channel)
        found.append((Exists(ended), _no_digest(channel, pk)))
    if kind.can_switch_off and kind != kinds.DIGEST:
        # Whatever way it comes by: there is one switch.
        off = chosen.filter(kind=kind.name, channel=kind.channel)
        found.append((Exists(off), Value(SkipReason.SWITCHED_OFF)))
    if kind.waits_in_a_pause:
        # The last one: whoever is paused could otherwise get it.
        paused = Q(**{f"{recipient}paused_until__gt": at or timezone.now()})
        found.append((paused, Value(SkipReason.PAUSED)))
    return found


def _no_digest(channel: str, pk: OuterRef) -> Case:
    """Why somebody gets no digest this way: they want none, or get it by the other way."""
    others = Preference.objects.filter(recipient=pk, kind=kinds.DIGEST.name)
    others = others.exclude(channel=channel).exclude(rhythm=Rhythm.NONE)
    return Case(
        When(Exists(others), then=Value(SkipReason.OTHER_WAY)),
        default=Value(SkipReason.RHYTHM_NONE),
    )


def _stopping(kind: Kind) -> QuerySet[Suppression]:
    """The suppressions that stop this kind: a complaint stops only what one can do without."""
    if kind.is_unrequested or kind.can_switch_off:
        return Suppression.objects.all()
    if kind.goes_to_unconfirmed:
        return _refusing_to_be_asked()
    return Suppression.objects.exclude(reason=Suppression.Reason.COMPLAINT)


def _refusing_to_be_asked() -> QuerySet[Suppression]:
    """The suppressions that stop the question whether an address wants mail.

    Its answer is what lifts them, so it goes out. Only whoever complained and never had asked is
    left alone for a while: others enter their address.
    """
    since = timezone.now() - timedelta(days=settings.SUBSCRIPTION_LEFT_DAYS)
    confirmed = Recipient.objects.filter(address_hash=OuterRef("address_hash"), is_verified=True)
    is_pestered = Q(reason=Suppression.Reason.COMPLAINT, created_at__gte=since) & ~Exists(confirmed)
    return Suppression.objects.filter(Q(reason=Suppression.Reason.BY_HAND) | is_pestered)


def obstacles(kind: Kind, recipients: Iterable[int]) -> dict[int, str]:
    """What is in the way of each of these people for this kind, in one query."""
    return {pk: decision.reason for pk, decision in _of_recipients(kind, recipients).items()}


def _of_recipients(kind, recipients) -> dict[int, Decision]:
    found = Recipient.objects.filter(pk__in=set(recipients)).annotate(in_way=obstacle(kind))
    return {
        pk: Decision(reason, until if reason == SkipReason.PAUSED else None)
        for pk, reason, until in found.values_list("pk", "in_way", "paused_until")
    }


def decide(notices: list[Notice], *, take_place: bool = False) -> list[Decision]:
    """Whether each of these notices may go now, in a few queries for each kind among them.

    Before sending, ``take_place`` takes the place in the contact budget of those that may.
    Raises whatever a kind's own question raises.
    """
    of_kind = defaultdict(list)
    for number, notice in enumerate(notices):
        of_kind[notice.kind].append(number)
    decisions = [GO] * len(notices)
    for name, numbers in of_kind.items():
        kind = kinds.named(name)
        # One that is registered no more, or not here yet, is for the press to refuse.
        if kind is None:
            continue
        made = _decide(kind, [notices[number] for number in numbers], take_place)
        for number, decision in zip(numbers, made, strict=True):
            decisions[number] = decision
    return decisions


def may_still_be_told(notices: list[Notice]) -> list[Decision]:
    """The same for notices that have waited and go with a digest: the budget is not asked."""
    return [GO if decision.waits else decision for decision in decide(notices)]


def _decide(kind, notices, take_place) -> list[Decision]:
    now = timezone.now()
    decisions = _of_people(kind, notices)
    for number, notice in enumerate(notices):
        if decisions[number].may_go and notice.created_at < now - KEPT_FOR:
            decisions[number] = Decision(SkipReason.NOT_ELIGIBLE)
    _ask_the_kind(kind, notices, decisions)
    if kind.has_to_fit:
        _ask_the_budget(notices, decisions, take_place, now)
    return decisions


def _of_people(kind, notices) -> list[Decision]:
    """What is in the way of the person of each notice, with an account or without."""
    people = {notice.recipient_id for notice in notices if notice.recipient_id}
    in_way = _of_recipients(kind, people) if people else {}
    hashes = ["" if notice.recipient_id else address_hash(notice.address) for notice in notices]
    suppressed = _stopping(kind).filter(address_hash__in={one for one in hashes if one})
    refused = set(suppressed.values_list("address_hash", flat=True)) if any(hashes) else set()

    def decision(notice, hashed):
        if notice.recipient_id:
            return in_way[notice.recipient_id]
        if not hashed:
            return Decision(SkipReason.NO_ADDRESS)
        return Decision(SkipReason.SUPPRESSED) if hashed in refused else GO

    return [decision(*pair) for pair in zip(notices, hashes, strict=True)]


def _ask_the_kind(kind, notices, decisions):
    """Ask the kind's own question about those that nothing was in the way of so far.

    Of one that waits for the end of a pause it is asked then.
    """
    asked = [number for number, decision in enumerate(decisions) if decision.may_go]
    if kind.eligible is None or not asked:
        return
    answers = kind.eligible([notices[number] for number in asked])
    for number, holds in zip(asked, answers, strict=True):
        if not holds:
            decisions[number] = Decision(SkipReason.NOT_ELIGIBLE)


def _ask_the_budget(notices, decisions, take_place, now):
    asked = [number for number, decision in enumerate(decisions) if decision.may_go]
    asking = [notices[number] for number in asked]
    answers = budget.take(asking, now) if take_place else budget.waits(asking, now)
    for number, until in zip(asked, answers, strict=True):
        if until:
            decisions[number] = Decision(SkipReason.OVER_BUDGET, until)
