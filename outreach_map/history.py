"""Who held the mandates of a group, as everyone may read it.

Of the record only the seat, the years, the public name and the kind of ending are told; what
people wrote to each other, and applications that were not confirmed, are not.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from liaisons.models import Group, Mandate, MandateEvent
from liaisons.seats import Seats

Kind = MandateEvent.Kind


@dataclass(frozen=True)
class Term:
    """A mandate that was once confirmed. ``ending`` is empty while it is active."""

    seat: str
    name: str
    since: object
    until: object
    ending: str
    is_active: bool


@dataclass(frozen=True)
class History:
    """Who holds the seats of a group today, and all terms, newest first."""

    seats: Seats
    terms: list[Term]

    @property
    def is_lapsed(self) -> bool:
        """True where the group had a liaison and has none."""
        return bool(self.terms) and self.seats.is_empty


def history_of(group: Group) -> History:
    """The history of a group. Two queries."""
    mandates = list(
        Mandate.objects.held()
        .filter(group=group)
        .select_related("person")
        .prefetch_related("events")
        .order_by("decided_at", "pk")
    )
    seats = Seats()
    for mandate in mandates:
        if mandate.is_active:
            seats.take(mandate)
    return History(seats, [_term(mandate) for mandate in reversed(mandates)])


def _term(mandate: Mandate) -> Term:
    return Term(
        seat=mandate.get_seat_display(),
        name=mandate.person.public_name,
        since=mandate.decided_at,
        until=None if mandate.is_active else (mandate.ended_at or mandate.last_day),
        ending="" if mandate.is_active else _ending(mandate),
        is_active=mandate.is_active,
    )


def _ending(mandate: Mandate):
    ended = next((event for event in mandate.events.all() if event.kind == Kind.ENDED), None)
    if ended is None:
        return _("The time of the mandate was over.")
    if ended.actor_id == mandate.person_id:
        return _("Ended by the liaison.")
    return _("Ended by the Core Team.")
