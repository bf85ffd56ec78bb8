"""What only a browser sees, on every page: accessibility, width, and what it loads.

Each page is opened at 320 px: axe (WCAG 2.2 A and AA) in English and light, colour contrast again
in dark, no sideways scrolling in English and Arabic, no console error, no refusal by the security
policy, no request to another host. Pages for people with an account are opened as such a person.
``test_key_pages_browser.py`` looks at the key pages in all this, and more: they are left to it.
"""

import pytest

from tests.browser import Faults, window

from .key_pages import KEY_PAGES
from .walk import (
    PHONE,
    axe,
    dark_contrast,
    every_page,
    refused_form,
    scrolls_sideways,
    told,
)

pytestmark = [pytest.mark.heavy, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pages(world, a_draft, as_person):
    """Every page there is, and by whom it is opened."""
    return every_page(world, as_person)


@pytest.fixture
def other_pages(pages):
    """Every page but those that are looked at as key pages by the same person."""
    key_pages = {(key.address, key.role) for key in KEY_PAGES if not key.query}
    return [page for page in pages if (page.name, page.role) not in key_pages]


@pytest.mark.long
def test_every_page_is_accessible_in_light_and_dark_and_fits_a_phone(walk, other_pages):
    """And in Arabic it is no wider either."""

    def look(page):
        return [*axe(page), *scrolls_sideways(page), *dark_contrast(page)]

    assert len(other_pages) > 10
    walk.over(other_pages, look, color_scheme="light", reduced_motion="reduce")
    wrong = walk.over(other_pages, scrolls_sideways, language="ar")
    assert not wrong, told(wrong)


@pytest.mark.long
def test_refused_forms_are_accessible_and_say_what_to_mend(walk, pages):
    refused = []

    def send_empty(page):
        name = page.url
        if not refused_form(page):
            return []
        found = [*axe(page), *scrolls_sideways(page)]
        if page.locator("[aria-invalid=true], .field__error, .form-errors").count():
            refused.append(name)
        else:
            found.append("took an empty form without a word")
        return found

    wrong = walk.over(pages, send_empty)
    assert len(refused) >= 5
    assert not wrong, told(wrong)


def test_the_main_links_work_without_scripts(chromium, live_server, made_as_a_demo, world):
    with window(chromium, live_server.url, java_script_enabled=False, viewport=PHONE) as context:
        page = context.new_page()
        page.goto("/en/")
        page.locator(".menu--links > summary").click()
        page.locator(".menu--links a", has_text="Updates").click()
        assert page.url.endswith("/en/updates/")
        page.locator(".menu--languages > summary").click()
        page.locator(".menu--languages a", has_text="العربية").click()
        assert page.url.endswith("/ar/updates/")
        assert page.locator("html").get_attribute("dir") == "rtl"


def test_the_walk_would_notice(chromium, live_server, made_as_a_demo, world):
    """The checks themselves, on a page made wrong on purpose."""
    faults = Faults(live_server.url)
    with window(chromium, live_server.url, viewport=PHONE) as context:
        page = context.new_page()
        faults.watch(page)
        page.goto("/en/")
        page.evaluate(
            """() => {
              const wide = document.createElement("p");
              wide.textContent = "x".repeat(400);
              wide.className = "meta";
              document.querySelector("main").append(wide);
              wide.style.whiteSpace = "nowrap";
              const image = document.createElement("img");
              image.src = "http://127.0.0.2:9/pixel.png";
              document.querySelector("main").append(image);
            }"""
        )
        page.wait_for_timeout(300)
        assert scrolls_sideways(page)
        assert any("image-alt" in line for line in axe(page))
        assert any("Content Security Policy" in fault for fault in faults.found)
