"""When 07:00 is, everywhere, on ordinary days and on those when clocks change."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailing.due_hours import due_hour, falls_on, is_time_zone, last_due_hour

ZONES = sorted(zone for zone in available_timezones() if "/" in zone)
MOMENTS = st.floats(
    datetime(2018, 1, 1, tzinfo=UTC).timestamp(), datetime(2031, 1, 1, tzinfo=UTC).timestamp()
).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("UTC", 7),
        ("Etc/GMT+12", 19),  # twelve hours behind: the westernmost
        ("Pacific/Kiritimati", -7),  # fourteen ahead: the day before in UTC
        ("Asia/Kathmandu", 1),  # 01:15, so the hour from 01:00
        ("Africa/Nairobi", 4),
    ],
)
def test_seven_in_the_morning_falls_in_this_hour(zone, hour):
    day = datetime(2026, 7, 15, tzinfo=UTC)
    assert due_hour(zone, day.date()) == day + timedelta(hours=hour)


def test_the_hour_follows_the_clocks_of_summer_and_winter():
    # Berlin: forward on 29 March 2026, back on 25 October 2026.
    assert due_hour("Europe/Berlin", date(2026, 3, 28)).hour == 6
    assert due_hour("Europe/Berlin", date(2026, 3, 29)).hour == 5
    assert due_hour("Europe/Berlin", date(2026, 10, 24)).hour == 5
    assert due_hour("Europe/Berlin", date(2026, 10, 25)).hour == 6


def test_a_leap_day_has_its_digest():
    now = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert last_due_hour("daily", "UTC", now) == datetime(2028, 2, 29, 7, tzinfo=UTC)
    assert last_due_hour("monthly", "UTC", now) == datetime(2028, 2, 1, 7, tzinfo=UTC)
    assert last_due_hour("monthly", "UTC", now + timedelta(days=1)).date() == date(2028, 3, 1)


@settings(deadline=None, max_examples=40)
@given(zone=st.sampled_from(ZONES), moment=MOMENTS, days=st.integers(30, 70))
def test_each_local_day_is_due_in_exactly_one_hour(zone, moment, days):
    """Walk hour by hour, as beat does: no day is left out, none comes twice."""
    first = moment.replace(minute=0, second=0, microsecond=0)
    hours = [first + timedelta(hours=number) for number in range(24 * days)]
    seen = []
    for hour in hours:
        last = last_due_hour("daily", zone, hour)
        if not seen or last != seen[-1]:
            seen.append(last)
    assert seen == sorted(set(seen))
    local_days = [hour.astimezone(ZoneInfo(zone)) for hour in seen]
    # Half hours: the full hour begins up to an hour before 07:00.
    assert all(6 <= local.hour <= 7 for local in local_days)
    steps = {(b.date() - a.date()).days for a, b in pairwise(local_days)}
    assert steps == {1}


@settings(deadline=None)
@given(zone=st.sampled_from(ZONES), moment=MOMENTS, rhythm=st.sampled_from(["weekly", "monthly"]))
def test_the_last_due_hour_is_the_latest_and_on_the_right_day(zone, moment, rhythm):
    hour = last_due_hour(rhythm, zone, moment)
    assert hour <= moment
    local_day = (hour + timedelta(minutes=59)).astimezone(ZoneInfo(zone)).date()
    assert falls_on(rhythm, local_day)
    following = local_day
    while following == local_day or not falls_on(rhythm, following):
        following += timedelta(days=1)
    assert due_hour(zone, following) > moment


def test_what_is_no_time_zone_counts_as_utc():
    assert not is_time_zone("../../etc/passwd")
    assert due_hour("Nowhere/Land", date(2026, 7, 15)).hour == 7
