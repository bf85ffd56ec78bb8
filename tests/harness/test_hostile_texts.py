"""Every hostile text in every field a person fills in: pages, data, feed and mails show it as text.

The popup of the map is in ``tests/outreach_map/test_map_browser.py``, where a browser opens it.
"""

import json
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.contrib import admin
from django.core import mail
from django.core.management import call_command
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone

from liaisons.models import SecondStepReset, User
from mailing import deliver, recipients
from strategy import responses
from strategy.models import Report, Statement
from web import content_version

from .addresses import all_addresses
from .corpus import XSS
from .hostile_world import dangers_in, put_everywhere
from .test_canaries import letters  # noqa: F401  the world with mails behind it
from .visits import path_of, reader_of, undone

OWN_SHEETS = get_template("mailing/_mail.html").template.source.count("<style")

LONGEST = 150  # names have room for it
ATOM = "{http://www.w3.org/2005/Atom}"


def bundles() -> list[str]:
    """The whole corpus in a few texts: alone what has to be all of a field, the rest together."""
    alone = [XSS[0], "javascript:alert(1)"]
    together = [""]
    for text in XSS:
        if text not in alone and len(together[-1]) + len(text) > LONGEST:
            together.append("")
        if text not in alone:
            together[-1] = f"{together[-1]} {text}".strip()
    return [*alone, *together]


@pytest.fixture(params=bundles())
def hostile(request, letters):  # noqa: F811
    """The world with one hostile text everywhere."""
    written = put_everywhere(request.param)
    assert len(written) > 30, written
    content = letters.report.versions.get(number=1).content
    statements = [{**line, "text": request.param} for line in content["statements"]]
    letters.report.versions.create(
        number=2,
        actor=letters.people["liaison"],
        note=request.param,
        content={
            **dict.fromkeys(("place", "overview", "page_url"), request.param),
            **content,
            "statements": statements,
        },
    )
    Report.objects.filter(pk=letters.report.pk).update(version=2)
    texts = {code: request.param for code, _name in settings.LANGUAGES}
    letters.update.versions.create(
        number=3, content=dict.fromkeys(("title", "short", "body"), texts)
    )
    # No row of this kind is ever changed. The admin's pages about the first person show it.
    SecondStepReset.objects.create(
        person=User.objects.order_by("pk").first(),
        by=User.objects.order_by("pk").last(),
        reason=request.param[:500],
        expires_at=timezone.now(),
    )
    content_version.bump()
    return letters


def test_a_hostile_text_is_only_text(hostile, browser):
    clients = {role: browser(role) for role in hostile.people}
    shown = 0
    for address in all_addresses():
        if address.is_admin:
            continue
        path = path_of(address, hostile)
        if address.name == "strategy:report_version":
            path = path.replace("/1/", "/2/")
        if address.name == "strategy:update_version":
            path = path.replace("/2/", "/3/")
        response = undone(clients[reader_of(address)], "get", path)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        kind = response.get("Content-Type", "")
        assert response.status_code < 500, address.name
        if kind.startswith("text/html"):
            assert dangers_in(body.decode()) == [], address.name
            shown += any(word in body for word in (b"alert(1)", b"tracker.", b"7|add"))
        elif "json" in kind:
            json.loads(body)
            assert response["X-Content-Type-Options"] == "nosniff"
        elif "xml" in kind:
            read_feed(body)
    assert shown > 5


def read_feed(body):
    """A feed or a sitemap is well-formed, and the HTML inside it holds nothing that runs."""
    root = ET.fromstring(body)  # noqa: S314  our own feed
    for part in [*root.iter(f"{ATOM}content"), *root.iter(f"{ATOM}summary")]:
        if part.get("type") == "html":
            assert dangers_in(part.text or "") == []
    for link in root.iter(f"{ATOM}link"):
        assert link.get("href", "").startswith(("http://", "https://", "/"))


def test_the_admin_shows_a_hostile_text_as_text(hostile, browser):
    client = browser("superuser")
    for model in admin.site._registry:
        stem = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.order_by("pk").first()
        paths = [reverse(f"{stem}_changelist")]
        if row is not None:
            for kind in ("change", "delete", "history"):
                paths.append(reverse(f"{stem}_{kind}", args=[row.pk]))
        for path in paths:
            response = client.get(path)
            assert response.status_code < 500, path
            found = dangers_in(response.content.decode())
            assert [line for line in found if "alert(1)" in line or "tracker" in line] == [], path


def test_a_mail_shows_a_hostile_text_as_text(hostile):
    reader = hostile.people["other liaison"]
    recipients.set_rhythm(reader, "daily")
    mail.outbox.clear()
    call_command("send_digests", person=reader.email)
    statement = Statement.objects.create(report=hostile.report, number=99, text="აზრი")
    responses.answer(
        statements=[statement],
        texts={"text_en": hostile.update.title},
        by=hostile.people["editor"],
    )
    deliver.send_due()
    assert mail.outbox
    for message in mail.outbox:
        assert "\n" not in message.subject
        for content, _kind in message.alternatives:
            found = [d for d in dangers_in(str(content)) if "style" not in d.split(":")[0]]
            sheets = [d for d in found if d.startswith("element: <style")]
            # The sheet for the dark is ours, and there is no other.
            assert len(sheets) == OWN_SHEETS
            assert [d for d in found if d not in sheets] == []
