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


def sign_up(page: Page, walk, product: Product):
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
        page.locator("[role=option]", has_text=f"{walk.query}.org").first.click()
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
    say_how_the_group_agreed(page)
    say_what_helps(page, walk)


def say_how_the_group_agreed(page: Page):
    """By a link; the rest of the step is filled in already."""
    page.locator("[name=evidence][value=link]").check()
    page.locator("[name=evidence_url]").fill("https://meta.example.org/wiki/Our_decision")
    page.locator("[name=agreed_on]").fill("2026-01-15")
    page.locator("[name=is_attested]").check()
    go_on(page)
    expect(page).to_have_url(re.compile("/join/support/"))


def say_what_helps(page: Page, walk):
    """The step about languages, mail and the name; then the check, and the application is sent."""
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


def open_application(page: Page, name: str):
    """From the queue to one application: the longest waiting stand first, so it is searched for."""
    page.goto("/admin/liaisons/mandate/")
    page.locator("#searchbar").fill(name)
    page.locator("#changelist-search [type=submit]").click()
    page.locator("#result_list tr", has_text=name).locator("th a").click()


def confirm(chromium, walk, product: Product):
    """The reviewer finds the application in the queue and confirms it."""
    with window(chromium, product.base, java_script_enabled=walk.scripts) as context:
        page = context.new_page()
        faults = Faults(product.base)
        faults.watch(page)
        sign_in(page, product, "reviewer@example.org", "/admin/liaisons/mandate/")
        open_application(page, walk.name)
        page.locator("[name=decision][value=confirm]").check()
        page.locator("[name=do][value=preview]").click()
        page.locator("[name=do][value=send]").click()
        expect(page.locator(".messagelist .success, .success").first).to_be_visible()
        assert faults.found == []
