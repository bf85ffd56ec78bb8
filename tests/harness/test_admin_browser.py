"""The admin in a real browser: the security policy, labels, and the keyboard.

What Django itself ships is not ours to mend: ``OF_DJANGO`` names it, with the reason.
"""

import pytest

from .walk import DESKTOP, Walk, admin_pages, axe, dark_contrast, scrolls_sideways, told

pytestmark = [pytest.mark.heavy, pytest.mark.django_db(transaction=True)]

# (axe's rule, a part of the element's HTML): why it stands.
OF_DJANGO: dict[tuple[str, str], str] = {
    ("aria-prohibited-attr", "help-tooltip"): "the tooltip of a choice of many, made by its script",
    ("label", "vDateField"): "the date half of a date and time: one label stands for both halves",
    ("label", "vTimeField"): "the time half of a date and time: one label stands for both halves",
}


def not_of_django(found: list[str]) -> list[str]:
    return [
        line
        for line in found
        if not any(line.startswith(f"{rule}:") and part in line for rule, part in OF_DJANGO)
    ]


# Shared out, so that two processes can look at once; the last part is whatever the others are not.
PARTS = ("liaisons", "strategy", "everything else")


@pytest.fixture
def pages(part, world, as_person):
    """The pages of one app, or of all apps that have no part of their own."""
    found = admin_pages(world, as_person(world.people["superuser"]))
    return [page for page in found if _part_of(page) == part]


def _part_of(page):
    app = page.name.removeprefix("admin:").partition("_")[0]
    return app if app in PARTS else "everything else"


@pytest.mark.long
@pytest.mark.parametrize("part", PARTS)
def test_the_admin_is_accessible_and_keeps_to_the_security_policy(walk: Walk, part, pages):
    def look(page):
        return not_of_django([*axe(page), *dark_contrast(page)])

    assert len(pages) > 10
    wrong = walk.over(pages, look, viewport=DESKTOP, color_scheme="light", reduced_motion="reduce")
    assert not wrong, told(wrong)


@pytest.mark.long
@pytest.mark.parametrize("part", PARTS)
def test_the_admin_runs_from_right_to_left(walk: Walk, part, pages):
    """Each page in Arabic: the direction, and no wider than its window."""

    def look(page):
        direction = page.locator("html").get_attribute("dir")
        return [*scrolls_sideways(page), *([] if direction == "rtl" else [f"runs {direction}"])]

    wrong = walk.over(pages, look, viewport=DESKTOP, locale="ar")
    assert not wrong, told(wrong)
