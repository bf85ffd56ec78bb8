"""Beats that run twice and clocks that are set: one digest each, whatever happens."""

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from mailing import claims, deliver, editions, recipients, tasks
from mailing.health import pulses
from mailing.models import Delivery, Edition, State
from tests.mailing.people import person
from tests.mailing.sending import MONDAY, owe, send

# From twelve hours behind to fourteen ahead; the sign of these names is the other way round.
ALL_HOURS = [f"Etc/GMT{-hours:+d}" if hours else "UTC" for hours in (-12, -8, -1, 0, 2, 13, 14)]


@pytest.mark.django_db(transaction=True)
def test_two_beats_in_the_same_moment_make_one_edition(only_board):
    for number in range(5):
        person("daily", address=f"ok.{number}@example.org")
    only_board.post("News")
    ready, made, failed = threading.Barrier(3), [], []

    def beat():
        ready.wait()
        try:
            made.extend(editions.make_editions())
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    with time_machine.travel(MONDAY, tick=False):
        beats = [threading.Thread(target=beat) for _number in range(3)]
        for one in beats:
            one.start()
        for one in beats:
            one.join()
    assert failed == []
    assert len(made) == 1
    assert Edition.objects.count() == 1
    assert Delivery.objects.filter(state=State.PENDING).count() == 5


@pytest.mark.django_db
@pytest.mark.parametrize(
    "first",
    [
        datetime(2028, 2, 28, tzinfo=UTC),
        pytest.param(datetime(2027, 2, 27, tzinfo=UTC), marks=pytest.mark.soak),
    ],
)
def test_one_digest_for_each_day_around_the_end_of_february_in_every_zone(only_board, first):
    people = {
        person("daily", zone=zone, since=first - timedelta(days=3)): zone for zone in ALL_HOURS
    }
    begin, end = first - timedelta(hours=14), first + timedelta(hours=48 + 20)
    at = begin
    while at <= end:
        only_board.post(str(at))
        with time_machine.travel(at, tick=False):
            editions.make_editions()
        at += timedelta(hours=1)
    days = {(first + timedelta(days=number)).date() for number in range(2)}
    for recipient, zone in people.items():
        hours = Edition.objects.filter(
            deliveries__recipient=recipient, deliveries__state=State.PENDING
        ).values_list("hour", flat=True)
        local = [hour.astimezone(ZoneInfo(zone)) for hour in hours]
        assert {moment.hour for moment in local} == {7}, zone
        dates = [moment.date() for moment in local]
        assert len(set(dates)) == len(dates), zone
        assert days <= set(dates), zone


@pytest.mark.django_db
@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400)])
def test_a_clock_that_is_set_while_messages_are_sent_doubles_none(
    only_board, sink, monkeypatch, jump
):
    owe(only_board, *(f"ok.{number}" for number in range(8)))
    ask = claims.is_still_ours
    clock = time_machine.travel(MONDAY, tick=False)
    by_others = []

    def jumping(letter, claimed_for):
        if len(sink.arrived) == 3 and not by_others:
            clock_of_machine.move_to(MONDAY + jump)
            # The sweep sees the new time too; what it gives back another worker takes.
            deliver.sweep()
            by_others.extend([0, *claims.claim(Delivery)])
        return ask(letter, claimed_for)

    monkeypatch.setattr(claims, "is_still_ours", jumping)
    with clock as clock_of_machine:
        deliver.send_due()
    monkeypatch.setattr(claims, "is_still_ours", ask)
    copies = [entry["to"] for entry in sink.arrived]
    assert len(set(copies)) == len(copies)
    later = MONDAY + max(jump, timedelta(0)) + timedelta(days=1)
    with time_machine.travel(later, tick=False):
        deliver.sweep()
    assert send(later + timedelta(hours=3)) is not None
    copies = [entry["to"] for entry in sink.arrived]
    assert len(set(copies)) == len(copies) == 8


@pytest.mark.django_db
def test_what_somebody_chose_by_a_clock_that_ran_ahead_counts_from_now(only_board):
    reader = person("weekly")
    with time_machine.travel(MONDAY + timedelta(days=400), tick=False):
        recipients.set_rhythm(reader.user, "daily")
    only_board.post("News")
    with time_machine.travel(MONDAY, tick=False):
        deliver.sweep()
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        editions.make_editions()
    assert Delivery.objects.get().state == State.PENDING


@pytest.mark.django_db
@pytest.mark.parametrize("ahead", [timedelta(hours=3), timedelta(hours=-3)])
def test_a_machine_whose_clock_is_wrong_takes_nothing_from_the_others(only_board, ahead):
    person("daily")
    only_board.post("News")
    editions.make_editions(timezone.now() + timedelta(days=1))
    Delivery.objects.update(next_attempt_at=timezone.now())
    [held] = claims.claim(Delivery)
    with time_machine.travel(timezone.now() + ahead):
        tasks.sweep()
    assert Delivery.objects.get().state == State.CLAIMED
    assert pulses.SWEEP not in pulses.latest()
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.sweep()
    assert Delivery.objects.get(pk=held).state == State.RETRY
