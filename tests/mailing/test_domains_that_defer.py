"""A domain that asks for time gets it, longer each time, and the others go on meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from mailing import claims, deliver, notices, pace
from mailing.models import Delivery, MailDomain, Notice, Recipient, State
from tests.mailing.people import person
from tests.mailing.sending import MONDAY, owe, send

pytestmark = pytest.mark.django_db

SLOW = "slow.example.org"


def owe_to_both(board, each=20):
    """An edition for people of a domain that will defer and of one that takes everything."""
    for number in range(each):
        person("daily", address=f"ok.{number}@{SLOW}")
    owe(board, *(f"ok.{number}" for number in range(each)))


def tries(sink, domain):
    """How often the server was asked about somebody of this domain."""
    return sum(count for address, count in sink.tries.items() if address.endswith(f"@{domain}"))


@pytest.mark.parametrize(
    ("answer", "offers_pipelining"),
    [("421 4.7.0 too much from you", True), ("450 4.7.1 come again", False)],
)
def test_a_domain_that_defers_is_left_alone_for_longer_and_longer(
    only_board, sink, answer, offers_pipelining, settings
):
    sink.offers_pipelining = offers_pipelining
    sink.domain_answers[SLOW] = answer
    owe_to_both(only_board, each=10)
    send()
    assert tries(sink, SLOW) == 2  # one may be chance
    assert Delivery.objects.filter(state=State.SENT).count() == 10
    assert tries(sink, "example.org") == 10
    at, waits = MONDAY, []
    for _round in range(3):
        waiting = Delivery.objects.exclude(state=State.SENT)
        assert waiting.filter(state=State.CLAIMED).count() == 0
        # In the ledger's own words: nobody is due before the pause is over.
        until = MailDomain.objects.get().paused_until
        assert waiting.filter(attempts=0, next_attempt_at=until).count() >= 5
        waits.append((until - at).total_seconds())
        before = tries(sink, SLOW)
        send(until - timedelta(seconds=1))
        assert tries(sink, SLOW) == before
        at = until
        send(at)
        assert tries(sink, SLOW) == before + 1
    first = settings.MAIL_DOMAIN_PAUSE_FIRST
    assert waits == [first, 2 * first, 4 * first]

    sink.domain_answers.clear()
    at = MailDomain.objects.get().paused_until
    send(at)
    # What was taken ends the pause; those that were tried themselves have a wait of their own.
    assert MailDomain.objects.get().deferrals == 0
    send(at + timedelta(hours=2))
    assert Delivery.objects.filter(state=State.SENT).count() == 20
    assert tries(sink, "example.org") == 10


def test_an_international_domain_is_left_alone_like_any_other(only_board, sink):
    sink.domain_answers["xn--bcher-kva.example.org"] = "421 4.7.0 too much from you"
    for number in range(6):
        person("daily", address=f"ok.{number}@bücher.example.org")
    owe(only_board, "ok")
    send()
    assert tries(sink, "xn--bcher-kva.example.org") == 2
    until = MailDomain.objects.get().paused_until
    sink.domain_answers.clear()
    assert send(until).sent == 6
    assert MailDomain.objects.get().deferrals == 0


def test_a_pause_never_becomes_longer_than_the_longest(settings):
    pauses = [pace.pause_after(times, SLOW).total_seconds() for times in range(1, 20)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == settings.MAIL_DOMAIN_PAUSE_LONGEST
    assert pace.pause_after(10**6, pace.SERVER).total_seconds() == 300


def test_one_full_mailbox_delays_nobody_else_of_its_domain(only_board, sink):
    owe(only_board, "busy.1", "ok.1", "busy.2", "ok.2", "busy.3", "ok.3")
    send()
    assert Delivery.objects.filter(state=State.SENT).count() == 3
    assert not MailDomain.objects.filter(paused_until__isnull=False).exists()


def test_a_domain_that_stays_away_is_given_up_with_its_messages(only_board, sink, settings):
    sink.domain_answers[SLOW] = "450 4.7.1 come again"
    owe_to_both(only_board, each=4)
    at = MONDAY
    while Delivery.objects.filter(state__in=["pending", "retry"]).exists():
        at = Delivery.objects.filter(state__in=["pending", "retry"]).earliest(
            "next_attempt_at"
        ).next_attempt_at  # fmt: skip
        send(at)
        assert at < MONDAY + timedelta(days=4)
    away = Delivery.objects.filter(recipient__address__endswith=SLOW)
    assert set(away.values_list("state", "reason")) == {("failed", "gave_up")}
    assert tries(sink, SLOW) < 100


def test_what_waited_for_its_reader_is_not_given_up_before_it_could_be_tried(
    only_board, sink, settings
):
    person("daily", address=f"ok@{SLOW}")
    owe(only_board)
    begins = MONDAY + timedelta(days=9)
    Recipient.objects.update(paused_until=begins)
    send()
    assert Delivery.objects.get().next_attempt_at == begins
    known = MailDomain(domain=SLOW, deferrals=9, deferred_at=begins, said="421")

    def meet(at):
        known.paused_until = at + timedelta(minutes=30)
        known.save()
        send(at)
        return Delivery.objects.get()

    held = meet(begins)
    assert (held.state, held.attempts) == (State.RETRY, 0)
    held = meet(begins + timedelta(days=1))
    assert held.state == State.RETRY
    held = meet(begins + timedelta(days=2, minutes=1))
    assert (held.state, held.reason) == (State.FAILED, "gave_up")


def test_what_somebody_waits_for_is_tried_although_the_pause_is_long(
    only_board, receipt, sink, settings
):
    sink.domain_answers[SLOW] = "421 4.7.0 too much from you"
    owe_to_both(only_board, each=4)
    at = MONDAY
    for _round in range(6):
        send(at)
        at = MailDomain.objects.get().paused_until
    sink.domain_answers.clear()
    deferred_at = MailDomain.objects.get().deferred_at
    assert at - deferred_at > timedelta(minutes=10)
    with time_machine.travel(deferred_at + timedelta(seconds=1), tick=False):
        notices.send("a_receipt", f"ok@{SLOW}", {"thing": "code"})
    soon = deferred_at + timedelta(seconds=settings.MAIL_RETRY_FIRST)
    send(soon - timedelta(seconds=1))
    assert Notice.objects.get().state != State.SENT
    send(soon)
    assert Notice.objects.get().state == State.SENT


@pytest.mark.parametrize("answer", ["421 4.3.2 shutting down", "452 4.3.1 disk full", "450 4.7.1"])
def test_a_server_that_takes_no_sender_is_asked_once_and_then_left_alone(only_board, sink, answer):
    owe_to_both(only_board)
    sink.sender_answers = [answer] * 1000
    at, waits = MONDAY, []
    for _round in range(6):
        send(at)
        until = MailDomain.objects.get(domain=pace.SERVER).paused_until
        waits.append((until - at).total_seconds())
        assert deliver.Round(0, more=False) == send(until - timedelta(seconds=1))
        at = until
    assert waits == [10, 20, 40, 80, 160, 300]
    assert len(sink.sender_answers) == 994
    assert sink.tries == {}
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}
    sink.sender_answers = []
    assert send(at).sent == 40
    assert not pace.is_server_paused(at)


def test_a_connection_that_the_server_ends_after_some_messages_is_opened_anew(only_board, sink):
    sink.most_per_connection = 7
    owe(only_board, *(f"ok.{number}" for number in range(20)))
    assert send().sent == 20
    assert sink.connections == 3
    assert not MailDomain.objects.exists()


def test_the_disk_of_the_server_is_full_after_the_message(only_board, sink):
    owe(only_board, "ok.1", "ok.2", "ok.3")
    sink.message_answers = ["452 4.3.1 insufficient system storage"] * 2
    send()
    assert Delivery.objects.filter(state=State.RETRY, attempts=1).count() == 2
    send(MONDAY + timedelta(minutes=5))
    assert Delivery.objects.filter(state=State.SENT).count() == 3
    assert len({entry["message_id"] for entry in sink.arrived}) == 3


def test_the_sweep_forgets_domains_that_are_well_again():
    now = datetime(2026, 7, 13, tzinfo=UTC)
    long_ago = now - timedelta(days=2)
    MailDomain.objects.create(domain="old.example.org", deferred_at=long_ago, deferrals=4)
    MailDomain.objects.create(domain="new.example.org", paused_until=now)
    with time_machine.travel(now, tick=False):
        deliver.sweep()
    assert [known.domain for known in MailDomain.objects.all()] == ["new.example.org"]


def test_a_clock_that_ran_ahead_leaves_nobody_waiting(only_board, sink, settings):
    owe(only_board, "ok.1", "ok.2", "busy.1")
    ahead = MONDAY + timedelta(days=400)
    sink.domain_answers["example.org"] = "421 4.7.0 come again"
    send(ahead)
    with time_machine.travel(ahead, tick=False):
        Delivery.objects.update(next_attempt_at=ahead)
        [claimed, *_others] = claims.claim(Delivery)  # and the worker is lost
    sink.domain_answers.clear()
    Delivery.objects.exclude(pk=claimed).update(created_at=ahead)
    with time_machine.travel(MONDAY, tick=False):
        deliver.sweep()
    send(MONDAY + timedelta(seconds=1))
    assert set(Delivery.objects.values_list("state", flat=True)) <= {"sent", "retry"}
    send(MONDAY + timedelta(hours=1))
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_the_sweep_wakes_nobody_who_wants_no_mail_for_a_while(only_board):
    owe(only_board, "ok")
    until = MONDAY + timedelta(days=40)
    held = Delivery.objects.get()
    type(held.recipient).objects.update(paused_until=until)
    Delivery.objects.update(next_attempt_at=until, state=State.RETRY)
    with time_machine.travel(MONDAY, tick=False):
        deliver.sweep()
    held.refresh_from_db()
    assert held.next_attempt_at == until


def test_one_word_about_a_message_at_a_time_is_enough_where_pipelining_is_offered(only_board, sink):
    sink.offers_pipelining = True
    owe(only_board, "ok.1", "gone", "busy", "ok.2", "closing", "full", "spam", "ok.3")
    send()
    found = dict(Delivery.objects.values_list("recipient__address", "state"))
    assert {address.split("@")[0]: state for address, state in found.items()} == {
        "ok.1": "sent", "gone": "failed", "busy": "retry", "closing": "retry", "full": "failed",
        "ok.2": "sent", "spam": "failed", "ok.3": "sent",
    }  # fmt: skip
    assert {entry["to"] for entry in sink.arrived} == {f"ok.{n}@example.org" for n in (1, 2, 3)}


def test_a_server_that_wants_a_message_for_nobody_gets_an_empty_one(only_board, sink):
    owe(only_board, "gone", "ok")
    sink.says_yes_to_data = sink.offers_pipelining = True
    send()
    assert Delivery.objects.get(recipient__address__startswith="gone").reason == "bad_address"
    assert only_sent() == ["ok@example.org"]


def only_sent():
    sent = Delivery.objects.filter(state=State.SENT)
    return [delivery.recipient.address for delivery in sent]
