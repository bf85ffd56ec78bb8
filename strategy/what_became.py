"""What became of what groups said. Each figure is counted here, and every page asks here.

A statement withdrawn by a correction counts nowhere. One that is answered was received too, so
``made`` ≥ ``received`` ≥ ``answered``.
"""

from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from liaisons.models import Group

from .models import Report, Response, Statement, Topic

# So many answers, and so many of the statements each answers, stand on a group's page.
MOST_ANSWERS = 3
MOST_STATEMENTS = 5
# Read at most, to find them: one answer may be for many statements.
MOST_READ = 100
MOST_REPORTS = 5


@dataclass(frozen=True)
class Figures:
    """How many statements were made, how many of them received, how many of those answered."""

    made: int = 0
    received: int = 0
    answered: int = 0

    @property
    def waiting(self) -> int:
        """Statements that the Core Team has not marked as received yet."""
        return self.made - self.received


@dataclass
class Answered:
    """An answer with the statements of one group, or one report, that it answers."""

    response: Response
    statements: list[Statement] = field(default_factory=list)

    @property
    def shown(self) -> list[Statement]:
        return self.statements[:MOST_STATEMENTS]

    @property
    def has_more(self) -> bool:
        return len(self.statements) > MOST_STATEMENTS


@dataclass(frozen=True)
class Became:
    """What a group's page shows: the figures, the newest answers, and whether there are more."""

    figures: Figures
    answers: list[Answered]
    has_more: bool


@dataclass(frozen=True)
class Reports:
    """A short list of reports, each with its figures, and whether there are more."""

    shown: list[Report]
    has_more: bool


def figures() -> Figures:
    """Of everyone."""
    return _figures(Statement.objects.all())


def figures_of_group(group: Group) -> Figures:
    return _figures(Statement.objects.filter(report__group=group))


def figures_of_groups_of(person) -> Figures:
    """Of all the groups this person speaks for today."""
    return _figures(
        Statement.objects.filter(report__group__in=person.mandates.active().values("group"))
    )


def figures_of_topic(topic: Topic) -> Figures:
    return _figures(Statement.objects.filter(report__topic=topic))


def with_figures(reports: QuerySet[Report]) -> QuerySet[Report]:
    """The same reports, each with ``made``, ``received`` and ``answered``."""
    return reports.annotate(**_counts("statements__"))


def of_group(group: Group) -> Became:
    """What became of what a group said. Two queries; one where it has said nothing."""
    figures = figures_of_group(group)
    if not figures.answered:
        return Became(figures, [], has_more=False)
    newest = (
        Statement.objects.answered()
        .filter(report__group=group)
        .for_pages()
        .order_by("-answered_at", "-response", "-report__number", "number")[:MOST_READ]
    )
    answers = by_answer(newest)
    shown = answers[:MOST_ANSWERS]
    told = sum(len(answer.shown) for answer in shown)
    return Became(figures, shown, has_more=figures.answered > told)


def by_answer(statements) -> list[Answered]:
    """Answered statements by the answer they share, in the order in which they are given."""
    answers: dict[int, Answered] = {}
    for statement in statements:
        response = statement.response
        answers.setdefault(response.pk, Answered(response)).statements.append(statement)
    return list(answers.values())


def reports_of(**which) -> Reports:
    """The newest reports of a ``group=`` or on a ``topic=``, for a short list. One query."""
    found = with_figures(Report.objects.published().filter(**which).for_rows())
    reports = list(found[: MOST_REPORTS + 1])
    return Reports(reports[:MOST_REPORTS], has_more=len(reports) > MOST_REPORTS)


def _figures(statements: QuerySet[Statement]) -> Figures:
    return Figures(**statements.aggregate(**_counts()))


def _counts(path: str = "") -> dict[str, Count]:
    there = Q(**{f"{path}withdrawn_in__isnull": True})
    received = there & Q(**{f"{path}received_at__isnull": False})
    answered = there & Q(**{f"{path}response__isnull": False})
    return {
        "made": Count(f"{path}pk", filter=there),
        "received": Count(f"{path}pk", filter=received),
        "answered": Count(f"{path}pk", filter=answered),
    }
