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


def part_of(name: str) -> str:
    """The part that looks at a page of this name."""
    app = name.removeprefix("admin:").partition("_")[0]
    return app if app in PARTS else "everything else"


@pytest.mark.long
@pytest.mark.parametrize("part", PARTS)
def test_the_admin_is_accessible_keeps_to_the_security_policy_and_can_be_turned_round(
    walk: Walk, part, world, as_person
):
    """And each page in Arabic: the direction, and no wider than its window."""
    superuser = as_person(world.people["superuser"])
    pages = admin_pages(world, superuser, lambda name: part_of(name) == part)

    def look(page):
        return not_of_django([*axe(page), *dark_contrast(page)])

    def look_from_the_right(page):
        direction = page.locator("html").get_attribute("dir")
        return [*scrolls_sideways(page), *([] if direction == "rtl" else [f"runs {direction}"])]

    assert len(pages) > 10
    walk.over(pages, look, viewport=DESKTOP, color_scheme="light", reduced_motion="reduce")
    wrong = walk.over(pages, look_from_the_right, viewport=DESKTOP, locale="ar")
    assert not wrong, told(wrong)
