"""The envelope of the next message goes out with the dot of the one before (RFC 2920, 3.1)."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes

import pytest

from mailing import deliver, sections, stopping
from mailing.models import Delivery
from tests.mailing.people import Letterbox
from tests.mailing.sending import MONDAY, owe, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(sink):
    """One that takes words in groups."""
    sink.offers_pipelining = True
    return sink


def states():
    return list(Delivery.objects.order_by("pk").values_list("state", "attempts"))


def assert_each_arrived_once(sink, number):
    """Whole, and each at its own address: what was said too early is no message."""
    arrived = [(entry["to"], entry["message_id"]) for entry in sink.arrived]
    owed = Delivery.objects.values_list("recipient__address", "message_id")
    assert sorted(arrived) == sorted(owed)
    assert len(arrived) == number
    for entry in sink.arrived:
        assert message_from_bytes(entry["content"])["To"] == entry["to"]


def test_a_message_takes_one_way_there_and_back(only_board, sink):
    owe(only_board, *(f"ok.{number}" for number in range(9)))
    # The first shows that the server takes what it gets, and after the last nothing follows.
    sink.answers_with_the_next = range(2, 9)
    assert send().sent == 9
    assert sink.connections == sink.goodbyes == 1
    assert_each_arrived_once(sink, 9)


def test_a_server_that_gets_groups_wrong_is_told_one_word_at_a_time(only_board, sink, settings):
    sink.offers_pipelining, sink.fears_groups = False, True
    owe(only_board, *(f"ok.{number}" for number in range(3)))
    assert send().sent == 0
    settings.MAIL_PIPELINING = False
    sink.connections = 0
    assert send(MONDAY + timedelta(minutes=10)).sent == 3
    assert sink.connections == 1
    assert_each_arrived_once(sink, 3)


def test_a_connection_is_used_no_longer_than_it_may_be(only_board, sink, settings):
    settings.MAIL_PER_CONNECTION = 4
    owe(only_board, *(f"ok.{number}" for number in range(9)))
    assert send().sent == 9
    assert sink.connections == sink.goodbyes == 3
    assert_each_arrived_once(sink, 9)


def test_a_refusal_is_of_the_message_it_follows(only_board, sink):
    owe(only_board, "ok.1", "ok.2", "full", "gone", "ok.3", "spam", "ok.4")
    send()
    found = dict(Delivery.objects.values_list("recipient__address", "reason"))
    assert {address.split("@")[0]: reason for address, reason in found.items() if reason} == {
        "full": "refused", "gone": "bad_address", "spam": "refused",
    }  # fmt: skip
    assert {entry["to"] for entry in sink.arrived} == {f"ok.{n}@example.org" for n in (1, 2, 3, 4)}
    assert sink.connections == 1


def test_whose_domain_asks_for_time_after_their_envelope_gets_nothing_yet(only_board, sink):
    sink.message_answers = ["250 kept", "450 4.7.1 later", "450 4.7.1 later"]
    owe(only_board, *(f"ok.{number}" for number in range(5)))
    send()
    assert states() == [("sent", 1), ("retry", 1), ("retry", 1), ("retry", 0), ("retry", 0)]
    taken = Delivery.objects.get(state="sent").recipient.address
    # It waited for a message, and would have taken a goodbye for one.
    assert (sink.arrived, sink.goodbyes) == ([], 0)
    send(MONDAY + timedelta(minutes=10))
    send(MONDAY + timedelta(minutes=30))
    assert [state for state, _attempts in states()] == ["sent"] * 5
    others = {f"ok.{number}@example.org" for number in range(5)} - {taken}
    assert {entry["to"] for entry in sink.arrived} == others
    assert all(message_from_bytes(entry["content"])["Subject"] for entry in sink.arrived)


def test_a_worker_that_is_to_stop_after_an_envelope_leaves_nothing(only_board, sink, monkeypatch):
    owe(only_board, *(f"ok.{number}" for number in range(6)))
    with monkeypatch.context() as patched:
        patched.setattr(stopping, "is_asked", lambda: len(sink.arrived) >= 3)
        send()
    assert states() == [("sent", 1)] * 3 + [("pending", 0)] * 3
    assert sink.goodbyes == 0
    send()
    assert_each_arrived_once(sink, 6)


class Unwritable(Letterbox):
    """Tells one name in letters that no mail can carry."""

    length = 0

    def render(self, things, language):
        block = super().render(things, language)
        return replace(block, text=block.text.replace("Broken", "\ud800" * self.length))


@pytest.mark.parametrize("length", [1, deliver.SHORT_OWN_PART])
def test_a_message_that_cannot_be_finished_after_its_envelope_harms_no_other(
    only_board, sink, length
):
    steps = sections.register_personal(Unwritable("steps", is_news=False))
    steps.length = length
    owe(only_board, *(f"ok.{number}" for number in range(5)))
    broken = Delivery.objects.order_by("pk")[2]
    steps.standing[broken.recipient.user_id] = ["Broken"]
    assert send().sent == 4
    assert states() == [("sent", 1)] * 2 + [("retry", 1)] + [("sent", 1)] * 2
    steps.standing[broken.recipient.user_id] = ["Mended"]
    send(MONDAY + timedelta(minutes=10))
    assert_each_arrived_once(sink, 5)
