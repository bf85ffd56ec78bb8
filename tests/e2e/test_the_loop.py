"""Update → digest → relay → report → answer → what became of it, in a browser, with real parts.

Once in English with JavaScript, once in Arabic without.
"""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import Faults, window

from .conftest import Product, text_of
from .steps import assert_in_language, go_on, publish, sign_in, sign_in_by_code

pytestmark = [pytest.mark.heavy, pytest.mark.xdist_group("the product")]


@dataclass
class Walk:
    """One way round: the language, whether scripts run, which demo liaison of which group."""

    code: str
    scripts: bool
    address: str
    group: str  # slug
    language: str  # that the group talks in: its code
    title: str  # of the update, as the reader sees it
    overview: str
    statements: list[str]
    answer: str  # as the reader sees it

    @property
    def update(self) -> str:
        return f"round-{self.code}"


WALKS = [
    Walk("en", True, "liaison@example.org", "swahili-wikipedia", "sw",
         "News for the English round", "Mazungumzo ya majaribio: watu kumi walijibu.",
         ["Mafunzo yanahitajika kwanza.", "Simu zitumike <b>bila</b> gharama."],
         "The answer for the English round."),
    Walk("ar", False, "demo-liaison-16@example.org", "arabic-wikipedia", "ar",
         "أخبار للدورة العربية", "نقاش تجريبي شارك فيه عشرة أشخاص.",
         ["التدريب أولًا.", "نحتاج إلى ترجمة <b>أسرع</b>."],
         "الرد على الدورة العربية."),
]  # fmt: skip


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.code)
def test_the_loop(walk: Walk, product: Product, chromium):
    phone = {"width": 360, "height": 740}
    options = {"java_script_enabled": walk.scripts, "viewport": phone, "locale": walk.code}
    with window(chromium, product.base, **options) as context:
        page = context.new_page()
        faults = Faults(product.base)
        faults.watch(page)
        wish_for_digests(page, walk, product)
        publish(chromium, walk, product, slug=walk.update)
        open_from_digest(page, walk, product)
        pass_on(page, walk)
        ref = report(page, walk, context)
        answer(chromium, walk, product, ref)
        see_what_became_of_it(page, walk, product, ref)
        assert faults.found == []


def wish_for_digests(page: Page, walk: Walk, product: Product):
    """The liaison signs in and asks for each update at once, in their language."""
    sign_in_by_code(page, product, walk.address, f"/{walk.code}/my/settings/digest/")
    page.locator("[name=rhythm][value=at_once]").check()
    page.locator("[name=language]").select_option(walk.code)
    go_on(page)
    page.goto(f"/{walk.code}/my/")
    expect(page.locator(f"main a[href$='/groups/{walk.group}/']").first).to_be_visible()


def open_from_digest(page: Page, walk: Walk, product: Product):
    """The digest arrives by itself; its link leads to the update."""
    digest = product.wait_for_mail(walk.address, having=walk.title)
    assert_in_language(digest, walk)
    link = re.search(rf"{re.escape(product.base)}/\S*{walk.update}\S*", text_of(digest)).group()
    page.goto(link)
    expect(page.locator("h1")).to_have_text(walk.title)


def pass_on(page: Page, walk: Walk):
    """One relay, recorded from the update's page, counts there and on the group's page."""
    page.locator(f"main a[href*='/my/relays/new/?update={walk.update}']").click()
    # A question that is not answered is named, and what was typed is kept.
    page.locator("[name=people]").fill("250")
    go_on(page)
    expect(page.locator("[role=alert]").first).to_be_visible()
    expect(page.locator("[name=people]")).to_have_value("250")
    page.locator("[name=channel][value=village_pump]").check()
    page.locator("[name=language]").fill(walk.language)
    go_on(page)
    expect(page).to_have_url(re.compile(f"/{walk.code}/my/"))
    page.goto(f"/{walk.code}/updates/{walk.update}/")
    expect(page.locator("main .reach")).to_contain_text(re.compile("250|٢٥٠"))
    page.goto(f"/{walk.code}/groups/{walk.group}/")
    expect(page.locator(f"main a[href$='/updates/{walk.update}/']").first).to_be_visible()


def report(page: Page, walk: Walk, context: BrowserContext) -> str:
    """A report from the topic's page to its publication; gives its number, such as R16."""
    page.goto(f"/{walk.code}/topics/")
    page.locator(f"main a[href*='/{walk.code}/topics/']").first.click()
    page.locator("main a[href*='/my/reports/new/']").first.click()
    # Sent half empty it says what is missing, and keeps the rest.
    page.locator("[name=overview]").fill(walk.overview)
    page.locator("[name=do][value=check]").click()
    expect(page.locator("[role=alert]").first).to_be_visible()
    expect(page.locator("[name=overview]")).to_have_value(walk.overview)
    page.locator("[name=form][value=online]").check()
    page.locator("[name=held_on]").fill("2026-01-15")
    page.locator("[name=people]").fill("10")
    page.locator("[name=place]").fill("Jitsi")
    page.locator("[name=language]").fill(walk.language)
    pasted = "\n".join(f"{number}. {text}" for number, text in enumerate(walk.statements, 1))
    page.locator("[name=statements]").fill(pasted)
    if walk.scripts:
        lose_the_connection(page, context)
    page.locator("[name=do][value=check]").click()
    expect(page.locator("main ol.numbered > li")).to_have_count(len(walk.statements))
    page.locator("[name=do][value=publish]").click()
    link = page.locator("main a[href*='/reports/R']").first
    expect(link).to_be_visible()
    ref = re.search(r"/reports/(R\d+)/", link.get_attribute("href")).group(1)
    page.goto(f"/{walk.code}/reports/{ref}/")
    for text in (walk.overview, *walk.statements):
        expect(page.locator("main")).to_contain_text(text)
    expect(page.locator("main a[rel~=license]").first).to_be_visible()
    return ref


def lose_the_connection(page: Page, context: BrowserContext):
    """Words typed without a connection are there after a reload, and are saved when it is back."""
    overview = page.locator("[name=overview]")
    words = overview.input_value()
    context.set_offline(True)
    overview.fill(f"{words} Watu wengi.")
    page.wait_for_timeout(500)
    context.set_offline(False)
    page.reload()
    expect(overview).to_have_value(f"{words} Watu wengi.")
    overview.fill(words)


def answer(chromium, walk: Walk, product: Product, ref: str):
    """The Core Team finds the report's statements and answers them in one text."""
    with window(chromium, product.base, java_script_enabled=walk.scripts) as context:
        page = context.new_page()
        faults = Faults(product.base)
        faults.watch(page)
        sign_in(page, product, "core-team@example.org", f"/admin/strategy/statement/?q={ref}")
        rows = page.locator("#result_list tbody tr")
        expect(rows).to_have_count(len(walk.statements))
        for box in page.locator("[name=_selected_action]").all():
            box.check()
        page.locator("[name=action]").select_option("answer")
        page.locator("[name=index]").first.click()
        for code in {"en", walk.code}:
            field = page.locator(f"[name=text_{code}]")
            section = page.locator(f"details:has([name=text_{code}])")
            if section.count() and section.first.get_attribute("open") is None:
                section.first.locator("summary").first.click()
            field.fill(walk.answer if code == walk.code else "The answer for another round.")
        page.locator("[name=do][value=preview]").click()
        page.locator("[name=do][value=publish]").click()
        expect(page.locator(".messagelist .success, .success").first).to_be_visible()
        assert faults.found == []


def see_what_became_of_it(page: Page, walk: Walk, product: Product, ref: str):
    """The mail says so, and so do the group's page, the report and the statement's own address."""
    mail = product.wait_for_mail(walk.address, having=walk.answer)
    assert_in_language(mail, walk)
    assert f"{ref}.1" in text_of(mail)
    page.goto(re.search(rf"{re.escape(product.base)}/\S*/groups/\S+", text_of(mail)).group())
    expect(page.locator("section[aria-labelledby=became]")).to_contain_text(walk.answer)
    page.goto(f"/{ref}.2")
    expect(page).to_have_url(re.compile(rf"/{walk.code}/statements/{ref}\.2/"))
    expect(page.locator("main")).to_contain_text(walk.statements[1])
    expect(page.locator("main")).to_contain_text(walk.answer)
    expect(page.locator("main b")).to_have_count(0)
    page.goto(f"/{walk.code}/reports/{ref}/")
    expect(page.locator("main")).to_contain_text(walk.answer)
