"""What the list, the table and the map's panels show of groups, and the groups of one country."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from babel.numbers import format_percent
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.translation import get_language, gettext, ngettext, pgettext

from liaisons.models import Country, Group
from liaisons.seats import Seats
from web import names

from . import coverage
from .filters import Filters, countries, languages, region_labels
from .spoken import Spoken, countries_of, spoken_in

PAGE_LENGTH = 50
# So many stand beside the map; the list of groups has them all.
MOST_BESIDE = 150
# A group of more countries than these shows how many they are.
MOST_COUNTRIES = 4
COLUMNS = (
    *("pk", "slug", "name", "local_name", "kind", "project_family", "region_id"),
    *("country_codes", "language_codes"),
)


@dataclass(frozen=True)
class Row:
    """A group as a line of a list or a table shows it."""

    pk: int
    url: str
    name: str
    local_name: str
    kind: str
    kind_words: str
    project_family: str
    state: str
    state_words: str
    country_codes: list[str]
    language_codes: list[str]
    where: str
    languages: str
    liaisons: list[str]


@dataclass(frozen=True)
class LanguageCommunities:
    """A language spoken in a country and the groups that belong to it."""

    spoken: Spoken
    name: str
    groups: list[Row]

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
    groups: list[Row]
    languages: list[LanguageCommunities]

    @property
    def communities(self) -> int:
        """How many groups of its languages there are, each counted once."""
        return len({group.pk for language in self.languages for group in language.groups})


@dataclass(frozen=True)
class Beside:
    """Groups that no country leads to; they stand beside the map."""

    organised: list[Row]
    multilingual: list[Row]
    of_no_country: list[Row]
    has_more: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.organised or self.multilingual or self.of_no_country)


def rows_of(*lists: QuerySet[Group]) -> list[list[Row]]:
    """The rows of each of these lists of groups.

    One query for each list and one for all their mandates, however many they are.
    """
    found = [list(_with_codes(groups).values_list(*COLUMNS)) for groups in lists]
    make = _row_maker(coverage.standing_of(pk for groups in found for pk, *_rest in groups))
    return [[make(*values) for values in groups] for groups in found]


def _with_codes(groups: QuerySet[Group]) -> QuerySet[Group]:
    """The same groups with the codes of their countries and languages, in the order of these."""
    return groups.annotate(
        country_codes=ArraySubquery(
            Group.countries.through._default_manager.filter(group=OuterRef("pk"))
            .order_by("country_id")
            .values("country_id")
        ),
        language_codes=ArraySubquery(
            Group.languages.through._default_manager.filter(group=OuterRef("pk"))
            .order_by("language_id")
            .values("language_id")
        ),
    )


def _row_maker(standing: dict[int, tuple[coverage.State, Seats]]) -> Callable[..., Row]:
    """A function that makes a row; what all rows have in common is asked for once."""
    # Asking for each address by itself takes longer than all else here.
    page = reverse("outreach_map:group_detail", args=["SLUG"])
    kinds = {kind.value: conditional_escape(kind.label) for kind in Group.Kind}
    states = {state: conditional_escape(words) for state, words in _state_words().items()}
    country_names, language_names, regions = countries(), languages(), region_labels()
    # Translators: between items of a list; mind the space.
    between = pgettext("between items of a list", ", ")
    nowhere = {kind.value: pgettext("where a group is", "worldwide") for kind in Group.Kind}
    nowhere[Group.Kind.PROJECT_COMMUNITY] = pgettext("where a wiki is", "online")

    def where(codes, region, kind):
        if len(codes) > MOST_COUNTRIES:
            words = ngettext("%(number)s country", "%(number)s countries", len(codes))
            return words % {"number": len(codes)}
        if codes:
            return between.join(country_names.get(code, code) for code in codes)
        return regions.get(region) or nowhere[kind]

    def make(pk, slug, name, local_name, kind, family, region, country_codes, language_codes):
        state, seats = standing[pk]
        return Row(
            pk=pk,
            url=page.replace("SLUG", slug),
            name=name,
            local_name="" if local_name == name else local_name,
            kind=kind,
            kind_words=kinds[kind],
            project_family=family,
            state=state.value,
            state_words=states[state],
            country_codes=country_codes,
            language_codes=language_codes,
            where=where(country_codes, region, kind),
            languages=between.join(language_names.get(code, code) for code in language_codes),
            liaisons=seats.public_names,
        )

    return make


def of_country(country: Country, filters: Filters) -> QuerySet[Group]:
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


def arranged_for(country: Country, groups: Iterable[Row]) -> InCountry:
    """The groups of ``of_country``: the country's own, and the others by language."""
    here: list[Row] = []
    others: list[Row] = []
    for group in groups:
        (here if country.iso2 in group.country_codes else others).append(group)
    others.sort(key=_wikipedias_first)
    names_of = languages()
    communities = []
    for item in spoken_in(country.iso2):
        theirs = [group for group in others if item.code in group.language_codes]
        if theirs:
            name = names_of.get(item.code, item.code)
            communities.append(LanguageCommunities(item, name, theirs))
    return InCountry(country, here, communities)


def beside_the_map(filters: Filters) -> QuerySet[Group]:
    """Groups without a country, and wikis without a language or of a language of no country.

    At most ``MOST_BESIDE``, and one more to tell that there are more.
    """
    nowhere = [code for code in languages() if not countries_of(code)]
    in_countries = Group.countries.through._default_manager.filter(group=OuterRef("pk"))
    in_languages = Group.languages.through._default_manager.filter(group=OuterRef("pk"))
    is_organised = ~Q(kind=Group.Kind.PROJECT_COMMUNITY)
    return (
        filters.narrow(Group.objects.listed(), leave_out=("country",))
        .filter(~Exists(in_countries), latitude=None)
        .filter(
            is_organised | ~Exists(in_languages) | Exists(in_languages.filter(language__in=nowhere))
        )[: MOST_BESIDE + 1]
    )


def arranged_beside(groups: Sequence[Row]) -> Beside:
    """The groups of ``beside_the_map`` in three lists."""
    found = Beside([], [], [], has_more=len(groups) > MOST_BESIDE)
    for group in groups[:MOST_BESIDE]:
        if group.kind != Group.Kind.PROJECT_COMMUNITY:
            found.organised.append(group)
        elif group.language_codes:
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


def _wikipedias_first(group: Row) -> tuple:
    is_wiki = bool(group.project_family)
    return (is_wiki, group.project_family != "wikipedia", group.name)
