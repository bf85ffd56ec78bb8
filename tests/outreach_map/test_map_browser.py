"""The map in a real browser: shapes and clusters, a country by click and by keyboard, the address.

Also with everything hostile as a name, and as an axe check after each interaction.
"""

import re

import pytest
from django.db import transaction

from liaisons.models import Group
from tests.browser import Faults, window
from tests.factories import MandateFactory
from tests.harness.corpus import XSS
from tests.harness.walk import axe, scrolls_sideways
from web import content_version
from web.models import ContentVersion, Installation

from .conftest import placed

pytestmark = [pytest.mark.heavy, pytest.mark.django_db(transaction=True)]

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
READY = "#map[data-ready]"
FOCUS = """(selector) => {
  const found = document.querySelector(selector);
  found?.focus();
  return found && document.activeElement === found;
}"""


@pytest.fixture(autouse=True)
def rows_of_a_new_database(transactional_db):
    """Tests of this kind empty every table."""
    ContentVersion.objects.get_or_create(pk=1)
    Installation.objects.get_or_create(pk=1)


@pytest.fixture
def groups(transactional_db, directory):
    """The directory, with liaisons and seven clubs at one place."""
    MandateFactory(confirmed=True, group=directory.tanzania)
    for number in range(7):
        placed(directory.namibia.country, name=f"Club {number}", slug=f"club-{number}")
    return directory


@pytest.fixture
def open_map(chromium, live_server, groups):
    """``open_map("?country=TZ")``: the page in a window; what it did wrong fails the test."""
    opened = []

    def open_page(query="", viewport=DESKTOP, language="en", **options):
        manager = window(chromium, live_server.url, viewport=viewport, **options)
        context = manager.__enter__()
        page = context.new_page()
        faults = Faults(live_server.url)
        faults.watch(page)
        opened.append((manager, faults))
        page.goto(f"/{language}/map/{query}")
        page.wait_for_selector(READY)
        return page

    yield open_page
    for manager, faults in opened:
        manager.__exit__(None, None, None)
        assert not faults.found


def wait_for_heading(page, text):
    page.wait_for_function(
        "text => document.querySelector('#here')?.textContent === text", arg=text
    )


def test_shapes_and_clusters_are_drawn_and_said(open_map):
    page = open_map()
    page.wait_for_selector(".map__country")
    assert page.locator(".map__country").count() > 150
    label = page.locator(".map__cluster").first.get_attribute("aria-label")
    assert label == "Groups: 9. With a liaison: 1."
    assert page.locator(".map__cluster b").first.text_content() == "9"
    assert axe(page) == []


def test_a_click_on_a_country_lists_it_and_changes_the_address(open_map):
    page = open_map("?country=TZ")
    page.wait_for_selector(".map__country--lit")
    page.get_by_role("link", name="Clear all").click()
    page.wait_for_selector("#here", state="detached")
    assert page.locator(".map__country--lit").count() == 0
    # The map still shows Tanzania near by: beside its groups is the country itself.
    groups = page.locator(".map__cluster").bounding_box()
    page.mouse.click(groups["x"] + groups["width"] / 2, groups["y"] + groups["height"] + 40)
    wait_for_heading(page, "Tanzania")
    assert page.url.endswith("/en/map/?country=TZ")
    assert page.input_value("#id_country") == "TZ"
    assert page.locator(".map__country--lit").count() == 1


def test_a_country_is_chosen_by_keyboard_alone(open_map):
    page = open_map()
    page.locator("#id_country").focus()
    page.keyboard.type("Tanz")
    page.keyboard.press("Enter")
    wait_for_heading(page, "Tanzania")
    assert page.url.endswith("/en/map/?country=TZ")
    results = page.locator("#results").text_content()
    assert "Wikimedia Tanzania" in results
    assert "Swahili Wikipedia" in results
    assert "Tanzania" in page.locator("#map-status").text_content()
    assert axe(page) == []


def test_the_back_button_brings_back_what_was_chosen(open_map):
    page = open_map("?country=TZ")
    page.select_option("#id_country", "NA")
    wait_for_heading(page, "Namibia")
    page.select_option("#id_kind", "project_community")
    page.wait_for_url("**/en/map/?country=NA&kind=project_community")
    page.go_back()
    page.go_back()
    wait_for_heading(page, "Tanzania")
    assert page.input_value("#id_country") == "TZ"
    assert page.input_value("#id_kind") == ""
    page.go_forward()
    wait_for_heading(page, "Namibia")


def test_an_address_brings_its_state_with_it_in_every_language(open_map):
    page = open_map("?country=TZ&liaison=has")
    assert page.locator("#here").text_content() == "Tanzania"
    assert page.locator(".map__point").count() == 1
    page.select_option("#id_country", "NA")
    wait_for_heading(page, "Namibia")
    arabic = page.locator(".menu--languages a[hreflang=ar]").get_attribute("href")
    assert arabic == "/ar/map/?country=NA&liaison=has"


def test_filters_thin_out_the_map_itself(open_map):
    page = open_map()
    page.select_option("#id_liaison", "has")
    page.wait_for_selector(".map__cluster", state="detached")
    assert page.locator(".map__point").count() == 1
    assert page.locator(".map__dot--has").count() == 1
    page.get_by_role("link", name="Clear all").click()
    page.wait_for_selector(".map__cluster")
    assert page.url.endswith("/en/map/")


def test_groups_at_one_place_open_as_a_list_by_keyboard(open_map):
    page = open_map("?country=TZ")
    # While the map moves to the country its markers are hidden, and take no focus.
    page.wait_for_function(FOCUS, arg=".map__cluster")
    page.keyboard.press("Enter")
    page.wait_for_selector(".map__groups")
    assert page.locator(".map__groups a").count() == 9
    assert page.evaluate("document.activeElement.closest('.map__groups') !== null")
    assert axe(page) == []
    page.keyboard.press("Escape")
    page.wait_for_selector(".map__groups", state="detached")


def test_hostile_names_are_only_text_in_the_popup(open_map, groups):
    for text in XSS:
        with transaction.atomic():
            Group.objects.filter(slug="tanzania").update(name=text)
            content_version.bump()
        page = open_map("?liaison=has")
        page.locator(".map__point").click()
        shown = page.locator(".map__groups bdi").first
        assert re.sub(r"\s", "", shown.text_content()) == re.sub(r"\s", "", text)
        assert page.locator(".map__groups :is(script, img, iframe, math)").count() == 0
        page.context.close()


def test_a_phone_in_arabic_and_dark_can_use_it(open_map):
    page = open_map("?country=TZ", viewport=PHONE, language="ar", color_scheme="dark")
    assert scrolls_sideways(page) == []
    assert page.locator("#here").text_content() == "تنزانيا"
    assert axe(page, ["color-contrast", "target-size"], "rule") == []
    box = page.locator("#map").bounding_box()
    assert box["width"] > 300
    assert box["height"] < 740 * 0.7


def test_without_a_script_the_same_address_is_the_table(chromium, live_server, groups):
    with window(chromium, live_server.url, java_script_enabled=False, viewport=PHONE) as context:
        page = context.new_page()
        page.goto("/en/map/")
        assert not page.locator("#map").is_visible()
        assert page.locator("#results table tbody tr").count() == 13
        page.select_option("#id_country", "TZ")
        page.get_by_role("button", name="Show").click()
        assert "country=TZ" in page.url
        assert page.locator("#here").text_content() == "Tanzania"
