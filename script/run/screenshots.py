"""Take every page in all eight combinations, to be looked at by eye.

The pages come from the resolver, with the demo's own rows as examples; pages for people with an
account are taken as a demo account. Pictures go to ``var/screenshots/<page>/``.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from itertools import product
from typing import Any

import django
from playwright.sync_api import Browser, Error, sync_playwright

from config.embedded import ROOT
from script.run.bootstrap import CHROMIUM_NAMES
from script.run.screenshot import CHROMIUM_OPTIONS

TARGET = ROOT / "var" / "screenshots"
COMBINATIONS = list(product((360, 1280), ("en", "ar"), ("light", "dark")))
TALLEST = 6000  # pixels; below that a picture is cut
ACCOUNTS = {
    "signed_in": "liaison@example.org",
    "liaison": "liaison@example.org",
    "core_team": "reviewer@example.org",
    "joining": "member@example.org",
}
ADMIN = ("admin:index", "admin:liaisons_mandate_changelist", "admin:strategy_update_add")


def main() -> int:
    """Take the pages whose name holds one of the words given, else all. Gives the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread
    django.setup()
    base = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
    wanted = sys.argv[1:]
    pages = [page for page in every_page() if not wanted or any(w in page[0] for w in wanted)]
    program = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*CHROMIUM_OPTIONS])
        try:
            for combination in COMBINATIONS:
                take(browser, base, pages, *combination)
        except Error as problem:
            print(f"{base}: {problem}\nIs script/server running?", file=sys.stderr)
            return 1
        finally:
            browser.close()
    print(f"{len(pages)} pages in {TARGET.relative_to(ROOT)}/")
    return 0


def every_page() -> Iterator[tuple[str, str, str | None]]:
    """Name, path under /en/ and account (or none) of each page."""
    from django.urls import NoReverseMatch, get_resolver, reverse
    from django.utils import translation

    with translation.override("en"):
        examples = example_rows()
        for name, view in sorted(named_views(get_resolver())):
            policy = getattr(view, "policy", None)
            if policy is None or policy == "machine":
                continue
            try:
                path = reverse(name, kwargs=examples.get(name))
            except NoReverseMatch:
                continue
            account = "joining" if name.startswith("liaisons:join") else policy
            yield name.replace(":", "-"), path, ACCOUNTS.get(account)
        for name in ADMIN:
            yield name.replace(":", "-"), reverse(name), ACCOUNTS["core_team"]
        yield "not-found", "/en/nothing-here/", None


def named_views(resolver: Any, namespace: str = "") -> Iterator[tuple[str, Any]]:
    """Every named view outside the admin, with its namespaces."""
    for entry in resolver.url_patterns:
        if hasattr(entry, "url_patterns"):
            if entry.namespace != "admin":
                inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
                yield from named_views(entry, inner)
        elif entry.name:
            yield namespace + entry.name, entry.callback


def example_rows() -> dict[str, dict[str, Any]]:
    """For each page about one thing, a thing with something to show."""
    from liaisons.models import Group, Mandate
    from strategy.models import Topic, Update

    held = Mandate.objects.filter(person__email=ACCOUNTS["liaison"]).first()
    group = held.group if held else Group.objects.first()
    rows: dict[str, dict[str, Any]] = {"outreach_map:group_detail": {"slug": group.slug}}
    for name, model in (("update", Update), ("topic", Topic)):
        row = model.objects.last()
        if row:
            rows[f"strategy:{name}_detail"] = {"slug": row.slug}
    if held:
        for name in ("mandate", "mandate_answer", "mandate_withdraw", "mandate_end"):
            rows[f"liaisons:{name}"] = {"pk": held.pk}
    return rows


def session_of(address: str) -> str:
    """A session in which the account with that address is signed in."""
    from django.contrib.auth import (
        BACKEND_SESSION_KEY,
        HASH_SESSION_KEY,
        SESSION_KEY,
        get_user_model,
    )

    from liaisons.models.sessions import SessionStore

    person = get_user_model().objects.get(email=address)
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def take(browser: Browser, base: str, pages: list, width: int, language: str, scheme: str) -> None:
    """Every page in one combination."""
    for account in sorted({page[2] for page in pages}, key=str):
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        if account:
            cookie = {"name": "sessionid", "value": session_of(account), "url": base}
            context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        for name, path, _ in (entry for entry in pages if entry[2] == account):
            address = base + path.replace("/en/", f"/{language}/", 1)
            answer = context.request.get(address)
            if answer.status == 405 or "text/html" not in answer.headers.get("content-type", ""):
                continue  # an action, a feed, a file
            page.goto(address, wait_until="load")
            page.wait_for_timeout(300 if name.endswith("map") else 0)
            height, wide = page.evaluate(
                "[document.documentElement.scrollHeight, document.documentElement.scrollWidth]"
            )
            if wide > width:
                print(f"{name}, {language}, {width}: {wide} px wide")
            file = TARGET / name / f"{width}-{language}-{scheme}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            clip = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)}
            page.screenshot(path=file, full_page=True, clip=clip)  # type: ignore[arg-type]
        context.close()


if __name__ == "__main__":
    sys.exit(main())
