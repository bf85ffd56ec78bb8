"""What the list, the table and the map's panels show of groups, and the groups of one country."""

from collections.abc import Iterable
from dataclasses import dataclass

from babel.numbers import format_percent
from django.db.models import Q, prefetch_related_objects
from django.utils.translation import get_language, gettext

from liaisons import seats
from liaisons.models import Country, Group
from web import names

from .filters import FilterForm
from .spoken import Spoken, countries_of, spoken_in

PAGE_LENGTH = 50


@dataclass(frozen=True)
class LanguageCommunities:
    """A language spoken in a country and the groups that belong to it."""

    spoken: Spoken
    name: str
    groups: list[Group]

    @property
    def share(self) -> str:
        """How many of the country's people use the language; empty where it is not known."""
        if self.spoken.percent is None:
            return ""
        if self.spoken.percent < 1:
            # Translators: a share of the people of a country.
            return gettext("less than 1 %")
        locale = names.babel_locale(get_language() or "en")
        return format_percent(self.spoken.percent / 100, locale=locale)


@dataclass(frozen=True)
class InCountry:
    """A country's own groups, and the communities of the languages spoken there."""

    country: Country
    groups: list[Group]
    languages: list[LanguageCommunities]


@dataclass(frozen=True)
class Beside:
    """Groups that no country leads to; they stand beside the map."""

    organised: list[Group]
    multilingual: list[Group]
    of_no_country: list[Group]


def with_details(groups: Iterable[Group]) -> list[Group]:
    """The groups with what a row shows: ``seats``, countries and languages.

    Three queries, whatever the number of groups.
    """
    groups = list(groups)
    prefetch_related_objects(groups, "countries", "languages")
    held = seats.of_groups(groups)
    for group in groups:
        group.seats = held[group.pk]
    return groups


def in_country(country: Country, filters: FilterForm) -> InCountry:
    """The groups of a country and, by language, the groups of the languages spoken there.

    Which languages: see ``outreach_map.spoken``. Besides wikis these are organised groups of
    a language that name no country.
    """
    spoken = {item.code: item for item in spoken_in(country.iso2)}
    listed = filters.narrow(Group.objects.listed(), leave_out=("country", "region"))
    here = listed.filter(countries=country).order_by("name", "pk")
    by_language = (
        listed.filter(countries=None, languages__in=list(spoken))
        .order_by("kind", "project_family", "name", "pk")
        .distinct()
    )
    here, by_language = list(here), list(by_language)
    with_details([*here, *by_language])
    languages = []
    for code, item in spoken.items():
        theirs = [g for g in by_language if code in {lang.code for lang in g.languages.all()}]
        if theirs:
            theirs.sort(key=_wikipedias_first)
            languages.append(LanguageCommunities(item, str(filters.languages[code]), theirs))
    return InCountry(country, here, languages)


def beside(filters: FilterForm) -> Beside:
    """Groups without a country, and wikis without a language or of a language of no country."""
    nowhere = [code for code in filters.languages if not countries_of(code)]
    is_wiki = Q(kind=Group.Kind.PROJECT_COMMUNITY)
    groups = (
        filters.narrow(Group.objects.listed(), leave_out=("country",))
        .filter(countries=None, latitude=None)
        .filter(~is_wiki | Q(languages=None) | Q(languages__in=nowhere))
        .distinct()
        .order_by("name", "pk")
    )
    found = Beside([], [], [])
    for group in with_details(groups):
        if group.kind != Group.Kind.PROJECT_COMMUNITY:
            found.organised.append(group)
        elif group.languages.all():
            found.of_no_country.append(group)
        else:
            found.multilingual.append(group)
    return found


def _wikipedias_first(group: Group) -> tuple:
    is_wiki = bool(group.project_family)
    return (is_wiki, group.project_family != "wikipedia", group.name)
