"""What the list, the table and the map's panels show of groups, and the groups of one country."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from babel.numbers import format_percent
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.utils.translation import get_language, gettext

from liaisons import seats
from liaisons.models import Country, Group
from web import names

from . import coverage
from .filters import FilterForm
from .spoken import Spoken, countries_of, spoken_in

PAGE_LENGTH = 50
# So many stand beside the map; the list of groups has them all.
MOST_BESIDE = 150


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

    @property
    def communities(self) -> int:
        """How many groups of its languages there are, each counted once."""
        return len({group.pk for language in self.languages for group in language.groups})


@dataclass(frozen=True)
class Beside:
    """Groups that no country leads to; they stand beside the map."""

    organised: list[Group]
    multilingual: list[Group]
    of_no_country: list[Group]
    has_more: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.organised or self.multilingual or self.of_no_country)


def with_details(groups: Iterable[Group]) -> list[Group]:
    """The groups, which have a state, with what else a row shows.

    Countries, languages, ``seats``, ``named`` (liaisons public by name), ``state_words``. Three
    queries, whatever the number of groups.
    """
    groups = list(groups)
    prefetch_related_objects(groups, "countries", "languages")
    held = seats.of_groups(groups)
    words = _state_words()
    for group in groups:
        group.seats = held[group.pk]  # type: ignore[attr-defined]
        holders = [held[group.pk].primary, *held[group.pk].deputies]
        named = [holder.name for holder in holders if holder and holder.name]
        group.named = named  # type: ignore[attr-defined]
        state = getattr(group, "state", "")
        group.state_words = words.get(state, "")  # type: ignore[attr-defined]
    return groups


def of_country(country: Country, filters: FilterForm) -> QuerySet[Group]:
    """The groups of a country, and all groups of the languages spoken there.

    Which languages: see ``outreach_map.spoken``. Besides wikis these are organised groups of
    a language that name no country. The region is not asked: a wiki has none.
    """
    spoken = [item.code for item in spoken_in(country.iso2)]
    return (
        filters.narrow(Group.objects.listed(), leave_out=("country", "region"))
        .filter(Q(countries=country) | Q(countries=None, languages__in=spoken))
        .distinct()
    )


def arranged_for(country: Country, groups: Iterable[Group], filters: FilterForm) -> InCountry:
    """The groups of ``of_country``, with details: the country's own, and the others by language."""
    here: list[Group] = []
    others: list[Group] = []
    for group in groups:
        (here if country in group.countries.all() else others).append(group)
    others.sort(key=_wikipedias_first)
    languages = []
    for item in spoken_in(country.iso2):
        theirs = [
            group
            for group in others
            if any(language.code == item.code for language in group.languages.all())
        ]
        if theirs:
            name = str(filters.languages[item.code])
            languages.append(LanguageCommunities(item, name, theirs))
    return InCountry(country, here, languages)


def beside_the_map(filters: FilterForm) -> QuerySet[Group]:
    """Groups without a country, and wikis without a language or of a language of no country.

    At most ``MOST_BESIDE``, and one more to tell that there are more.
    """
    nowhere = [code for code in filters.languages if not countries_of(code)]
    is_organised = ~Q(kind=Group.Kind.PROJECT_COMMUNITY)
    return (
        filters.narrow(Group.objects.listed(), leave_out=("country",))
        .filter(countries=None, latitude=None)
        .filter(is_organised | Q(languages=None) | Q(languages__in=nowhere))
        .distinct()[: MOST_BESIDE + 1]
    )


def arranged_beside(groups: Sequence[Group]) -> Beside:
    """The groups of ``beside_the_map``, with details, in three lists."""
    found = Beside([], [], [], has_more=len(groups) > MOST_BESIDE)
    for group in groups[:MOST_BESIDE]:
        if group.kind != Group.Kind.PROJECT_COMMUNITY:
            found.organised.append(group)
        elif group.languages.all():
            found.of_no_country.append(group)
        else:
            found.multilingual.append(group)
    return found


def _state_words() -> dict[str, str]:
    """Each state as part of a line about a group."""
    return {
        coverage.State.HAS: gettext("has a liaison"),
        coverage.State.LAPSED: gettext("mandate lapsed"),
        coverage.State.NONE: gettext("no liaison yet"),
    }


def _wikipedias_first(group: Group) -> tuple:
    is_wiki = bool(group.project_family)
    return (is_wiki, group.project_family != "wikipedia", group.name)
