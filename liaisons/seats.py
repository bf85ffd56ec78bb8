"""Who holds the seats of a group, as everyone may see it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from .models import Group, Mandate


@dataclass(frozen=True)
class Holder:
    """A liaison in a seat. ``name`` is empty where the person is not public by name.

    ``away_until`` is set only while the person is away.
    """

    seat: str
    name: str
    since: datetime
    away_until: date | None = None


@dataclass
class Seats:
    """The seats of one group today."""

    primary: Holder | None = None
    deputies: list[Holder] = field(default_factory=list)

    def take(self, mandate: Mandate) -> None:
        """Seat the holder of an active mandate."""
        person = mandate.person
        away_until = person.away_until if person.is_away else None
        holder = Holder(mandate.seat, person.public_name, mandate.decided_at, away_until)
        if mandate.seat == Mandate.Seat.PRIMARY:
            self.primary = holder
        else:
            self.deputies.append(holder)

    @property
    def stand_in(self) -> Holder | None:
        """The deputy who answers while the primary liaison is away, if there is one."""
        return next((deputy for deputy in self.deputies if not deputy.away_until), None)

    @property
    def is_empty(self) -> bool:
        return self.primary is None and not self.deputies

    @property
    def public_names(self) -> list[str]:
        """Names of the liaisons who are public by name, the primary one first."""
        holders = [self.primary, *self.deputies]
        return [holder.name for holder in holders if holder and holder.name]

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
    return of_ids(group.pk for group in groups)


def of_ids(group_ids: Iterable[int]) -> dict[int, Seats]:
    """The seats of each of these groups by its id, in one query."""
    ids = list(group_ids)
    active = (
        Mandate.objects.active()
        .filter(group__in=ids)
        .select_related("person")
        .order_by("decided_at", "pk")
    )
    seats = {pk: Seats() for pk in ids}
    for mandate in active:
        seats[mandate.group_id].take(mandate)
    return seats


def of_group(group: Group) -> Seats:
    """The seats of one group."""
    return of_groups([group])[group.pk]
