"""Who gets which digest, and that a missed or doubled run changes nothing."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, connection, transaction

from mailing import deliver, editions, freezing, recipients
from mailing.models import Delivery, Edition, SectionCursor, Suppression
from tests.mailing.people import Board, person, states, titles_sent

MONDAY = datetime(2026, 7, 13, 7, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def run(at):
    """Freeze and send, as a worker does at that time."""
    with time_machine.travel(at, tick=False):
        made = editions.make_editions()
        deliver.send_due()
    return made


def test_each_rhythm_comes_on_its_day(only_board):
    daily, weekly, monthly = person("daily"), person("weekly"), person("monthly")
    never = person("none")
    only_board.post("First")
    run(MONDAY + timedelta(days=1))  # a Tuesday: yesterday's Monday is still owed to the weekly
    assert {m.to[0] for m in mail.outbox} == {daily.address, weekly.address, monthly.address}
    only_board.post("Second")
    mail.outbox.clear()
    run(MONDAY + timedelta(days=2))
    assert [m.to[0] for m in mail.outbox] == [daily.address]
    run(MONDAY + timedelta(days=7))
    assert [m.to[0] for m in mail.outbox] == [daily.address, weekly.address]
    run(datetime(2026, 8, 1, 7, tzinfo=UTC))
    assert monthly.address in {m.to[0] for m in mail.outbox}
    assert never.address not in states()


def test_nobody_is_written_to_before_their_own_morning(only_board):
    monday = MONDAY.replace(hour=0)
    since = monday - timedelta(days=1)
    far_east = person(zone="Pacific/Kiritimati", since=since)
    far_west = person(zone="Etc/GMT+12", since=since)
    here = person(zone="UTC", since=since)
    only_board.post("News")
    seen = {}
    for hours in range(-24, 48):
        run(monday + timedelta(hours=hours, minutes=1))
        for message in mail.outbox:
            seen.setdefault(message.to[0], hours)
    assert seen == {far_east.address: -7, here.address: 7, far_west.address: 19}
    assert len(mail.outbox) == 3


def test_why_somebody_gets_nothing_is_written_down(only_board):
    only_board.post("Old")
    person("daily", address="nothing-new@example.org")
    person("daily", address="")
    person("daily", address="unconfirmed@example.org", verified=False)
    bounced = person("daily", address="bounced@example.org")
    Suppression.objects.create(address_hash=bounced.address_hash, reason="bounced")
    closed = person("daily", address="closed@example.org")
    type(closed.user).objects.filter(pk=closed.user_id).update(is_active=False)
    [frozen] = run(MONDAY)
    assert states() == {
        "nothing-new@example.org": "skipped empty",
        "": "skipped no_address",
        "unconfirmed@example.org": "skipped unverified",
        "bounced@example.org": "skipped suppressed",
        "closed@example.org": "skipped inactive",
    }
    assert frozen.skipped == {
        "empty": 1,
        "no_address": 1,
        "unverified": 1,
        "suppressed": 1,
        "inactive": 1,
    }
    assert mail.outbox == []


def test_each_person_is_told_each_thing_once(only_board):
    person("daily")
    for day, title in enumerate(["One", "Two", "Three"]):
        only_board.post(title)
        run(MONDAY + timedelta(days=day))
    run(MONDAY + timedelta(days=3))
    assert titles_sent(mail.outbox) == ["One", "Two", "Three"]


def test_a_pause_of_beat_loses_nothing_and_sends_one_digest(only_board):
    person("daily")
    person("weekly")
    for day in range(20):
        with time_machine.travel(MONDAY + timedelta(days=day), tick=False):
            only_board.post(f"Day {day}")
    run(MONDAY + timedelta(days=20, hours=5))
    told = titles_sent(mail.outbox)
    assert told == ["\n".join(f"Day {day}" for day in range(20))] * 2


def test_a_second_run_makes_no_second_edition(only_board):
    person("weekly")
    only_board.post("News")
    assert len(run(MONDAY)) == 1
    assert run(MONDAY) == run(MONDAY + timedelta(minutes=30)) == []
    assert len(mail.outbox) == 1
    with (
        pytest.raises(IntegrityError, match="one_edition_per_rhythm_and_hour"),
        transaction.atomic(),
    ):
        Edition.objects.create(rhythm="weekly", hour=MONDAY, cut_off=9)


def test_a_clock_that_jumps_sends_nothing_twice(only_board):
    person("daily")
    person("weekly")
    only_board.post("News")
    run(MONDAY)
    run(MONDAY + timedelta(days=400))
    run(MONDAY - timedelta(days=400))
    run(MONDAY + timedelta(hours=1))
    assert titles_sent(mail.outbox) == ["News", "News"]
    only_board.post("More")
    for hours in range(0, 24 * 8, 6):
        run(MONDAY + timedelta(hours=2 + hours))
    assert sorted(titles_sent(mail.outbox)) == ["More", "More", "News", "News"]


@pytest.mark.parametrize(
    "edge", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)]
)
def test_one_digest_a_day_on_both_edges_of_summer_time(only_board, edge):
    person("daily", zone="Europe/Berlin", since=edge - timedelta(days=1))
    for hours in range(-24, 48):
        with time_machine.travel(edge + timedelta(hours=hours), tick=False):
            only_board.post(f"Hour {hours}")
        run(edge + timedelta(hours=hours, minutes=5))
    assert len(mail.outbox) == 3
    told = "\n".join(titles_sent(mail.outbox)).split("\n")
    assert told == [f"Hour {hours}" for hours in range(-24, -24 + len(told))]


def test_a_change_of_rhythm_makes_nothing_due_for_the_past(only_board):
    reader = person("monthly")
    only_board.post("News")
    run(MONDAY - timedelta(days=12))
    only_board.post("More")
    mail.outbox.clear()
    with time_machine.travel(MONDAY + timedelta(days=2), tick=False):
        recipients.set_rhythm(reader.user, "weekly")
    run(MONDAY + timedelta(days=2, hours=1))
    assert mail.outbox == []
    run(MONDAY + timedelta(days=7))
    assert titles_sent(mail.outbox) == ["More"]


def test_at_once_means_with_each_publication(only_board):
    person("at_once")
    only_board.post("One")
    run(MONDAY)
    run(MONDAY)
    only_board.post("Two")
    run(MONDAY)
    assert titles_sent(mail.outbox) == ["One", "Two"]
    assert Edition.objects.filter(rhythm="at_once").count() == 2


def test_a_newcomer_is_told_nothing_old(only_board):
    only_board.post("Before")
    person("daily")
    only_board.post("After")
    run(MONDAY)
    assert titles_sent(mail.outbox) == ["After"]


def test_whoever_comes_back_begins_with_what_comes_then(only_board):
    reader = person("daily")
    recipients.set_rhythm(reader.user, "none")
    only_board.post("While away")
    with time_machine.travel(MONDAY, tick=False):
        recipients.set_rhythm(reader.user, "daily")
    only_board.post("Afterwards")
    run(MONDAY + timedelta(days=1))
    assert titles_sent(mail.outbox) == ["Afterwards"]


def test_who_could_not_be_reached_keeps_their_place(only_board):
    reader = person("daily", address="late@example.org", verified=False)
    only_board.post("News")
    run(MONDAY)
    recipients.sync_user(reader.user, "late@example.org", "en", "UTC")
    run(MONDAY + timedelta(days=1))
    assert titles_sent(mail.outbox) == ["News"]


def test_a_standing_section_is_no_reason_for_a_mail(only_board, monkeypatch):
    from mailing import sections

    deadlines = sections.register(Board("deadlines", is_news=False))
    person("daily")
    deadlines.post("Closes soon")
    run(MONDAY)
    assert mail.outbox == []
    only_board.post("News")
    run(MONDAY + timedelta(days=1))
    assert "Closes soon" in mail.outbox[0].body


def test_cursors_move_with_the_edition_or_not_at_all(only_board, monkeypatch):
    person("daily")
    only_board.post("News")

    def broken(edition):
        raise RuntimeError("the power fails")

    monkeypatch.setattr(freezing, "_skipped", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        run(MONDAY)
    assert not Edition.objects.exists()
    assert not SectionCursor.objects.exists()
    monkeypatch.undo()
    assert not mail.outbox


def test_freezing_takes_the_same_number_of_queries_for_few_and_many(
    only_board, django_assert_num_queries
):
    def queries(at):
        only_board.post("News")
        with connection.execute_wrapper(counter := _Counter()), time_machine.travel(at, tick=False):
            editions.make_editions()
        return counter.count

    person("daily")
    few = queries(MONDAY)
    for _number in range(19):
        person("daily")
    assert queries(MONDAY + timedelta(days=1)) == few


class _Counter:
    def __init__(self):
        self.count = 0

    def __call__(self, execute, sql, params, many, context):
        self.count += 1
        return execute(sql, params, many, context)


def test_a_dry_run_says_the_figures_and_leaves_nothing(only_board):
    person("daily")
    only_board.post("News")
    with time_machine.travel(MONDAY, tick=False):
        [frozen] = editions.make_editions(dry_run=True)
    assert frozen.figures["pending"] == 1
    assert not Delivery.objects.exists()
    assert not Edition.objects.exists()
