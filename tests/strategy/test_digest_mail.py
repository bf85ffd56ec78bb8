"""A full digest as a mail: small, complete, and each link leads on for who is signed out."""

import datetime
import re
import urllib.error
import urllib.request
from email import message_from_bytes, policy
from html import unescape
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.utils import timezone

from benchmarks.digest_content import SENTENCES
from liaisons.accounts.people import sync_recipient
from liaisons.models import Mandate
from mailing import deliver, editions, look, recipients, subscriptions
from mailing.models import Notice
from mailing.subscriptions import Wish
from strategy import notices, responses, tasks
from strategy.models import TimelineEntry
from strategy.region_reports import REGIONS
from web.models import Installation

from .factories import (
    TimelineEntryFactory,
    TopicFactory,
    UpdateFactory,
    WorkingGroupFactory,
    drafted,
    reported,
)
from .test_urgent_updates import urgent

DAY = datetime.timedelta(days=1)
SUBSCRIBER = "subscriber@example.org"
# Gmail cuts a mail at 102 kB; this is for the whole of it, as it is sent.
MOST_BYTES = 60_000
OF_ONE_BYTE = {"de", "en", "es", "fr", "pt"}
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def in_each_language(*fields, begin="", letters):
    """Texts of just so many letters, in each language."""
    return {
        f"{field}_{code.replace('-', '_')}": f"{begin}{f' {sentence}' * 99}"[:letters].strip()
        for code, sentence in SENTENCES.items()
        for field in fields
    }


def titled(begin):
    """A title and a short version, each as long as it can be."""
    return in_each_language("title", begin=begin, letters=200) | in_each_language(
        "short", begin=begin, letters=800
    )


def full_digest(alice, frank, language):
    """All that one digest can hold, after a long pause; the mail as sent."""
    return full_digests(alice, frank, language)[alice.email]


def full_digests(alice, frank, language):
    """The same for her and for a reader without an account; by address."""
    wish = Wish(rhythm="daily", language=language, time_zone="UTC", choices={})
    subscriber = subscriptions.confirm(subscriptions.ask(SUBSCRIBER, wish))
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})
    alice.language = language
    alice.save()
    sync_recipient(alice)
    recipients.set_rhythm(alice, "daily")
    alice.mail_recipient.preferences.update(effective_at="2000-01-01T00:00Z")
    mandate = Mandate.objects.get(person=alice)
    now = timezone.now()
    group = WorkingGroupFactory(**in_each_language("name", letters=100))
    for number in range(18):
        closes_at = now + (datetime.timedelta(hours=1), 4 * DAY, 40 * DAY)[number % 3]
        TopicFactory(working_group=group, closes_at=closes_at, **titled(f"T{number}"))
    tasks.announce_due_topics()
    for number in range(6):
        TimelineEntryFactory(
            kind=TimelineEntry.Kind.DEADLINE,
            starts_on=timezone.localdate() + (2 + number) * DAY,
            **in_each_language("title", begin=f"D{number}", letters=200),
        )
    for number in range(25):
        UpdateFactory(published=True, **titled(f"U{number}"))
    for number in range(2):
        titles = titled(f"C{number}")
        UpdateFactory(published=True, kind="act", deadline=now + 3 * DAY, **titles)
    for number in range(5):
        # Nobody is woken for these any more, so they stand in the digest.
        urgent(now - 3 * DAY, **titled(f"N{number}"))
    for number in range(12):
        report = reported(mandate, *(f"S{number} {SENTENCES[language] * 9}"[:400] for _one in "ab"))
        texts = in_each_language("text", begin=f"A{number}", letters=1500)
        responses.answer(statements=report.statements.all(), texts=texts, by=frank)
    mailed = Notice.objects.filter(kind=notices.ANSWERED).order_by("pk")
    mailed.filter(pk__in=mailed[6:]).update(state="skipped", reason="not_eligible")
    # Six more did not fit the contact budget and come with the digest.
    mailed.exclude(state="skipped").update(reason="over_budget", next_attempt_at=now + 9 * DAY)
    for _number in range(4):
        drafted(mandate)
    recipients.set_rhythm(alice, "daily", choices={REGIONS: [mandate.group.region_id]})
    for reader in (alice.mail_recipient, subscriber):
        reader.preferences.update(effective_at="2000-01-01T00:00Z")
    at = now.replace(hour=7, minute=30) + DAY
    with time_machine.travel(at, tick=False):
        tasks.announce_due_topics()
        editions.make_editions()
        deliver.send_due()
    return {one.to[0]: one for one in mail.outbox if "List-Id" in one.extra_headers}


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_full_digest_is_small_and_whole_in_each_language(alice, frank, language):
    message = full_digest(alice, frank, language)
    sent = message.message().as_bytes()
    assert len(sent) < MOST_BYTES
    parsed = message_from_bytes(sent, policy=policy.default)
    text, html = (part.get_content() for part in parsed.iter_parts())
    # Urgent, to do, next steps, answers, open, closed, updates, reports; messages that
    # waited, where there is room, as in letters of one byte; the others go by themselves.
    told = Notice.objects.filter(reason="in_digest").count()
    alone = Notice.objects.filter(kind=notices.ANSWERED, state="sent").count()
    assert told + alone + Notice.objects.waiting_for_room().count() == 6
    assert told == (language in OF_ONE_BYTE)
    assert html.count("<h2") == text.count("\n* ") == 8 + bool(told)
    assert "slot" not in text + html
    # Nothing that only one of the two forms says: each link of one stands in the other.
    for link in links_of(html):
        assert link.split("#")[0].rstrip("/") in text, link
    assert not re.search(r"<img|src=|url\(|@import|<script", html)
    assert f'dir="{"rtl" if language == "ar" else "ltr"}"' in html
    assert not re.search(r"\n\s*\n\s*\n\s*\n", text)
    assert not re.search(r"<\w|&\w+;", text)


def links_of(html):
    return {unescape(link) for link in re.findall(r'href="([^"]+)"', html)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_account", [True, False])
def test_every_link_of_a_digest_leads_on_for_who_is_signed_out(
    alice, frank, live_server, settings, has_account
):
    settings.BASE_URL = live_server.url
    message = full_digests(alice, frank, "en")[alice.email if has_account else SUBSCRIBER]
    links = links_of(message.alternatives[0].content) | set(re.findall(r"http\S+", message.body))
    assert len(links) > 20
    asked_to_sign_in = set()
    for link in links:
        assert link.startswith(f"{live_server.url}/"), link
        status, path, page = opened(link)
        assert status == 200, link
        if "/accounts/" in path:
            assert "What you asked for needs an account" in page, link
            assert f"next={urlsplit(link).path}" in path, link
            asked_to_sign_in.add(urlsplit(link).path.split("/")[3])
    # One's own settings, and what is written for a group; nobody without an account is asked.
    assert asked_to_sign_in == ({"settings", "reports", "relays"} if has_account else set())


def opened(link):
    """What a program that keeps no cookies is shown: status, where it came to, the page."""
    try:
        with urllib.request.urlopen(link, timeout=60) as answer:  # noqa: S310 (our own server)
            return answer.status, answer.url, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, link, ""


def _luminance(color):
    color = color.lstrip("#")
    color = "".join(one * 2 for one in color) if len(color) == 3 else color
    parts = [int(color[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_letters_stand_out_from_their_ground(mode):
    from web import built_assets

    colors = built_assets.read("mail_colors.json")[mode]
    for ground in ("base", "neutral-subtle"):
        behind = _luminance(colors[f"background-color-{ground}"])
        for name in ("color-base", "color-emphasized", "color-progressive", "color-subtle"):
            light, dark = sorted([_luminance(colors[name]), behind], reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ground)


def test_every_colored_part_has_its_dark_rule():
    sheet = look.dark_sheet()
    for part, style in look.PARTS.items():
        if "{color" in style or "{background" in style or "{border" in style:
            assert f".m-{part}{{" in sheet
    assert "{" not in look.style_of("page", "ar")
