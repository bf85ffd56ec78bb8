"""What only a browser sees, on every page: accessibility, width, and what it loads.

Each page is opened at 320 px: axe (WCAG 2.2 A and AA) in English and light, colour contrast again
in dark, no sideways scrolling in English and Arabic, no console error, no refusal by the security
policy, no request to another host. Pages for people with an account are opened as such a person.
"""

from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from tests.browser import ROOT, Faults, window
from tests.factories import MandateFactory
from web.models import ContentVersion, Installation

from .addresses import all_addresses
from .world import path_of

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]

AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE = {"width": 320, "height": 640}

# By whom a page is opened: the first of these to whom it answers with a page of its own.
MEANT_FOR = {
    "public": ["anonymous"],
    "anonymous": ["anonymous"],
    "token": ["anonymous"],
    "signed_in": ["liaison", "member", "applicant", "superuser"],
    "liaison": ["liaison"],
    "core_team": ["superuser"],
}


@dataclass(frozen=True)
class Opened:
    """A page that answered with HTML, and by whom it was opened."""

    name: str
    path: str
    role: str


def pages(world, as_person) -> list[Opened]:
    """Every page of the product that answers a GET with HTML, under /en/."""
    opened = []
    for address in all_addresses():
        if address.is_admin:
            continue
        try:
            path = path_of(address, world)
        except LookupError:
            continue  # test_every_address_can_be_opened names it
        for role in MEANT_FOR.get(address.policy, []):
            response = visitor(world, as_person, role).get(path)
            is_html = response.get("Content-Type", "").startswith("text/html")
            if response.status_code == 200 and is_html:
                opened.append(Opened(address.name, path, role))
                break
    opened.append(Opened("a page that is not there", "/en/nothing-here/", "anonymous"))
    return opened


def visitor(world, as_person, role):
    person = world.people[role]
    return as_person(person) if person else Client()


class Walk:
    """One pass over all pages in one kind of window, collecting what is wrong by page."""

    def __init__(self, chromium, live_server, world, as_person):
        self.chromium = chromium
        self.base = live_server.url
        self.world = world
        self.as_person = as_person
        self.pages = pages(world, as_person)
        self.wrong: dict[str, list[str]] = {}

    def over(self, look, *, language="en", **options):
        """Open each page and keep what ``look(page)`` and the browser itself complain of."""
        for role in sorted({page.role for page in self.pages}):
            client = self.as_person(self.world.people[role]) if role != "anonymous" else None
            with window(
                self.chromium, self.base, person_client=client, viewport=PHONE, **options
            ) as context:
                for opened in (page for page in self.pages if page.role == role):
                    self._visit(context, opened, look, language)
        return self.wrong

    def _visit(self, context, opened, look, language):
        page = context.new_page()
        faults = Faults(self.base)
        faults.watch(page)
        page.goto(opened.path.replace("/en/", f"/{language}/", 1))
        if opened.name == "outreach_map:map":
            page.wait_for_load_state("networkidle")  # the map is drawn from data it fetches
        faults.found += look(page)
        if opened.path == "/en/nothing-here/":
            faults.found = [fault for fault in faults.found if "404" not in fault]
        if faults.found:
            self.wrong[f"{opened.name} ({opened.role}, {language})"] = faults.found
        page.close()


@pytest.fixture(autouse=True)
def made_as_a_demo(transactional_db):
    """The rows of a new database, which tests of this kind empty; marked as a demo."""
    ContentVersion.objects.get_or_create(pk=1)
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})


@pytest.fixture
def walk(chromium, live_server, world, as_person, dave, armenia):
    MandateFactory(complete_draft=True, deputy=True, person=dave, group=armenia)
    return Walk(chromium, live_server, world, as_person)


def axe(page, only=RULES, kind="tag"):
    """What axe finds on a page, one line for each element."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        # Through the debugger, so that the page's own security policy stays as it is.
        page.evaluate(AXE.read_text("utf-8"))
    result = page.evaluate(
        "options => axe.run(document, options)",
        {"runOnly": {"type": kind, "values": only}, "resultTypes": ["violations"]},
    )
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def scrolls_sideways(page):
    wide, window_width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return [f"{wide} px wide in a window of {window_width} px"] if wide > window_width else []


def told(wrong):
    """The faults as text for the failing test."""
    return "\n".join(f"{page}\n  " + "\n  ".join(faults) for page, faults in wrong.items())


def test_every_page_is_accessible_in_light_and_dark_and_fits_a_phone(walk):
    def look(page):
        found = [*axe(page), *scrolls_sideways(page)]
        page.emulate_media(color_scheme="dark")
        return found + [f"dark: {line}" for line in axe(page, ["color-contrast"], "rule")]

    assert len(walk.pages) > 10
    wrong = walk.over(look, color_scheme="light", reduced_motion="reduce")
    assert not wrong, told(wrong)


def test_every_page_fits_a_phone_in_arabic(walk):
    wrong = walk.over(scrolls_sideways, language="ar")
    assert not wrong, told(wrong)


def test_open_menus_are_accessible_and_need_no_script(walk):
    def open_each_menu(page):
        found = []
        for menu in page.locator("details.menu").all():
            if menu.is_visible():
                menu.locator("summary").click()
                found += [*axe(page), *scrolls_sideways(page)]
                menu.locator("summary").click()
        return found

    walk.pages = [page for page in walk.pages if page.name == "home"] or walk.pages[:1]
    wrong = walk.over(open_each_menu)
    assert not wrong, told(wrong)


def test_refused_forms_are_accessible_and_say_what_to_mend(walk):
    refused = []

    def send_empty(page):
        forms = page.locator("main form[method=post]:has([required])")
        if not forms.count():
            return []
        name = page.url
        form = forms.first
        form.evaluate(
            """form => {
              form.noValidate = true;
              for (const field of form.elements) {
                if (field.type === "checkbox" || field.type === "radio") field.checked = false;
                else if (field.type !== "hidden" && "value" in field && field.tagName !== "BUTTON")
                  field.value = "";
              }
            }"""
        )
        form.locator("[type=submit], button:not([type=button])").first.click()
        page.wait_for_load_state("load")
        found = [*axe(page), *scrolls_sideways(page)]
        if page.locator("[aria-invalid=true], .field__error, .form-errors").count():
            refused.append(name)
        else:
            found.append("took an empty form without a word")
        return found

    wrong = walk.over(send_empty)
    assert len(refused) >= 5
    assert not wrong, told(wrong)


def test_the_admin_keeps_to_the_security_policy(chromium, live_server, world, as_person):
    wrong = {}
    client = as_person(world.people["superuser"])
    with window(chromium, live_server.url, person_client=client) as context:
        for address in all_addresses():
            # The pages of our own models; those about one row are under test with their app.
            is_ours = address.name.startswith(("admin:index", "admin:liaisons_", "admin:strategy_"))
            if not is_ours or address.parameters:
                continue
            path = reverse(address.name)
            if client.get(path).status_code != 200:
                continue
            page = context.new_page()
            faults = Faults(live_server.url)
            faults.watch(page)
            page.goto(path)
            if faults.found:
                wrong[address.name] = faults.found
            page.close()
    assert not wrong, told(wrong)


def test_the_main_links_work_without_scripts(chromium, live_server, world):
    with window(chromium, live_server.url, java_script_enabled=False, viewport=PHONE) as context:
        page = context.new_page()
        page.goto("/en/")
        page.locator(".menu--links > summary").click()
        page.locator(".menu--links a", has_text="Updates").click()
        assert page.url.endswith("/en/updates/")
        page.locator(".menu--languages > summary").click()
        page.locator(".menu--languages a", has_text="العربية").click()
        assert page.url.endswith("/ar/updates/")
        assert page.locator("html").get_attribute("dir") == "rtl"


def test_the_walk_would_notice(chromium, live_server, world):
    """The checks themselves, on a page made wrong on purpose."""
    faults = Faults(live_server.url)
    with window(chromium, live_server.url, viewport=PHONE) as context:
        page = context.new_page()
        faults.watch(page)
        page.goto("/en/")
        page.evaluate(
            """() => {
              const wide = document.createElement("p");
              wide.textContent = "x".repeat(400);
              wide.className = "meta";
              document.querySelector("main").append(wide);
              wide.style.whiteSpace = "nowrap";
              const image = document.createElement("img");
              image.src = "http://127.0.0.2:9/pixel.png";
              document.querySelector("main").append(image);
            }"""
        )
        page.wait_for_timeout(300)
        assert scrolls_sideways(page)
        assert any("image-alt" in line for line in axe(page))
        assert any("Content Security Policy" in fault for fault in faults.found)
