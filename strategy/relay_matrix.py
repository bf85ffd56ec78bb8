"""Which groups passed on which updates: gaps first, for the Core Team.

Groups that have a liaison stand in the rows, the newest updates in the columns. Each figure is one
of ``relays``; nothing is counted twice here.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.db.models import Count, Exists, F, IntegerField, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from liaisons.models import Group, Language, Mandate, Region

from . import relays
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
    """One group: for each update shown the channels in which it was passed on, none for a gap."""

    group: Group
    cells: list[list[str]]

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
    """The groups of the rows, those that passed on the fewest of these updates first."""
    passed = (
        Relay.objects.current()
        .filter(group=OuterRef("pk"), update__in=updates)
        .order_by()
        .values("group")
        .annotate(number=Count("update", distinct=True))
        .values("number")
    )
    groups = filters.narrow(groups_with_liaison()).annotate(
        passed=Coalesce(Subquery(passed, output_field=IntegerField()), 0)
    )
    match filters.chosen("gaps"):
        case "any":
            groups = groups.filter(passed__lt=len(updates))
        case "all":
            groups = groups.filter(passed=0)
    return groups.order_by("passed", "name", "pk")


def rows(groups: Sequence[Group], updates: Sequence[Update]) -> list[Row]:
    """The rows of these groups, in one query."""
    found: dict[tuple[int, int], list[str]] = defaultdict(list)
    for relay in (
        Relay.objects.current()
        .filter(group__in=groups, update__in=updates)
        .only("group_id", "update_id", "channel")
    ):
        found[relay.group_id, relay.update_id].append(str(relay.get_channel_display()))
    return [
        Row(group, [sorted(found[group.pk, update.pk]) for update in updates]) for group in groups
    ]


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
    shown = gaps_first(filters, updates)
    total = shown.count()
    done = dict(
        Relay.objects.current()
        .filter(update__in=updates, group__in=shown.order_by().values("pk"))
        .order_by()
        .values_list("update")
        .annotate(Count("group", distinct=True))
    )
    return [
        Column(
            update=update,
            reach=reach[update.pk],
            regions=spread.get(update.pk, {}).get("regions", 0),
            first_after=_after(update, spread.get(update.pk, {}).get("first")),
            gaps=total - done.get(update.pk, 0),
        )
        for update in updates
    ]


def _after(update, first) -> timedelta | None:
    return max(first - update.published_at, timedelta(0)) if first else None


def without(update: Update, groups: QuerySet[Group]) -> QuerySet[Group]:
    """Those of the groups that have not passed this update on."""
    relay = Relay.objects.current().filter(update=update, group=OuterRef("pk"))
    return groups.filter(~Exists(relay))


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
        channels = ["; ".join(cell) for cell in row.cells]
        yield [row.group.name, str(row.group.get_kind_display()), place, *channels]
