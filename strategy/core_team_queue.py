"""What waits for a person of the Core Team, with where to do it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min
from django.urls import reverse

from liaisons.models import Mandate, User

from .models import Statement


@dataclass(frozen=True)
class Waiting:
    """One kind of thing that waits: how many, since when the oldest, and the list of them."""

    kind: str
    number: int
    since: datetime | None
    url: str


def of(person: User) -> list[Waiting]:
    """The lists this person may work on, also those in which nothing waits now."""
    return list(_of(person))


def _of(person) -> Iterator[Waiting]:
    if person.has_perm("liaisons.review_mandate"):
        # No one reviews their own.
        sent = Mandate.objects.filter(status=Mandate.Status.SUBMITTED).exclude(person=person)
        yield _waiting("applications", sent, "submitted_at", "admin:liaisons_mandate_changelist")
    if person.has_perm("strategy.answer_statement"):
        new = Statement.objects.waiting().dated()
        oldest = "added_at"
        yield _waiting("statements", new, oldest, "admin:strategy_statement_changelist")


def _waiting(kind, rows, oldest, url) -> Waiting:
    found = rows.order_by().aggregate(number=Count("pk"), since=Min(oldest))
    return Waiting(kind, found["number"], found["since"], reverse(url))
