"""What a liaison sees of the reports of their groups: drafts, and how far published ones came."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from . import statement_lines, what_became
from .models import Report, ReportDraft, Topic


@dataclass(frozen=True)
class Row:
    """One report in the list; ``topic`` is the draft's where there is a draft."""

    report: Report
    draft: ReportDraft | None
    topic: Topic | None
    typed_statements: int


def of(person) -> QuerySet[Report]:
    """The reports of this person's groups: those being written first, then the newest."""
    found = (
        Report.objects.of_groups_of(person)
        .select_related("group", "topic", "language", "draft__saved_by")
        .annotate(
            last_at=Coalesce("draft__saved_at", "corrected_at", "published_at", "started_at"),
            is_being_written=Q(draft__isnull=False),
        )
        .order_by("-is_being_written", "-last_at", "-pk")
    )
    return what_became.with_figures(found)


def rows(reports: Iterable[Report]) -> list[Row]:
    """The lines of one page of the list; one query for the drafts' topics."""
    reports = list(reports)
    drafts = {report.pk: getattr(report, "draft", None) for report in reports}
    slugs = {draft.data.get("topic", "") for draft in drafts.values() if draft}
    topics = {topic.slug: topic for topic in Topic.objects.public().filter(slug__in=slugs)}
    return [_row(report, drafts[report.pk], topics) for report in reports]


def topic_of(draft: ReportDraft) -> Topic | None:
    """The topic chosen in a draft so far."""
    return Topic.objects.public().filter(slug=draft.data.get("topic", "")).first()


def _row(report, draft, topics) -> Row:
    if draft is None:
        return Row(report, None, report.topic, 0)
    typed = statement_lines.cut(str(draft.data.get("statements", "")))
    return Row(report, draft, topics.get(draft.data.get("topic")), len(typed.statements))
