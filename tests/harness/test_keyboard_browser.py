"""By keyboard alone: every key page from its first stop to its last, and the main tasks.

At each stop one sees where one is; nothing that one can act on is left out; there is always a way
on. The first stop leads past the header.
"""

import pytest
from django.urls import reverse

from tests.browser import Faults, window
from tests.factories import GroupFactory, MandateFactory, UserFactory

from .key_pages import KEY_PAGES
from .keyboard import Keyboard
from .walk import DESKTOP, PHONE, Opened, Walk, path_by_name, settled, told, visitor

pytestmark = [pytest.mark.heavy, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def at(chromium, live_server, walk: Walk):
    """``at(path, role)``: a page of somebody's, with its keyboard."""
    opened = []

    def opened_at(path, role="anonymous", viewport=DESKTOP):
        client = visitor(walk.world, walk.as_person, role) if role != "anonymous" else None
        options = {"viewport": viewport, "reduced_motion": "reduce"}
        manager = window(chromium, live_server.url, person_client=client, **options)
        context = manager.__enter__()
        opened.append(manager)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(path)
        settled(page)
        return page, Keyboard(page)

    yield opened_at
    for manager in opened:
        manager.__exit__(None, None, None)


@pytest.mark.long
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["320 px", "1280 px"])
def test_each_stop_of_a_key_page_shows_and_none_is_left_out(viewport, walk: Walk):
    walk.world.people["other member"] = UserFactory()
    pages = [
        Opened(key.address, path_by_name(key.address, walk.world), key.role) for key in KEY_PAGES
    ]
    wrong = walk.over(
        pages,
        lambda page: Keyboard(page).through_the_page(),
        viewport=viewport,
        reduced_motion="reduce",
    )
    assert not wrong, told(wrong)


def test_the_first_stop_leads_past_the_header(at):
    page, keyboard = at("/en/groups/")
    keyboard.to(".skip")
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    keyboard.tab()
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_menu_opens_closes_and_gives_the_focus_back(at):
    page, keyboard = at("/en/")
    keyboard.to(".menu--languages > summary")
    page.keyboard.press("Enter")
    keyboard.to("a[hreflang=ar]")
    page.keyboard.press("Escape")
    assert page.locator(".menu--languages[open]").count() == 0
    assert page.evaluate("document.activeElement.matches('.menu--languages > summary')")
    page.keyboard.press("Enter")
    keyboard.to("a[hreflang=ar]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ar/")
    assert not keyboard.faults


def test_signing_in(at, walk):
    person = walk.world.people["member"]
    person.set_password("correct horse battery staple")
    person.save()
    page, keyboard = at("/en/")
    keyboard.to("header a[href*='login']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/login/**")
    keyboard.to("[name=email]")
    page.keyboard.type(person.email)
    keyboard.to("summary:has(+ * [name=password]), details:has([name=password]) > summary")
    page.keyboard.press("Enter")
    keyboard.to("[name=password]")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("#form-errors, .cdx-message--error")
    keyboard.to("[name=password]")
    page.keyboard.press("Control+A")
    page.keyboard.type("correct horse battery staple")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    assert page.locator(".menu--account").count() == 1
    assert not keyboard.faults


def test_a_step_of_the_sign_up_with_an_error(at):
    page, keyboard = at(reverse("liaisons:join_mandate"), "member")
    keyboard.to("[name=evidence_url]")
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    keyboard.to("main form button.cdx-button--weight-primary")
    page.keyboard.press("Enter")
    # What to mend is read first, and leads to its field.
    page.wait_for_function("document.activeElement?.id === 'form-errors'")
    keyboard.to("#form-errors a")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "evidence_url"
    page.keyboard.type("https://meta.example.org/wiki/Our_decision")
    keyboard.to("main form button.cdx-button--weight-primary")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/join/mandate/" not in url)
    assert not keyboard.faults


def test_choosing_a_group_from_the_suggestions(at):
    page, keyboard = at(reverse("liaisons:join_group"), "member")
    keyboard.to("#group-query")
    page.keyboard.type("საქ")
    page.wait_for_selector("#group-suggestions [role=option]")
    page.keyboard.press("ArrowDown")
    assert page.locator("#group-suggestions [aria-selected=true]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("#group-suggestions").is_hidden()
    page.keyboard.type("ა")
    page.wait_for_selector("#group-suggestions [role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**group=**")
    keyboard.to("main button[name=group]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/join/mandate/")


def test_filtering_the_list_of_groups(at):
    page, keyboard = at("/en/groups/")
    keyboard.to("#id_q")
    page.keyboard.type("საქართველო")
    keyboard.to("#filters button")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")
    keyboard.to("main table a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/groups/*/")
    assert not keyboard.faults


def test_the_map_is_no_trap(at):
    page, keyboard = at("/en/map/?country=TZ")
    keyboard.to("#map, #map *")
    for _ in range(40):
        keyboard.tab()
        if page.evaluate("document.activeElement.closest('#results') !== null"):
            break
    assert page.evaluate("document.activeElement.closest('#results') !== null")
    keyboard.to("#map, #map *", "Shift+Tab")
    keyboard.to("#filters *", "Shift+Tab")
    assert not keyboard.faults


def test_publishing_an_update_in_the_admin(at):
    page, keyboard = at(reverse("admin:strategy_update_add"), "superuser")
    faults = Faults(page.url)
    keyboard.to(".skip-to-content-link")
    page.keyboard.press("Enter")
    keyboard.to("[name=title_en]")
    page.keyboard.type("News by keyboard")
    keyboard.to("[name=short_en]")
    page.keyboard.type("In short.")
    keyboard.to("[name=slug]")
    page.keyboard.press("Control+A")
    page.keyboard.type("by-keyboard")
    keyboard.to("[name=_publish]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".messagelist .success")
    assert not faults.found
    assert not keyboard.faults


def test_confirming_an_application_in_the_admin(at):
    application = MandateFactory(group=GroupFactory(name="თავისუფალი"))
    page, keyboard = at(
        reverse("admin:liaisons_mandate_change", args=[application.pk]), "superuser"
    )
    keyboard.to("[name=decision]")
    page.keyboard.press("Space")
    for _ in range(5):
        if page.locator("[name=decision][value=confirm]").is_checked():
            break
        page.keyboard.press("ArrowDown")
    assert page.locator("[name=decision][value=confirm]").is_checked()
    keyboard.to("[name=do][value=preview]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[name=do][value=send]")
    keyboard.to("[name=do][value=send]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".messagelist .success")
    application.refresh_from_db()
    assert application.status == "confirmed"
    assert not keyboard.faults
