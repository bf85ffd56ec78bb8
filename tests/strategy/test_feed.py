"""The Atom feed: valid, whole, in the language of its address, and safe whatever is written."""

import datetime
import re
from xml.etree import ElementTree

import pytest

from strategy import updates
from strategy.models import Update
from tests.harness.corpus import XSS

from .factories import UpdateFactory

ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
pytestmark = pytest.mark.django_db


def feed(client, language="en"):
    response = client.get(f"/{language}/updates/feed/")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)  # noqa: S314


def test_the_feed_has_what_atom_requires(client):
    UpdateFactory(published=True)
    root = feed(client)
    assert root.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        assert len(root.findall(f"{ATOM}{name}")) == 1, name
    # RFC 4287, 4.1.1: an author of the feed, or of each entry.
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Core Team"
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == "http://testserver/en/updates/feed/"
    assert links["alternate"] == "http://testserver/en/updates/"
    [entry] = root.findall(f"{ATOM}entry")
    for name in ("id", "title", "updated", "published", "summary", "content"):
        assert len(entry.findall(f"{ATOM}{name}")) == 1, name
    assert entry.find(f"{ATOM}content").get("type") == "html"
    assert "<h3>" in entry.findtext(f"{ATOM}content")
    assert entry.find(f"{ATOM}link").get("href").startswith("http://testserver/en/updates/")


def test_an_entry_keeps_its_id_in_every_language_and_says_its_real_language(client):
    UpdateFactory(published=True, in_arabic=True)
    UpdateFactory(published=True)
    english, arabic = feed(client), feed(client, "ar")
    assert [e.findtext(f"{ATOM}id") for e in english.findall(f"{ATOM}entry")] == [
        e.findtext(f"{ATOM}id") for e in arabic.findall(f"{ATOM}entry")
    ]
    assert arabic.get(XML_LANG) == "ar"
    assert [e.get(XML_LANG) for e in arabic.findall(f"{ATOM}entry")] == ["en", "ar"]


def test_a_correction_is_new_in_the_feed(client):
    update = UpdateFactory(published=True)
    before = feed(client).findtext(f"{ATOM}entry/{ATOM}updated")
    update.short_en = "Now right."
    updates.save(update, actor=None)
    after = feed(client)
    assert after.findtext(f"{ATOM}entry/{ATOM}updated") > before
    assert after.findtext(f"{ATOM}entry/{ATOM}published") == before


def test_an_empty_feed_is_valid(client):
    root = feed(client)
    assert root.findtext(f"{ATOM}updated")
    assert root.findall(f"{ATOM}entry") == []


def test_the_feed_holds_the_newest_twenty(client):
    for _ in range(22):
        newest = UpdateFactory(published=True)
    entries = feed(client).findall(f"{ATOM}entry")
    assert len(entries) == 20
    assert entries[0].findtext(f"{ATOM}title") == newest.title_en


@pytest.mark.parametrize("text", XSS)
def test_hostile_text_stays_text_in_page_and_feed(client, text):
    update = UpdateFactory(title_en=text, short_en=text, body_en=text)
    updates.publish(update, actor=None)
    for address in ("/en/", "/en/updates/", f"/en/updates/{update.slug}/"):
        page = client.get(address).content.decode()
        for markup in ("<script>alert", "<img", "<svg/onload", "<iframe", "<math", "<b onmouse"):
            assert markup not in page, address
        assert not re.search(r'<[^>]*href="(?:javascript|data):', page), address
    entry = feed(client).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == text
    for name in ("summary", "content"):
        shown = entry.findtext(f"{ATOM}{name}")
        for markup in ("<script", "<img", "<svg", "<iframe", "<math", "<b ", 'href="javascript:'):
            assert markup not in shown


def test_characters_that_xml_cannot_hold_are_left_out(client):
    UpdateFactory(published=True, title_en="Tab\x0bbed \ufffe title", short_en="\x01", slug="odd")
    assert feed(client).findtext(f"{ATOM}entry/{ATOM}title") == "Tabbed  title"


def test_no_update_can_stand_at_the_feeds_address():
    with pytest.raises(Exception, match="no_update_is_called_feed"):
        Update.objects.create(slug="feed", title_en="x", short_en="x")


def test_a_call_to_act_says_until_when(client):
    deadline = datetime.datetime(2099, 12, 6, 12, tzinfo=datetime.UTC)
    UpdateFactory(published=True, kind=Update.Kind.ACT, deadline=deadline)
    UpdateFactory(published=True)
    news, call = (e.findtext(f"{ATOM}summary") for e in feed(client).findall(f"{ATOM}entry"))
    assert "To be done until 6 December 2099, 12:00\u202fpm UTC" in call
    assert "until" not in news
