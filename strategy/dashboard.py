"""What a signed-in person is shown first: who they are here, and what they can do next."""

from dataclasses import dataclass, field

from liaisons import access, waiting_times
from liaisons.models import Mandate, User

from .models import Topic, Update

NEWEST_UPDATES = 3


@dataclass(frozen=True)
class Dashboard:
    """Active mandates make a liaison, waiting ones or a draft an applicant, none a newcomer.

    The Core Team's people have their own pages and are no newcomers.
    """

    mandates: list[Mandate]
    waiting: list[Mandate]
    draft: Mandate | None
    is_core_team: bool = False
    updates: list[Update] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    usual_review_days: int = 0

    @property
    def is_liaison(self) -> bool:
        return bool(self.mandates)

    @property
    def is_newcomer(self) -> bool:
        return not (self.mandates or self.waiting or self.draft or self.is_core_team)

    @property
    def contacts(self) -> list[User]:
        """The Core Team people who look after this person's mandates, each once."""
        found = {m.contact_id: m.contact for m in self.mandates if m.contact}
        return list(found.values())


def of(person: User) -> Dashboard:
    """The dashboard of one person: seven queries, however much there is."""
    own = Mandate.objects.filter(person=person).select_related("group", "contact")
    waiting = list(own.waiting())
    return Dashboard(
        mandates=list(own.active().order_by("last_day", "pk")),
        waiting=waiting,
        draft=own.filter(status=Mandate.Status.DRAFT).first(),
        is_core_team=access.is_core_team(person),
        updates=list(Update.objects.published().without_bodies()[:NEWEST_UPDATES]),
        topics=list(Topic.objects.open().by_deadline().select_related("working_group")),
        usual_review_days=waiting_times.usual_review_days() if waiting else 0,
    )
