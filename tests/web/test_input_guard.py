"""Text that the database cannot hold is refused before any view sees it."""

from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from web.input_guard import is_storable

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    [
        "/en/groups/?q=%00",
        "/en/updates/?page=%00",
        "/en/updates/?%00=1",
        "/en/%00/",
        "/en/updates/a%00b/",
        "/%00",
    ],
)
def test_a_nul_character_is_a_bad_request(client, address):
    response = client.get(address)
    assert response.status_code == 400
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("address", ["/en/groups/?q=%ED%A0%80", "/en/groups/?q=%FF%FE", "/en/%FF/"])
def test_bytes_that_are_no_text_never_break_a_page(client, address):
    assert client.get(address).status_code in (200, 400, 404)


def test_a_nul_character_in_a_form_is_a_bad_request():
    response = Client().post("/en/accounts/login/", {"login": "a\x00b"})
    assert response.status_code == 400


@pytest.mark.parametrize("text", ["Ünïcode", "العربية", "हिन्दी", "漢字", "🐘", "a\nb\tc", "\u202e"])
def test_every_script_passes(client, text):
    assert is_storable(text)
    assert client.get(f"/en/groups/?q={quote(text)}").status_code == 200


@given(st.text())
def test_whatever_passes_can_be_written_as_utf8(text):
    if is_storable(text):
        assert "\x00" not in text
        text.encode("utf-8")


@pytest.mark.parametrize("text", ["\x00", "a\x00", "\ud800", "x\udfff"])
def test_nul_and_lone_surrogates_do_not_pass(text):
    assert not is_storable(text)
