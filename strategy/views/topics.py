"""Topics for everyone: what is asked, by whom, until when."""

from django.conf import settings
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language

from web.public_pages import public_page

from .. import language_versions, report_translations, what_became
from ..models import Topic, TopicQuestion, Update
from ..translating import credits, states
from . import other_languages

# So many updates stand on the page of a topic.
NEWEST = 3


@public_page
def topic_list(request):
    """All public topics: those open now, those announced, those closed."""
    topics = list(Topic.objects.public().by_deadline().select_related("working_group"))
    now = timezone.now()
    return render(
        request,
        "strategy/topic_list.html",
        {
            "open": [t for t in topics if t.turn == Topic.Turn.COMMUNITIES],
            "ahead": sorted(
                (t for t in topics if t.turn == Topic.Turn.WORKING_GROUP_PREPARES),
                key=lambda t: (t.opens_at is None, t.opens_at or now, t.slug),
            ),
            "closed": [t for t in topics if t.turn == Topic.Turn.WORKING_GROUP_READS][::-1],
        },
    )


@public_page
def topic_detail(request, slug):
    """One public topic with its questions grouped by kind."""
    topic = get_object_or_404(
        Topic.objects.public()
        .select_related("working_group")
        .prefetch_related(Prefetch("questions", queryset=TopicQuestion.objects.all())),
        slug=slug,
    )
    reports = what_became.reports_of(topic=topic)
    report_translations.read_overviews(reports.shown, get_language() or settings.LANGUAGE_CODE)
    return render(
        request,
        "strategy/topic_detail.html",
        {
            "topic": topic,
            "volunteers_languages": other_languages.links_of(topic),
            "credit": _credit(topic),
            "is_outdated": states.is_outdated(topic, get_language() or settings.LANGUAGE_CODE),
            "english_url": language_versions.url_in(topic, settings.LANGUAGE_CODE),
            "turns": Topic.Turn,
            "kinds": _by_kind(topic.questions.all()),
            "updates": Update.objects.published().titles_only().filter(topics=topic)[:NEWEST],
            "figures": what_became.figures_of_topic(topic),
            "reports": reports,
            "title_text": topic.title,
            "short_text": topic.short,
        },
    )


def _credit(topic):
    language = language_versions.shown(topic, get_language() or settings.LANGUAGE_CODE).language
    return credits.of(topic, language)


def _by_kind(questions):
    """``[(kind's label, its questions)]`` in the order of the kinds."""
    return [
        (kind.label, found)
        for kind in TopicQuestion.Kind
        if (found := [question for question in questions if question.kind == kind])
    ]
