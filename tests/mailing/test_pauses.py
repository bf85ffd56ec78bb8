"""A pause: nothing comes meanwhile, nothing is lost, and it ends by itself."""

from datetime import date, timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core import mail
from django.utils import timezone

from mailing import editions, notices, pauses
from mailing.deliver import send_due
from mailing.models import Delivery, Recipient
from mailing.tasks import make_editions
from tests.mailing.people import person, states, titles_sent
from tests.mailing.test_editions import MONDAY, run

pytestmark = pytest.mark.django_db


def work(at):
    """What beat has done at that time."""
    with time_machine.travel(at, tick=False):
        make_editions()
        send_due()


def pause(recipient, day, at):
    with time_machine.travel(at, tick=False):
        pauses.set_pause(recipient, day)


def test_nothing_comes_meanwhile_and_all_of_it_comes_afterwards(only_board):
    reader = person("daily")
    pause(reader, MONDAY.date() + timedelta(days=2), MONDAY - timedelta(days=1))
    only_board.post("First")
    work(MONDAY)
    only_board.post("Second")
    work(MONDAY + timedelta(days=1))
    assert mail.outbox == []
    assert states()[reader.address] == "skipped paused"
    work(MONDAY + timedelta(days=2))
    assert titles_sent(mail.outbox) == ["First\nSecond"]
    reader.refresh_from_db()
    assert reader.paused_until is None
    work(MONDAY + timedelta(days=3))
    assert len(mail.outbox) == 1


def test_who_gets_news_at_once_gets_what_was_missed_when_the_pause_is_over(only_board):
    reader, other = person("at_once"), person("at_once")
    pause(reader, MONDAY.date() + timedelta(days=1), MONDAY - timedelta(hours=1))
    only_board.post("News")
    work(MONDAY)
    assert [m.to[0] for m in mail.outbox] == [other.address]
    # Nothing more is published, and still it comes, once.
    for hours in (17, 18):
        work(MONDAY + timedelta(hours=hours))
    assert [m.to[0] for m in mail.outbox] == [other.address, reader.address]


def test_a_pause_taken_back_catches_up_at_once(only_board):
    reader = person("at_once")
    pause(reader, MONDAY.date() + timedelta(days=9), MONDAY - timedelta(hours=1))
    only_board.post("News")
    work(MONDAY)
    pause(reader, None, MONDAY)
    with time_machine.travel(MONDAY, tick=False):
        send_due()
    assert titles_sent(mail.outbox) == ["News"]


def test_a_pause_asked_for_while_a_digest_waits_holds(only_board):
    reader = person("daily")
    only_board.post("News")
    with time_machine.travel(MONDAY, tick=False):
        editions.make_editions()
        pauses.set_pause(reader, MONDAY.date() + timedelta(days=5))
        send_due()
    assert mail.outbox == []
    # The edition had promised it: the person is not to lose it for that.
    work(MONDAY + timedelta(days=5))
    assert titles_sent(mail.outbox) == ["News"]


def test_what_was_held_comes_when_the_pause_is_taken_back(only_board):
    reader = person("daily")
    only_board.post("News")
    with time_machine.travel(MONDAY, tick=False):
        editions.make_editions()
        pauses.set_pause(reader, MONDAY.date() + timedelta(days=5))
        send_due()
        pauses.set_pause(reader, MONDAY.date() + timedelta(days=6))
        send_due()
        assert mail.outbox == []
        pauses.set_pause(reader, None)
        send_due()
    assert titles_sent(mail.outbox) == ["News"]


def test_a_day_begins_where_the_person_is():
    reader = person("daily", zone="Pacific/Auckland")
    pause(reader, date(2026, 7, 15), MONDAY)
    reader.refresh_from_db()
    assert reader.paused_until.isoformat() == "2026-07-14T12:00:00+00:00"


@pytest.mark.parametrize("days", [0, -1, 86])
def test_no_pause_ends_today_or_lasts_for_ever(days):
    reader = person("daily")
    with time_machine.travel(MONDAY, tick=False), pytest.raises(ValueError, match="No pause"):
        pauses.set_pause(reader, MONDAY.date() + timedelta(days=days))
    assert Recipient.objects.get(pk=reader.pk).paused_until is None
    assert pauses.longest() == timedelta(days=django_settings.MAIL_PAUSE_MOST_DAYS)


def test_receipts_come_all_the_same(only_board, receipt):
    reader = person("daily")
    pauses.set_pause(reader, timezone.localdate() + timedelta(days=9))
    notices.send("a_receipt", reader.user, {"thing": "your letter"})
    send_due()
    assert [m.to[0] for m in mail.outbox] == [reader.address]
    assert not Delivery.objects.exists()


def test_two_runs_at_once_end_a_pause_once(only_board):
    reader = person("at_once")
    pause(reader, MONDAY.date() + timedelta(days=1), MONDAY)
    only_board.post("News")
    run(MONDAY)
    later = MONDAY + timedelta(days=2)
    with time_machine.travel(later, tick=False):
        assert (pauses.end_over(), pauses.end_over()) == (1, 0)
        send_due()
    assert len(mail.outbox) == 1
