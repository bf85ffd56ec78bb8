"""What holds on every page: it opens, says its language, has its headers, marks its strings."""

import re

import pytest
from django.test import Client

from . import pseudo
from .addresses import all_addresses
from .world import path_of

PAGES = [a for a in all_addresses() if not a.is_admin and a.policy not in (None, "machine")]
HTML = "text/html"


def visit(address, world, as_person, role, **headers):
    person = world.people[role]
    client = as_person(person) if person else Client()
    client.raise_request_exception = True
    return client.get(path_of(address, world), **headers)


def role_for(address) -> str:
    """Somebody for whom the page is meant."""
    return {"signed_in": "liaison", "liaison": "liaison", "core_team": "superuser"}.get(
        address.policy, "anonymous"
    )


@pytest.mark.parametrize("address", PAGES, ids=lambda a: a.name)
def test_every_address_can_be_opened(address, world, as_person):
    response = visit(address, world, as_person, role_for(address))
    assert response.status_code in {200, 302, 405}, response.status_code


@pytest.mark.parametrize("address", PAGES, ids=lambda a: a.name)
def test_every_answer_carries_its_headers(address, world, as_person):
    response = visit(address, world, as_person, role_for(address))
    policy = response["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    if address.policy == "public" and response.status_code == 200:
        assert "public" in response["Cache-Control"]
        assert not response.cookies
        assert b"csrfmiddlewaretoken" not in response.content
    else:
        assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("role", ["member", "superuser"])
def test_a_signed_in_reader_s_pages_are_never_kept(role, world, as_person):
    for address in PAGES:
        if address.policy != "public":
            continue
        response = visit(address, world, as_person, role)
        if response.get("Content-Type", "").startswith(HTML):
            assert "no-store" in response["Cache-Control"], address.name


@pytest.mark.parametrize("address", PAGES, ids=lambda a: a.name)
def test_every_string_is_marked(address, world, as_person, monkeypatch):
    pseudo.install(monkeypatch)
    person = world.people[role_for(address)]
    client = as_person(person) if person else Client()
    path = re.sub(r"^/en/", "/ru/", path_of(address, world))
    response = client.get(path, headers={"accept-language": "ru"})
    if response.status_code != 200 or not response["Content-Type"].startswith(HTML):
        return
    assert pseudo.latin_text(response.content.decode(), "ru") == []


@pytest.mark.parametrize("code", ["en", "ar"])
@pytest.mark.parametrize("address", PAGES, ids=lambda a: a.name)
def test_every_page_says_its_language_and_direction(address, code, world, as_person):
    person = world.people[role_for(address)]
    client = as_person(person) if person else Client()
    path = path_of(address, world)
    if not path.startswith("/en/"):
        return
    response = client.get(path.replace("/en/", f"/{code}/", 1))
    if response.status_code == 200 and response["Content-Type"].startswith(HTML):
        html = response.content.decode()
        direction = {"ar": "rtl"}.get(code, "ltr")
        assert re.search(rf'<html[^>]*lang="{code}"[^>]*dir="{direction}"', html)
        assert html.count("<h1") == 1
        assert "<title>" in html
