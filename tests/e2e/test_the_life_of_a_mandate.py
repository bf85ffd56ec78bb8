"""Apply → endorsed → confirmed → contested → renewed → away → handed over → lapsed, with mails.

In Arabic and without JavaScript, in a browser, with real parts. Only the calendar is moved: the
mandate's last day is set nearer, and the jobs that look at it are run as beat would.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Faults, window

from .conftest import Product, text_of
from .steps import (
    assert_in_language,
    confirm,
    go_on,
    open_application,
    say_how_the_group_agreed,
    say_what_helps,
    sign_in,
    sign_in_by_code,
    sign_up,
)

pytestmark = [pytest.mark.heavy, pytest.mark.xdist_group("the product")]

PHONE = {"width": 360, "height": 740}
NOTES = "القائمة البريدية تصل إلى تسعين شخصًا."


@dataclass
class Walk:
    """Who walks, for which group."""

    address: str
    name: str
    code: str = "ar"
    scripts: bool = False
    query: str = "ary.wikipedia"
    group: str = "moroccan-arabic-wikipedia"
    country: str = "MA"


FIRST = Walk("first-holder@example.org", "سالكة تجريبية")
SECOND = replace(FIRST, address="second-holder@example.org", name="خلف تجريبي")


def test_the_life_of_a_mandate(product: Product, chromium):
    with (
        window(chromium, product.base, **options()) as context,
        window(chromium, product.base, **options()) as others,
        window(chromium, product.base, java_script_enabled=False) as team,
    ):
        page, member, reviewer = context.new_page(), others.new_page(), team.new_page()
        faults = Faults(product.base)
        for one in (page, member, reviewer):
            faults.watch(one)
        sign_in(reviewer, product, "reviewer@example.org", "/admin/liaisons/mandate/")

        sign_up(page, FIRST, product)
        mandate = the_mandate(page)
        ask_and_be_answered(page, mandate, reviewer, product)
        link = share(page, mandate)
        speak(member, product, "member@example.org", link, "confirms")
        confirm(chromium, FIRST, product)
        mail(product, FIRST, f"{mandate}")

        speak(member, product, "applicant@example.org", link, "contests", "لم نتفق على ذلك.")
        keep(reviewer, mandate, product)

        renew(page, mandate, product)
        be_away(page)
        keep_notes(page, mandate)
        successor_link = name_a_successor(page, mandate)
        follow(member, product, successor_link)
        confirm(chromium, SECOND, product)
        handed_over(page, member, mandate)

        lapse(member, product)
        assert faults.found == []


def options():
    return {"java_script_enabled": False, "viewport": PHONE, "locale": "ar"}


def the_mandate(page: Page) -> str:
    """The address of the only one under *My mandates*."""
    page.goto("/ar/my/mandates/")
    page.locator("main a[href*='/my/mandates/']").first.click()
    return urlsplit(page.url).path


def mail(product: Product, walk: Walk, having: str):
    """The mail that leads there arrived, in Arabic; gives the first such link."""
    message = product.wait_for_mail(walk.address, having=having)
    assert_in_language(message, walk)
    return re.search(rf"{re.escape(product.base)}(\S*{re.escape(having)}\S*)", text_of(message))[1]


def ask_and_be_answered(page: Page, mandate: str, reviewer: Page, product: Product):
    """While it waits the applicant asks, and the reviewer who took it replies."""
    page.goto(f"{mandate}ask/")
    page.locator("[name=message]").fill("متى يكون القرار؟")
    go_on(page)
    expect(page.locator("main")).to_contain_text("متى يكون القرار؟")
    open_application(reviewer, FIRST.name)
    expect(reviewer.locator("main")).to_contain_text("متى يكون القرار؟")
    reviewer.locator("[name=do][value=take]").click()
    reviewer.locator("[name=message]").fill("غدًا إن شاء الله.")
    reviewer.locator("[name=do][value=reply]").click()
    expect(reviewer.locator(".messagelist .success").first).to_be_visible()
    product.wait_for_mail(FIRST.address, having="غدًا إن شاء الله.")
    page.goto(mandate)
    expect(page.locator("main")).to_contain_text("غدًا إن شاء الله.")
    expect(page.locator("main")).to_contain_text("Demo reviewer")


def share(page: Page, mandate: str) -> str:
    """The link for members of the group."""
    page.goto(f"{mandate}share/")
    go_on(page)
    return page.locator("main a.address").first.inner_text()


def speak(page: Page, product: Product, address: str, link: str, verdict: str, reason: str = ""):
    """Somebody with the link signs in and says what they think."""
    page.context.clear_cookies()
    sign_in(page, product, address, link)
    page.locator(f"[name=verdict][value={verdict}]").check()
    if reason:
        page.locator("[name=reason]").fill(reason)
    go_on(page)
    expect(page.locator("[name=do][value=withdraw]")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text(FIRST.address)


def keep(reviewer: Page, mandate: str, product: Product):
    """The liaison learns that it is contested, not by whom; the Core Team lets it stay."""
    told = product.wait_for_mail(FIRST.address, having=mandate, beyond=4)
    assert "لم نتفق على ذلك" not in text_of(told)
    assert "Demo applicant" not in text_of(told)
    reviewer.goto("/admin/liaisons/mandate/?status=all")
    open_contested(reviewer)
    expect(reviewer.locator("#dispute")).to_be_visible()
    expect(reviewer.locator("main")).to_contain_text("لم نتفق على ذلك.")
    reviewer.locator("[name=outcome]").first.check()
    reviewer.locator("#dispute [name=message]").fill("نشكرك، تبقى سفيرًا لمجموعتك.")
    reviewer.locator("[name=do][value=close_review]").click()
    expect(reviewer.locator(".messagelist .success").first).to_be_visible()
    product.wait_for_mail(FIRST.address, having="نشكرك، تبقى")


def open_contested(reviewer: Page):
    reviewer.locator("#searchbar").fill(FIRST.name)
    reviewer.locator("#changelist-search [type=submit]").click()
    reviewer.locator("#result_list tr", has_text=FIRST.name).locator("th a").first.click()


def move_last_day(product: Product, address: str, days: int, job: str):
    """Let the term end in so many days, and let the job look at it."""
    product.manage(
        "shell", "-c",
        "from datetime import timedelta; from django.utils import timezone;"
        "from liaisons import mandates; from liaisons.models import Mandate;"
        f"Mandate.objects.filter(person__email='{address}', status='confirmed')"
        f".update(last_day=timezone.localdate() + timedelta(days={days}));"
        f"mandates.{job}()",
    )  # fmt: skip


def renew(page: Page, mandate: str, product: Product):
    """A reminder comes a week before the end; its link leads to the renewal, which is one page."""
    move_last_day(product, FIRST.address, 7, "remind_of_ends")
    page.goto(mail(product, FIRST, f"{mandate}renew/"))
    go_on(page)
    expect(page.locator("[role=alert]").first).to_be_visible()
    page.locator("[name=evidence][value=unchanged]").check()
    for name in ("evidence_url", "evidence_text"):
        expect(page.locator(f"[name={name}]")).to_be_hidden()
    page.locator("[name=is_attested]").check()
    go_on(page)
    page.goto(f"{mandate}renew/")
    expect(page.locator("[name=is_attested]")).to_have_count(0)


def be_away(page: Page):
    """Everyone sees until when the liaison is away."""
    page.goto("/ar/my/away/")
    page.locator("[name=until]").fill(in_days(page, 9))
    go_on(page)
    page.goto(f"/ar/groups/{FIRST.group}/")
    expect(page.locator("main")).to_contain_text("غائب حتى")
    page.goto("/ar/my/away/")
    page.locator("[name=back]").click()


def in_days(page: Page, days: int) -> str:
    """A date as forms take it, by the browser's own clock."""
    return page.evaluate(
        "days => new Date(Date.now() + days * 864e5).toISOString().slice(0, 10)", days
    )


def keep_notes(page: Page, mandate: str):
    page.goto(f"{mandate}notes/")
    page.locator("[name=notes]").fill(NOTES)
    go_on(page)


def name_a_successor(page: Page, mandate: str) -> str:
    """The link that is shown once."""
    page.goto(f"{mandate}successor/")
    page.locator("[name=do][value=make]").click()
    link = page.locator("main a.address").first.inner_text()
    page.goto(f"{mandate}successor/")
    expect(page.locator("main a.address")).to_have_count(0)
    return link


def follow(page: Page, product: Product, link: str):
    """The successor comes by the link, signs up, and applies for this very seat."""
    page.context.clear_cookies()
    page.goto(link)
    expect(page.locator("main")).to_contain_text(FIRST.name)
    sign_in_by_code(
        page, product, SECOND.address, page.locator("main .acts a").first.get_attribute("href")
    )
    go_on(page)
    expect(page).to_have_url(re.compile("/join/mandate/"))
    page.locator("[name=role][value=member]").check()
    say_how_the_group_agreed(page)
    say_what_helps(page, SECOND)


def handed_over(page: Page, successor: Page, mandate: str):
    """The notes passed on, the old mandate is over, and the group's page shows the line."""
    theirs = the_mandate(successor)
    successor.goto(f"{theirs}notes/")
    expect(successor.locator("[name=notes]")).to_have_value(NOTES)
    page.goto(mandate)
    expect(page.locator(f"form[action='{mandate}again/']")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text(NOTES)
    page.goto(f"/ar/groups/{FIRST.group}/")
    for name in (FIRST.name, SECOND.name):
        expect(page.locator("main")).to_contain_text(name)


def lapse(page: Page, product: Product):
    """A term that nobody renews ends by itself; the mail says how to come back."""
    mandate = the_mandate(page)
    move_last_day(product, SECOND.address, -1, "end_lapsed")
    page.goto(mail(product, SECOND, mandate))
    expect(page.locator(f"form[action='{mandate}again/']")).to_be_visible()
    page.goto(f"/ar/groups/{FIRST.group}/")
    expect(page.locator("main a[href*='/join/']").first).to_be_visible()
