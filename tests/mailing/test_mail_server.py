"""What the mail server does, and what the ledger makes of it; over real sockets."""

import socket
import time
from datetime import timedelta

import pytest
import time_machine

from mailing import batches, claims, deliver, editions, pace, press
from mailing.models import Delivery, Edition, MailDomain, State, Suppression
from tests.mailing.people import person, states
from tests.mailing.sending import MONDAY, owe, send

pytestmark = pytest.mark.django_db


def only() -> Delivery:
    return Delivery.objects.get()


def test_messages_go_out_over_one_connection(only_board, sink):
    owe(only_board, *(f"ok.{number}" for number in range(30)))
    assert send() == deliver.Round(sent=30, more=False)
    assert Edition.objects.get().figures()["sent"] == 30
    assert sink.connections == 1
    stored = set(Delivery.objects.values_list("message_id", flat=True))
    assert {entry["message_id"] for entry in sink.arrived} == stored
    assert len(stored) == 30


@pytest.mark.parametrize("word", ["busy", "closing", "mid", "mid_large"])
def test_a_temporary_trouble_is_tried_again_later_under_the_same_message_id(
    only_board, sink, word, settings, monkeypatch
):
    if word == "mid_large":  # larger than the systems' buffers: the break is seen while sending
        monkeypatch.setattr(only_board, "render", _long(only_board.render))
        settings.EMAIL_TIMEOUT = 20
    owe(only_board, word)
    before = only().message_id
    send()
    delivery = only()
    assert delivery.state == State.RETRY
    assert delivery.error
    assert delivery.next_attempt_at == MONDAY + timedelta(seconds=settings.MAIL_RETRY_FIRST)
    send(MONDAY + timedelta(seconds=10))  # too early: nothing happens
    assert only().attempts == 1
    send(delivery.next_attempt_at)
    assert only().state == State.SENT
    assert [entry["message_id"] for entry in sink.arrived] == [before]
    assert [line["what"] for line in only().story] == ["retry"]


def _long(render):
    from mailing.sections import Block

    def rendered(items, language):
        block = render(items, language)
        return Block(html=block.html, text="News of the day.\n" * 400_000, count=block.count)

    return rendered


def test_waits_grow_and_end(settings):
    waits = [claims.wait_after(attempts).total_seconds() for attempts in range(1, 12)]
    assert waits[:4] == [60, 120, 240, 480]
    assert waits == sorted(waits)
    assert waits[-1] == settings.MAIL_RETRY_LONGEST


def test_what_is_refused_again_and_again_is_given_up_after_two_days(only_board, sink, settings):
    owe(only_board, "ok")
    sink.message_answers = ["451 not now"] * 100
    at = MONDAY
    while only().state in (State.PENDING, State.RETRY):
        at = max(at, only().next_attempt_at)
        send(at)
    assert (only().state, only().reason) == (State.FAILED, "gave_up")
    assert timedelta(days=2) < at - MONDAY < timedelta(days=3)
    assert only().attempts >= settings.MAIL_GIVE_UP_ATTEMPTS


def test_an_unknown_address_is_never_written_to_again(only_board, sink):
    owe(only_board, "gone")
    send()
    delivery = only()
    assert (delivery.state, delivery.reason) == (State.FAILED, "bad_address")
    assert "gone@example.org" not in delivery.error
    suppression = Suppression.objects.get()
    assert suppression.address_hash == delivery.recipient.address_hash
    assert "gone@example.org" not in suppression.detail
    only_board.post("More")
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        editions.make_editions()
    assert Delivery.objects.latest("pk").reason == "suppressed"


def test_a_worker_killed_while_it_notes_an_unknown_address_leaves_nothing_half_noted(
    only_board, sink, settings, monkeypatch
):
    class Killed(BaseException):
        """What no handler of ours catches: as if the process were gone."""

    def deadly(*words):
        raise Killed

    owe(only_board, "gone")
    fail = claims.fail
    monkeypatch.setattr(claims, "fail", deadly)
    with pytest.raises(Killed):
        send()
    monkeypatch.setattr(claims, "fail", fail)
    later = MONDAY + timedelta(seconds=settings.MAIL_LEASE + 1)
    with time_machine.travel(later, tick=False):
        deliver.sweep()
    send(later)
    # Not "skipped, because suppressed": it was refused, and that is what is told of it.
    assert states() == {"gone@example.org": "failed bad_address"}


@pytest.mark.parametrize("word", ["full", "spam"])
def test_a_refused_message_fails_and_the_address_stays(only_board, sink, word):
    owe(only_board, word, "ok")
    send()
    assert states() == {f"{word}@example.org": "failed refused", "ok@example.org": "sent"}
    assert not Suppression.objects.exists()


def test_a_connection_lost_after_the_final_dot_is_set_aside(only_board, sink):
    owe(only_board, "lost", "ok")
    send()
    send(MONDAY + timedelta(days=1))
    assert states() == {
        "lost@example.org": "uncertain connection_lost",
        "ok@example.org": "sent",
    }
    assert len(sink.arrived) == 2  # never sent a second time by itself
    uncertain = Delivery.objects.get(state=State.UNCERTAIN)
    assert claims.send_again(uncertain, by="frank")
    sink.tries.clear()
    send(MONDAY + timedelta(days=1))
    assert {entry["message_id"] for entry in sink.arrived if entry["to"].startswith("lost")} == {
        uncertain.message_id
    }


def test_a_slow_server_is_waited_for_and_a_silent_one_is_not(only_board, sink, settings):
    owe(only_board, "slow")
    settings.EMAIL_TIMEOUT = 0.2
    send()
    assert only().state == State.UNCERTAIN  # it may take the message yet
    only_board.post("More")
    settings.EMAIL_TIMEOUT = 3
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        editions.make_editions()
    send(MONDAY + timedelta(days=1))
    assert Delivery.objects.latest("pk").state == State.SENT


def test_a_server_that_refuses_connections_costs_no_try(only_board, sink, settings):
    owe(only_board, *(f"ok.{number}" for number in range(25)))
    with socket.socket() as taken:  # bound and not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = taken.getsockname()[1]
        assert send() == deliver.Round(sent=0, more=False)
    figures = Edition.objects.get().figures()
    assert figures["pending"] + figures["retry"] == 25
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}
    settings.EMAIL_PORT = sink.port
    send(MONDAY + timedelta(minutes=2))
    assert Edition.objects.get().figures()["sent"] == 25


@pytest.mark.parametrize("offers_tls", [False, True])
def test_never_plaintext_where_tls_is_asked_for(only_board, sink, settings, offers_tls):
    sink.offers_tls = offers_tls
    settings.EMAIL_USE_TLS = True
    owe(only_board, "ok")
    send()
    assert sink.arrived == []
    assert sink.tries == {}  # not even the address was said
    assert only().state == State.RETRY
    assert "TLS" in only().error


def test_our_own_sender_refused_is_nobodys_bounce(only_board, sink):
    owe(only_board, "ok.1", "ok.2")
    sink.sender_answers = ["550 5.7.1 who are you?"]
    send()
    assert Edition.objects.get().figures()["failed"] == 0
    assert not Suppression.objects.exists()
    send(MONDAY + timedelta(minutes=2))
    assert Edition.objects.get().figures()["sent"] == 2


@pytest.mark.parametrize(
    "answer",
    [
        "550 5.1.0 <news@example.org>: Sender address rejected: User unknown",
        "553 5.1.7 <news@example.org>: Sender address rejected",
        "550 5.1.8 <news@example.org>: Sender address rejected: Domain not found",
        "450 4.1.8 <news@example.org>: Sender address rejected: Domain not found",
    ],
)
def test_our_own_sender_refused_at_the_recipient_costs_nobody_their_mail(only_board, sink, answer):
    owe(only_board, *(f"ok.{number}" for number in range(12)))
    sink.domain_answers["example.org"] = answer
    send()
    assert sum(sink.tries.values()) == 5
    assert not Suppression.objects.exists()
    assert [known.domain for known in MailDomain.objects.all()] == [pace.SERVER]
    sink.domain_answers.clear()
    send(MONDAY + timedelta(minutes=2))
    assert Edition.objects.get().figures()["sent"] == 12


@pytest.mark.parametrize(
    "answer",
    [
        "550 relay not permitted",
        "553 no",
        "551 5.7.1 not here",
        "550 5.2.1 The user is receiving mail at a rate that prevents additional messages",
    ],
)
def test_a_refusal_that_does_not_say_whom_it_is_about_suppresses_nobody(only_board, sink, answer):
    owe(only_board, "ok")
    sink.domain_answers["example.org"] = answer
    send()
    assert states() == {"ok@example.org": "failed refused"}
    assert not Suppression.objects.exists()


def test_a_message_refused_without_a_status_says_nothing_of_the_address(only_board, sink):
    owe(only_board, "ok")
    sink.message_answers = ["550 This message was classified as SPAM"]
    send()
    assert states() == {"ok@example.org": "failed refused"}
    assert not Suppression.objects.exists()


def test_where_reading_a_batch_takes_all_its_time_one_message_goes_each_time(
    only_board, sink, settings, monkeypatch
):
    monkeypatch.setattr(batches, "HOLD_SECONDS", -1)
    settings.MAIL_TASK_SECONDS = 2
    owe(only_board, "ok.1", "ok.2", "ok.3")
    assert send().sent == 3


def test_a_kept_connection_that_was_closed_meanwhile_is_opened_anew(only_board, sink):
    from mailing.transport import open_transport

    transport = open_transport()
    transport.send(
        "us@example.org", "ok.1@example.org", b"Message-ID: <1@x>\r\n\r\nx\r\n", lambda: True
    )
    transport._backend.connection.sock.shutdown(socket.SHUT_RDWR)
    transport.send(
        "us@example.org", "ok.2@example.org", b"Message-ID: <2@x>\r\n\r\n.y\r\n", lambda: True
    )
    assert [entry["message_id"] for entry in sink.arrived] == ["<1@x>", "<2@x>"]
    assert sink.arrived[1]["content"].endswith(b"\r\n\r\n.y\r\n")
    transport.close()


def test_two_workers_never_claim_the_same_message(only_board, settings):
    settings.MAIL_BATCH = 20
    owe(only_board, *(f"ok.{number}" for number in range(30)))
    with time_machine.travel(MONDAY, tick=False):
        first, second = claims.claim(Delivery), claims.claim(Delivery)
    assert len(first) == 20
    assert len(second) == 10
    assert not set(first) & set(second)


def test_the_sweep_gives_back_what_a_lost_worker_held(only_board, sink, settings):
    owe(only_board, *(f"ok.{number}" for number in range(3)))
    with time_machine.travel(MONDAY, tick=False):
        claimed = claims.claim(Delivery)  # and here the worker is killed
        assert deliver.sweep() == 0
    one = Delivery.objects.get(pk=claimed[0])
    after = MONDAY + timedelta(seconds=settings.MAIL_LEASE + 1)
    with time_machine.travel(after, tick=False):
        assert deliver.sweep() == 3
    assert send(after).sent == 3
    one.refresh_from_db()
    assert [line["what"] for line in one.story] == ["worker_lost"]
    assert (one.state, one.attempts, one.workers_lost) == (State.SENT, 1, 1)


def test_in_the_second_half_of_its_lease_a_worker_asks_before_the_final_dot(
    only_board, sink, settings, monkeypatch
):
    owe(only_board, "ok")
    late = settings.MAIL_LEASE / 2 + 1
    monkeypatch.setattr(deliver._Worker, "_claimed_for", lambda worker: 0)
    ask = claims.is_still_ours

    def asleep_until_the_sweep(letter, claimed_for):
        with time_machine.travel(MONDAY + timedelta(seconds=settings.MAIL_LEASE + 1), tick=False):
            deliver.sweep()
            assert claims.claim(Delivery) == [letter.pk]  # by another worker
        return ask(letter, late)

    monkeypatch.setattr(claims, "is_still_ours", asleep_until_the_sweep)
    send()
    assert sink.arrived == []
    assert only().state == State.CLAIMED


def test_a_message_that_is_handed_over_slowly_keeps_its_claim(only_board, settings):
    owe(only_board, "ok")
    late = settings.MAIL_LEASE / 2 + 1
    with time_machine.travel(MONDAY, tick=False):
        claims.claim(Delivery)
    with time_machine.travel(MONDAY + timedelta(seconds=late), tick=False):
        assert claims.is_still_ours(only(), late)
    with time_machine.travel(MONDAY + timedelta(seconds=settings.MAIL_LEASE + 1), tick=False):
        assert deliver.sweep() == 0


def test_a_message_that_kills_its_workers_is_stopped_and_takes_no_other_with_it(
    only_board, sink, settings, monkeypatch
):
    owe(only_board, "ok.before", "ok.poison", "ok.after")
    written = press.Press.digest
    deaths = []

    class Killed(BaseException):
        """What no handler of ours catches: as if the process were gone."""

    def deadly(self, delivery, own):
        if "poison" in delivery.recipient.address:
            deaths.append(delivery)
            raise Killed
        return written(self, delivery, own)

    monkeypatch.setattr(press.Press, "digest", deadly)
    at = MONDAY
    while only_open() and len(deaths) < 20:
        try:
            send(at)
        except Killed:
            pass
        at += timedelta(seconds=settings.MAIL_LEASE + 1)
        with time_machine.travel(at, tick=False):
            deliver.sweep()
    assert len(deaths) == claims.MOST_WORKERS_LOST
    assert states() == {
        "ok.before@example.org": "sent",
        "ok.poison@example.org": "failed workers_lost",
        "ok.after@example.org": "sent",
    }
    assert len(sink.arrived) == 2


def only_open():
    return Delivery.objects.filter(state__in=["pending", "retry", "claimed"]).exists()


def test_a_stopped_message_can_be_sent_again_by_hand(only_board, sink, settings):
    owe(only_board, "ok")
    at = MONDAY
    for _death in range(claims.MOST_WORKERS_LOST):
        with time_machine.travel(at, tick=False):
            assert claims.claim(Delivery)
        at += timedelta(seconds=settings.MAIL_LEASE + 1)
        with time_machine.travel(at, tick=False):
            deliver.sweep()
    assert only().reason == "workers_lost"
    with time_machine.travel(at, tick=False):
        assert claims.send_again(only(), "Erin")
    assert send(at).sent == 1
    assert only().workers_lost == 0


def test_a_batch_that_takes_long_goes_back(only_board, sink, monkeypatch):
    monkeypatch.setattr(batches, "HOLD_SECONDS", 0.3)
    owe(only_board, "slow", *(f"ok.{number}" for number in range(9)))
    worker = deliver._Worker()
    with time_machine.travel(MONDAY, tick=False):
        worker.work(Delivery)
    figures = Edition.objects.get().figures()
    assert figures["claimed"] == 0
    assert figures["sent"] < 10
    assert figures["sent"] + figures["pending"] == 10


def test_whoever_left_after_the_freeze_gets_nothing(only_board, sink):
    from mailing import recipients

    owe(only_board, "ok.stays", "ok.leaves", "ok.closes", "ok.forgotten")
    found = {d.recipient.address: d.recipient for d in Delivery.objects.select_related("recipient")}
    recipients.set_rhythm(found["ok.leaves@example.org"].user, "none")
    closing = found["ok.closes@example.org"].user
    type(closing).objects.filter(pk=closing.pk).update(is_active=False)
    recipients.forget_user(found["ok.forgotten@example.org"].user)
    send()
    assert [entry["to"] for entry in sink.arrived] == ["ok.stays@example.org"]
    assert states() == {
        "ok.stays@example.org": "sent",
        "ok.leaves@example.org": "skipped rhythm_none",
        "ok.closes@example.org": "skipped inactive",
        "": "skipped inactive",
    }


def test_one_broken_message_stops_no_other(only_board, sink, monkeypatch):
    render = only_board.render

    def broken_in_german(items, language):
        if language == "de":
            raise ValueError("no such word")
        return render(items, language)

    monkeypatch.setattr(only_board, "render", broken_in_german)
    person("daily", address="ok.de@example.org", language="de")
    owe(only_board, "ok.en")
    send()
    assert states() == {"ok.en@example.org": "sent", "ok.de@example.org": "retry"}
    assert "no such word" in Delivery.objects.get(state=State.RETRY).error


def test_a_task_hands_over_after_its_time(only_board, sink, settings):
    owe(only_board, *(f"ok.{number}" for number in range(5)))
    assert deliver.send_due(seconds=0) == deliver.Round(sent=0, more=True)
    assert time.monotonic()
