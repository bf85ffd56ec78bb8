"""Where the process stands, on any day, with dates as exact as they are known."""

import datetime

import pytest
import time_machine

from strategy import timeline
from strategy.models import TimelineEntry
from web.models import Installation

from .factories import TimelineEntryFactory

Kind, Precision = TimelineEntry.Kind, TimelineEntry.Precision
day = datetime.date.fromisoformat
pytestmark = pytest.mark.django_db


def stage(title, start, end, **values):
    return TimelineEntryFactory(
        title_en=title, starts_on=day(start), ends_on=day(end) if end else None, **values
    )


def on(today, shift_days=0):
    return timeline.entries(day(today), shift_days=shift_days)


def titles(items):
    return [item.entry.title_en for item in items]


@pytest.fixture
def three_stages():
    stage("One", "2019-01-01", "2019-01-31")
    stage("Two", "2019-03-01", "2019-03-31")
    stage("Three", "2019-03-15", "2019-04-30")


def test_before_all_stages_none_runs_and_the_first_are_next(three_stages):
    standing = timeline.now_and_next(on("2018-12-31"))
    assert standing.now == []
    assert titles(standing.next) == ["One", "Two", "Three"]


def test_after_all_stages_none_runs_and_nothing_is_next(three_stages):
    standing = timeline.now_and_next(on("2019-05-01"))
    assert (standing.now, standing.next) == ([], [])
    assert all(item.is_done for item in timeline.around_now(on("2019-05-01")))


def test_between_stages_none_runs(three_stages):
    standing = timeline.now_and_next(on("2019-02-10"))
    assert standing.now == []
    assert titles(standing.next) == ["Two", "Three"]


def test_stages_may_overlap_and_the_one_that_ends_first_comes_first(three_stages):
    assert titles(timeline.now_and_next(on("2019-03-20")).now) == ["Two", "Three"]


@pytest.mark.parametrize(
    ("today", "state", "days_left"),
    [
        ("2019-02-28", "ahead", 31),
        ("2019-03-01", "now", 30),
        ("2019-03-31", "now", 0),
        ("2019-04-01", "done", -1),
    ],
)
def test_a_stage_runs_from_its_first_to_its_last_day(today, state, days_left):
    stage("Two", "2019-03-01", "2019-03-31")
    [item] = on(today)
    assert (item.state, item.days_left) == (state, days_left)


def test_an_entry_without_a_last_day_lasts_its_first(three_stages):
    stage("Call", "2019-02-05", None, kind=Kind.MILESTONE)
    call = next(item for item in on("2019-02-05") if item.entry.kind == Kind.MILESTONE)
    assert call.is_now
    assert call.is_one_period


def test_a_deadline_within_a_running_stage_is_still_next(three_stages):
    stage("Answer by", "2019-03-25", None, kind=Kind.DEADLINE)
    standing = timeline.now_and_next(on("2019-03-20"))
    assert titles(standing.next) == ["Answer by"]


def test_the_line_shows_six_stages_around_now():
    for number in range(1, 11):
        stage(str(number), f"2019-{number:02}-01", f"2019-{number:02}-28")
    assert titles(timeline.around_now(on("2019-06-10"))) == ["3", "4", "5", "6", "7", "8"]
    assert titles(timeline.around_now(on("2018-06-10"))) == ["1", "2", "3", "4", "5", "6"]
    assert titles(timeline.around_now(on("2021-06-10"))) == ["5", "6", "7", "8", "9", "10"]


def test_the_line_of_an_empty_timeline_is_empty():
    assert timeline.around_now(on("2019-06-10")) == []
    assert timeline.now_and_next(on("2019-06-10")) == timeline.NowAndNext(now=[], next=[])


def test_a_demo_moves_every_date_by_the_same_days():
    stage("Two", "2019-03-01", "2019-03-31")
    [item] = on("2026-07-01", shift_days=100)
    assert (item.starts_on, item.ends_on) == (day("2019-06-09"), day("2019-07-09"))
    assert item.as_it_was.starts_on == day("2019-03-01")


@pytest.mark.parametrize(
    ("start", "end", "shift", "shown"),
    [
        # Unmoved: whole months.
        ("2019-07-01", "2019-09-30", 0, ("2019-07-01", "2019-09-30")),
        # Also where only the first days of the months were given.
        ("2019-07-01", "2019-09-01", 0, ("2019-07-01", "2019-09-30")),
        ("2019-07-01", None, 0, ("2019-07-01", "2019-07-31")),
        # Moved: the nearest whole months, as many as they were.
        ("2019-07-01", "2019-07-31", 2687, ("2026-11-01", "2026-11-30")),
        ("2019-07-01", "2019-09-30", 2687, ("2026-11-01", "2027-01-31")),
        # Never less than one month.
        ("2019-02-01", "2019-02-28", 166, ("2019-08-01", "2019-08-31")),
    ],
)
def test_an_entry_known_by_month_is_shown_by_month(start, end, shift, shown):
    stage("Month", start, end, precision=Precision.MONTH)
    [item] = on("2019-07-15", shift_days=shift)
    assert (item.starts_on, item.ends_on) == (day(shown[0]), day(shown[1]))


def test_stages_by_month_that_meet_still_meet_when_moved():
    stage("One", "2019-01-01", "2019-03-31", precision=Precision.MONTH)
    stage("Two", "2019-04-01", "2019-05-31", precision=Precision.MONTH)
    for shift in range(0, 400, 7):
        one, two = on("2019-01-01", shift_days=shift)
        assert one.ends_on + datetime.timedelta(days=1) == two.starts_on


def test_an_entry_known_by_year_is_shown_by_year():
    stage("Year", "2019-01-01", None, precision=Precision.YEAR)
    [item] = on("2019-07-15", shift_days=3000)
    assert (item.starts_on, item.ends_on) == (day("2027-01-01"), day("2027-12-31"))


def page(client, language="en"):
    return client.get(f"/{language}/timeline/").content.decode()


def test_the_page_says_what_runs_what_is_next_and_until_when(client, three_stages):
    with time_machine.travel("2019-03-20T12:00Z", tick=False):
        shown = page(client)
    assert "ends in 11 days" in shown
    assert 'aria-current="step"' in shown
    assert "2019" in shown
    assert "demo" not in shown.lower()


def test_the_page_of_a_demo_says_by_how_much_and_shows_the_true_dates(client):
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True, "shift_days": 2687})
    stage("Salons", "2019-06-01", "2019-09-15")
    shown = page(client)
    assert "moved by 2,687 days" in shown
    assert "2027" in shown
    assert "2019" in shown


def test_days_months_and_years_are_said_in_the_readers_language(client):
    stage("Days", "2019-03-29", "2019-03-31")
    stage("Month", "2019-07-01", "2019-07-31", precision=Precision.MONTH)
    stage("Year", "2018-01-01", "2018-12-31", precision=Precision.YEAR)
    german = page(client, "de")
    assert "29.–31. März 2019" in german
    assert "Juli 2019" in german
    assert "1. Juli" not in german
    assert ">2018<" in german
    assert "2019年7月" in page(client, "ja")


def test_one_day_left_and_none(client):
    stage("Two", "2019-03-01", "2019-03-31")
    with time_machine.travel("2019-03-30T12:00Z", tick=False):
        assert "ends in 1 day" in page(client)
    with time_machine.travel("2019-03-31T12:00Z", tick=False):
        assert "ends today" in page(client)


def test_an_empty_timeline_is_no_empty_page(client):
    assert "The timeline is not there yet" in page(client)
