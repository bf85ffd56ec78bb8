"""Groups as sign-up shows them: kind, place, and who holds the seats."""

from dataclasses import dataclass

from django.db.models import Q

from .. import seats
from ..group_search import search
from ..models import Group, User

MOST_FOUND = 20
MOST_SUGGESTED = 8


@dataclass(frozen=True)
class Found:
    """One line of the results."""

    group: Group
    seats: seats.Seats

    @property
    def facts(self) -> list[str]:
        """The words of the line, in the reader's language."""
        group = self.group
        place = group.country.name if group.country else group.host
        return [str(word) for word in (group.get_kind_display(), place, self.seats.summary) if word]


def choosable(person: User | None):
    """Listed groups, and those the person proposed and nobody has decided on."""
    own = Q()
    if person is not None:
        own = Q(status=Group.Status.PROPOSED, proposed_by=person)
    return Group.objects.filter(Q(status=Group.Status.ACTIVE) | own).select_related("country")


def find(query: str, person: User | None, limit: int = MOST_FOUND) -> list[Found]:
    """The groups that fit a query, best first."""
    return described(search(query, limit=limit, among=choosable(person)))


def described(groups) -> list[Found]:
    """Each group with its seats, in two queries whatever their number."""
    groups = list(groups)
    held = seats.of_groups(groups)
    return [Found(group, held[group.pk]) for group in groups]
