"""Who held the mandates of a group, as everyone may read it.

Of the record only the seat, the days, the public name and the kind of ending are told; what
people wrote to each other, and applications that were not confirmed, are not.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from liaisons.models import Group, Mandate
from liaisons.seats import Seats

EndReason = Mandate.EndReason

HANDED_OVER = _("Handed over to the next liaison.")
# That somebody deleted their account is their own affair: to everyone they ended it.
ENDINGS = {
    EndReason.STEPPED_DOWN: _("Ended by the liaison."),
    EndReason.PERSON_LEFT: _("Ended by the liaison."),
    EndReason.EXPIRED: _("The time of the mandate was over."),
    EndReason.WITHDRAWN_BY_GROUP: _("Withdrawn by the group."),
    EndReason.ENDED_BY_CORE_TEAM: _("Ended by the Core Team."),
    EndReason.REPLACED: HANDED_OVER,
}
# After one of these a successor whom the liaison named took over.
PASSED_ON = (EndReason.STEPPED_DOWN, EndReason.EXPIRED, EndReason.REPLACED)


@dataclass(frozen=True)
class Term:
    """A mandate that was once confirmed. ``until`` and ``ending`` are empty while it is active."""

    seat: str
    name: str
    since: datetime
    until: date | None
    ending: Promise | str
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
    """The history of a group. One query."""
    mandates = list(
        Mandate.objects.held()
        .filter(group=group)
        .select_related("person")
        .order_by("decided_at", "pk")
    )
    seats = Seats()
    for mandate in mandates:
        if mandate.is_active:
            seats.take(mandate)
    followed = {mandate.predecessor_id for mandate in mandates}
    return History(seats, [_term(mandate, mandate.pk in followed) for mandate in mandates[::-1]])


def _term(mandate: Mandate, is_followed: bool) -> Term:
    return Term(
        seat=mandate.get_seat_display(),
        name=mandate.person.public_name,
        since=mandate.decided_at,
        until=None if mandate.is_active else (mandate.ended_at or mandate.last_day),
        ending="" if mandate.is_active else _ending(mandate, is_followed),
        is_active=mandate.is_active,
    )


def _ending(mandate: Mandate, is_followed: bool) -> Promise:
    # Over by its last day before anybody wrote that down: it has expired.
    why = EndReason(mandate.end_reason or EndReason.EXPIRED)
    return HANDED_OVER if is_followed and why in PASSED_ON else ENDINGS[why]
