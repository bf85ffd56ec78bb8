"""The demo's place in the process: the timeline's shift, and when its topics open and close."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from strategy import topics
from strategy.models import Topic
from strategy.models.process import CLOSING
from web import content_version
from web.models import Installation

from . import clock

# Today is shown as this day of the real process: conversations and salons run, the Working
# Groups write their first drafts.
TODAY_IN_THE_PROCESS = date(2019, 7, 15)
OPENS_AT_HOUR = 8


@dataclass(frozen=True)
class Dates:
    """When a topic opens and closes, in days from today; made up to fit that day."""

    opens: int
    closes: int | None


TOPICS = {
    "resource-allocation": Dates(-45, -2),
    "revenue-streams": Dates(-38, 4),
    "diversity": Dates(-31, 11),
    "advocacy": Dates(-24, 18),
    "community-health": Dates(-17, 25),
    "roles-and-responsibilities": Dates(-10, 39),
    "product-and-technology": Dates(-3, 62),
    "partnerships": Dates(-28, 20),
    # Announced: it opens next week.
    "capacity-building": Dates(9, 62),
}


@transaction.atomic
def shift_timeline() -> int:
    """Show every date of the process so that today falls on ``TODAY_IN_THE_PROCESS``.

    Gives the days of the shift.
    """
    installation = Installation.objects.select_for_update().get(pk=1)
    days = (timezone.localdate() - TODAY_IN_THE_PROCESS).days
    if installation.shift_days != days:
        installation.shift_days = days
        installation.save(update_fields=["shift_days"])
        content_version.bump()
    return days


@transaction.atomic
def date_topics() -> int:
    """Give the topics dates around today; gives how many changed.

    What somebody set in the admin stays: only dates of an earlier run move on.
    """
    changed = 0
    for topic in Topic.objects.filter(slug__in=TOPICS).select_for_update():
        wanted = _moments(TOPICS[topic.slug])
        now = [moment and moment.isoformat() for moment in (topic.opens_at, topic.closes_at)]
        ours = topic.imported.get("demo_dates", [None, None])
        new = [moment and moment.isoformat() for moment in wanted]
        if now == new or now != ours:
            continue
        topic.opens_at, topic.closes_at = wanted
        topic.imported = {**topic.imported, "demo_dates": new}
        topic.save(update_fields=["opens_at", "closes_at", "imported"])
        changed += 1
    if changed:
        content_version.bump()
    return changed


def plan_topics() -> clock.Plan:
    """When each topic opens, comes near its end and closes: each gets its place then."""
    days = {dates.opens for dates in TOPICS.values()}
    closes = {dates.closes for dates in TOPICS.values() if dates.closes is not None}
    # A topic closes in the evening; on the next morning that is known.
    days |= {day - CLOSING.days + 1 for day in closes} | {day + 1 for day in closes}
    return [(clock.on(-day, OPENS_AT_HOUR), topics.announce_due) for day in sorted(days) if day < 0]


def _moments(dates: Dates) -> tuple[datetime, datetime | None]:
    today = clock.start_of_today()
    opens = today + timedelta(days=dates.opens, hours=OPENS_AT_HOUR)
    if dates.closes is None:
        return opens, None
    return opens, today + timedelta(days=dates.closes, hours=23, minutes=59)
