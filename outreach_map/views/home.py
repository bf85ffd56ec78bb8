"""The home page: what this is, where the process stands, what to do."""

from django.shortcuts import render

from strategy import audiences, relays, timeline, what_became
from strategy.models import Topic, Update
from web.kept_figures import kept
from web.public_pages import public_page

from .. import coverage, points

NEWEST_UPDATES = 3
SOONEST_TOPICS = 3


@kept
def _loop() -> dict:
    """How many groups passed updates on, and what became of what came back."""
    return {"passed_on": relays.groups_count(), "said": what_became.figures()}


def _newest_updates():
    found = Update.objects.published().without_bodies().select_related("series")
    return found[:NEWEST_UPDATES]


@public_page
def home(request):
    """For newcomers first: the same page for everyone."""
    entries = timeline.entries()
    topics = list(
        Topic.objects.open().by_deadline().select_related("working_group")[: SOONEST_TOPICS + 1]
    )
    return render(
        request,
        "outreach_map/home.html",
        {
            "picture": points.picture(),
            "loop": _loop(),
            "totals": coverage.totals(),
            "regions": coverage.by_region(),
            "line": timeline.around_now(entries),
            "standing": timeline.now_and_next(entries, count=2),
            "updates": audiences.with_words(_newest_updates()),
            "topics": topics[:SOONEST_TOPICS],
            "has_more_topics": len(topics) > SOONEST_TOPICS,
        },
    )
