"""The limits of a mail server, kept by all workers together; over real sockets."""

import threading
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.db import connection

from mailing import batches, claims, deliver, notices, pace
from mailing.models import Delivery, MailDomain, Notice, Recipient, State
from tests.mailing.people import person
from tests.mailing.sending import MONDAY, owe, send

pytestmark = pytest.mark.django_db


def test_a_connection_carries_no_more_messages_than_the_limit(only_board, sink, settings):
    settings.MAIL_PER_CONNECTION = 4
    owe(only_board, *(f"ok.{number}" for number in range(10)))
    assert send().sent == 10
    assert sink.connections == 3
    assert sink.goodbyes == 3


def test_turns_are_one_after_another_whoever_takes_them():
    with time_machine.travel(MONDAY, tick=False):
        first = pace.take_turns(pace.SERVER, 3, per_second=2, ahead=4)
        second = pace.take_turns(pace.SERVER, 3, per_second=2, ahead=4)
        third = pace.take_turns(pace.SERVER, 4, per_second=2, ahead=4)
        assert pace.take_turns(pace.SERVER, 1, per_second=2, ahead=4) is None
    seconds = [turns.wait_for(n, MONDAY) for turns in (first, second, third) for n in range(3)]
    assert seconds == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]
    later = MONDAY + timedelta(minutes=1)
    with time_machine.travel(later, tick=False):
        assert pace.take_turns(pace.SERVER, 1, per_second=2, ahead=4).first == later
    with time_machine.travel(MONDAY - timedelta(days=400), tick=False):
        # The clock was set back: what was reserved for next year is nothing to wait for.
        assert pace.take_turns(pace.SERVER, 1, per_second=2, ahead=4) is not None


def test_no_more_messages_a_second_than_the_limit(only_board, sink, settings):
    settings.MAIL_PER_SECOND = 20
    owe(only_board, *(f"ok.{number}" for number in range(12)))
    with time_machine.travel(MONDAY):
        deliver.send_due()
    assert_each_in_its_turn(sink, 12, per_second=20)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(float("inf"), [2, 4, 5, 1]), (0, [2, 2, 2, 2, 2, 2])],
    ids=["fast", "slow"],
)
def test_a_worker_takes_more_at_once_where_it_goes_fast(
    only_board, sink, settings, monkeypatch, seconds, expected
):
    settings.MAIL_BATCH = 5
    monkeypatch.setattr(deliver, "FIRST_BATCH", 2)
    monkeypatch.setattr(deliver, "SHORT_BATCH", seconds)
    owe(only_board, *(f"ok.{number}" for number in range(12)))
    claim, taken = claims.claim, []

    def noting(model, most=None):
        ids = claim(model, most)
        if model is Delivery and ids:
            taken.append(len(ids))
        return ids

    monkeypatch.setattr(claims, "claim", noting)
    assert send().sent == 12
    assert taken == expected


def assert_each_in_its_turn(sink, number, per_second):
    """None sooner than its turn; on a busy machine any may come later."""
    at = sorted(entry["at"] for entry in sink.arrived)
    assert len({entry["to"] for entry in sink.arrived}) == len(at) == number
    began = MONDAY.timestamp()
    assert all(moment >= began + turn / per_second for turn, moment in enumerate(at))


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_one_limit(only_board, sink, settings):
    settings.MAIL_PER_SECOND = 20
    settings.MAIL_BATCH = 3
    owe(only_board, *(f"ok.{number}" for number in range(16)))

    def work():
        deliver.send_due(seconds=60)
        connection.close()

    with time_machine.travel(MONDAY):
        workers = [threading.Thread(target=work) for _number in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert_each_in_its_turn(sink, 16, per_second=20)


def test_one_domain_gets_no_more_than_its_limit_and_the_others_do_not_wait(
    only_board, sink, settings
):
    settings.MAIL_PER_SECOND_TO_A_DOMAIN = 2
    for number in range(20):
        person("daily", address=f"ok.{number}@many.example.org")
    for number in range(10):
        person("daily", address=f"ok@few-{number}.example.org")
    owe(only_board)
    with time_machine.travel(MONDAY):
        deliver.send_due(seconds=0.2)
    arrived = [entry["to"].partition("@")[2] for entry in sink.arrived]
    assert len([domain for domain in arrived if domain.startswith("few")]) == 10
    assert 1 <= arrived.count("many.example.org") <= 3
    # In the ledger's own words: each has a time of its own, half a second after the one before.
    waiting = Delivery.objects.filter(state=State.PENDING).order_by("next_attempt_at")
    times = [delivery.next_attempt_at for delivery in waiting]
    assert {later - earlier for earlier, later in pairwise(times)} == {timedelta(seconds=0.5)}
    assert set(waiting.values_list("attempts", flat=True)) == {0}
    at = MONDAY
    while waiting.all().exists():
        at += timedelta(seconds=1)
        send(at)
        assert at < MONDAY + timedelta(minutes=2)
    assert len({entry["to"] for entry in sink.arrived}) == len(sink.arrived) == 30


def test_what_has_no_address_any_more_takes_no_turn_of_anybody(only_board, sink, settings):
    settings.MAIL_PER_SECOND_TO_A_DOMAIN = 1
    owe(only_board, "left.1", "left.2", "left.3")
    Recipient.objects.update(address="", address_hash="")
    send()
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SKIPPED}
    assert not MailDomain.objects.exists()


def test_a_notice_passes_the_line_of_the_digests(only_board, sink, settings, receipt):
    settings.MAIL_PER_SECOND_TO_A_DOMAIN = 1
    owe(only_board, *(f"ok.{number}" for number in range(20)))
    send()
    assert MailDomain.objects.get().lined_up_until > MONDAY + timedelta(seconds=15)
    with time_machine.travel(MONDAY, tick=False):
        notices.send("a_receipt", "ok@example.org", {"thing": "code"})
    send(MONDAY + timedelta(seconds=3))
    assert Notice.objects.get().state == State.SENT


def test_who_finds_no_turn_gives_back_and_waits(only_board, sink, settings, monkeypatch):
    settings.MAIL_PER_SECOND = 1
    slept = []
    monkeypatch.setattr(batches.stopping, "sleep", slept.append)
    owe(only_board, "ok.1", "ok.2")
    with time_machine.travel(MONDAY, tick=False):
        pace.take_turns(pace.SERVER, 60, per_second=1, ahead=4)  # by others
        deliver.send_due(seconds=0.05)
    assert slept.count(pace.AHEAD) >= 1
    assert set(Delivery.objects.values_list("state", "attempts")) == {("pending", 0)}
    assert sink.arrived == []


def test_without_a_limit_nothing_is_written_about_domains(
    only_board, sink, django_assert_max_num_queries
):
    owe(only_board, *(f"ok.{number}" for number in range(50)))
    with django_assert_max_num_queries(50 + 35):
        send()
    assert not MailDomain.objects.exists()
