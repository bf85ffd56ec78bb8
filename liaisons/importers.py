"""Bringing reference data in: regions, countries, languages, and the groups themselves."""

from collections.abc import Iterable
from typing import Any

from django.utils.text import slugify

from importing.columns import (
    Column,
    choice,
    code,
    degrees,
    flag,
    host,
    known,
    partial_date,
    several,
    text,
)
from importing.importer import Importer
from importing.problems import BadValue

from .group_search import refresh_search_text
from .models import Country, Group, Language, Region

META = "https://meta.wikimedia.org/wiki/"


class RegionsImporter(Importer):
    """``regions.csv``: the Foundation's regions of the world."""

    file = "regions.csv"
    model = Region
    fields = ("code", "name_en")

    def columns(self):
        return [
            Column("region_code", code(10), filled=True),
            Column("region_name", text(100), filled=True),
        ]

    def key(self, values):
        return values["region_code"]

    def attributes(self, values):
        return {"code": values["region_code"], "name_en": values["region_name"]}


class LanguagesImporter(Importer):
    """``languages.csv``: every language code that Wikimedia's software knows."""

    file = "languages.csv"
    model = Language
    fields = (
        "code", "autonym", "english_name", "direction", "script", "bcp47", "fallback",
        "redirects_to",
    )  # fmt: skip

    def columns(self):
        return [
            Column("code", code(20), filled=True),
            Column("autonym", text(100)),
            Column("english_name", text(100)),
            Column("direction", choice(["ltr", "rtl"]), empty="ltr"),
            Column("script", code(4)),
            Column("bcp47", code(35)),
            Column("fallback", several(code(20)), empty=[]),
            Column("redirects_to", code(20)),
        ]

    def key(self, values):
        return values["code"]

    def attributes(self, values):
        return {name: values[name] for name in self.fields}


class CountriesImporter(Importer):
    """``countries.csv``: ISO 3166-1 and Kosovo. ``NA`` is Namibia."""

    file = "countries.csv"
    needs = ("regions.csv",)
    model = Country
    fields = (
        "iso2", "iso3", "english_name", "region_id", "is_protected", "latitude", "longitude",
        "official_languages",
    )  # fmt: skip

    def columns(self):
        return [
            Column("iso2", code(2), filled=True),
            Column("iso3", code(3)),
            Column("name", text(100), filled=True),
            Column("region_code", known(_codes(Region), "region")),
            Column("on_wmf_protection_list", flag, filled=True),
            Column("lat", degrees(90), empty=None),
            Column("lon", degrees(180), empty=None),
            Column("official_languages", several(code(20)), empty=[]),
        ]

    def key(self, values):
        return values["iso2"]

    def check(self, values):
        check_place(values["lat"], values["lon"])

    def attributes(self, values):
        return {
            "iso2": values["iso2"],
            "iso3": values["iso3"],
            "english_name": values["name"],
            "region_id": values["region_code"],
            "is_protected": values["on_wmf_protection_list"],
            "latitude": values["lat"],
            "longitude": values["lon"],
            "official_languages": values["official_languages"],
        }


class GroupImporter(Importer):
    """What all files of groups have in common."""

    model = Group
    relations = ("countries", "languages")

    def complete(self, new):
        give_slugs(new)

    def after(self, changed):
        refresh_search_text([group.pk for group in changed])


class AffiliatesImporter(GroupImporter):
    """``affiliates.csv``: chapters, thematic organisations and user groups.

    Known again by their code, and by their name where they have none. Former and superseded
    ones arrive archived; those nobody could verify are left out.
    """

    file = "affiliates.csv"
    needs = ("regions.csv", "countries.csv", "languages.csv")
    fields = (
        "kind", "status", "scope", "name", "local_name", "code", "host", "page_url", "region_id",
        "country_id", "latitude", "longitude", "founded",
    )  # fmt: skip

    ARCHIVED = ("former", "superseded")
    LEFT_OUT = ("unverified",)
    ACTIVE = ("listed_2024", "recognised_2024", "unknown_after_recognition")
    # Other kinds of dates (recognised, welcomed …) do not say when the group began.
    FOUNDED = ("founded", "since", "first_meeting")

    def columns(self):
        country = known(_codes(Country), "country")
        return [
            Column("code", text(50)),  # "WK?" and "W&E" are real ones
            Column("name", text(200), filled=True),
            Column("local_name", text(200)),
            Column("type", choice(["chapter", "user_group", "thematic_organisation"]), filled=True),
            Column("scope", choice(Group.Scope.values)),
            Column("country_iso2", country),
            Column("countries_iso2", several(country), empty=[]),
            Column("region_code", known(_codes(Region), "region")),
            Column("languages", several(known(_codes(Language), "language")), empty=[]),
            Column("meta_page_title", text(200)),
            Column("website_host", host),
            Column("start_date", partial_date),
            Column("start_kind", text(40)),
            Column("status", choice([*self.ACTIVE, *self.ARCHIVED, *self.LEFT_OUT]), filled=True),
            Column("lat", degrees(90), empty=None),
            Column("lon", degrees(180), empty=None),
        ]

    def key(self, values):
        return values["code"] or values["name"]

    def wanted(self, values):
        return values["status"] not in self.LEFT_OUT

    def check(self, values):
        check_place(values["lat"], values["lon"])

    def attributes(self, values):
        archived = values["status"] in self.ARCHIVED
        title = values["meta_page_title"].replace(" ", "_")
        return {
            "kind": values["type"],
            "status": Group.Status.ARCHIVED if archived else Group.Status.ACTIVE,
            "scope": values["scope"],
            "name": values["name"],
            "local_name": values["local_name"],
            "code": values["code"],
            "host": values["website_host"],
            "page_url": f"{META}{title}" if title else "",
            "region_id": values["region_code"],
            "country_id": values["country_iso2"],
            "countries": values["countries_iso2"],
            "languages": values["languages"],
            "latitude": values["lat"],
            "longitude": values["lon"],
            "founded": values["start_date"] if values["start_kind"] in self.FOUNDED else "",
        }

    def find(self, rows):
        found = super().find(rows)
        # A group that got a code, or lost it, since the last import is still the same group.
        left = {rows[key]["name"]: key for key in rows if key not in found}
        renamed = self.ours().filter(imported__values__name__in=list(left)).select_for_update()
        for group in renamed:
            if group.imported["key"] not in rows:
                found[left[group.imported["values"]["name"]]] = group
        return found


class CommunitiesImporter(GroupImporter):
    """``communities.csv``: the wikis marked as having a community; known again by database name."""

    file = "communities.csv"
    needs = ("languages.csv",)
    fields = ("kind", "status", "scope", "name", "dbname", "project_family", "host", "page_url")

    def columns(self):
        return [
            Column("dbname", code(50), filled=True),
            Column("project_family", text(30), filled=True),
            Column("language_code", known(_codes(Language), "language")),
            Column("english_name", text(200), filled=True),
            Column("host", host),
            Column("community_candidate", flag, filled=True),
        ]

    def key(self, values):
        return values["dbname"]

    def wanted(self, values):
        return values["community_candidate"]

    def attributes(self, values):
        language = values["language_code"]
        return {
            "kind": Group.Kind.PROJECT_COMMUNITY,
            "status": Group.Status.ACTIVE,
            "scope": Group.Scope.LANGUAGE if language else Group.Scope.PROJECT,
            "name": values["english_name"],
            "dbname": values["dbname"],
            "project_family": values["project_family"],
            "host": values["host"],
            "page_url": f"https://{values['host']}/" if values["host"] else "",
            "countries": [],
            "languages": [language] if language else [],
        }


# In the order in which they need each other.
IMPORTERS: list[type[Importer]] = [
    RegionsImporter,
    LanguagesImporter,
    CountriesImporter,
    AffiliatesImporter,
    CommunitiesImporter,
]
# The texts of these files that the Core Team may have in ten languages.
TEXTS: dict[type[Importer], tuple[str, ...]] = {RegionsImporter: ("name",)}


def check_place(latitude: Any, longitude: Any) -> None:
    """Raise ``BadValue`` where only one of the two is given."""
    if (latitude is None) != (longitude is None):
        missing = "lat" if latitude is None else "lon"
        raise BadValue("is empty; a place needs both lat and lon", column=missing)


def give_slugs(groups: Iterable[Group]) -> None:
    """Give each new group a slug of its name, or of its name and key where that is taken."""
    wanted = []
    for group in groups:
        longer = _slug(group.name, group.dbname or group.code or str(group.imported["key"]))
        wanted.append((group, _slug(group.name), longer or "group"))
    candidates = {slug for _group, *both in wanted for slug in both}
    taken = set(Group.objects.filter(slug__in=candidates).values_list("slug", flat=True))
    for group, short, longer in wanted:
        slug = short if short and short not in taken else longer
        number = 2
        while slug in taken or (number > 2 and Group.objects.filter(slug=slug).exists()):
            slug = f"{longer}-{number}"
            number += 1
        group.slug = slug
        taken.add(slug)


def _slug(*words: str) -> str:
    return "-".join(filter(None, (slugify(word) for word in words)))[:110].strip("-")


def _codes(model) -> set[str]:
    return set(model.objects.values_list("pk", flat=True))
