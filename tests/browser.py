"""A real browser for tests: Chromium, loopback only, and a record of what pages do wrong.

Tests that use it are marked ``heavy``. It is found on the path, or named by ``CHROMIUM``.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium_path() -> str | None:
    """Where Chromium is, if anywhere."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@dataclass
class Faults:
    """What a page did that no page may do."""

    base: str
    found: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note console errors (refusals by the security policy are such) and foreign requests."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"script error: {error}"))
        page.on("request", self._request)

    def _console(self, message) -> None:
        where = urlsplit(message.location.get("url", "")).path
        if "Applying inline style" in message.text and not where:
            return  # what a test itself ran in the page; a page's own names the page
        if message.type == "error":
            self.found.append(f"console: {message.text} ({where})")

    def _request(self, request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and f"//{address.netloc}" not in self.base:
            self.found.append(f"request to another host: {request.url}")


@pytest.fixture(scope="session")
def chromium():
    """One Chromium for all tests. Skips where there is none."""
    path = chromium_path()
    if path is None:
        pytest.skip("No Chromium found: install it, or name it in CHROMIUM.")
    # Playwright runs an event loop in this thread; the tests' own queries beside it are meant.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@contextmanager
def window(chromium, base: str, *, person_client=None, **options) -> Iterator[BrowserContext]:
    """A browser window of its own; signed in as the person of a Django test client, if given."""
    context = chromium.new_context(base_url=base, **options)
    if person_client is not None:
        session = person_client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
    try:
        yield context
    finally:
        context.close()
