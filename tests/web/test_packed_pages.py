"""Public pages as they are sent: packed as the browser likes it, or not at all."""

import gzip

import brotli
import pytest
from django.db import transaction

from tests.strategy.factories import UpdateFactory
from web import content_version

UNPACKED = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("accepted", "packing"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("GZIP", "gzip"),
    ],
)
def test_a_page_is_sent_packed_as_the_browser_likes_it(client, accepted, packing):
    plain = client.get("/en/about/")
    packed = client.get("/en/about/", headers={"accept-encoding": accepted})
    assert packed["Content-Encoding"] == packing
    assert UNPACKED[packing](packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 2
    assert packed["Content-Length"] == str(len(packed.content))
    assert {"Accept-Encoding", "Cookie"} <= set(packed["Vary"].split(", "))
    headers = {"accept-encoding": accepted, "if-none-match": packed["ETag"]}
    assert client.get("/en/about/", headers=headers).status_code == 304


@pytest.mark.django_db
@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0, br;q=0", "deflate", "brr", "*"])
def test_who_does_not_ask_for_packing_gets_the_page_as_it_is(client, accepted):
    response = client.get("/en/about/", headers={"accept-encoding": accepted})
    assert not response.has_header("Content-Encoding")
    assert b"<h1>" in response.content


@pytest.mark.django_db
def test_a_packed_page_changes_with_its_content(client):
    headers = {"accept-encoding": "br"}
    before = client.get("/en/updates/", headers=headers)
    update = UpdateFactory(published=True, title_en="Packed anew")
    with transaction.atomic():
        content_version.bump()
    after = client.get("/en/updates/", headers=headers)
    assert update.title_en in brotli.decompress(after.content).decode()
    assert after["ETag"] != before["ETag"]
