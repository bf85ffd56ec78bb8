"""The next step this package offers: a letter that waits for an answer."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from ..models import Letter, Mandate, User
from ..next_steps import NextStep

MOST = 3


def offered(person: User) -> Iterator[NextStep]:
    """The letters this person can answer, the longest waiting first. One query."""
    waiting = Letter.objects.filter(
        mandate__in=Mandate.objects.active().filter(person=person),
        answered_at=None,
        reported_at=None,
    ).exclude(body="")
    for letter in waiting.select_related("group").order_by("sent_at", "pk")[:MOST]:
        yield NextStep(
            key=f"letter-{letter.pk}",
            title=_("A letter to answer"),
            about=letter.group.name,
            url=reverse("liaisons:letter", args=[letter.pk]),
            action=_("Read it"),
            since=letter.sent_at,
            weight=15,
        )
