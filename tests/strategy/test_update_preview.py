"""The Core Team sees an update before it is published, and what could be written more plainly."""

from html.parser import HTMLParser

import pytest
from django.urls import reverse

from strategy.models import Update
from tests.browser import Faults, window
from tests.harness.corpus import XSS
from tests.harness.walk import axe, scrolls_sideways
from web.models import Installation

from .factories import TopicFactory, UpdateFactory
from .test_admin import form_of, page_of

pytestmark = pytest.mark.django_db
PREVIEW = "admin:strategy_update_preview"
SAID = {
    "title_en": "Seen",
    "short_en": "Short, in order to see it.",
    "body_en": "# Big\n\n*text*",
    "title_ar": "عنوان",
    "short_ar": "باختصار",
}


@pytest.fixture
def desk(erin, as_person):
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})
    return as_person(erin)


class Frames(HTMLParser):
    """The documents in the frames of a page: as a page, in the digest, as a page again."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "iframe":
            self.found.append(dict(attrs))


def looked_at(desk, language="en", **values):
    response = desk.post(reverse(PREVIEW), {**SAID, "preview_in": language, **values})
    assert response.status_code == 200
    page = response.content.decode()
    return page, [frame["srcdoc"] for frame in Frames(page).found]


def test_the_preview_shows_what_was_typed_and_saves_nothing(desk):
    page, (phone, mail, wide) = looked_at(desk)
    assert phone == wide
    assert '<html lang="en" dir="ltr">' in phone
    assert "<h2>Big</h2>" in phone
    assert "<em>text</em>" in phone
    # The frame of the site is around it, and what comes with publishing is not there yet.
    assert "Skip to the content" in phone
    assert "Passed on" not in phone
    # The mail is the real one: with heading, foot and the short version.
    assert "New updates" in mail
    assert "Short, in order to see it." in mail
    assert "Get no more of these mails" in mail
    assert "Short, in order to see it." in page.split("<pre", 1)[1]
    assert not Update.objects.exists()


def test_another_language_is_chosen_without_losing_what_was_typed(desk):
    page, _frames = looked_at(desk)
    data = {"preview_in": "ar"}
    for name, value in SAID.items():
        assert f'name="{name}"' in page
        data[name] = value
    page, (phone, mail, _wide) = looked_at(desk, **data)
    assert '<html lang="ar" dir="rtl">' in phone
    assert "عنوان" in phone
    assert "Seen" not in phone
    assert 'dir="rtl"' in mail
    assert "باختصار" in mail
    # The page around them stays in the reader's own language.
    assert '<html lang="en" dir="ltr">' in page


def test_a_language_without_text_shows_what_its_readers_get(desk):
    page, (phone, mail, _wide) = looked_at(desk, language="fr")
    assert '<html lang="fr"' in phone
    assert "Seen" in phone
    assert "Seen" in mail
    assert "There is no text in this language yet" in page
    assert looked_at(desk, language="xx")[0].count("There is no text") == 0


def test_kind_and_topics_are_shown_as_chosen_in_the_form(desk):
    topic = TopicFactory(title_en="Roles", is_public=True)
    chosen = {
        "kind": "act",
        "deadline_0": "2030-05-01",
        "deadline_1": "12:00:00",
        "topics": [topic.pk, "x", "99999999999"],
    }
    phone = looked_at(desk, **chosen)[1][0]
    assert "To be done until" in phone
    assert "Roles" in phone
    # Without its day it is no call yet; the form says so when it is published.
    assert "To be done until" not in looked_at(desk, kind="act", deadline_0="soon")[1][0]


def test_the_form_of_a_saved_update_can_be_looked_at(desk):
    update = UpdateFactory(published=True, in_arabic=True)
    data = form_of(desk.get(page_of(update)), title_en="Other words")
    _page, (phone, mail, _wide) = looked_at(desk, **data)
    assert "Other words" in phone
    assert "Other words" in mail
    update.refresh_from_db()
    assert update.title_en != "Other words"


@pytest.mark.parametrize("text", XSS)
def test_hostile_text_stays_text_in_the_preview(desk, text):
    values = {"title_en": text, "short_en": text, "body_en": text, "slug": text, "kind": text}
    page, frames = looked_at(desk, **values)
    for markup in ("<script>alert", "<img", "<svg/", "<math", "<b "):
        assert markup not in page.split('id="content"')[1]
    for frame in frames:
        assert "<script" not in frame
        for markup in ("<img", "<svg/", "<iframe", "<math", "<b ", 'href="javascript:'):
            assert markup not in frame


def test_the_preview_is_for_the_core_team_and_takes_a_post_only(desk, as_person, dave, client):
    assert desk.get(reverse(PREVIEW)).status_code == 405
    for browser in (client, as_person(dave)):
        assert browser.post(reverse(PREVIEW), {"title_en": "x"}).status_code in (302, 403, 404)


# --- Help with writing ----------------------------------------------------------------------------


def test_after_saving_the_page_says_how_long_the_text_is_and_what_could_be_plainer(desk):
    update = UpdateFactory(short_en="We kick off in order to meet.", body_en="word " * 400)
    page = desk.get(page_of(update)).content.decode()
    assert "Short version: 29 of 800 characters." in page
    assert "407 words in all." in page
    assert "3 minutes to read." in page
    assert '<q lang="en" dir="ltr">kick off</q>' in page
    assert '<q lang="en" dir="ltr">in order to</q> → <q lang="en" dir="ltr">to</q>' in page
    # Before it is saved there is nothing to say.
    assert "writing-help" not in desk.get(reverse("admin:strategy_update_add")).content.decode()


def test_whoever_leaves_the_page_by_saving_is_told_of_hints(desk):
    update = UpdateFactory(short_en="We kick off.")
    response = desk.post(
        page_of(update), form_of(desk.get(page_of(update)), _save="1"), follow=True
    )
    page = response.content.decode()
    assert "1 hint for plainer language" in page
    assert f'href="{page_of(update)}#writing-help"' in page
    data = form_of(desk.get(page_of(update)), short_en="We begin.", _save="1")
    assert "hint for plainer" not in desk.post(page_of(update), data, follow=True).content.decode()


def test_a_topic_gets_the_same_help(desk):
    topic = TopicFactory(short_en="Stay tuned.")
    assert '<q lang="en" dir="ltr">Stay tuned</q>' in desk.get(page_of(topic)).content.decode()


# --- In a browser ---------------------------------------------------------------------------------


@pytest.mark.heavy
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [320, 1280])
def test_the_frames_show_under_the_security_policy(chromium, live_server, desk, erin, width):
    """Each frame holds its styled page, at its width, and nothing is complained of."""
    update = UpdateFactory(title_en="Framed", in_arabic=True)
    size = {"width": width, "height": 900}
    with window(chromium, live_server.url, person_client=desk, viewport=size) as context:
        page = context.new_page()
        faults = Faults(live_server.url)
        page.goto(page_of(update))
        with context.expect_page() as opened:
            page.get_by_role("button", name="Preview").click()
        seen = opened.value
        faults.watch(seen)
        seen.wait_for_load_state()
        seen.get_by_role("button", name="العربية").click()
        seen.wait_for_load_state()
        phone, mail, wide = (frame.content_frame for frame in seen.locator("iframe").all())
        for frame in (phone, wide):
            assert frame.locator("h1").inner_text() == update.title_ar
            assert frame.locator("html").get_attribute("dir") == "rtl"
            # The site's own sheet is there: the header is no plain list.
            assert frame.locator(".top").evaluate("e => getComputedStyle(e).position") != ""
            assert frame.locator("body").evaluate("e => getComputedStyle(e).margin") == "0px"
        inner = phone.locator("html").evaluate("e => e.clientWidth")
        assert inner == (360 if width > 362 else inner)
        title = mail.locator("h1").first
        assert title.evaluate("e => getComputedStyle(e).fontSize") == "28px"
        faults.found += [*axe(seen), *scrolls_sideways(seen)]
        assert not faults.found
