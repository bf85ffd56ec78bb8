"""A text translated in a browser: saved as one goes, kept while there is no connection."""

import re

import pytest
from playwright.sync_api import expect

from strategy.models import TranslationDraft, Update
from tests.browser import Faults, window
from tests.harness.walk import axe, dark_contrast, scrolls_sideways
from web.models import ContentVersion, Installation

from .desk import IN_HINDI

pytestmark = [pytest.mark.heavy, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 360, "height": 740}
# Two seconds after typing, and then what a busy machine takes.
PATIENCE = 25_000
SAVED = re.compile(r"Saved \d")
EXPECTED = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "status of 409")


@pytest.fixture(autouse=True)
def rows_of_a_new_database(transactional_db):
    """Tests of this kind empty every table."""
    ContentVersion.objects.get_or_create(pk=1)
    Installation.objects.get_or_create(pk=1)


@pytest.fixture
def phone(chromium, live_server, as_person, helper, update):
    """A browser window of 360 px in which Alice is signed in and has claimed the update."""
    client = as_person(helper)
    path = f"/en/translate/hi/update/{update.pk}/"
    client.post(path, {"do": "claim"})
    faults = Faults(live_server.url)
    with window(
        chromium, live_server.url, person_client=client, viewport=PHONE, locale="en-GB"
    ) as context:
        context.on("page", faults.watch)
        page = context.new_page()
        page.goto(path)
        yield page
    assert not [f for f in faults.found if not any(said in f for said in EXPECTED)]


def test_words_are_saved_as_one_types_and_published(phone, update):
    phone.locator("[name=title]").fill(IN_HINDI["title"])
    expect(phone.locator("[data-status]")).to_have_text(SAVED, timeout=PATIENCE)
    assert TranslationDraft.objects.get().data["title"] == IN_HINDI["title"]
    phone.locator("[name=short]").fill(IN_HINDI["short"])
    phone.locator("[name=body]").fill(IN_HINDI["body"])
    phone.locator("[name=do][value=publish]").click()
    expect(phone.get_by_text("The translation is published")).to_be_visible(timeout=PATIENCE)
    update.refresh_from_db()
    assert update.body_hi == IN_HINDI["body"]
    # Nothing is left on the device to be sent again.
    kept = "() => Object.keys(localStorage).filter((name) => name.startsWith('report:')).length"
    assert phone.evaluate(kept) == 0


def test_without_a_connection_words_stay_on_the_device(phone):
    phone.context.set_offline(True)
    phone.locator("[name=title]").fill(IN_HINDI["title"])
    expect(phone.locator("[data-status]")).to_contain_text("no connection", timeout=PATIENCE)
    phone.context.set_offline(False)
    phone.reload()
    expect(phone.locator("[name=title]")).to_have_value(IN_HINDI["title"])
    expect(phone.locator("[data-status]")).to_have_text(SAVED, timeout=PATIENCE)
    assert TranslationDraft.objects.get().data["title"] == IN_HINDI["title"]


def test_two_windows_show_both_texts(phone):
    other = phone.context.new_page()
    other.goto(phone.url)
    other.locator("[name=title]").fill("दूसरा")
    expect(other.locator("[data-status]")).to_have_text(SAVED, timeout=PATIENCE)
    phone.locator("[name=title]").fill("पहला")
    phone.get_by_role("button", name="Compare both").click(timeout=PATIENCE)
    expect(phone.get_by_text("nothing was overwritten")).to_be_visible(timeout=PATIENCE)
    assert [*axe(phone), *scrolls_sideways(phone), *dark_contrast(phone)] == []
    phone.get_by_role("button", name="Keep mine").first.click()
    # The page with both had the same text in its field: wait until it has gone.
    expect(phone.get_by_text("nothing was overwritten")).to_have_count(0, timeout=PATIENCE)
    expect(phone.locator("[name=title]")).to_have_value("पहला")
    assert TranslationDraft.objects.get().data["title"] == "पहला"
    assert not Update.objects.get().title_hi
