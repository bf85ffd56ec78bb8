"""What a liaison sees of the reports of their groups: drafts, and how far published ones came."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from liaisons import languages

from . import statement_lines, what_became
from .models import Report, ReportDraft, Topic, TranslationRequest
from .translating import requests, texts
from .translating.states import Standings, State
from .translating.texts import ENGLISH


@dataclass(frozen=True)
class Row:
    """One report in the list; ``topic`` is the draft's where there is a draft.

    ``in_english`` is where its translation stands, of a published report in another language, and
    ``asked`` this person's open request for it.
    """

    report: Report
    draft: ReportDraft | None
    topic: Topic | None
    typed_statements: int
    in_english: State | None = None
    asked: TranslationRequest | None = None

    @property
    def may_be_asked_for(self) -> bool:
        """True while it is not, or not wholly, to be read in English."""
        return self.in_english not in (None, State.CURRENT) and self.asked is None


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


def rows(reports: Iterable[Report], person) -> list[Row]:
    """The lines of one page of this person's list; four queries."""
    reports = list(reports)
    drafts = {report.pk: getattr(report, "draft", None) for report in reports}
    slugs = {draft.data.get("topic", "") for draft in drafts.values() if draft}
    topics = {topic.slug: topic for topic in Topic.objects.public().filter(slug__in=slugs)}
    in_english = states_in_english(reports)
    asked = requests.open_for_reports(reports, by=person)
    return [
        _row(report, drafts[report.pk], topics, in_english.get(report.pk), asked.get(report.pk))
        for report in reports
    ]


def states_in_english(reports: Iterable[Report]) -> dict[int, State]:
    """Where the English of published reports in other languages stands; two queries."""
    found = [
        one for one in reports if one.is_published and not languages.is_english(one.language_id)
    ]
    texts.in_other_language(texts.with_parts(found), ENGLISH)
    standings = Standings(found)
    return {one.pk: standings.of_thing(one, ENGLISH) for one in found}


def topic_of(draft: ReportDraft) -> Topic | None:
    """The topic chosen in a draft so far."""
    return Topic.objects.public().filter(slug=draft.data.get("topic", "")).first()


def _row(report, draft, topics, in_english, asked) -> Row:
    if draft is None:
        return Row(report, None, report.topic, 0, in_english, asked)
    typed = statement_lines.cut(str(draft.data.get("statements", "")))
    return Row(report, draft, topics.get(draft.data.get("topic")), len(typed.statements))
