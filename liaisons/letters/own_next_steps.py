"""The next step this package offers: a letter that waits for an answer."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from ..models import Letter, Mandate, User
from ..next_steps import NextStep, StepsOfOne

MOST = 3


def offered(people: Sequence[User]) -> StepsOfOne:
    """The letters each person can answer, the longest waiting first. One query for all."""
    waiting = Letter.objects.filter(
        mandate__in=Mandate.objects.active().filter(person__in=people),
        answered_at=None,
        reported_at=None,
    ).exclude(body="")
    letters = defaultdict(list)
    read = waiting.select_related("group", "mandate").defer("body")
    for letter in read.order_by("sent_at", "pk"):
        letters[letter.mandate.person_id].append(letter)

    def of_one(person: User) -> Iterator[NextStep]:
        for letter in letters[person.pk][:MOST]:
            yield NextStep(
                key=f"letter-{letter.pk}",
                title=_("A letter to answer"),
                about=letter.group.name,
                url=reverse("liaisons:letter", args=[letter.pk]),
                action=_("Read it"),
                since=letter.sent_at,
                weight=15,
            )

    return of_one
