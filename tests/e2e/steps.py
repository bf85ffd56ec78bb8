"""Steps that several walks through the running product take.

A walk names its language (``code``), whether scripts run (``scripts``), and the ``title`` of its
update as the reader sees it. Steps find their way by the names of fields and by where links lead,
so that the same ones serve each language.
"""

import re

from playwright.sync_api import Page, expect

from tests.browser import Faults, window

from .conftest import Product

PRIMARY = "main .cdx-button--weight-primary"


def go_on(page: Page):
    page.locator(PRIMARY).first.click()


def assert_in_language(message, walk):
    """The mail is written in the walker's language and direction."""
    html = message.get_body(("html",)).get_content()
    assert f'lang="{walk.code}"' in html
    if walk.code == "ar":
        assert 'dir="rtl"' in html
        assert re.search(r"[\u0600-\u06ff]{3}", str(message["Subject"]))


def sign_in(page: Page, product: Product, address: str, then: str):
    """By password, to a page."""
    page.goto(then)
    page.locator("[name=email]").fill(address)
    page.locator("details:has([name=password]) summary").click()
    page.locator("[name=password]").fill(product.password)
    go_on(page)


def sign_in_by_code(page: Page, product: Product, address: str, then: str):
    """By a mailed code, to a page."""
    before = len(product.mails_to(address))
    page.goto(then)
    page.locator("[name=email]").fill(address)
    go_on(page)
    product.wait_for_mail(address, beyond=before)
    page.locator("[name=code]").fill(product.code_for(address))
    go_on(page)


def publish(chromium, walk, product: Product, *, slug: str):
    """The Core Team writes an update in English and the walk's language, and publishes it."""
    with window(chromium, product.base, java_script_enabled=walk.scripts) as context:
        page = context.new_page()
        faults = Faults(product.base)
        faults.watch(page)
        sign_in(page, product, "core-team@example.org", "/admin/strategy/update/add/")
        page.locator("[name=slug]").fill(slug)
        for code in {"en", walk.code}:
            title = walk.title if code == walk.code else "News for another walk"
            section = page.locator(f"details:has([name=title_{code}])")
            if section.count() and section.first.get_attribute("open") is None:
                section.first.locator("summary").first.click()
            page.locator(f"[name=title_{code}]").fill(title)
            page.locator(f"[name=short_{code}]").fill(f"{title}: <b>&amp; in short</b>")
        page.locator("[name=_publish]").click()
        expect(page.locator(".messagelist .success, .success").first).to_be_visible()
        assert faults.found == []
