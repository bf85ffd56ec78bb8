"""What holds on every page: it opens, says its language, has its headers, marks its strings."""

import re

import pytest

from . import pseudo
from .addresses import all_addresses
from .visits import path_of, reader_of

PAGES = [a for a in all_addresses() if not a.is_admin and a.policy not in (None, "machine")]


@pytest.fixture
def visit(world, browser):
    """``visit(address)`` opens an address as somebody it is meant for, in English."""
    clients = {role: browser(role) for role in world.people}

    def opened(address, *, role=None, code="en"):
        path = path_of(address, world).replace("/en/", f"/{code}/", 1)
        return clients[role or reader_of(address)].get(path)

    return opened


def is_page(response) -> bool:
    return response.status_code == 200 and response["Content-Type"].startswith("text/html")


def test_every_address_can_be_opened(visit):
    """A page, or on the way to one; an address that only takes a POST says so."""
    expected = {
        "account_inactive": {403},
        "mediawiki_login": {404},
        "mediawiki_callback": {404},
        # An earlier address, for links in mails that were sent.
        "liaisons:settings_language": {301},
        # Passkeys need https or localhost: tests/accounts/test_passkeys_browser.py opens it.
        "mfa_add_webauthn": {404},
    }
    found = {address.name: visit(address).status_code for address in PAGES}
    assert {
        name: code
        for name, code in found.items()
        if code not in expected.get(name, {200, 302, 405})
    } == {}


def test_every_answer_carries_its_headers(visit):
    for address in PAGES:
        response = visit(address)
        policy = response["Content-Security-Policy"]
        assert "unsafe" not in policy, address.name
        assert "frame-ancestors 'none'" in policy, address.name
        assert "default-src 'none'" in policy, address.name
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] in {"same-origin", "no-referrer"}
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        if address.policy != "public":
            assert "no-store" in response["Cache-Control"], address.name
        elif response.status_code == 200:
            assert "public" in response["Cache-Control"], address.name
            assert not response.cookies, address.name
            assert b"csrfmiddlewaretoken" not in response.content, address.name


def test_a_signed_in_reader_s_pages_are_never_kept(visit):
    for address in PAGES:
        if address.policy == "public":
            response = visit(address, role="member")
            if is_page(response):
                assert "no-store" in response["Cache-Control"], address.name


def test_every_string_is_marked(visit, monkeypatch):
    pseudo.install(monkeypatch)
    unmarked = {}
    for address in PAGES:
        response = visit(address, code="ru")
        if is_page(response) and (text := pseudo.latin_text(response.content.decode(), "ru")):
            unmarked[address.name] = text
    assert unmarked == {}


@pytest.mark.parametrize(("code", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_every_page_says_its_language_and_direction(code, direction, visit):
    for address in PAGES:
        response = visit(address, code=code)
        if is_page(response) and not address.name.startswith("mailing:"):
            html = response.content.decode()
            start = re.search(r"<html[^>]*>", html).group()
            assert f'lang="{code}"' in start, address.name
            assert f'dir="{direction}"' in start, address.name
            assert html.count("<h1") == 1, address.name
            assert re.search(r"<title>\s*\S", html), address.name
