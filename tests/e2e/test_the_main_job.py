"""Sign up → review → confirm → update → digest → outreach map, in a browser, with real parts.

Once in English with JavaScript, once in Arabic without.
"""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Faults, window

from .conftest import Product, text_of
from .steps import assert_in_language, confirm, publish, sign_up

pytestmark = [pytest.mark.heavy, pytest.mark.xdist_group("the product")]


@dataclass
class Walk:
    """One way through: the language, whether scripts run, who walks, for which group."""

    code: str
    scripts: bool
    address: str
    name: str
    query: str
    group: str  # slug
    country: str  # where the map is asked
    title: str  # of the update, as the reader sees it


WALKS = [
    Walk("en", True, "walker-en@example.org", "Demo walker", "ha.wikipedia",
         "hausa-wikipedia", "NG", "News for the English walk"),
    Walk("ar", False, "walker-ar@example.org", "سائر تجريبي", "ويكيبيديا مصرى",
         "egyptian-arabic-wikipedia", "EG", "أخبار للجولة العربية"),
]  # fmt: skip


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.code)
def test_the_main_job(walk: Walk, product: Product, chromium):
    phone = {"width": 360, "height": 740}
    options = {"java_script_enabled": walk.scripts, "viewport": phone, "locale": walk.code}
    with window(chromium, product.base, **options) as context:
        page = context.new_page()
        faults = Faults(product.base)
        faults.watch(page)
        sign_up(page, walk, product)
        receipt = product.wait_for_mail(walk.address, beyond=1)
        assert_in_language(receipt, walk)
        confirm(chromium, walk, product)
        product.wait_for_mail(walk.address, beyond=2)
        publish(chromium, walk, product, slug=f"news-{walk.code}")
        read_digest(page, walk, product)
        find_on_map(page, walk, product)
        assert faults.found == []


def read_digest(page: Page, walk: Walk, product: Product):
    """The digest comes by itself, can be read, and one click ends it without an account."""
    digest = product.wait_for_mail(walk.address, having=walk.title, beyond=2)
    assert_in_language(digest, walk)
    assert digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert digest["Auto-Submitted"] == "auto-generated"
    link = re.search(rf"{re.escape(product.base)}/\S*news-{walk.code}\S*", text_of(digest)).group()
    page.goto(link)
    expect(page.locator("h1")).to_have_text(walk.title)
    expect(page.locator("main b")).to_have_count(0)


def find_on_map(page: Page, walk: Walk, product: Product):
    """Choosing a country lists the community of its language with its new liaison."""
    page.goto(f"/{walk.code}/map/?country={walk.country}")
    link = page.locator(f"main a[href$='/groups/{walk.group}/']").first
    expect(link).to_be_visible()
    link.click()
    expect(page.locator("main")).to_contain_text(walk.name)
    expect(page.locator("main")).not_to_contain_text(walk.address)
