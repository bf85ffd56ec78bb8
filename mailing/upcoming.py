"""What somebody gets next, and when; and how a digest looks.

It is made as the real one is made: an edition is frozen for this person, looked at, and taken back.
So it says the truth, as of now: until the day comes more is published, and topics close.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import override

from . import audiences, editions, eligibility, kinds, pauses, positions, talk_pages, waiting
from .due_hours import next_due_hour
from .models import Delivery, Edition, Notice, Preference, Recipient, Rhythm, SkipReason, State
from .models.messages import OPEN
from .own_parts import NO_PART, OwnPart, OwnParts
from .press import Press
from .sections import registered
from .unsubscribe import token_for

# How long a page waits for a worker that is freezing an edition for everybody right now.
WAIT = "1500ms"
# A sample shows so many things of each section where nothing is new.
IN_A_SAMPLE = 3


class Busy(Exception):
    """An edition is being frozen for everybody right now; ask again in a minute."""


@dataclass(frozen=True)
class Part:
    """One section as it would be now: its heading, how many things, and the first of them."""

    label: Any
    count: int
    headline: str

    @property
    def others(self) -> int:
        """How many there are besides the first."""
        return self.count - 1


@dataclass(frozen=True)
class Waiting:
    """A message that waits for room in the contact budget, for the end of a pause or for a retry.

    ``until`` is None for a digest that is made and waits for nothing but its turn.
    """

    label: Any
    until: datetime | None


@dataclass(frozen=True)
class Next:
    """When the next digest comes and what it would hold.

    ``at`` is None where there is no date: nothing is wanted, or it comes when something is
    published. ``reason`` says why none would come as things stand, or is "". ``own`` is the first
    thing of the person's own part; of what a talk page gets only the day is worked out.
    ``taken_along`` are messages that wait for this digest, ``waiting`` those that come alone, with
    digests that are made and not sent yet.
    """

    rhythm: str
    at: datetime | None
    paused_until: datetime | None
    parts: list[Part]
    own: str
    reason: str
    taken_along: list[Waiting] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    is_on_talk_page: bool = False


@dataclass(frozen=True)
class Sample:
    """A digest as it would look: ready for a page, or for a template of a mail."""

    language: str
    subject: str
    text: str
    html: str
    # False where nothing is new: then it holds what was published last.
    is_new: bool


def next_digest(preference: Preference, at: datetime | None = None) -> Next:
    """The next digest of this person as things stand at ``at`` (default: now).

    Raises ``Busy``.
    """
    at = at or timezone.now()
    paused = pauses.paused_until(preference.recipient, at)
    comes_at = when(preference, paused or at)
    by_mail = preference.channel == Preference.Channel.EMAIL
    taken_along, alone = _waiting(preference.recipient, comes_at if by_mail else None)
    alone = _made(preference.recipient, at) + alone
    if preference.rhythm == Rhythm.NONE:
        return Next(preference.rhythm, None, paused, [], "", "", waiting=alone)
    if preference.channel == Preference.Channel.TALK_PAGE:
        reason = talk_pages.obstacle_of(preference.recipient, comes_at or at) or ""
        return Next(
            preference.rhythm,
            comes_at,
            paused,
            [],
            "",
            reason,
            waiting=alone,
            is_on_talk_page=True,
        )
    parts, own, reason = _rehearsed(preference, _contents, paused or at)
    if not (reason or parts or own or taken_along):
        # All that waits comes by itself before.
        reason = SkipReason.EMPTY
    return Next(
        rhythm=preference.rhythm,
        at=comes_at,
        paused_until=paused,
        parts=parts,
        own=own,
        reason=reason,
        taken_along=taken_along,
        waiting=alone,
    )


def sample_for(preference: Preference) -> Sample | None:
    """How the digest looks; None where nothing was ever published. Raises ``Busy``."""
    paused = pauses.paused_until(preference.recipient)
    found = _rehearsed(preference, _as_a_mail, paused or timezone.now())
    return found or _as_a_mail(_of_the_newest(preference), is_new=False)


def when(preference: Preference, after: datetime) -> datetime | None:
    """When a digest comes next; None where none does, or whenever something is published."""
    if preference.rhythm not in Edition.BY_THE_CLOCK:
        return None
    on_talk_page = preference.channel == Preference.Channel.TALK_PAGE
    # Talk pages all get theirs in one hour.
    zone = "UTC" if on_talk_page else preference.time_zone_used
    return next_due_hour(preference.rhythm, zone, after)


def _waiting(recipient, digest_at) -> tuple[list[Waiting], list[Waiting]]:
    """What waits: with the digest at this moment, and by itself before or without one."""
    taken_along: list[Waiting] = []
    alone: list[Waiting] = []
    waits = Notice.objects.filter(
        recipient=recipient,
        state__in=OPEN,
        reason__in=[SkipReason.OVER_BUDGET, SkipReason.PAUSED],
    )
    for notice in waits.order_by("next_attempt_at", "pk"):
        one = Waiting(kinds.label_of(notice.kind), notice.next_attempt_at)
        fits = notice.reason == SkipReason.OVER_BUDGET and digest_at
        (taken_along if fits and digest_at <= notice.next_attempt_at else alone).append(one)
    return taken_along, alone


def _made(recipient, at) -> list[Waiting]:
    """The digests, and urgent news, that are made and neither sent nor dropped yet."""
    found = []
    made = Delivery.objects.filter(
        recipient=recipient, state__in=[*OPEN, State.CLAIMED, State.TO_POST]
    )
    # The same for all of one kind that come one way.
    in_the_way: dict[tuple[str, bool], str] = {}
    for delivery in made.select_related("edition").order_by("created_at", "pk"):
        alike = (delivery.edition.channel, delivery.edition.is_urgent)
        if alike not in in_the_way:
            in_the_way[alike] = _in_the_way(delivery, at)
        reason, until = in_the_way[alike], delivery.next_attempt_at
        if reason == SkipReason.PAUSED:
            until = recipient.paused_until
        elif reason:
            # It is dropped when its turn comes.
            continue
        label = kinds.of_edition(delivery.edition).label
        found.append(Waiting(label, until if until and until > at else None))
    return found


def _in_the_way(delivery, at) -> str:
    rule = talk_pages if delivery.edition.is_posted_by_hand else eligibility
    in_way = rule.obstacle(kinds.of_edition(delivery.edition), at=at)
    asked = Recipient.objects.filter(pk=delivery.recipient_id).annotate(in_way=in_way)
    return asked.values_list("in_way", flat=True).get()


@contextmanager
def soon() -> Iterator[None]:
    """Whatever is rehearsed inside waits for no edition that is frozen for everybody right now.

    Raises ``Busy``.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT])
            yield
    except OperationalError as error:
        raise Busy from error


def _rehearsed(preference, look, at):
    """What ``look`` sees of a digest that is frozen for this person at ``at``, and taken back."""
    with soon():
        return editions.rehearse_for(preference.recipient, look, at)


def _contents(delivery: Delivery) -> tuple[list[Part], str, str]:
    parts = [
        # Not the mail's own heading: that is in the language of mails, the page perhaps in another.
        Part(section.label, block.count, block.headline)
        for section, block in Press().blocks_of(delivery)
    ]
    own = _own_part(delivery)
    return parts, own.headline, delivery.reason


def _own_part(delivery) -> OwnPart:
    return OwnParts().of(delivery) if delivery.recipient.user_id else NO_PART


def _as_a_mail(delivery: Delivery, *, is_new: bool = True) -> Sample | None:
    own, press = _own_part(delivery) if is_new else NO_PART, Press()
    if is_new:
        waiting.attach([delivery])
        own = waiting.added(own, delivery, press)
    sheet = press.digest(delivery, own)
    if sheet is None or delivery.reason:
        return None
    recipient = delivery.recipient
    written = sheet.filled(
        address="you@example.org",
        message_id="<sample@example.org>",
        token=token_for(recipient.pk, recipient.address_hash),
        text=own.text,
        html=own.html,
    )
    message = message_from_bytes(written, policy=policy.default)
    bodies = {part.get_content_type(): part.get_content() for part in message.iter_parts()}
    return Sample(
        language=delivery.language,
        subject=str(message["Subject"]),
        text=bodies["text/plain"],
        html=bodies["text/html"],
        is_new=is_new,
    )


def _of_the_newest(preference) -> Delivery:
    """A digest of what was published last, whether the person knows it or not; in no ledger."""
    until = positions.current()
    choices = audiences.choices_of(preference, until)
    with override(preference.language_used):
        since = {
            section.key: _before_the_newest(section, until, choices) for section in registered()
        }
    return Delivery(
        edition=Edition(rhythm=Edition.Rhythm.BY_HAND, hour=timezone.now(), cut_off=until),
        recipient=preference.recipient,
        language=preference.language_used,
        since=since,
        choices=choices,
    )


def _before_the_newest(section, until, choices) -> int:
    items = audiences.told(section, section.items(0, until), choices)[-IN_A_SAMPLE:]
    return items[0].position - 1 if items else until
