"""Sign up → review → confirm → update → digest → outreach map, in a browser, with real parts.

Once in English with JavaScript, once in Arabic without.
"""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Faults, window

from .conftest import Product, text_of
from .steps import assert_in_language, go_on, publish, sign_in

pytestmark = pytest.mark.serial


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


def sign_up(page: Page, walk: Walk, product: Product):
    """From the home page to the sent application."""
    page.goto(f"/{walk.code}/")
    page.locator(f"main a[href*='/{walk.code}/join/']").first.click()
    go_on(page)
    page.locator("[name=email]").fill(walk.address)
    go_on(page)
    page.locator("[name=code]").fill(product.code_for(walk.address))
    go_on(page)
    expect(page).to_have_url(re.compile("/join/group/"))

    page.locator("[name=q]").fill(walk.query)
    if walk.scripts:
        page.locator("[role=option]", has_text="ha.wikipedia.org").first.click()
        go_on(page)
    else:
        page.locator("main form[role=search] button").click()
        page.locator(f"button[name=group][value='{walk.group}']").click()
    expect(page).to_have_url(re.compile("/join/mandate/"))

    # A step that is not answered says what is missing and keeps what was typed.
    page.locator("[name=role][value=member]").check()
    go_on(page)
    expect(page.locator("[role=alert]").first).to_be_visible()
    expect(page.locator("[name=role][value=member]")).to_be_checked()
    page.locator("[name=seat][value=primary]").check()
    page.locator("[name=evidence][value=link]").check()
    page.locator("[name=evidence_url]").fill("https://meta.example.org/wiki/Our_decision")
    page.locator("[name=agreed_on]").fill("2026-01-15")
    page.locator("[name=is_attested]").check()
    go_on(page)
    expect(page).to_have_url(re.compile("/join/support/"))

    page.locator(f"[name=languages][value={walk.code}]").check()
    page.locator("[name=rhythm]").select_option("at_once")
    page.locator("[name=mail_language]").select_option(walk.code)
    page.locator("[name=country]").select_option(walk.country)
    page.locator("[name=display_name]").fill(walk.name)
    page.locator("[name=is_public_by_name]").first.check()
    go_on(page)
    expect(page).to_have_url(re.compile("/join/check/"))
    expect(page.locator("main")).to_contain_text(walk.name)
    go_on(page)
    expect(page).to_have_url(re.compile("/done/"))


def confirm(chromium, walk: Walk, product: Product):
    """The reviewer finds the application in the queue and confirms it."""
    with window(chromium, product.base, java_script_enabled=walk.scripts) as context:
        page = context.new_page()
        faults = Faults(product.base)
        faults.watch(page)
        sign_in(page, product, "reviewer@example.org", "/admin/liaisons/mandate/")
        # The longest waiting stand first; a new one is found by name.
        page.locator("#searchbar").fill(walk.name)
        page.locator("#changelist-search [type=submit]").click()
        page.locator("#result_list tr", has_text=walk.name).locator("th a").click()
        page.locator("[name=decision][value=confirm]").check()
        page.locator("[name=do][value=preview]").click()
        page.locator("[name=do][value=send]").click()
        expect(page.locator(".messagelist .success, .success").first).to_be_visible()
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
