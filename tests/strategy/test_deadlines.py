"""Deadlines of the timeline, in the digest once when they come near."""

import datetime

import pytest
import time_machine
from django.utils import timezone, translation

from mailing import positions, sections
from strategy import deadlines, tasks
from strategy.models import TimelineEntry
from strategy.topic_choices import TOPICS
from web import content_version
from web.models import Installation

from .factories import TimelineEntryFactory, TopicFactory
from .test_updates import at_once

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def deadline(days, title="Grants close", **values):
    return TimelineEntryFactory(
        kind=TimelineEntry.Kind.DEADLINE,
        title_en=title,
        starts_on=timezone.localdate() + days * DAY,
        **values,
    )


def calls(after=0, language="en", choices=None):
    tasks.announce_due_topics()
    section = next(one for one in sections.registered() if one.key == "closing")
    items = section.chosen(section.items(after, positions.current()), choices or {})
    with translation.override(language):
        return section.render(items, language) if items else None


def test_one_that_comes_near_is_told_with_its_day():
    entry = deadline(7)
    deadline(8, "Too far ahead")
    deadline(-1, "Over")
    TimelineEntryFactory(title_en="A stage", starts_on=timezone.localdate())
    deadline(3, "Some month", precision=TimelineEntry.Precision.MONTH)
    shown = calls()
    assert shown.count == 1
    for form in (shown.html, shown.text):
        assert "Grants close" in form
        assert f"By {entry.starts_on.day} {entry.starts_on:%B %Y}" in form
        assert "/en/timeline/" in form
        assert "Write a report" not in form


def test_it_stands_among_the_topics_that_close_the_soonest_first():
    deadline(2, "First")
    TopicFactory(title_en="Second", closes_at=timezone.now() + 3 * DAY)
    deadline(4, "Third")
    shown = calls(choices={TOPICS: ["advocacy"]})
    assert shown.count == 3
    assert shown.text.index("First") < shown.text.index("Second") < shown.text.index("Third")
    assert "3 things to do" in shown.heading
    # Whoever chose other topics is told the deadlines.
    assert calls(choices={TOPICS: ["another-group"]}).count == 2


def test_it_is_told_once_and_again_where_it_moved():
    entry = deadline(5)
    calls()
    told = positions.current()
    assert calls(after=told) is None
    entry.refresh_from_db()
    entry.title_en = "Grants close soon"
    deadlines.save(entry, actor=None)
    assert calls(after=told) is None
    entry.starts_on = entry.ends_on = entry.starts_on + DAY
    deadlines.save(entry, actor=None)
    assert "Grants close soon" in calls(after=told).text


def test_a_demo_tells_it_on_the_day_it_shows():
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True, "shift_days": 400})
    content_version.bump()
    entry = TimelineEntryFactory(
        kind=TimelineEntry.Kind.DEADLINE, starts_on=timezone.localdate() + 3 * DAY - 400 * DAY
    )
    shown = calls()
    day = entry.starts_on + 400 * DAY
    assert f"By {day.day} {day:%B %Y}" in shown.text
    with time_machine.travel(timezone.now() + 4 * DAY, tick=False):
        assert calls() is None


def test_it_is_told_in_the_readers_language_or_says_in_which():
    deadline(2, title_ar="آخر يوم للمنح")
    assert "آخر يوم للمنح" in calls(language="ar").html
    shown = calls(language="fr").html
    assert 'lang="en" dir="ltr"' in shown
    assert "anglais" in shown


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_give_one_place():
    deadline(2)
    assert sum(at_once(deadlines.announce_due, times=4)) == 1
