"""Bringing an operator's own list of groups in; docs/import-groups.md describes the file."""

from importing.columns import (
    Column,
    choice,
    code,
    degrees,
    host,
    known,
    partial_date,
    several,
    text,
    web_address,
)

from .importers import GroupImporter, check_place
from .models import Country, Group, Language, Region

# What the objects remember as their file: this, and the name of the list.
LIST = "list:"


class GroupListImporter(GroupImporter):
    """Any CSV file with the documented columns. Groups are known again by their code.

    A list may change the groups of another list, because lists get renamed; what came with the
    reference data it may not. Only groups of a list of the same name can be missing from it.
    """

    is_strict = True
    fields = (
        "kind", "status", "scope", "name", "local_name", "code", "host", "page_url", "region_id",
        "country_id", "latitude", "longitude", "founded",
    )  # fmt: skip

    def __init__(self, name: str):
        self.name = name

    def label(self):
        return f"{LIST}{self.name}"

    def columns(self):
        country = known(_codes(Country), "country")
        return [
            Column(
                "code", code(50), filled=True, help="Your own key of the group. Never change it."
            ),
            Column("name", text(200), filled=True, help="The group's name in English."),
            Column(
                "kind", choice(Group.Kind.values), filled=True, help="What kind of group it is."
            ),
            Column("local_name", text(200), needed=False, help="Its name in its own language."),
            Column(
                "status",
                choice([Group.Status.ACTIVE, Group.Status.ARCHIVED]),
                needed=False,
                empty=Group.Status.ACTIVE.value,
                help="Empty means active.",
            ),
            Column("scope", choice(Group.Scope.values), needed=False, help="What it covers."),
            Column(
                "country", country, needed=False, help="Where it is based: ISO 3166-1, two letters."
            ),
            Column(
                "countries",
                several(country),
                needed=False,
                empty=[],
                help="Where it works; empty means its country.",
            ),
            Column(
                "region",
                known(_codes(Region), "region"),
                needed=False,
                help="Region code; empty means its country's.",
            ),
            Column(
                "languages",
                several(known(_codes(Language), "language")),
                needed=False,
                empty=[],
                help="Wikimedia language codes.",
            ),
            Column("host", host, needed=False, help="Its website: the bare host name."),
            Column("page_url", web_address, needed=False, help="A page about the group."),
            Column("lat", degrees(90), needed=False, empty=None, help="Latitude in degrees."),
            Column("lon", degrees(180), needed=False, empty=None, help="Longitude in degrees."),
            Column("founded", partial_date, needed=False, help="When it began."),
        ]

    def key(self, values):
        return values["code"]

    def check(self, values):
        check_place(values["lat"], values["lon"])

    def refusals(self, rows):
        refused = {}
        for group in Group.objects.filter(code__in=list(rows)).only("code", "imported"):
            file = group.imported.get("file", LIST)
            if not file.startswith(LIST):
                refused[group.code] = ("code", f"belongs to a group of {file}; use another code.")
        return refused

    def attributes(self, values):
        country = values["country"]
        return {
            "kind": values["kind"],
            "status": values["status"],
            "scope": values["scope"],
            "name": values["name"],
            "local_name": values["local_name"],
            "code": values["code"],
            "host": values["host"],
            "page_url": values["page_url"],
            "region_id": values["region"] or self.regions().get(country, ""),
            "country_id": country,
            "countries": values["countries"] or ([country] if country else []),
            "languages": values["languages"],
            "latitude": values["lat"],
            "longitude": values["lon"],
            "founded": values["founded"],
        }

    def regions(self) -> dict[str, str]:
        """The region of each country, asked once per run."""
        if not hasattr(self, "_regions"):
            self._regions = dict(Country.objects.values_list("iso2", "region_id"))
        return self._regions

    def find(self, rows):
        found = Group.objects.filter(code__in=list(rows)).select_for_update(of=("self",))
        return {group.code: group for group in found}


def _codes(model) -> set[str]:
    return set(model.objects.values_list("pk", flat=True))
