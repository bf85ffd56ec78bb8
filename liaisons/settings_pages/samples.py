"""A sample of the digest: on a page of ours, and by mail to oneself."""

import re
from typing import Any

import nh3
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaisons.errors import Refused
from liaisons.models import User
from mailing import notices, recipients, upcoming
from mailing.kinds import Category, one_by_one
from mailing.models import Notice, Preference
from mailing.press import unmarked
from web import rate_limits
from web.names import language_direction

KIND = "digest_sample"
BUSY = gettext_lazy("Digests are being prepared right now. Look again in a minute.")
# Of a mail everything stays that says something. How it looks there stands in style attributes,
# which the site's security policy refuses, and in tables that only mail programs need.
_TAGS = {
    "a",
    "b",
    "bdi",
    "br",
    "em",
    "h3",
    "h4",
    "hr",
    "i",
    "li",
    "ol",
    "p",
    "span",
    "strong",
    "ul",
}


class TooMany(Refused):
    """So many samples were sent today."""


class NothingYet(Refused):
    """There is nothing to show."""


class NoAddress(Refused):
    """There is nowhere to send it."""


def register_all() -> None:
    """Make the kind known to mailing."""
    stem = f"liaisons/mail/{KIND}"
    notices.register(
        KIND,
        f"{stem}.subject.txt",
        f"{stem}.txt",
        f"{stem}.html",
        label=gettext_lazy("A sample of the digest"),
        category=Category.RECEIPT,
        to_whom=gettext_lazy("Whoever asked for one on the page about mail"),
        eligible=one_by_one(_still_there),
        more_context=_as_now,
    )


def send(user: User) -> Notice:
    """Owe the person a sample. Raises a ``Refused`` that says why not."""
    if not user.email:
        raise NoAddress(_("Your account has no e-mail address yet."))
    if sample_of(user) is None:
        raise NothingYet(_("Nothing is published yet, so there is nothing to show."))
    limit, seconds = settings.DIGEST_SAMPLES
    if not rate_limits.allow(f"digest-samples:{user.pk}", limit=limit, seconds=seconds):
        raise TooMany(_("You were sent enough samples for today. The page shows the same."))
    return notices.send(KIND, user)


def sample_of(user: User) -> upcoming.Sample | None:
    """What a digest of this person looks like now. Raises ``upcoming.Busy``."""
    return _sample_for(recipients.preference_of(user))


def looked_at(preference: Preference) -> dict[str, Any]:
    """The context of ``liaisons/_sample.html``: how the digest of this preference looks now."""
    try:
        shown, is_busy = _sample_for(preference), False
    except upcoming.Busy:
        shown, is_busy = None, True
    return {
        "sample": shown,
        "html": harmless(shown.html) if shown else "",
        "direction": language_direction(shown.language) if shown else "",
        "is_busy": is_busy,
    }


def _sample_for(preference) -> upcoming.Sample | None:
    return upcoming.sample_for(preference) if preference.pk else None


def _still_there(notice: Notice) -> bool:
    return bool(notice.recipient.user and sample_of(notice.recipient.user))


def _as_now(notice: Notice) -> dict:
    """The whole mail as a digest is, with one line before it that says what it is."""
    sample = sample_of(notice.recipient.user)
    said = _("This is the sample you asked for. It is no digest: what is new stays new.")
    line = format_html("<p><strong>{}</strong></p>\n<h1", said)
    return {
        "document": mark_safe(sample.html.replace("<h1", line, 1)),  # noqa: S308 (our own mail)
        "text": f"{said}\n\n{sample.text}",
        "of_subject": unmarked(sample.subject, sample.language),
    }


def harmless(html: str) -> SafeString:
    """What a mail says, without how it looks there, as part of a page with headings above it."""
    body = re.sub(r".*<body[^>]*>", "", html, flags=re.DOTALL)
    body = re.sub(r"(</?)h2\b", r"\1h4", re.sub(r"(</?)h1\b", r"\1h3", body))
    cleaned = nh3.clean(
        body,
        tags=_TAGS,
        clean_content_tags={"script", "style", "title", "head"},
        attributes={"*": {"dir", "lang"}, "a": {"href", "dir", "lang"}},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    return mark_safe(cleaned)  # noqa: S308 (nh3 cleaned it)
