"""Writes messages: each part rendered once for all who get the same."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from web import installation

from . import audiences, mime, notices
from .addresses import header_address
from .kinds import Kind
from .links import absolute, mail_domain, manage_url, settings_url, unsubscribe_url
from .models import Delivery, Notice
from .own_parts import NO_PART, OwnPart
from .sections import NOTHING, Block, Section, registered

# How many different messages and parts one worker keeps while it sends.
KEPT = 500


class Press:
    """Prepares messages and keeps them for as long as one worker's round lasts."""

    def __init__(self):
        self._installation = installation.current()
        self._items: dict[tuple, list] = {}
        self._blocks: dict[tuple, Block] = {}
        self._digests: dict[tuple, mime.Sheet | None] = {}

    def digest(self, delivery: Delivery, own: OwnPart = NO_PART) -> mime.Sheet | None:
        """The digest of one delivery, with slots; None where nothing is left to tell.

        ``own`` only says what else the mail will hold: its words come into the slots.
        """
        key = (
            delivery.edition_id,
            delivery.language,
            _in_order(delivery.since),
            _in_order(delivery.besides),
            delivery.is_quiet,
            _in_order(delivery.choices),
            delivery.recipient.user_id is None,
            own.is_news,
        )
        if key not in self._digests:
            _keep_few(self._digests)
            with translation.override(delivery.language):
                self._digests[key] = self._write_digest(delivery, own)
        return self._digests[key]

    def place_of(self, delivery: Delivery) -> tuple:
        """The same for deliveries of one edition that say the same in the same language."""
        return (
            delivery.language,
            _in_order(delivery.since),
            _in_order(delivery.besides),
            _in_order(delivery.choices),
        )

    def wikitext(self, delivery: Delivery) -> str:
        """What a talk page gets: only what is the same for everyone; "" where nothing is left."""
        with translation.override(delivery.language):
            said = [
                (section.label, section.wikitext(items, delivery.language))
                for section in registered()
                if section.key in delivery.since
                for items in [self._items_of(section, delivery)]
                if items
            ]
            parts = [{"label": label, "wikitext": text} for label, text in said if text]
            context = self._context(delivery.language) | {"parts": parts}
            return render_to_string("mailing/talk_page.txt", context) if parts else ""

    def notice(self, notice: Notice) -> mime.Sheet:
        """One notice, with a slot for the token of the link that switches its kind off, if any.

        Raises ``KeyError`` where its kind is registered no more.
        """
        kind = notices.kind_named(notice.kind)
        if kind is None:
            raise KeyError(f"No notice of kind {notice.kind!r} is registered.")
        with translation.override(notice.language):
            off_url = _switch_off_url(notice, kind)
            context = self._context(notice.language) | {"kind": kind, "off_url": off_url}
            context |= notice.context
            if kind.more_context:
                context |= kind.more_context(notice)
            subject = mime.one_line(render_to_string(kind.subject_template, context))
            headers = _headers_of_all_mail(notice.language) | _headers_to_switch_off(off_url)
            if kind.reply_to:
                headers["Reply-To"] = header_address(kind.reply_to(notice))
            return mime.compose(
                sender=settings.DEFAULT_FROM_EMAIL,
                subject=self._subject(subject),
                text=render_to_string(kind.text_template, context),
                html=render_to_string(kind.html_template, context),
                headers=headers,
            )

    def _write_digest(self, delivery, own):
        unknown = delivery.since.keys() - {section.key for section in registered()}
        if unknown:
            # Promised by another version of this software: better late than left out.
            raise LookupError(f"No section {', '.join(sorted(unknown))} is registered here.")
        blocks = list(self._blocks_of(delivery))
        is_news = own.is_news or any(section.is_news for section, _block in blocks)
        if not (is_news or delivery.is_quiet):
            return None
        return self._compose_digest(
            blocks,
            delivery.language,
            is_quiet=not is_news,
            is_urgent=delivery.edition.is_urgent,
            has_account=delivery.recipient.user_id is not None,
        )

    def digest_of(
        self, blocks: list[tuple[Section, Block]], language: str, *, is_urgent: bool = False
    ) -> mime.Sheet:
        """A digest that tells these blocks and nothing else, to look at before it is news."""
        with translation.override(language):
            return self._compose_digest(
                blocks, language, is_quiet=False, is_urgent=is_urgent, has_account=True
            )

    def _compose_digest(self, said, language, *, is_quiet, is_urgent, has_account):
        before, after = [], []
        for section, block in said:
            part = {"label": block.heading or section.label, "block": block}
            (before if section.is_urgent else after).append(part)
        unsubscribe = unsubscribe_url(mime.TOKEN_SLOT)
        change = settings_url() if has_account else manage_url(mime.TOKEN_SLOT)
        blocks = [*before, *after]
        headline = blocks[0]["block"].headline if blocks else ""
        context = self._context(language) | {
            "before": before,
            "after": after,
            "is_quiet": is_quiet,
            "is_urgent": is_urgent,
            "has_account": has_account,
            # What lists of messages show beside the subject: the headings.
            "contents": " · ".join(str(part["label"]) for part in blocks),
            "own_text": mime.TEXT_SLOT,
            "own_html": mime.HTML_SLOT,
            "settings_url": change,
            "unsubscribe_url": unsubscribe,
        }
        return mime.compose(
            sender=settings.DEFAULT_FROM_EMAIL,
            subject=self._subject(_subject_of(headline, is_quiet, is_urgent)),
            text=render_to_string("mailing/digest.txt", context),
            html=render_to_string("mailing/digest.html", context),
            headers=_headers_of_all_mail(language) | _headers_of_a_list(unsubscribe, change),
        )

    def blocks_of(self, delivery: Delivery) -> list[tuple[Section, Block]]:
        """The sections of one digest that have something to say, in its language."""
        with translation.override(delivery.language):
            return list(self._blocks_of(delivery))

    def _blocks_of(self, delivery):
        for section in registered():
            # A section that is younger than the edition was not promised by it.
            if section.key in delivery.since:
                block = self._block(section, delivery)
                if block.count:
                    yield section, block

    def _block(self, section, delivery):
        place, chosen = _place(section, delivery), _in_order(delivery.choices)
        has_account, is_alone = delivery.recipient.user_id is not None, delivery.edition.is_urgent
        key = (*place, delivery.language, chosen, has_account, is_alone)
        if key not in self._blocks:
            _keep_few(self._blocks)
            items = self._items_of(section, delivery)
            self._blocks[key] = (
                section.render_for(
                    items, delivery.language, has_account=has_account, is_alone=is_alone
                )
                if items
                else NOTHING
            )
        return self._blocks[key]

    def frame(self, language: str) -> dict[str, Any]:
        """What every mail's templates are given, in a language that is active."""
        return self._context(language)

    def _items_of(self, section, delivery) -> list:
        place = _place(section, delivery)
        if place not in self._items:
            _keep_few(self._items)
            self._items[place] = items_told(section, *place[1:])
        return audiences.told(section, self._items[place], delivery.choices)

    def _context(self, language) -> dict[str, Any]:
        return {
            "language": language,
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
            "site_name": settings.SITE_NAME,
            "is_demo": self._installation.is_demo,
            "base_url": settings.BASE_URL,
            "home_url": absolute(f"/{language}/"),
            "settings_url": settings_url(),
            "contact_email": settings.CONTACT_EMAIL,
        }

    def _subject(self, subject):
        return _of_a_demo(subject) if self._installation.is_demo else subject


def _of_a_demo(subject: str) -> str:
    # Translators: before the subject of each mail of a demonstration site.
    return _("[Demo] %(subject)s") % {"subject": subject}


def unmarked(subject: str, language: str) -> str:
    """A subject without the mark of a demonstration, for a mail about that mail: it has its own."""
    with translation.override(language):
        before, _slot, after = _of_a_demo("\0").partition("\0")
    return subject.removeprefix(before).removesuffix(after)


def _subject_of(headline: str, is_quiet: bool, is_urgent: bool) -> str:
    """The subject of a digest: what is most important in it."""
    if is_urgent:
        # Translators: subject of a mail; what follows is the title of the news.
        return _("Urgent: %(title)s") % {"title": headline}
    if headline:
        return headline
    if is_quiet:
        return _("Nothing new for you in the strategy process this month")
    return _("What is new in the strategy process")


def _place(section, delivery) -> tuple:
    """Between which positions one section tells something, and what it tells and leaves besides."""
    besides = delivery.besides.get(section.key, {})
    also, owed = tuple(besides.get("also", ())), tuple(besides.get("owed", ()))
    return (section.key, delivery.since[section.key], delivery.edition.cut_off, also, owed)


def items_told(section, after, until, also, owed) -> list:
    """What one section tells from a place: without what still waits, with what waited before."""
    begin = min([after, *(position - 1 for position in also)])
    return [
        item
        for item in section.items(begin, until)
        if item.position in also or (item.position > after and item.position not in owed)
    ]


def _in_order(by_section: dict) -> str:
    """The same text for the same places, to keep what was written for them."""
    return repr(sorted(by_section.items())) if by_section else ""


def _keep_few(kept):
    if len(kept) >= KEPT:
        kept.clear()


def _headers_of_all_mail(language) -> dict[str, str]:
    return {
        "Reply-To": settings.CONTACT_EMAIL,
        "Content-Language": language,
        # RFC 3834: no answering machine is to answer.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }


def _switch_off_url(notice: Notice, kind: Kind) -> str:
    """Where its reader gets no more of a kind; empty where it always comes."""
    can_choose = notice.recipient_id is not None and kind.can_switch_off
    return unsubscribe_url(mime.TOKEN_SLOT, kind.name) if can_choose else ""


def _headers_to_switch_off(url: str) -> dict[str, str]:
    """RFC 2369 and RFC 8058 (one click), where there is something to switch off."""
    if not url:
        return {}
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _headers_of_a_list(unsubscribe: str, change: str) -> dict[str, str]:
    """RFC 2919 (List-Id) and RFC 2369 (List-…)."""
    return _headers_to_switch_off(unsubscribe) | {
        "List-Id": f"Digest <digest.{mail_domain()}>",
        "List-Help": f"<{change}>",
        "List-Owner": f"<mailto:{settings.CONTACT_EMAIL}>",
        "List-Post": "NO",
        "Precedence": "list",
    }
