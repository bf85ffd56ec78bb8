"""Who has a voice: each figure is counted by one function here, and every page asks that function.

A group *has* a liaison while a mandate of it is active; its mandate *lapsed* where it once had a
liaison and has none now; else it has *none* yet. Figures count listed groups only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from liaisons.group_search import fold
from liaisons.models import Country, Group, Language, Mandate, Region
from liaisons.seats import Seats
from web.kept_figures import kept


class State(TextChoices):
    """Whether a group has a liaison; drawn as a filled dot, an ochre ring and a grey ring."""

    HAS = "has", _("Has a liaison")
    LAPSED = "lapsed", _("Mandate lapsed")
    NONE = "none", _("No liaison yet")


@dataclass(frozen=True)
class Share:
    """How many of some groups have a liaison. ``thing`` is what the groups have in common."""

    groups: int
    with_liaison: int
    lapsed: int
    thing: object = field(default=None, compare=False)

    @property
    def without(self) -> int:
        """Groups that never had a liaison."""
        return self.groups - self.with_liaison - self.lapsed


def with_state(groups: QuerySet[Group]) -> QuerySet[Group]:
    """The same groups, each with a ``state``: one of ``State``."""
    of_group = Mandate.objects.filter(group=OuterRef("pk"))
    return groups.annotate(
        state=Case(
            When(Exists(of_group.active()), then=Value(State.HAS.value)),
            When(Exists(of_group.held()), then=Value(State.LAPSED.value)),
            default=Value(State.NONE.value),
        )
    )


def standing_of(group_ids: Iterable[int]) -> dict[int, tuple[State, Seats]]:
    """The state of each of these groups and who holds its seats, in one query.

    The same as ``with_state`` says; for lists, where the seats are wanted anyway.
    """
    ids = list(group_ids)
    seats = {pk: Seats() for pk in ids}
    states = dict.fromkeys(ids, State.NONE)
    held = Mandate.objects.held().filter(group__in=ids).select_related("person")
    for mandate in held.order_by("decided_at", "pk"):
        if mandate.is_active:
            seats[mandate.group_id].take(mandate)
            states[mandate.group_id] = State.HAS
        elif states[mandate.group_id] == State.NONE:
            states[mandate.group_id] = State.LAPSED
    return {pk: (states[pk], seats[pk]) for pk in ids}


@kept
def totals() -> Share:
    """All listed groups."""
    return Share(**_counted().aggregate(**_sums()))


def people() -> int:
    """People who are a liaison of a listed group, each counted once."""
    listed = Mandate.objects.active().filter(group__status=Group.Status.ACTIVE)
    return listed.values("person").distinct().count()


def languages_with_liaison() -> int:
    """Languages of listed groups that have a liaison."""
    return Language.objects.filter(groups__in=_with_liaison()).distinct().count()


def countries_with_liaison() -> int:
    """Countries in which a listed group has a liaison."""
    return Country.objects.filter(groups__in=_with_liaison()).distinct().count()


@kept
def by_region() -> list[Share]:
    """Groups of each region, in the order of the readers' names of the regions.

    ``thing`` is the Region. Groups without a region (wikis, most thematic groups) are counted
    by ``without_region``.
    """
    rows = {row["region"]: row for row in _grouped("region")}
    regions = sorted(Region.objects.filter(pk__in=rows), key=lambda region: fold(region.name or ""))
    return [_share(rows[region.pk], region) for region in regions]


def without_region() -> Share:
    """Groups that belong to no region: project communities, worldwide and thematic groups."""
    return Share(**_counted().filter(region=None).aggregate(**_sums()))


def by_kind() -> list[Share]:
    """Groups of each kind that there is, in the order of ``Group.Kind``. ``thing`` is the kind."""
    rows = {row["kind"]: row for row in _grouped("kind")}
    return [_share(rows[kind], kind) for kind in Group.Kind if kind in rows]


def _counted() -> QuerySet[Group]:
    return with_state(Group.objects.listed())


def _with_liaison() -> QuerySet:
    return _counted().filter(state=State.HAS).values("pk")


def _sums() -> dict[str, Count]:
    return {
        "groups": Count("pk"),
        "with_liaison": Count("pk", filter=Q(state=State.HAS)),
        "lapsed": Count("pk", filter=Q(state=State.LAPSED)),
    }


def _grouped(by: str) -> Iterable[dict]:
    return _counted().order_by().values(by).annotate(**_sums())


def _share(row: dict, thing: object) -> Share:
    return Share(row["groups"], row["with_liaison"], row["lapsed"], thing)
