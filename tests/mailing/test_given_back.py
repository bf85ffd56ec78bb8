"""What a digest was to tell, and did not in the end, comes with the next one: once."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from mailing import claims, deliver, editions, recipients, sections
from mailing.models import Delivery, Edition, Preference, SectionCursor, Suppression
from tests.mailing.people import Board, person, titles_sent
from tests.mailing.test_editions import MONDAY, run

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@contextmanager
def between_planning_and_sending(at=MONDAY):
    """What is done in here happens after an edition was frozen, and before it is sent."""
    with time_machine.travel(at, tick=False):
        editions.make_editions()
        yield
        deliver.send_due()


def told(reader) -> list[str]:
    return titles_sent(
        [message for message in mails_to(reader) if "* On the board *" in message.body]
    )


def mails_to(reader):
    return [message for message in mail.outbox if message.to == [reader.address]]


class Alarm(Board):
    """A board of which each thing is told at once."""

    def at_once(self, until, at):
        return [item.position for item in self.items(0, until)]


def refuse(reader) -> Suppression:
    """The address takes no mail, as it seems."""
    hashed = reader.address_hash
    return Suppression.objects.create(address_hash=hashed, reason=Suppression.Reason.BOUNCED)


@pytest.fixture
def suppressed(only_board):
    """Whose address took no mail when their digest was to be sent; another reader got theirs."""
    reader, _other = person("daily"), person("daily")
    only_board.post("One")
    only_board.post("Two")
    with between_planning_and_sending():
        refuse(reader)
    return reader


def test_it_comes_once_when_nothing_is_in_the_way_any_more(only_board, suppressed):
    run(MONDAY + DAY)
    Suppression.objects.all().delete()
    run(MONDAY + 2 * DAY)
    only_board.post("Three")
    run(MONDAY + 3 * DAY)
    run(MONDAY + 4 * DAY)
    assert told(suppressed) == ["One\nTwo", "Three"]
    assert not SectionCursor.objects.exclude(owed=[])


def test_nobody_else_is_told_again(only_board, suppressed):
    Suppression.objects.all().delete()
    only_board.post("Three")
    run(MONDAY + DAY)
    [other] = {one.to[0] for one in mail.outbox} - {suppressed.address}
    assert titles_sent([one for one in mail.outbox if one.to == [other]]) == ["One\nTwo", "Three"]


def test_what_was_told_meanwhile_is_not_told_again(only_board):
    reader = person("daily")
    only_board.post("One")
    with between_planning_and_sending():
        Delivery.objects.update(next_attempt_at=MONDAY + 2 * DAY, state="retry")
    only_board.post("Two")
    run(MONDAY + DAY)
    assert told(reader) == ["Two"]
    with between_planning_and_sending(MONDAY + 2 * DAY):
        suppression = refuse(reader)
    suppression.delete()
    run(MONDAY + 3 * DAY)
    run(MONDAY + 4 * DAY)
    assert told(reader) == ["Two", "One"]


def test_a_digest_that_gives_back_and_fails_too_gives_back_all(only_board, suppressed):
    Suppression.objects.all().delete()
    only_board.post("Three")
    with between_planning_and_sending(MONDAY + DAY):
        suppression = refuse(suppressed)
    suppression.delete()
    run(MONDAY + 2 * DAY)
    assert told(suppressed) == ["One\nTwo\nThree"]


def test_what_waits_for_a_language_goes_on_waiting(only_board):
    only_board.waiting = {"fr": {"Waits"}}
    reader = person("daily", language="fr")
    only_board.post("One")
    only_board.post("Waits")
    with between_planning_and_sending():
        suppression = refuse(reader)
    suppression.delete()
    run(MONDAY + DAY)
    assert told(reader) == ["One"]
    only_board.release("fr", "Waits")
    run(MONDAY + 2 * DAY)
    run(MONDAY + 3 * DAY)
    assert told(reader) == ["One", "Waits"]


def test_urgent_news_meanwhile_takes_nothing_away(only_board, suppressed):
    """It tells one thing; what else was not told is owed all the same."""
    Suppression.objects.all().delete()
    sections.register(Alarm("alarm")).post("Now")
    run(MONDAY + DAY / 2)
    assert Edition.objects.filter(rhythm="urgent").count() == 1
    assert len(mails_to(suppressed)) == 1
    run(MONDAY + DAY)
    run(MONDAY + 2 * DAY)
    assert told(suppressed) == ["One\nTwo"]


def test_urgent_news_that_reached_nobody_comes_with_the_next(only_board):
    alarm = sections.register(Alarm("alarm"))
    reader = person("daily")
    alarm.post("Now")
    with between_planning_and_sending():
        suppression = refuse(reader)
    suppression.delete()
    alarm.post("And now")
    run(MONDAY + DAY / 2)
    run(MONDAY + DAY)
    [only] = mails_to(reader)
    assert only.body.count("Now") == only.body.count("And now") == 1


def test_what_was_withdrawn_meanwhile_is_no_reason_for_a_mail(only_board, suppressed):
    Suppression.objects.all().delete()
    only_board.posted.clear()
    run(MONDAY + DAY)
    assert told(suppressed) == []
    assert set(Delivery.objects.filter(finished_at=None).values_list("state", "reason")) == {
        ("skipped", "empty")
    }


def test_whoever_ends_the_digest_is_owed_nothing_when_they_come_back(only_board):
    reader = person("daily")
    only_board.post("One")
    with between_planning_and_sending():
        recipients.set_rhythm(reader.user, "none")
    with time_machine.travel(MONDAY + DAY, tick=False):
        recipients.set_rhythm(reader.user, "daily")
    only_board.post("Two")
    run(MONDAY + 2 * DAY)
    assert told(reader) == ["Two"]


def test_it_comes_by_the_other_way_where_only_that_changed(only_board):
    reader = person("daily")
    only_board.post("One")
    with between_planning_and_sending():
        recipients.set_channel(reader.user, Preference.Channel.TALK_PAGE, "weekly")
    assert Delivery.objects.get().state == "skipped"
    with time_machine.travel(MONDAY + DAY / 2, tick=False):
        recipients.set_channel(reader.user, Preference.Channel.EMAIL, "daily")
    run(MONDAY + DAY)
    run(MONDAY + 2 * DAY)
    assert told(reader) == ["One"]


def test_what_was_given_back_is_not_sent_again_by_hand(only_board, sink):
    person("daily", address="full@example.org")
    only_board.post("One")
    run(MONDAY)
    failed = Delivery.objects.get()
    assert (failed.state, failed.reason) == ("failed", "refused")
    with time_machine.travel(MONDAY + DAY, tick=False):
        editions.make_editions()
    assert Delivery.objects.filter(state="pending").count() == 1
    assert not claims.send_again(failed, by="frank")
    assert Delivery.objects.get(pk=failed.pk).state == "failed"


def test_what_is_sent_again_by_hand_is_not_given_back(only_board, sink):
    person("daily", address="full@example.org")
    only_board.post("One")
    run(MONDAY)
    assert claims.send_again(Delivery.objects.get(), by="frank")
    with time_machine.travel(MONDAY + DAY, tick=False):
        editions.make_editions()
    assert set(Delivery.objects.values_list("state", "reason")) == {
        ("retry", ""), ("skipped", "empty"),
    }  # fmt: skip
