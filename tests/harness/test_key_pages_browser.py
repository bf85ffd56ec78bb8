"""The key pages (``key_pages.py``) in eight combinations, and after what people do on them.

Widths of 320 and 1280 px, left-to-right and right-to-left, light and dark: no fault that axe
finds, enough contrast, no sideways scrolling, no console error, no refusal by the security policy,
no request to another host.
"""

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.browser import Faults, window
from tests.factories import UserFactory

from .key_pages import KEY_PAGES
from .walk import (
    DESKTOP,
    FILLED_IN,
    PHONE,
    axe,
    dark_contrast,
    path_by_name,
    refused_form,
    scrolls_sideways,
    settled,
    told,
    visitor,
)

pytestmark = [pytest.mark.heavy, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(made_as_a_demo, world, a_draft):
    """The roles of the world, and a member who has begun nothing."""
    world.people["other member"] = UserFactory(display_name="ახალი")
    return world


def look(page, within: str = "") -> list[str]:
    return [*axe(page, within=within), *scrolls_sideways(page), *dark_contrast(page)]


def open_each_fold(page, within):
    """Open one after the other what the browser itself folds away."""
    for fold in page.locator(f"{within} details").all():
        summary = fold.locator("summary").first
        if fold.get_attribute("open") is not None or not summary.is_visible():
            continue
        summary.click()
        yield f"with {summary.inner_text().strip()!r} open"
        summary.click()


def states_of(page, key, path, *, with_header):
    """Bring the page into each of its states; gives the name of each."""
    page.goto(path)
    settled(page)
    yield "opened"
    if with_header:
        yield from open_each_fold(page, "header")
    yield from open_each_fold(page, "main")
    if refused_form(page, FILLED_IN):
        yield "its form refused"
    for done in key.after:
        page.goto(path)
        settled(page)
        done(page)
        yield done.__name__.replace("_", " ")


def said(states):
    """The states; where one cannot be reached, that too, and the walk goes on."""
    try:
        yield from states
    except PlaywrightError as error:
        yield f"cannot go on: {error}"


@pytest.mark.long
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["320 px", "1280 px"])
@pytest.mark.parametrize("language", ["en", "ar"], ids=["left to right", "right to left"])
def test_key_pages_and_what_is_done_on_them(
    viewport, language, chromium, live_server, people, as_person
):
    wrong = {}
    for role in sorted({key.role for key in KEY_PAGES}):
        client = visitor(people, as_person, role) if role != "anonymous" else None
        options = {"viewport": viewport, "color_scheme": "light", "reduced_motion": "reduce"}
        with window(chromium, live_server.url, person_client=client, **options) as context:
            theirs = [key for key in KEY_PAGES if key.role == role]
            # One tab for all of them: each new one costs the browser a process.
            page, faults = context.new_page(), Faults(live_server.url)
            faults.watch(page)
            for key in theirs:
                path = path_by_name(key.address, people) + key.query
                path = path.replace("/en/", f"/{language}/", 1)
                # The header is the same on each of a person's pages: its menus open on one.
                states = states_of(page, key, path, with_header=key is theirs[0])
                for state in said(states):
                    # An open menu lies over the page, which was looked at before.
                    is_menu = page.locator("header details[open]").count()
                    faults.found += look(page, within="header" if is_menu else "")
                    if state.startswith("cannot"):
                        faults.found.append(state)
                    if faults.found:
                        wrong[f"{key.address} ({role}), {state}"] = faults.found
                        faults.found = []
    assert not wrong, told(wrong)
