"""Errors that nobody foresaw: whatever they have nothing to do with is sent."""

from datetime import timedelta

import pytest

from mailing import deliver, transport
from mailing.models import Delivery, State
from tests.mailing.sending import MONDAY, owe, send

pytestmark = pytest.mark.django_db


class Unforeseen(Exception):
    """What no code of ours raises."""


def once(monkeypatch, place, name):
    """Have a function fail the first time it is called."""
    usual, calls = getattr(place, name), []

    def failing(*words, **more):
        calls.append(1)
        if len(calls) == 1:
            raise Unforeseen
        return usual(*words, **more)

    monkeypatch.setattr(place, name, failing)


def ends():
    return set(Delivery.objects.values_list("state", "attempts", "workers_lost"))


def test_a_batch_that_cannot_be_read_comes_back_after_a_while(only_board, sink, monkeypatch):
    owe(only_board, "ok.1", "ok.2", "ok.3")
    once(monkeypatch, deliver.waiting, "attach")
    with pytest.raises(Unforeseen):
        send()
    assert ends() == {(State.PENDING, 0, 0)}
    assert send().sent == 0
    assert send(MONDAY + timedelta(minutes=1)).sent == 3


def test_what_fails_with_one_message_in_hand_is_not_charged_to_the_others(
    only_board, sink, settings, monkeypatch
):
    owe(only_board, "ok.1", "ok.2", "ok.3")
    once(monkeypatch, transport.SmtpTransport, "_say_message")
    with pytest.raises(Unforeseen):
        send()
    assert ends() == {(State.CLAIMED, 0, 0), (State.PENDING, 0, 0)}
    assert Delivery.objects.filter(state=State.CLAIMED).count() == 1
    later = MONDAY + timedelta(seconds=settings.MAIL_LEASE + 1)
    assert send(later).sent == 2


def test_a_section_that_cannot_say_whom_it_is_for_is_asked_for_each_alone(
    only_board, sink, monkeypatch
):
    owe(only_board, "ok.1", "ok.2")
    once(monkeypatch, only_board, "narrowed")
    assert send().sent == 2


def test_a_section_that_never_says_whom_it_is_for_holds_its_digests(only_board, sink, monkeypatch):
    def fail(*places):
        raise Unforeseen

    owe(only_board, "ok.1", "ok.2")
    monkeypatch.setattr(only_board, "narrowed", fail)
    assert send().sent == 0
    assert ends() == {(State.RETRY, 1, 0)}
    assert not sink.arrived
