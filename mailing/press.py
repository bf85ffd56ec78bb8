"""Writes messages: each part rendered once for all who get the same."""

import json
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from web import installation

from . import mime, notices
from .addresses import header_address
from .links import absolute, mail_domain, settings_url, unsubscribe_url
from .models import Delivery, Notice
from .sections import Block, registered

# How many different messages and parts one worker keeps while it sends.
KEPT = 500


class Press:
    """Prepares messages and keeps them for as long as one worker's round lasts."""

    def __init__(self):
        self._installation = installation.current()
        self._items: dict[tuple, list] = {}
        self._blocks: dict[tuple, Block] = {}
        self._digests: dict[tuple, mime.Sheet | None] = {}

    def digest(self, delivery: Delivery) -> mime.Sheet | None:
        """The digest of one delivery, with slots; None where nothing is left to tell."""
        key = (
            delivery.edition_id,
            delivery.language,
            tuple(sorted(delivery.since.items())),
            _written(delivery.choices),
            delivery.recipient.user_id is None,
        )
        if key not in self._digests:
            _keep_few(self._digests)
            with translation.override(delivery.language):
                self._digests[key] = self._write_digest(delivery)
        return self._digests[key]

    def notice(self, notice: Notice) -> mime.Sheet:
        """One notice. Raises ``KeyError`` where its kind is registered no more."""
        kind = notices.kind_named(notice.kind)
        if kind is None:
            raise KeyError(f"No notice of kind {notice.kind!r} is registered.")
        with translation.override(notice.language):
            context = self._context(notice.language) | notice.context
            if kind.more_context:
                context |= kind.more_context(notice)
            subject = " ".join(render_to_string(kind.subject_template, context).split())
            headers = _headers_of_all_mail(notice.language)
            if kind.reply_to:
                headers["Reply-To"] = header_address(kind.reply_to(notice))
            return mime.compose(
                sender=settings.DEFAULT_FROM_EMAIL,
                subject=self._subject(subject),
                text=render_to_string(kind.text_template, context),
                html=render_to_string(kind.html_template, context),
                headers=headers,
            )

    def _write_digest(self, delivery):
        unknown = delivery.since.keys() - {section.key for section in registered()}
        if unknown:
            # Promised by another version of this software: better late than left out.
            raise LookupError(f"No section {', '.join(sorted(unknown))} is registered here.")
        blocks = []
        is_news = False
        for section in registered():
            # A section that is younger than the edition was not promised by it.
            if section.key not in delivery.since:
                continue
            block = self._block(section, delivery)
            if block.count:
                blocks.append({"label": section.label, "block": block})
                is_news = is_news or section.is_news
        if not is_news:
            return None
        unsubscribe = unsubscribe_url(mime.TOKEN_SLOT)
        headline = blocks[0]["block"].headline
        context = self._context(delivery.language) | {
            "blocks": blocks,
            "headline": headline,
            "unsubscribe_url": unsubscribe,
        }
        return mime.compose(
            sender=settings.DEFAULT_FROM_EMAIL,
            subject=self._subject(headline or _("What is new in the strategy process")),
            text=render_to_string("mailing/digest.txt", context),
            html=render_to_string("mailing/digest.html", context),
            headers=_headers_of_all_mail(delivery.language) | _headers_of_a_list(unsubscribe),
        )

    def _block(self, section, delivery):
        place = (section.key, delivery.since[section.key], delivery.edition.cut_off)
        key = (*place, delivery.language, _written(delivery.choices))
        if key not in self._blocks:
            _keep_few(self._blocks)
            if place not in self._items:
                _keep_few(self._items)
                self._items[place] = section.items(*place[1:])
            items = section.chosen(self._items[place], delivery.choices)
            self._blocks[key] = (
                section.render(items, delivery.language) if items else Block("", "", 0)
            )
        return self._blocks[key]

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
        if self._installation.is_demo:
            # Translators: before the subject of each mail of a demonstration site.
            return _("[Demo] %(subject)s") % {"subject": subject}
        return subject


def _written(choices) -> str:
    return json.dumps(choices, sort_keys=True)


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


def _headers_of_a_list(unsubscribe: str) -> dict[str, str]:
    """RFC 2919 (List-Id), RFC 2369 (List-…) and RFC 8058 (one click)."""
    return {
        "List-Id": f"Digest <digest.{mail_domain()}>",
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Help": f"<{settings_url()}>",
        "List-Owner": f"<mailto:{settings.CONTACT_EMAIL}>",
        "List-Post": "NO",
        "Precedence": "list",
    }
