"""One person's digest on one day: the mail, why each thing is in it, and what the last one told."""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from email import message_from_bytes, policy
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from .. import (
    audiences,
    editions,
    kinds,
    own_parts,
    pauses,
    reasons,
    recipients,
    talk_pages,
    upcoming,
    waiting,
)
from ..choices import NOT_FOR
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
from ..talk_pages import TalkPageMessage
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
    # Where it is not for everyone: for whom, in words.
    for_whom: str = ""
    # Whether it is there because of what the person chose, such as a topic.
    is_chosen: bool = False


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
    hour: datetime | None
    channel: str = Preference.Channel.EMAIL
    language: str = ""
    # Why there would be no mail, in words.
    obstacle: Any = ""
    written: Written | None = None
    # The same for a talk page.
    message: TalkPageMessage | None = None
    items: list[Item] = field(default_factory=list)
    # The last digest they got, and what it told.
    last: Delivery | None = None
    told_last: list[Item] = field(default_factory=list)

    @property
    def is_on_talk_page(self) -> bool:
        return self.channel == Preference.Channel.TALK_PAGE

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
    preference = recipients.digest_of(recipient)
    last = (
        recipient.deliveries.exclude(state__in=[State.SKIPPED, State.FAILED])
        .select_related("edition", "recipient")
        .order_by("-edition__frozen_at", "-pk")
        .first()
    )
    told_last = _told_by(last) if last else []
    plain = Preview(recipient, None, last=last, told_last=told_last)
    if preference is None or preference.rhythm == Rhythm.NONE:
        return replace(plain, obstacle=_("This person chose to get no digest."))
    at = _first(preference, day)
    plain = replace(plain, hour=at, channel=preference.channel)

    found = editions.rehearse(
        _rhythm(preference),
        at,
        lambda edition: _of_edition(plain, edition, token),
        channel=preference.channel,
        recipient=recipient,
    )
    return found or replace(plain, obstacle=_("Nothing is new since the last edition."))


def _of_edition(plain: Preview, edition: Edition, token: str) -> Preview:
    """The preview with what the one digest of this edition holds, or why nothing."""
    delivery = edition.deliveries.select_related("edition", "recipient").get()
    plain = replace(plain, language=delivery.language)
    if delivery.state == State.SKIPPED:
        return replace(plain, obstacle=reason_label(delivery))
    if edition.is_posted_by_hand:
        message = talk_pages.message_for(Press(), delivery)
        return replace(plain, message=message, items=_items(delivery, {}, plain.last))
    own = OwnParts()
    own.read([delivery])
    written = _written(delivery, own.of(delivery), token)
    if written is None:
        return replace(plain, obstacle=_("Nothing is left to tell this person."))
    items = _items(delivery, own.things_of(delivery), plain.last)
    return replace(plain, written=written, items=items)


def _first(preference, day) -> datetime:
    """When the first digest is due from the beginning of that day on."""
    begins = max(pauses.begins_again(day, preference.time_zone_used), timezone.now())
    return upcoming.when(preference, begins) or begins


def _rhythm(preference) -> str:
    """The rhythm of the edition this person would be in."""
    if preference.rhythm == Rhythm.AT_ONCE and pauses.paused_until(preference.recipient):
        # The end of the pause brings them one of their own.
        return Edition.Rhythm.BY_HAND
    return preference.rhythm


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
    return [
        item
        for section in registered()
        if section.key in delivery.since
        for item in _of_section(section, delivery, last)
    ]


def _of_section(section, delivery, last) -> list[Item]:
    besides = delivery.besides.get(section.key, {})
    also = tuple(besides.get("also", ()))
    since, until = delivery.since[section.key], delivery.edition.cut_off
    owed = tuple(besides.get("owed", ()))
    items = items_told(section, since, until, also, owed)
    items = audiences.told(section, items, delivery.choices)
    if not _has_words(section, items, delivery):
        return []
    for_whom = section.for_whom(items)
    return [
        Item(
            section.label,
            str(item),
            _why(section, item, also, last),
            (section.key, str(getattr(item, "pk", item.position))),
            for_whom.get(item.position, ""),
            _is_chosen(section, item, delivery.choices),
        )
        for item in items
    ]


def _is_chosen(section, item, choices) -> bool:
    """Whether the reader would not be told of it, had they chosen nothing that there is."""
    nothing = {name: [""] for name in choices if name != NOT_FOR}
    return bool(nothing) and not section.chosen([item], nothing)


def _has_words(section, items, delivery) -> bool:
    """False for what stands in mails only, where the digest goes to a talk page."""
    if not delivery.edition.is_posted_by_hand:
        return True
    with override(delivery.language):
        return bool(items and section.wikitext(items, delivery.language))


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
