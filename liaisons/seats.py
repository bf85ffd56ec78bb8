"""Who holds the seats of a group, as everyone may see it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from .models import Group, Mandate


@dataclass(frozen=True)
class Holder:
    """A liaison in a seat. ``name`` is empty where the person is not public by name."""

    seat: str
    name: str
    since: object


@dataclass
class Seats:
    """The seats of one group today."""

    primary: Holder | None = None
    deputies: list[Holder] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return self.primary is None and not self.deputies

    @property
    def summary(self) -> str:
        """The state of the seats in a few words, as part of a line about the group."""
        if self.is_empty:
            # Translators: part of a line about a group, after its kind and place.
            return _("no liaison yet")
        if not self.deputies:
            # Translators: part of a line about a group, after its kind and place.
            return _("has a primary liaison, deputy free")
        if self.primary is None:
            # Translators: part of a line about a group, after its kind and place.
            return _("has a deputy, primary seat free")
        # Translators: part of a line about a group, after its kind and place.
        return _("has a primary liaison and a deputy")


def of_groups(groups: Iterable[Group]) -> dict[int, Seats]:
    """The seats of each group by its id, in one query."""
    seats = {group.pk: Seats() for group in groups}
    active = (
        Mandate.objects.active()
        .filter(group__in=seats.keys())
        .select_related("person")
        .order_by("decided_at", "pk")
    )
    for mandate in active:
        holder = Holder(mandate.seat, mandate.person.public_name, mandate.decided_at)
        if mandate.seat == Mandate.Seat.PRIMARY:
            seats[mandate.group_id].primary = holder
        else:
            seats[mandate.group_id].deputies.append(holder)
    return seats


def of_group(group: Group) -> Seats:
    """The seats of one group."""
    return of_groups([group])[group.pk]
