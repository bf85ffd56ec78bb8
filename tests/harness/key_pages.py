"""The key pages and what people do on them: one line for each page, one for each thing done.

``test_key_pages_browser.py`` looks at each page in all eight combinations of width, direction and
colours; as it opens, with each menu and fold open, with its form refused, and after each of the
things named here. To add a page, add a ``KeyPage``: the name of its address, who opens it, and
what is done there. A thing done is a function of Playwright's page that leaves the page in the
state to look at; it is given a page freshly opened. What needs parameters takes them from
``SAMPLES`` in ``world.py``.
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


def search_by(field: str) -> Done:
    """Choose the first real option of a filter and send it."""

    def chosen(page: Page) -> None:
        select = page.locator(f"main [name={field}]")
        select.select_option(index=1)
        page.locator("main form[method=get] button").first.click()
        page.wait_for_load_state("load")

    chosen.__name__ = f"filter_by_{field}"
    return chosen


KEY_PAGES = (
    KeyPage("home"),
    KeyPage(
        "outreach_map:group_list",
        after=(search_for_what_is_there, search_for_what_is_not_there, search_by("liaison")),
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
    KeyPage("liaisons:join_group", role="member", after=(see_suggestions,)),
    KeyPage("liaisons:join_mandate", role="member", after=(choose_an_explanation,)),
    KeyPage("liaisons:join_support", role="member"),
    KeyPage("liaisons:settings", role="liaison"),
    KeyPage("liaisons:settings_profile", role="liaison"),
    KeyPage("account_login"),
)
