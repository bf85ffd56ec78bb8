"""Groups as GeoJSON and as the map page's own data: valid, public, and not sent twice."""

import json

import pytest

from liaisons.models import Group
from tests.factories import MandateFactory, UserFactory
from tests.harness.corpus import XSS
from web import content_version

pytestmark = pytest.mark.django_db

GEOJSON = "/map/groups.geojson"
POINTS = "/map/points.json"


def problems_of(document):
    """What RFC 7946 would object to, as far as points go."""
    if document.get("type") != "FeatureCollection":
        yield "not a FeatureCollection (3.3)"
    if "crs" in document:
        yield "a crs is no longer allowed (4)"
    if not isinstance(document.get("features"), list):
        yield "features is no array (3.3)"
        return
    ids = [feature.get("id") for feature in document["features"]]
    if len(ids) != len(set(ids)):
        yield "an id is there twice"
    for feature in document["features"]:
        if feature.get("type") != "Feature":
            yield "not a Feature (3.2)"
        if not isinstance(feature.get("properties"), dict | None):
            yield "properties is neither an object nor null (3.2)"
        if not isinstance(feature.get("id"), str | int):
            yield "an id is neither a string nor a number (3.2)"
        if "geometry" not in feature:
            yield "a feature without geometry (3.2)"
            continue
        if feature["geometry"] is None:
            continue
        longitude, latitude = feature["geometry"]["coordinates"]
        if feature["geometry"]["type"] != "Point":
            yield "not a Point (3.1.2)"
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            yield "longitude comes first, and both in degrees (3.1.1)"


def test_geojson_is_valid_and_holds_every_listed_group(client, directory):
    response = client.get(GEOJSON)
    assert response["Content-Type"] == "application/geo+json"
    document = json.loads(response.content)
    assert list(problems_of(document)) == []
    by_id = {feature["id"]: feature for feature in document["features"]}
    assert set(by_id) == set(Group.objects.listed().values_list("slug", flat=True))
    assert by_id["tanzania"]["geometry"] == {"type": "Point", "coordinates": [34.8, -6.2]}
    assert by_id["wikidata"]["geometry"] is None
    assert by_id["namibia"]["properties"]["countries"] == ["NA"]
    assert by_id["tanzania"]["properties"]["url"] == "http://testserver/en/groups/tanzania/"


def test_the_validator_can_fail():
    swapped = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": "x",
                "properties": {},
                "geometry": {"type": "Point", "coordinates": [1, 134]},
            }
        ],
    }
    assert list(problems_of(swapped))


@pytest.mark.parametrize("address", [GEOJSON, POINTS])
def test_data_is_kept_and_not_sent_twice(client, directory, address):
    first = client.get(address)
    assert first["Cache-Control"].startswith("public")
    assert not first.cookies
    headers = {"if-none-match": first["ETag"]}
    assert client.get(address, headers=headers).status_code == 304
    Group.objects.filter(pk=directory.tanzania.pk).update(name="Renamed")
    content_version.bump()
    changed = client.get(address, headers=headers)
    assert changed.status_code == 200
    assert "Renamed" in changed.content.decode()


def test_other_sites_may_read_the_geojson(client, directory):
    response = client.get(GEOJSON)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize("address", [GEOJSON, POINTS])
def test_data_is_the_same_in_every_language(client, directory, address):
    english = client.get(address, headers={"accept-language": "en"})
    arabic = client.get(address, headers={"accept-language": "ar"})
    assert english.content == arabic.content


@pytest.mark.parametrize("address", [GEOJSON, POINTS])
def test_nothing_private_is_in_the_data(client, directory, address):
    shown = UserFactory(by_name=True, display_name="Asha", email="canary-1@example.org")
    hidden = UserFactory(
        display_name="CANARY", wiki_username="CANARY", email="canary-2@example.org"
    )
    closed = UserFactory(by_name=True, display_name="CANARY", is_active=False)
    for person, group in (
        (shown, directory.tanzania),
        (hidden, directory.namibia),
        (closed, directory.wikidata),
    ):
        MandateFactory(confirmed=True, group=group, person=person, evidence_text="CANARY")
    MandateFactory(group=directory.libraries, person__display_name="CANARY")
    text = client.get(address).content.decode()
    assert "Asha" in text
    assert "canary" not in text.lower()
    assert "Utopia" not in text
    assert "Atlantis" not in text


@pytest.mark.parametrize("text", XSS)
def test_a_hostile_name_stays_text(client, directory, text):
    name = text.replace("\x00", "")[:200]
    Group.objects.filter(pk=directory.tanzania.pk).update(name=name, local_name=name)
    groups = json.loads(client.get(POINTS).content)["groups"]
    assert name in groups["name"]
    assert client.get(POINTS)["Content-Type"] == "application/json"
    assert client.get(POINTS)["X-Content-Type-Options"] == "nosniff"
    for page in ("/en/map/", "/en/map/?country=TZ", "/en/groups/", "/en/groups/tanzania/"):
        html = client.get(page).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<svg/onload" not in html


def test_the_pages_own_data_holds_placed_groups_only(client, directory):
    data = json.loads(client.get(POINTS).content)
    assert set(data["groups"]["slug"]) == {"tanzania", "namibia"}
    assert len({len(column) for column in data["groups"].values()}) == 1
    assert data["states"] == ["has", "lapsed", "none"]
