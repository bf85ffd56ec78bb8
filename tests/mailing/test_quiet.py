"""One line after a month without news, for those who asked to be told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from mailing import recipients
from mailing.models import Delivery
from tests.mailing.people import person
from tests.mailing.test_editions import run

pytestmark = pytest.mark.django_db
AUGUST = datetime(2026, 8, 1, 7, tzinfo=UTC)
QUIET = "There was nothing new for you in the last month"


def wants_to_know(rhythm, **kwargs):
    reader = person(rhythm, **kwargs)
    recipients.tell_when_quiet(reader.user, True)
    return reader


@pytest.mark.parametrize("rhythm", ["monthly", "weekly", "daily", "at_once"])
def test_one_line_after_a_month_without_news(only_board, rhythm):
    reader = wants_to_know(rhythm)
    person(rhythm)
    start = datetime(2026, 7, 1, 7, tzinfo=UTC)
    only_board.post("The last news")
    for days in range(32):
        run(start + timedelta(days=days))
    last, *quiet = [message for message in mail.outbox if message.to == [reader.address]]
    assert QUIET not in last.body
    [message] = quiet
    assert message.subject == "Nothing new for you in the strategy process this month"
    assert QUIET in message.body
    assert QUIET in message.alternatives[0].content
    assert "List-Unsubscribe" in message.extra_headers
    assert sum(QUIET in message.body for message in mail.outbox) == 1


def test_a_month_with_news_is_not_called_quiet(only_board):
    wants_to_know("weekly")
    start = AUGUST - timedelta(days=60)
    for days in range(61):
        if days % 20 == 0:
            only_board.post(f"Day {days}")
        run(start + timedelta(days=days))
    assert not any(QUIET in message.body for message in mail.outbox)


def test_who_chose_it_lately_hears_nothing_yet(only_board):
    wants_to_know("monthly", since=AUGUST - timedelta(days=10))
    run(AUGUST)
    assert mail.outbox == []
    assert Delivery.objects.get().reason == "empty"


def test_news_that_come_meanwhile_wait_for_their_own_digest(only_board):
    wants_to_know("monthly")
    run(AUGUST)
    only_board.post("News")
    run(datetime(2026, 9, 1, 7, tzinfo=UTC))
    quiet, news = mail.outbox
    assert QUIET in quiet.body
    assert QUIET not in news.body
