"""The key pages and what people do on them: one line for each page, one for each thing done.

``test_key_pages_browser.py`` looks at each page in all eight combinations of width, direction and
colours; as it opens, with each menu and fold open, with its form refused, and after each of the
things named here. To add a page, add a ``KeyPage``: the name of its address, who opens it, and
what is done there. A thing done is a function of Playwright's page that leaves the page in the
state to look at; it is given a page freshly opened. What needs parameters takes them from
``SAMPLES`` in ``visits.py``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

Done = Callable[[Page], None]


@dataclass(frozen=True)
class KeyPage:
    """A page that is looked at in every combination, and after what is done on it."""

    address: str
    role: str = "anonymous"
    query: str = ""
    after: tuple[Done, ...] = ()


def choose_a_country(page: Page) -> None:
    """On the map: the results below it are those of the country."""
    page.locator("#id_country").select_option("TZ")
    page.wait_for_selector("#here")
    page.wait_for_load_state("networkidle")


def open_groups_of_one_place(page: Page) -> None:
    """On the map: the popup of a ring whose groups never come apart."""
    choose_a_country(page)
    page.wait_for_function(
        "() => { const ring = document.querySelector('.map__cluster'); ring?.focus();"
        " return ring && document.activeElement === ring; }"
    )
    page.keyboard.press("Enter")
    page.wait_for_selector(".map__groups")
    page.wait_for_load_state("networkidle")


def search_for_what_is_there(page: Page) -> None:
    page.locator("main input[name=q]").first.fill("საქართველო")
    page.locator("main form[role=search] :is(button, [type=submit])").first.click()
    page.wait_for_load_state("load")


def search_for_what_is_not_there(page: Page) -> None:
    page.locator("main input[name=q]").first.fill("zzzzqqq")
    page.locator("main form[role=search] :is(button, [type=submit])").first.click()
    page.wait_for_load_state("load")


def see_suggestions(page: Page) -> None:
    """Where a group is chosen: the list below the field, one entry marked."""
    page.locator("#group-query").press_sequentially("საქ")
    page.wait_for_selector("#group-suggestions [role=option]")
    page.keyboard.press("ArrowDown")


def choose_an_explanation(page: Page) -> None:
    """Fields that show only with one answer."""
    page.locator("[name=evidence][value=explanation]").check()


def write_a_report(page: Page) -> None:
    """In the editor: pasted lines, the count and the word on what is saved."""
    page.locator("main textarea[name=statements]").first.fill("One opinion.\n- Another one.")
    page.locator("main textarea[name=overview]").fill("How it went.")
    page.wait_for_load_state("networkidle")


def narrow_down(page: Page) -> None:
    """Choose the first real answer of the first filter and send it."""
    page.locator("main form[method=get] select").first.select_option(index=1)
    page.locator("main form[method=get] button").first.click()
    page.wait_for_load_state("load")


KEY_PAGES = (
    KeyPage("home"),
    KeyPage(
        "outreach_map:group_list",
        after=(search_for_what_is_there, search_for_what_is_not_there, narrow_down),
    ),
    KeyPage("outreach_map:group_detail"),
    KeyPage("outreach_map:map", after=(choose_a_country, open_groups_of_one_place)),
    KeyPage("strategy:update_list"),
    KeyPage("strategy:update_detail"),
    KeyPage("strategy:topic_detail"),
    KeyPage("strategy:timeline"),
    KeyPage("strategy:dashboard", role="liaison"),
    KeyPage("strategy:dashboard", role="applicant"),
    KeyPage("strategy:dashboard", role="other member"),
    KeyPage("strategy:dashboard", role="superuser"),
    KeyPage("strategy:relay_new", role="liaison"),
    KeyPage("strategy:relay_edit", role="liaison"),
    KeyPage("strategy:relay_withdraw", role="liaison"),
    KeyPage("strategy:relay_list", role="liaison"),
    KeyPage("strategy:report_list", after=(narrow_down,)),
    KeyPage("strategy:report_detail"),
    KeyPage("strategy:statement_list", after=(search_for_what_is_not_there,)),
    KeyPage("strategy:report_edit", role="liaison", after=(write_a_report,)),
    KeyPage("strategy:translation_queue", role="translator"),
    KeyPage("strategy:translation_edit", role="translator"),
    KeyPage("strategy:relay_new", role="liaison"),
    KeyPage("liaisons:join_group", role="member", after=(see_suggestions,)),
    KeyPage("liaisons:join_mandate", role="member", after=(choose_an_explanation,)),
    KeyPage("liaisons:join_support", role="member"),
    KeyPage("liaisons:letter_new"),
    KeyPage("liaisons:letter", role="liaison"),
    KeyPage("liaisons:subscribe"),
    KeyPage("liaisons:subscription"),
    KeyPage("liaisons:settings", role="liaison"),
    KeyPage("liaisons:settings_profile", role="liaison"),
    KeyPage("liaisons:settings_sign_in", role="liaison"),
    KeyPage("liaisons:mandate", role="liaison"),
    KeyPage("liaisons:mandate_successor", role="liaison"),
    KeyPage("liaisons:succeed", role="member"),
    KeyPage("liaisons:endorse", role="member"),
    KeyPage("account_login"),
)
