"""Walking through pages in a real browser, and what is looked at on each of them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from django.test import Client
from django.urls import reverse
from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser import ROOT, Faults, window

from .addresses import Address, all_addresses, own_admin_pages
from .visits import path_of
from .world import World

AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE = {"width": 320, "height": 640}
DESKTOP = {"width": 1280, "height": 900}
NOT_THERE = "/en/nothing-here/"
REFUSED = "[aria-invalid=true], .field__error, .form-errors"
ANSWERED_WITHIN_MS = 15_000

# By whom a page is opened: the first of these to whom it answers with a page of its own.
MEANT_FOR = {
    "public": ["anonymous"],
    "anonymous": ["anonymous"],
    "token": ["anonymous"],
    "signed_in": ["liaison", "member", "applicant", "superuser", "other liaison"],
    "liaison": ["liaison"],
    "core_team": ["superuser"],
    "translator": ["translator"],
}


@dataclass(frozen=True)
class Opened:
    """A page that answered with HTML, and by whom it was opened."""

    name: str
    path: str
    role: str


def visitor(world: World, as_person, role: str) -> Client:
    """A test client of somebody of that role."""
    person = world.people[role]
    return as_person(person) if person else Client()


def every_page(world: World, as_person) -> list[Opened]:
    """Every page of the product that answers a GET with HTML, under /en/, without the admin's."""
    opened = []
    visitors = {role: visitor(world, as_person, role) for role in world.people}
    for address in all_addresses():
        if address.is_admin:
            continue
        try:
            path = path_of(address, world)
        except LookupError:
            continue  # test_every_address_can_be_opened names it
        for role in MEANT_FOR.get(address.policy or "", []):
            response = visitors[role].get(path)
            is_html = response.get("Content-Type", "").startswith("text/html")
            if response.status_code == 200 and is_html:
                opened.append(Opened(address.name, path, role))
                break
    opened.append(Opened("a page that is not there", NOT_THERE, "anonymous"))
    return opened


def path_by_name(name: str, world: World) -> str:
    """A real path of a page, with the parameters that ``SAMPLES`` gives for it."""
    for address in all_addresses():
        if address.name == name:
            return path_of(address, world)
    return path_of(Address(name, "", None, ()), world)


class Walk:
    """One pass over pages in one kind of window, collecting what is wrong by page."""

    def __init__(self, chromium, live_server, world: World, as_person):
        self.chromium = chromium
        self.base = live_server.url
        self.world = world
        self.as_person = as_person
        self.wrong: dict[str, list[str]] = {}

    def over(self, pages: list[Opened], look, *, language="en", **options) -> dict[str, list[str]]:
        """Open each page and keep what ``look(page)`` and the browser itself complain of."""
        options.setdefault("viewport", PHONE)
        for role in sorted({page.role for page in pages}):
            client = self.as_person(self.world.people[role]) if role != "anonymous" else None
            with window(self.chromium, self.base, person_client=client, **options) as context:
                # One tab for all of them: each new one costs the browser a process.
                page, faults = context.new_page(), Faults(self.base)
                faults.watch(page)
                for opened in (one for one in pages if one.role == role):
                    self._visit(page, faults, opened, look, language)
        return self.wrong

    def _visit(self, page: Page, faults: Faults, opened: Opened, look, language: str) -> None:
        faults.found = []
        page.goto(opened.path.replace("/en/", f"/{language}/", 1))
        settled(page)
        faults.found += look(page)
        if opened.path == NOT_THERE:
            faults.found = [fault for fault in faults.found if "404" not in fault]
        if faults.found:
            name = f"{opened.name} ({opened.role}, {language})"
            self.wrong.setdefault(name, []).extend(faults.found)


def settled(page: Page) -> None:
    """Wait until the map, where there is one, has drawn what it fetches."""
    if page.locator("#map").count() and not page.locator("#map[data-ready]").count():
        page.wait_for_selector("#map[data-ready]")
        page.wait_for_load_state("networkidle")


def axe(page: Page, only=RULES, kind="tag", within: str = "") -> list[str]:
    """What axe finds on a page, one line for each element."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        # Through the debugger, so that the page's own security policy stays as it is.
        page.evaluate(AXE.read_text("utf-8"))
    violations = page.evaluate(
        "([within, options]) =>"
        " axe.run(within || document, options).then(({violations}) => violations)",
        [
            within,
            {
                "runOnly": {"type": kind, "values": list(only)},
                "resultTypes": ["violations"],
                # Of these rules only the one on sounds that play by themselves fetches anything.
                "preload": {"assets": ["media"]},
            },
        ],
    )
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    ]


def dark_contrast(page: Page) -> list[str]:
    """Colours that do not stand out from each other in dark; the page is light again after."""
    page.emulate_media(color_scheme="dark")
    # A colour on its way from one to the other is neither.
    page.evaluate("Promise.allSettled(document.getAnimations().map(({finished}) => finished))")
    found = [f"dark: {line}" for line in axe(page, ["color-contrast"], "rule")]
    page.emulate_media(color_scheme="light")
    return found


def scrolls_sideways(page: Page) -> list[str]:
    """Says so where a page is wider than its window."""
    wide, window_width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return [f"{wide} px wide in a window of {window_width} px"] if wide > window_width else []


# A form that needs an answer, and any form that one fills in.
NEEDS_ANSWERS = "main form[method=post]:has([required])"
FILLED_IN = "main form[method=post]:has(input:not([type=hidden]), select, textarea)"


def refused_form(page: Page, which: str = NEEDS_ANSWERS) -> bool:
    """True where the page has a form: it is sent with nothing in it, past the browser's checks."""
    forms = page.locator(which)
    if not forms.count():
        return False
    empty(forms.first)
    forms.first.locator("[type=submit], button:not([type=button])").first.click()
    # Where a script sends it, the answer comes a little later.
    with suppress(PlaywrightTimeout):
        page.locator(REFUSED).first.wait_for(state="attached", timeout=ANSWERED_WITHIN_MS)
    page.wait_for_load_state("load")
    return True


def empty(form: Locator) -> None:
    """Take every answer out of a form."""
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


def told(wrong: dict[str, list[str]]) -> str:
    """The faults as text for the failing test."""
    return "\n".join(f"{page}\n  " + "\n  ".join(faults) for page, faults in wrong.items())


def admin_pages(
    world: World, client: Client, is_wanted: Callable[[str], bool] = bool
) -> list[Opened]:
    """Each page of the admin that a superuser can open: lists, forms and pages about one row.

    Only those whose names are wanted: to find out whether one can be opened, it is.
    """
    from django.contrib import admin

    found = []
    if is_wanted("admin:index"):
        found.append(Opened("admin:index", reverse("admin:index"), "superuser"))
    for model in sorted(admin.site._registry, key=lambda model: model._meta.label):
        stem = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.order_by("pk").first()
        names = [(f"{stem}_changelist", ()), (f"{stem}_add", ())]
        if row is not None:
            names += [(f"{stem}_{kind}", (row.pk,)) for kind in ("change", "delete", "history")]
        for name, arguments in names:
            path = reverse(name, args=arguments)
            if is_wanted(name) and client.get(path).status_code == 200:
                found.append(Opened(name, path, "superuser"))
    for address in own_admin_pages():
        if not is_wanted(address.name):
            continue
        path = path_of(address, world)
        response = client.get(path)
        # A mail as plain text is no page, and what is downloaded neither.
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            found.append(Opened(address.name, path, "superuser"))
    return found
