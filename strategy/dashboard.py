"""What a signed-in person is shown first: who they are here, and what they can do next."""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef

from liaisons import access, contact_rules, next_steps, waiting_times
from liaisons.models import Mandate, User
from liaisons.next_steps import NextStep
from mailing.bounces import fates
from mailing.models import Suppression

from . import audiences, core_team_queue, timeline, what_became
from .core_team_queue import Waiting
from .models import Relay, Report, Topic, Update, UpdateRead
from .what_became import Figures

# So many of each stand on the page; a link leads to all of them.
MOST_STEPS = 6
MOST_MANDATES = 3
MOST_UNREAD = 5
MOST_CORRECTED = 3
MOST_RELAYS = 3
MOST_REPORTS = 3


@dataclass(frozen=True)
class Updates:
    """Updates a person has not read: the newest ones, how many; and the newest of all.

    ``corrected`` are those that were corrected since the person read them.
    """

    unread: list[Update]
    number_unread: int
    newest: Update | None
    corrected: list[Update]

    @property
    def number_besides(self) -> int:
        """Unread ones that are not among those shown."""
        return self.number_unread - len(self.unread)


@dataclass(frozen=True)
class OfGroups:
    """The newest of what a liaison's groups did, and what became of it."""

    relays: list[Relay]
    reports: list[Report]
    became: Figures


@dataclass(frozen=True)
class Dashboard:
    """Active mandates make a liaison, waiting ones or a draft an applicant, none a newcomer.

    The Core Team's people have their own pages and are no newcomers.
    """

    mandates: list[Mandate]
    waiting: list[Mandate]
    has_draft: bool
    updates: Updates
    steps: list[NextStep] = field(default_factory=list)
    of_groups: OfGroups | None = None
    is_core_team: bool = False
    queue: list[Waiting] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    coming: list[timeline.Shown] = field(default_factory=list)
    usual_review_days: int = 0
    # Why mail does not reach the person, where it does not.
    mail_trouble: Suppression | None = None

    @property
    def is_liaison(self) -> bool:
        return bool(self.mandates)

    @property
    def is_newcomer(self) -> bool:
        # Whose mandate lapsed has a step that says how to come back.
        begun = self.mandates or self.waiting or self.has_draft or self.steps
        return not (begun or self.is_core_team)

    @property
    def has_several_groups(self) -> bool:
        return len(self.mandates) > 1

    @property
    def first_mandates(self) -> list[Mandate]:
        return self.mandates[:MOST_MANDATES]

    @property
    def number_of_other_mandates(self) -> int:
        return len(self.mandates[MOST_MANDATES:])

    @property
    def first_steps(self) -> list[NextStep]:
        return self.steps[:MOST_STEPS]

    @property
    def other_steps(self) -> list[NextStep]:
        return self.steps[MOST_STEPS:]

    @property
    def contacts(self) -> list[contact_rules.Contact]:
        """The Core Team people who look after this person's mandates, each once."""
        return contact_rules.contacts_of(self.mandates)


def of(person: User) -> Dashboard:
    """The dashboard of one person: as many queries for one of everything as for twenty."""
    own = Mandate.objects.filter(person=person).select_related("group", "contact")
    mandates = list(own.active().order_by("last_day", "pk"))
    waiting = list(own.waiting().select_related("group", "reviewer"))
    is_core_team = access.is_core_team(person)
    return Dashboard(
        mandates=mandates,
        waiting=waiting,
        has_draft=own.filter(status=Mandate.Status.DRAFT).exists(),
        updates=_updates(person),
        steps=next_steps.of(person),
        of_groups=_of_groups(person) if mandates else None,
        is_core_team=is_core_team,
        queue=core_team_queue.of(person) if is_core_team else [],
        # A liaison finds them among the next steps.
        topics=[] if mandates else _open_topics(),
        coming=timeline.now_and_next(timeline.entries()).next,
        mail_trouble=fates.trouble_of(person),
        usual_review_days=waiting_times.usual_review_days() if waiting else 0,
    )


def _updates(person) -> Updates:
    published = audiences.meant_for(person, Update.objects.published().titles_only())
    read = UpdateRead.objects.filter(person=person, update=OuterRef("pk"))
    unread = published.filter(~Exists(read))
    return Updates(
        unread=list(unread[:MOST_UNREAD]),
        number_unread=unread.count(),
        newest=published.first(),
        corrected=list(
            published.filter(Exists(read.filter(at__lt=OuterRef("corrected_at")))).order_by(
                "-corrected_at"
            )[:MOST_CORRECTED]
        ),
    )


def _of_groups(person) -> OfGroups:
    reports = Report.objects.published().of_groups_of(person).for_rows()
    relays = Relay.objects.of_groups_of(person).newest_first().for_lists()
    return OfGroups(
        relays=list(relays[:MOST_RELAYS]),
        reports=list(what_became.with_figures(reports)[:MOST_REPORTS]),
        became=what_became.figures_of_groups_of(person),
    )


def _open_topics() -> list[Topic]:
    return list(Topic.objects.open().by_deadline().select_related("working_group"))
