"""One person's digest on one day: the mail, why each thing is in it, and what the last one told."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from .. import audiences, editions, kinds, own_parts, reasons, waiting
from ..due_hours import next_due_hour
from ..models import (
    Delivery,
    Edition,
    Notice,
    Preference,
    Recipient,
    Rhythm,
    SkipReason,
    State,
)
from ..own_parts import OwnParts
from ..press import Press, items_told
from ..sections import Block, Section, registered, registered_personal
from ..stories import reason_label
from ..unsubscribe import token_for

# A link in a preview belongs to nobody.
NO_TOKEN = token_for(0, "")


@dataclass(frozen=True)
class Item:
    """One thing in a digest, and why it is there."""

    section: Any
    title: str
    why: str
    # What tells it from all others, in its section.
    identity: tuple[str, str]


@dataclass(frozen=True)
class Written:
    """A digest as a mail program shows it."""

    subject: str
    text: str
    html: str
    raw: bytes


@dataclass(frozen=True)
class Preview:
    """What one person would get, or why nothing."""

    recipient: Recipient
    rhythm: str
    hour: datetime | None
    language: str = ""
    # Why there would be no mail, in words.
    obstacle: Any = ""
    written: Written | None = None
    items: list[Item] = field(default_factory=list)
    # The last digest they got, and what it told.
    last: Delivery | None = None
    told_last: list[Item] = field(default_factory=list)

    @property
    def not_again(self) -> list[Item]:
        """What the last digest told and this one does not."""
        here = {item.identity for item in self.items}
        return [item for item in self.told_last if item.identity not in here]


def recipient_with(pk: str) -> Recipient | None:
    """The recipient with this number; None for anything else."""
    if not re.fullmatch(r"[0-9]{1,9}", pk or ""):
        return None
    return Recipient.objects.filter(pk=int(pk)).select_related("user").first()


def of(recipient: Recipient, day: date, *, token: str = NO_TOKEN) -> Preview:
    """The first digest that is due to this person on that day or later.

    What is published until now is in it; what will be until then is not. ``token`` is the one in
    the links of the mail.
    """
    preference = recipient.preferences.filter(
        kind=Preference.Kind.DIGEST, channel=Preference.Channel.EMAIL
    ).first()
    rhythm = preference.rhythm if preference else Rhythm.NONE
    last = (
        recipient.deliveries.exclude(state__in=[State.SKIPPED, State.FAILED])
        .select_related("edition", "recipient")
        .order_by("-edition__frozen_at", "-pk")
        .first()
    )
    told_last = _told_by(last) if last else []
    plain = Preview(recipient, rhythm, None, last=last, told_last=told_last)
    if rhythm == Rhythm.NONE:
        return _but(plain, obstacle=_("This person chose to get no digest."))
    hour = _hour(preference, day)

    def look(edition) -> Preview:
        delivery = edition.deliveries.select_related("edition", "recipient").get()
        seen = {"hour": hour, "language": delivery.language}
        if delivery.state == State.SKIPPED:
            return _but(plain, obstacle=reason_label(delivery), **seen)
        own = OwnParts()
        own.read([delivery])
        written = _written(delivery, own.of(delivery), token)
        if written is None:
            return _but(plain, obstacle=_("Nothing is left to tell this person."), **seen)
        items = _items(delivery, own.things_of(delivery), last)
        return _but(plain, written=written, items=items, **seen)

    found = editions.rehearse(rhythm, hour, look, recipient=recipient)
    return found or _but(plain, hour=hour, obstacle=_("Nothing is new since the last edition."))


def _but(preview, **changes) -> Preview:
    return Preview(**{**vars(preview), **changes})


def _hour(preference, day) -> datetime:
    zone = preference.time_zone_used
    now = timezone.now()
    if preference.rhythm == Edition.Rhythm.AT_ONCE:
        return now.replace(minute=0, second=0, microsecond=0)
    begins = datetime.combine(day, time(), tzinfo=ZoneInfo(zone)) - timedelta(seconds=1)
    return next_due_hour(preference.rhythm, zone, max(begins, now))


def _written(delivery, own, token) -> Written | None:
    """The mail with what waited for it, as a worker writes it."""
    press = Press()
    # What has room before this hour goes by itself until then.
    carried = Notice.objects.filter(delivery=delivery, reason=SkipReason.IN_DIGEST)
    waiting.release(list(carried.filter(next_attempt_at__lt=delivery.edition.hour)))
    waiting.attach([delivery])
    if delivery.waited:
        own = waiting.added(own, delivery, press)
    sheet = press.digest(delivery, own)
    if sheet is None:
        return None
    return _read(sheet, delivery.message_id, token, text=own.text, html=own.html)


def of_blocks(
    blocks: list[tuple[Section, Block]], language: str, *, is_urgent: bool = False
) -> Written:
    """A digest with these blocks alone, as somebody who reads ``language`` would get it."""
    sheet = Press().digest_of(blocks, language, is_urgent=is_urgent)
    return _read(sheet, "<preview@example.org>", NO_TOKEN)


def _read(sheet, message_id, token, **own) -> Written:
    """A message as a mail program shows it."""
    raw = sheet.filled(address="reader@example.org", message_id=message_id, token=token, **own)
    mail = message_from_bytes(raw, policy=policy.default)
    text, html = (
        mail.get_body([kind]).get_content().replace("\r\n", "\n") for kind in ("plain", "html")
    )
    return Written(str(mail["Subject"]), text, html, raw)


def _told_by(last) -> list[Item]:
    """What is left of an earlier digest, which is only looked at.

    A thing that got a new place since, because it changed, belongs to the next one.
    """
    return _items(last, own_parts.told_by(last), None)


def _items(delivery, own, last) -> list[Item]:
    """Everything in a digest: each section's things, the person's own, and what waited for it."""
    return [*_for_all(delivery, last), *_own(own), *_waited(delivery)]


def _for_all(delivery, last) -> list[Item]:
    found = []
    for section in registered():
        if section.key not in delivery.since:
            continue
        besides = delivery.besides.get(section.key, {})
        also = tuple(besides.get("also", ()))
        since, until = delivery.since[section.key], delivery.edition.cut_off
        owed = tuple(besides.get("owed", ()))
        items = items_told(section, since, until, also, owed)
        for item in audiences.told(section, items, delivery.choices):
            identity = (section.key, str(getattr(item, "pk", item.position)))
            why = _why(section, item, also, last)
            found.append(Item(section.label, str(item), why, identity))
    return found


def _own(things) -> list[Item]:
    found = []
    for personal in registered_personal():
        for thing in things.get(personal.key, ()):
            title = str(getattr(thing, "title", "") or thing)
            why = _("It is about this person, and no digest told it before.")
            found.append(Item(personal.label, title, why, (personal.key, title)))
    return found


def _waited(delivery) -> list[Item]:
    """What waited and has room in this digest; named by its kind, what it says is in the mail."""
    carried = Notice.objects.filter(delivery=delivery, reason=SkipReason.IN_DIGEST)
    why = reasons.to_core_team(SkipReason.OVER_BUDGET)
    return [
        Item(_("Messages to you"), str(kinds.label_of(one.kind)), why, ("notice", str(one.pk)))
        for one in carried.order_by("created_at", "pk")
    ]


def _why(section, item, also, last) -> str:
    if not section.is_news:
        return _("It stands beside what is new.")
    if item.position in also:
        return _("It waited for a translation into this person’s language.")
    if last is None:
        return _("It was published, or changed, after this person began to get the digest.")
    return _("It was published, or changed, after the last digest.")


def for_test(recipient_pk: int, day: str, reader: Recipient | None) -> Preview | None:
    """The preview for a test mail to ``reader``, whose own links stand in it."""
    recipient = recipient_with(str(recipient_pk))
    if recipient is None:
        return None
    token = token_for(reader.pk, reader.address_hash) if reader else NO_TOKEN
    return of(recipient, date.fromisoformat(day), token=token)
