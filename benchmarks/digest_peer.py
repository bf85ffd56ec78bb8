"""The same digest by django-post_office: one template for each language, rendered for each person.

Its own pages are followed: templates kept in its tables with a translation for each language and
cached in memory, ``send_many`` to queue, ``send_queued_mail_until_done`` to deliver in batches, its
defaults for the rest (batches of 100, five threads in the process, a log of each mail).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from post_office import mail
from post_office.models import Email, EmailTemplate

from benchmarks import digest_content
from mailing import positions
from mailing.links import absolute, settings_url, unsubscribe_url
from mailing.models import Recipient
from mailing.sections import Block
from mailing.unsubscribe import token_for
from strategy import language_versions, sections

AT_ONCE = 1000  # mails handed to send_many in one call

_UPDATES_HTML = """{% for item in SECTION %}
<div style="margin:0 0 24px">
  <h3 style="margin:0 0 4px;font-size:17px;line-height:1.4"><a href="{{ item.url }}" style="color:#3366cc">{{ item.title }}</a></h3>
  <div>{{ item.short|linebreaks }}</div>
  <p style="margin:0;font-size:13px;color:#54595d">{{ item.day }}</p>
</div>
{% endfor %}"""  # noqa: E501
_UPDATES_TEXT = """{% autoescape off %}{% for item in SECTION %}{{ item.title }}
{{ item.day }}

{{ item.short }}

{{ item.url }}


{% endfor %}{% endautoescape %}"""


PEOPLE = ("pk", "address", "address_hash", "language", "user__username")


@dataclass(frozen=True)
class Way:
    """One of the two ways to have templates rendered: when queued (its default) or when sent."""

    renders_on_delivery: bool
    processes: int = 1

    def send_all(self, after: int) -> None:
        """Queue a digest of what was published after that position, and deliver all of them."""
        mails = []
        for one in mails_to_send(after):
            mails.append(
                {
                    "recipients": one.address,
                    "sender": settings.DEFAULT_FROM_EMAIL,
                    "template": "digest",
                    "language": one.language,
                    "context": one.context,
                    "headers": one.headers,
                    "render_on_delivery": self.renders_on_delivery,
                }
            )
            if len(mails) == AT_ONCE:
                mail.send_many(mails)
                mails = []
        mail.send_many(mails)
        mail.send_queued_mail_until_done(processes=self.processes)


@dataclass(frozen=True)
class Wanted:
    """One person's digest before it is rendered."""

    address: str
    language: str
    context: dict
    headers: dict


def mails_to_send(after: int) -> Iterator[Wanted]:
    """What each person is to get, for peers that render one mail after another."""
    news = {code: _news(code, after) for code, _name in settings.LANGUAGES}
    position = positions.current()
    people = Recipient.objects.filter(preferences__rhythm="at_once").order_by("pk")
    for pk, address, hashed, language, name in people.values_list(*PEOPLE).iterator():
        link = unsubscribe_url(token_for(pk, hashed))
        own = {
            key: list(digest_content.own_things(key, position, name, language).values())
            for key in digest_content.OWN
        }
        yield Wanted(
            address,
            language,
            news[language] | own | {"unsubscribe_url": link},
            {
                "List-Unsubscribe": f"<{link}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )


def have_templates() -> None:
    """The digest's own frame in each language, with loops where the sections come."""
    first = None
    for code, (text, html) in templates().items():
        template = EmailTemplate.objects.create(
            name="digest",
            # Asked for by name and language, which the cache is kept under too.
            language=code,
            default_template=first,
            subject="{{ headline }}",
            content=text,
            html_content=html,
        )
        first = first or template


def templates() -> dict[str, tuple[str, str]]:
    """By language the source of the templates for text and HTML."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found[code] = (
                _frame("mailing/digest.txt", "text"),
                _frame("mailing/digest.html", "html"),
            )
    return found


def sent() -> int:
    """How many were handed over so far."""
    return Email.objects.filter(status=0).count()


def average_size() -> float:
    """Bytes of a message, over all languages."""
    emails = Email.objects.select_related("template").order_by("-pk")[:500]
    sizes = [len(email.email_message().message().as_bytes()) for email in emails]
    return sum(sizes) / len(sizes)


_SHARED = (
    sections.CallsToAct,
    sections.NewUpdates,
    sections.OpenTopics,
    sections.ClosedTopics,
)


def _news(language, after) -> dict:
    with translation.override(language):
        found = {}
        for section in _SHARED:
            found[section.key] = [
                _item(language_versions.shown(getattr(item, "thing", item), language))
                for item in section().items(after, positions.current())
            ]
    return found | {"headline": found["updates"][0]["title"]}


def _item(version) -> dict:
    day = getattr(version.thing, "published_at", None) or version.thing.closes_at
    return {
        "title": version.title,
        "short": version.short,
        "url": absolute(version.thing.get_absolute_url()),
        "day": date_format(day),
    }


def _frame(template, part) -> str:
    language = translation.get_language()
    shared = {"html": _UPDATES_HTML, "text": _UPDATES_TEXT}[part]
    own = {"html": digest_content.OWN_HTML, "text": digest_content.OWN_TEXT}[part]

    def block(section):
        code = shared.replace("SECTION", section.key)
        return {
            "label": section.label,
            "block": Block(mark_safe(code), code, 1),  # noqa: S308
        }

    own_code = "".join(own.replace("items", key) for key in digest_content.OWN)
    return render_to_string(
        template,
        {
            "language": language,
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
            "site_name": settings.SITE_NAME,
            "is_demo": True,
            "base_url": settings.BASE_URL,
            "home_url": absolute(f"/{language}/"),
            "settings_url": settings_url(),
            "contact_email": settings.CONTACT_EMAIL,
            "before": [block(_SHARED[0])],
            "after": [block(section) for section in _SHARED[1:]],
            "own_text": mark_safe(own_code),  # noqa: S308
            "own_html": mark_safe(own_code),  # noqa: S308
            "unsubscribe_url": "{{ unsubscribe_url }}",
        },
    )
