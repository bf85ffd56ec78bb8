"""The filters of the map and of the group list: a form sent by GET, so its state is the URL.

A value that is not among the choices is left out, as if nothing had been chosen: links outlive
the languages and regions of the groups they once pointed to.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from liaisons import group_search
from liaisons.models import Country, Group, Language, Region
from web.kept_figures import kept
from web.templatetags.web import translated

from . import coverage

NO_COUNTRY = "none"
NAMES = ("country", "region", "language", "kind", "liaison")

LOOKUPS = {
    "country": "countries",
    "region": "region",
    "language": "languages",
    "kind": "kind",
    "liaison": "state",
}


@dataclass(frozen=True)
class Filter:
    """A select of the form: its label and, once something is chosen, the value."""

    name: str
    label: str
    chosen: str

    @property
    def id(self) -> str:
        return f"id_{self.name}"

    @property
    def select(self) -> SafeString:
        """The select. Its options are hundreds, written once while the content is the same."""
        options = _options(self.name)
        if self.chosen:
            value = f'<option value="{escape(self.chosen)}"'
            options = mark_safe(options.replace(value, f"{value} selected", 1))  # noqa: S308
        opening = '<select name="{}" id="{}" class="cdx-select">{}</select>'
        return format_html(opening, self.name, self.id, options)


class Filters:
    """Region, kind, language, country, and whether a group has a liaison, as chosen in a URL."""

    def __init__(self, query: QueryDict):
        self._chosen = {
            name: value for name in NAMES if (value := query.get(name, "")) in _values(name)
        }

    def __iter__(self):
        labels = {
            "country": _("Country or territory"),
            "region": _("Region"),
            "language": _("Language"),
            "kind": _("Kind of group"),
            "liaison": _("Liaison"),
        }
        return iter(Filter(name, labels[name], self.chosen(name)) for name in NAMES)

    def chosen(self, name: str) -> str:
        """The value chosen, or an empty string."""
        return self._chosen.get(name, "")

    @property
    def is_narrowed(self) -> bool:
        """True where any filter is chosen."""
        return bool(self._chosen)

    @property
    def chosen_country(self) -> Country | None:
        """The country chosen."""
        return Country.objects.filter(pk=self.chosen("country")).first() if self._chosen else None

    @property
    def is_narrowed_besides(self) -> bool:
        """True where a filter other than the country is chosen."""
        return any(self.chosen(name) for name in NAMES if name != "country")

    def narrow(self, groups: QuerySet[Group], *, leave_out: tuple[str, ...] = ()):
        """The groups that fit every filter chosen."""
        if self.chosen("liaison") and "liaison" not in leave_out:
            groups = coverage.with_state(groups)
        for name, value in self._chosen.items():
            if name in leave_out:
                continue
            is_none = name == "country" and value == NO_COUNTRY
            groups = groups.filter(**{LOOKUPS[name]: None if is_none else value})
        return groups


@kept
def languages() -> dict[str, str]:
    """The languages of listed groups by code, named and sorted in the reader's language."""
    spoken = Group.languages.through._default_manager.filter(group__status=Group.Status.ACTIVE)
    found = Language.objects.filter(pk__in=spoken.values("language"))
    return _sorted(found.only("code", "autonym", "english_name"))


@kept
def countries() -> dict[str, str]:
    """All countries by code, named and sorted in the reader's language."""
    return _sorted(Country.objects.only("iso2", "english_name"))


def regions() -> dict[str, str]:
    """The regions by code, named and sorted in the reader's language."""
    return _sorted(_regions())


def region_labels() -> dict[str, SafeString]:
    """The regions' names by code, marked where they are in another language."""
    return {region.pk: translated(region, "name", label=False) for region in _regions()}


@kept
def _regions() -> list[Region]:
    return list(Region.objects.all())


def _choices(name: str) -> list[tuple[str, str]]:
    """Values and labels of a filter; the first stands for no choice."""
    if name == "country":
        # Translators: a choice in a list of countries; groups that belong to no single country.
        none = (NO_COUNTRY, _("No country: worldwide, by theme"))
        return [("", _("Any country")), none, *countries().items()]
    if name == "region":
        return [("", _("Any region")), *regions().items()]
    if name == "language":
        return [("", _("Any language")), *languages().items()]
    if name == "kind":
        return [("", _("Any kind")), *((kind.value, str(kind.label)) for kind in Group.Kind)]
    return [("", _("Any state")), *((s.value, str(s.label)) for s in coverage.State)]


@kept
def _options(name: str) -> SafeString:
    return format_html_join("", '<option value="{}">{}</option>', _choices(name))


@kept
def _values(name: str) -> frozenset[str]:
    return frozenset(value for value, _label in _choices(name) if value)


def _sorted(things: Iterable) -> dict[str, str]:
    named = [(thing.pk, str(thing)) for thing in things]
    return dict(sorted(named, key=lambda item: as_sorted(item[1])))


def as_sorted(name: str) -> str:
    """A key to sort names of one language by: "Åland" stands with A, "Émirats" with E.

    Without collation data (we do not rely on the database's), Chinese names and Japanese names
    in kanji are in the order of their code points.
    """
    return group_search.fold(name)
