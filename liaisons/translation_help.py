"""Where help with translation is needed and offered: counts by language and by region."""

from dataclasses import dataclass, field

from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from .models import Language, LanguageSkill, Mandate, Region

NEEDS = Q(needs_help_from_english=True) | Q(needs_help_to_english=True)
OFFERS = Q(offers_help_from_english=True) | Q(offers_help_to_english=True)
COUNTS = {
    "needs_from": Q(needs_help_from_english=True),
    "needs_to": Q(needs_help_to_english=True),
    "offers_from": Q(offers_help_from_english=True),
    "offers_to": Q(offers_help_to_english=True),
    "needs": NEEDS,
    "offers": OFFERS,
}


@dataclass
class Figures:
    """How many people need and offer help with one language, or in one region."""

    of: Language | Region | None
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))

    def add(self, row: dict) -> None:
        """Add the people of one row."""
        for name in COUNTS:
            self.counts[name] += row[name]

    @property
    def most(self) -> int:
        return max(self.counts["needs"], self.counts["offers"])

    @property
    def order(self) -> tuple:
        """First where most people lack help that nobody offers."""
        missing = self.counts["needs"] - self.counts["offers"]
        return (-missing, -self.counts["needs"], str(self.of))


@dataclass(frozen=True)
class Overview:
    """The figures of all languages and regions in which anybody needs or offers help."""

    languages: list[Figures]
    regions: list[Figures]


def skills() -> QuerySet[LanguageSkill]:
    """Languages with which people with an account need or offer help, with their ``region``.

    The region is that of the group a person speaks for, else that of the country they named.
    """
    spoken_for = (
        Mandate.objects.active()
        .filter(person=OuterRef("person"), group__region__isnull=False)
        .order_by("decided_at", "pk")
        .values("group__region")[:1]
    )
    return (
        LanguageSkill.objects.filter(NEEDS | OFFERS)
        .filter(person__is_active=True, person__erased_at=None)
        .annotate(
            region=Coalesce(
                Subquery(spoken_for), "person__country__region", output_field=CharField()
            )
        )
    )


def overview(*, region: str = "") -> Overview:
    """All figures, or those by language of one region. Three queries."""
    rows = list(
        skills()
        .order_by()
        .values("language", "region")
        .annotate(**{name: Count("pk", filter=which) for name, which in COUNTS.items()})
    )
    languages = Language.objects.in_bulk({row["language"] for row in rows})
    regions = Region.objects.in_bulk({row["region"] for row in rows if row["region"]})
    by_language = {pk: Figures(language) for pk, language in languages.items()}
    by_region: dict[str | None, Figures] = {}
    for row in rows:
        place = by_region.setdefault(row["region"], Figures(regions.get(row["region"])))
        place.add(row)
        if not region or row["region"] == region:
            by_language[row["language"]].add(row)
    return Overview(
        languages=sorted((one for one in by_language.values() if one.most), key=_order),
        regions=sorted(by_region.values(), key=_order),
    )


def _order(figures: Figures) -> tuple:
    return figures.order


def people(*, language: str, region: str = "") -> QuerySet[LanguageSkill]:
    """Who needs or offers help with a language; for the Core Team, which may know names."""
    found = skills().filter(language=language).select_related("person")
    if region:
        found = found.filter(region=region)
    return found.order_by("person__display_name", "pk")
