"""Before a digest goes out: how it differs from the one before."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from mailing import deliver, editions, recipients
from mailing.models import (
    Edition,
)
from mailing.seeing import comparison
from tests.mailing.people import person

from .pages import TUESDAY, get

pytestmark = pytest.mark.django_db


def test_a_jump_is_told_in_the_dry_run_and_on_the_edition(core_team, only_board, settings):
    settings.MAIL_JUMP_PEOPLE = 3
    for _number in range(8):
        person("daily")
    only_board.post("News")
    editions.make_editions()
    deliver.send_due()
    page = get(core_team, "edition_dry_run", rhythm="daily", hour="2026-07-15T07:00")
    # Nothing is new since: nobody would get it, and that is a jump.
    assert "A jump since the edition before: Would get it, from 8 to 0" in page
    only_board.post("More news")
    page = get(core_team, "edition_dry_run", rhythm="daily", hour="2026-07-15T07:00")
    assert "A jump" not in page
    settings.MAIL_JUMP_PEOPLE = 9
    only_board.posted.pop()
    page = get(core_team, "edition_dry_run", rhythm="daily", hour="2026-07-15T07:00")
    assert "A jump" not in page


def test_who_left_after_the_freeze_was_to_get_it_all_the_same(only_board):
    reader = person("daily")
    only_board.post("News")
    editions.make_editions()
    recipients.set_rhythm(reader.user, "none")
    deliver.send_due()
    planned = comparison.planned(Edition.objects.get())
    assert (planned.get, planned.reasons) == (1, {})


def test_an_edition_is_compared_with_the_one_of_the_same_morning(only_board):
    person("daily", zone="Africa/Nairobi")
    person("daily", zone="Asia/Tokyo")
    for day in (0, 1):
        only_board.post(f"News {day}")
        with time_machine.travel(TUESDAY + timedelta(days=day, hours=2), tick=False):
            editions.make_editions()
    late = Edition.objects.get(hour=datetime(2026, 7, 15, 4, tzinfo=UTC))
    assert comparison.with_the_one_before(late).before.hour == datetime(2026, 7, 14, 4, tzinfo=UTC)


WEEKLY = [
    # A week apart, without a change of clocks.
    ("2026-07-13", "2026-07-20", {"Africa/Lagos": (6, 6), "Africa/Johannesburg": (5, 5)}),
    # Clocks go back between, so that each is in the hour in which the other was.
    ("2026-10-19", "2026-10-26", {"Europe/Berlin": (5, 6), "Europe/Helsinki": (4, 5)}),
    ("2026-03-23", "2026-03-30", {"Europe/Berlin": (6, 5), "Europe/Helsinki": (5, 4)}),
]


@pytest.mark.usefixtures("only_board")
@pytest.mark.parametrize(("before", "now", "hours"), WEEKLY)
def test_a_weekly_edition_is_compared_with_the_same_people_s_a_week_ago(before, now, hours):
    for zone in hours:
        person("weekly", zone=zone)
    for monday in (before, now):
        with time_machine.travel(f"{monday}T08:00Z", tick=False):
            editions.make_editions()
    for then, later in hours.values():
        edition = Edition.objects.get(hour=f"{now}T{later:02}:00Z")
        found = comparison.with_the_one_before(edition).before
        assert f"{found.hour:%Y-%m-%d %H}" == f"{before} {then:02}"


@pytest.mark.usefixtures("only_board")
def test_where_clocks_join_two_zones_the_larger_one_is_compared():
    for zone in ("Europe/Berlin", "Africa/Lagos", "Europe/Berlin"):
        person("weekly", zone=zone)
    for monday in ("2026-10-19", "2026-10-26"):
        with time_machine.travel(f"{monday}T08:00Z", tick=False):
            editions.make_editions()
    edition = Edition.objects.get(hour="2026-10-26T06:00Z")
    assert comparison.with_the_one_before(edition).before.hour.hour == 5


@pytest.mark.usefixtures("only_board")
def test_an_edition_of_other_people_is_nothing_to_compare_with():
    person("weekly", zone="Africa/Lagos")
    with time_machine.travel("2026-07-13T08:00Z", tick=False):
        editions.make_editions()
    person("weekly", zone="Africa/Johannesburg")
    with time_machine.travel("2026-07-20T08:00Z", tick=False):
        editions.make_editions()
    edition = Edition.objects.get(hour="2026-07-20T05:00Z")
    assert comparison.with_the_one_before(edition).before is None
