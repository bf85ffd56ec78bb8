"""Which groups passed on which updates: gaps first, for the Core Team.

Groups that have a liaison stand in the rows, the newest updates in the columns. Each figure is one
of ``relays``; nothing is counted twice here.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from liaisons.models import Group, Language, Mandate, Region

from . import audiences, relays
from .audiences import Audience
from .list_filters import ListFilter
from .models import Relay, Update

# So many updates stand beside each other.
COLUMNS = 8


class MatrixFilter(ListFilter):
    """Region, kind and language of the groups; and only those with a gap."""

    region = forms.ChoiceField(label=_("Region"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("Any kind")), *Group.Kind.choices]
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    gaps = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("All groups with a liaison")),
            ("any", _("Those with a gap")),
            ("all", _("Those that passed none of these on")),
        ],
    )
    SELECTS = ("region", "kind", "language", "gaps")

    def offer(self) -> None:
        spoken_for = groups_with_liaison().order_by()
        regions = Region.objects.filter(pk__in=spoken_for.values("region"))
        languages = Language.objects.filter(pk__in=spoken_for.values("languages"))
        self._offer("region", _("Any region"), {one.pk: one.name for one in regions})
        self._offer("language", _("Any language"), {one.pk: one.name for one in languages})

    def narrow(self, groups: QuerySet[Group]) -> QuerySet[Group]:
        """The groups that fit the filters about groups."""
        if region := self.chosen("region"):
            groups = groups.filter(region=region)
        if kind := self.chosen("kind"):
            groups = groups.filter(kind=kind)
        if language := self.chosen("language"):
            groups = groups.filter(languages=language)
        return groups


@dataclass(frozen=True)
class Row:
    """One group: for each update shown the channels in which it was passed on, none for a gap.

    A cell is None where the update is for others, and nobody passed it on.
    """

    group: Group
    cells: list[list[str] | None]

    @property
    def passed(self) -> int:
        return sum(bool(cell) for cell in self.cells)


@dataclass(frozen=True)
class Column:
    """One update: how far it came, in how many regions, and how soon the first group had it."""

    update: Update
    reach: relays.Reach
    regions: int
    first_after: timedelta | None
    # Groups with a liaison, of those the filters leave, that have not passed it on.
    gaps: int


def newest(before: datetime | None = None) -> list[Update]:
    """The updates shown, the newest first; those published before ``before`` where it is given."""
    published = Update.objects.published().titles_only()
    if before:
        published = published.filter(published_at__lt=before)
    return list(published[:COLUMNS])


def groups_with_liaison() -> QuerySet[Group]:
    """Groups in the directory for which somebody speaks today."""
    active = Mandate.objects.active().filter(group=OuterRef("pk"))
    return Group.objects.listed().filter(Exists(active))


def gaps_first(filters: MatrixFilter, updates: Sequence[Update]) -> QuerySet[Group]:
    """The groups of the rows, those with the most gaps in these updates first.

    An update that is for others leaves no gap.
    """
    for_all = [update for update in updates if not update.audience]
    passed = _number_passed(updates)
    gaps: Any = Value(len(for_all)) - _number_passed(for_all)
    for update in updates:
        if update.audience:
            gaps += Case(When(_gap(update), then=1), default=0)
    groups = filters.narrow(groups_with_liaison()).annotate(passed=passed, gaps=gaps)
    match filters.chosen("gaps"):
        case "any":
            groups = groups.filter(gaps__gt=0)
        case "all":
            groups = groups.filter(passed=0)
    return groups.order_by("-gaps", "passed", "name", "pk")


def _number_passed(updates: Sequence[Update]) -> Coalesce:
    """Of a group: how many of these updates it passed on."""
    passed = (
        Relay.objects.current()
        .filter(group=OuterRef("pk"), update__in=updates)
        .order_by()
        .values("group")
        .annotate(number=Count("update", distinct=True))
        .values("number")
    )
    return Coalesce(Subquery(passed, output_field=IntegerField()), 0)


def _gap(update: Update) -> Q:
    """Whether a group should pass an update on and did not."""
    relay = Relay.objects.current().filter(update=update, group=OuterRef("pk"))
    gap = ~Q(Exists(relay))
    if update.audience:
        gap &= audiences.has_liaison_for(Audience.of(update.audience))
    return gap


def rows(groups: Sequence[Group], updates: Sequence[Update]) -> list[Row]:
    """The rows of these groups, in two queries."""
    found: dict[tuple[int, int], list[str]] = defaultdict(list)
    for relay in (
        Relay.objects.current()
        .filter(group__in=groups, update__in=updates)
        .only("group_id", "update_id", "channel")
    ):
        found[relay.group_id, relay.update_id].append(str(relay.get_channel_display()))
    concerned = _concerned(groups, updates)

    def cell(group, update):
        passed = sorted(found[group.pk, update.pk])
        return passed if passed or (group.pk, update.pk) in concerned else None

    return [Row(group, [cell(group, update) for update in updates]) for group in groups]


def _concerned(groups, updates) -> set[tuple[int, int]]:
    """Which updates which of these groups should pass on, by their ids."""
    pairs = {(group.pk, update.pk) for group in groups for update in updates}
    narrowed = {f"for_{one.pk}": one for one in updates if one.audience}
    if not narrowed:
        return pairs
    questions = {
        name: ExpressionWrapper(
            audiences.has_liaison_for(Audience.of(update.audience)), BooleanField()
        )
        for name, update in narrowed.items()
    }
    rows = Group.objects.filter(pk__in=[group.pk for group in groups]).order_by()
    for row in rows.annotate(**questions).values("pk", *questions):
        pairs -= {(row["pk"], update.pk) for name, update in narrowed.items() if not row[name]}
    return pairs


def columns(filters: MatrixFilter, updates: Sequence[Update]) -> list[Column]:
    """The figures of each update; three queries. Reach counts all groups, whatever the filters."""
    reach = relays.reaches(updates)
    spread = {
        row["update"]: row
        for row in Relay.objects.current()
        .filter(update__in=updates)
        .order_by()
        .values("update")
        .annotate(regions=Count("group__region", distinct=True), first=Min("recorded_at"))
    }
    counted = gaps_first(filters, updates).order_by()
    gaps = counted.aggregate(
        **{f"gaps_{update.pk}": Count("pk", filter=_gap(update)) for update in updates}
    )
    return [
        Column(
            update=update,
            reach=reach[update.pk],
            regions=spread.get(update.pk, {}).get("regions", 0),
            first_after=_after(update, spread.get(update.pk, {}).get("first")),
            gaps=gaps[f"gaps_{update.pk}"],
        )
        for update in updates
    ]


def _after(update, first) -> timedelta | None:
    return max(first - update.published_at, timedelta(0)) if first else None


def without(update: Update, groups: QuerySet[Group]) -> QuerySet[Group]:
    """Those of the groups that should have passed this update on and have not."""
    return groups.filter(_gap(update))


def lines(filters: MatrixFilter, updates: Sequence[Update]):
    """The whole matrix as rows of text, for a file: a heading, then a line for each group."""
    yield [str(_("Group")), str(_("Kind")), str(_("Region")), *(update.title for update in updates)]
    groups = gaps_first(filters, updates).select_related("region").annotate(place=F("region__pk"))
    batch: list[Group] = []
    for group in groups.iterator(chunk_size=500):
        batch.append(group)
        if len(batch) == 500:
            yield from _lines(batch, updates)
            batch = []
    yield from _lines(batch, updates)


def _lines(groups, updates):
    for row in rows(groups, updates):
        place = row.group.region.name if row.group.region else ""
        channels = ["–" if cell is None else "; ".join(cell) for cell in row.cells]
        yield [row.group.name, str(row.group.get_kind_display()), place, *channels]
