"""The admin in a real browser: the security policy, labels, and the keyboard.

What Django itself ships is not ours to mend: ``OF_DJANGO`` names it, with the reason.
"""

import pytest

from .walk import DESKTOP, Walk, admin_pages, axe, dark_contrast, scrolls_sideways, told

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]

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


@pytest.fixture
def pages(world, as_person):
    return admin_pages(world, as_person(world.people["superuser"]))


def test_the_admin_is_accessible_and_keeps_to_the_security_policy(walk: Walk, pages):
    def look(page):
        return not_of_django([*axe(page), *dark_contrast(page)])

    assert len(pages) > 40
    wrong = walk.over(pages, look, viewport=DESKTOP, color_scheme="light", reduced_motion="reduce")
    assert not wrong, told(wrong)


def test_the_admin_runs_from_right_to_left(walk: Walk, pages):
    """Each page in Arabic: the direction, and no wider than its window."""

    def look(page):
        direction = page.locator("html").get_attribute("dir")
        return [*scrolls_sideways(page), *([] if direction == "rtl" else [f"runs {direction}"])]

    wrong = walk.over(pages, look, viewport=DESKTOP, locale="ar")
    assert not wrong, told(wrong)
