"""All groups as points: for the map, for its small picture on the home page, and as GeoJSON.

Public fields only. A liaison's name is among them only where the person chose to be public by
name (``User.public_name``).
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import translation

from liaisons.models import Group, Mandate
from web.kept_figures import kept
from web.templatetags.web import small_world

from . import coverage

# Digits after the point of a degree: 0.001° is about 100 m, finer than any of our places.
DIGITS = 3
STATES = [state.value for state in coverage.State]
KINDS = [kind.value for kind in Group.Kind]
ATTRIBUTION = "Places: Natural Earth (public domain) and GeoNames (CC BY 4.0)"


@dataclass(frozen=True)
class Point:
    """A listed group as everyone may see it. ``lat`` and ``lon`` are None where it has no place."""

    pk: int
    slug: str
    name: str
    local_name: str
    kind: str
    region: str
    lat: float | None
    lon: float | None
    state: str
    website: str
    countries: list[str]
    languages: list[str]
    liaisons: list[str]


def placed() -> list[Point]:
    """Listed groups that have a place."""
    return _points(Group.objects.listed().filter(latitude__isnull=False))


def everywhere() -> list[Point]:
    """All listed groups, those without a place too."""
    return _points(Group.objects.listed())


@kept
def picture() -> str:
    """The small world of the home page, with a dot for each group that has a place."""
    groups = coverage.with_state(Group.objects.listed().filter(latitude__isnull=False))
    rows = groups.order_by().values_list("latitude", "longitude", "state")
    return small_world({"lat": lat, "lon": lon, "state": state} for lat, lon, state in rows)


def compact() -> dict:
    """What the map page loads: a column for each thing it shows of groups that have a place.

    In few bytes: columns hold alike beside alike, which packs a fifth smaller than rows. States
    and kinds are numbers of their names; a group's languages are joined by a space.
    """
    found = sorted(placed(), key=lambda point: point.slug)
    return {
        "states": STATES,
        "kinds": KINDS,
        "groups": {
            "slug": [point.slug for point in found],
            "name": [point.name for point in found],
            "lat": [point.lat for point in found],
            "lon": [point.lon for point in found],
            "state": [STATES.index(point.state) for point in found],
            "kind": [KINDS.index(point.kind) for point in found],
            "region": [point.region for point in found],
            "languages": [" ".join(point.languages) for point in found],
            "liaisons": [point.liaisons for point in found],
        },
    }


def geojson() -> dict:
    """A FeatureCollection of RFC 7946; ``geometry`` is null for a group without a place."""
    with translation.override("en"):
        page = settings.BASE_URL + reverse("outreach_map:group_detail", args=["SLUG"])
    return {
        "type": "FeatureCollection",
        "attribution": ATTRIBUTION,
        "features": [_feature(point, page.replace("SLUG", point.slug)) for point in everywhere()],
    }


def _feature(point: Point, url: str) -> dict:
    is_placed = point.lat is not None
    return {
        "type": "Feature",
        "id": point.slug,
        "geometry": (
            {"type": "Point", "coordinates": [point.lon, point.lat]} if is_placed else None
        ),
        "properties": {
            "name": point.name,
            "local_name": point.local_name,
            "kind": point.kind,
            "region": point.region or None,
            "countries": point.countries,
            "languages": point.languages,
            "website": f"https://{point.website}/" if point.website else None,
            "liaison": point.state,
            "liaisons": point.liaisons,
            "url": url,
        },
    }


def _points(groups: QuerySet[Group]) -> list[Point]:
    countries = _codes(Group.countries.through, "country_id")
    languages = _codes(Group.languages.through, "language_id")
    liaisons = _public_names()
    rows = coverage.with_state(groups).values_list(
        "pk", "slug", "name", "local_name", "kind", "region_id", "latitude", "longitude", "host",
        "state",
    )  # fmt: skip
    return [
        Point(
            pk=pk,
            slug=slug,
            name=name,
            local_name=local_name,
            kind=kind,
            region=region or "",
            lat=_degrees(lat),
            lon=_degrees(lon),
            state=state,
            website=host,
            countries=countries.get(pk, []),
            languages=languages.get(pk, []),
            liaisons=liaisons.get(pk, []),
        )
        for pk, slug, name, local_name, kind, region, lat, lon, host, state in rows
    ]


def _codes(through: type[Model], column: str) -> dict[int, list[str]]:
    found = defaultdict(list)
    for group, code in through._default_manager.order_by("pk").values_list("group_id", column):
        found[group].append(code)
    return found


def _public_names() -> dict[int, list[str]]:
    found = defaultdict(list)
    active = Mandate.objects.active().select_related("person").order_by("-seat", "pk")
    for mandate in active:
        if name := mandate.person.public_name:
            found[mandate.group_id].append(name)
    return found


def _degrees(value: Decimal | None) -> float | None:
    return None if value is None else round(float(value), DIGITS)
