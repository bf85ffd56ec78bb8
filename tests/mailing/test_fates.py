"""What is written down about a message that was sent survives the database, and costs little."""

import gc
import socket
import threading

import psycopg2
import pytest
import time_machine
from celery.signals import worker_process_init
from django.db import DatabaseError, connection
from psycopg2.extensions import set_wait_callback

from mailing import claims, deliver, meanwhile, transport
from mailing import fates as fates_module
from mailing.fates import Fates
from mailing.models import Delivery, State
from tests.mailing.sending import MONDAY, owe, send


@pytest.fixture
def crash():
    """End this test's connection and undo what it wrote about some deliveries, as a crash may."""

    def forget(deliveries):
        settings = connection.settings_dict
        other = psycopg2.connect(
            dbname=settings["NAME"], user=settings["USER"], password=settings["PASSWORD"],
            host=settings["HOST"], port=settings["PORT"],
        )  # fmt: skip
        other.autocommit = True
        with other.cursor() as cursor:
            pid = connection.connection.info.backend_pid
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
            for delivery in deliveries:
                cursor.execute(
                    "UPDATE mailing_delivery SET state = 'claimed', claim = %s, lease_until = %s, "
                    "finished_at = NULL, attempts = 0 WHERE id = %s",
                    [str(delivery.claim), delivery.lease_until, delivery.pk],
                )
        other.close()

    return forget


def claimed(board):
    owe(board, *(f"ok.{number}" for number in range(4)))
    with time_machine.travel(MONDAY, tick=False):
        return list(Delivery.objects.filter(pk__in=claims.claim(Delivery)).order_by("pk"))


def states():
    return list(Delivery.objects.order_by("pk").values_list("state", "attempts"))


@pytest.mark.django_db(transaction=True)
def test_what_the_database_forgot_in_a_crash_is_written_again(only_board, crash, monkeypatch):
    monkeypatch.setattr(fates_module, "UNSAFE_SECONDS", 60)
    first, second, third, fourth = claimed(only_board)
    fates = Fates()
    fates.sent(first)
    fates.sent(second)
    crash([first, second])
    fates.sent(third)
    assert states() == [(State.SENT, 1)] * 3 + [(State.CLAIMED, 0)]
    fates = Fates()
    fates.sent(fourth)
    crash([fourth])
    fates.make_safe()
    assert states() == [(State.SENT, 1)] * 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what_follows", ["another fate", "a claim", "the end"])
def test_what_was_forgotten_is_seen_although_somebody_else_noticed_the_crash(
    only_board, crash, monkeypatch, what_follows
):
    monkeypatch.setattr(fates_module, "UNSAFE_SECONDS", 60)
    first, second, third, _fourth = claimed(only_board)
    fates = Fates()
    fates.sent(first)
    fates.sent(second)
    crash([first, second])
    connection.close()  # as what failed on it does
    if what_follows == "another fate":
        fates.sent(third)
    elif what_follows == "a claim":
        claims.claim(Delivery)
        fates.are_safe()
    else:
        fates.make_safe()
    assert states()[:2] == [(State.SENT, 1)] * 2


@pytest.mark.django_db(transaction=True)
def test_a_database_that_only_reads_is_one_that_is_away(only_board):
    first, *_others = claimed(only_board)
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    try:
        Fates().sent(first)
    finally:
        connection.close()
    assert states()[0] == (State.SENT, 1)


@pytest.mark.django_db(transaction=True)
def test_that_nobody_knows_of_a_message_is_written_down_whatever_the_database_does(
    only_board, sink, crash, monkeypatch
):
    owe(only_board, "lost")
    set_aside, calls = claims.set_aside, []

    def after_a_crash(letter, said):
        if not calls:
            crash([])
        calls.append(said)
        set_aside(letter, said)

    monkeypatch.setattr(claims, "set_aside", after_a_crash)
    send()
    assert states() == [(State.UNCERTAIN, 1)]


@pytest.mark.django_db
def test_a_new_connection_is_not_waited_for_before_the_last_message_is_written_down(
    only_board, sink, settings, monkeypatch
):
    settings.MAIL_PER_CONNECTION = 1
    owe(only_board, *(f"ok.{number}" for number in range(3)))
    seen, connect = [], transport.SmtpTransport.open

    def looking(self):
        seen.append((len(sink.arrived), Delivery.objects.filter(state=State.SENT).count()))
        return connect(self)

    monkeypatch.setattr(transport.SmtpTransport, "open", looking)
    send()
    assert seen == [(0, 0), (1, 1), (2, 2)]


@pytest.mark.django_db
def test_the_database_waits_for_its_disk_once_for_many_fates(only_board, settings, sink):
    settings.MAIL_UNSAFE_FATES = 1000
    owe(only_board, *(f"ok.{number}" for number in range(40)))
    statements = []

    def note(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert send().sent == 40
    written = ("EXECUTE mailing_delivery_sent", "UPDATE mailing_delivery SET state = 'sent'")
    fates = [sql for sql in statements if any(words in sql for words in written)]
    soon = [sql for sql in fates if "sent_soon" in sql]
    assert len(soon) >= 30
    planned = [sql for sql in statements if "PREPARE" in sql]
    assert len(planned) == len({sql.split()[1] for sql in planned})
    # Whatever comes last, the disk is waited for: the round ends with all of them there.
    assert "sent_soon" not in fates[-1]


@pytest.mark.django_db
def test_a_single_fate_is_not_waited_for_until_the_disk_has_it(only_board):
    def waits():
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return cursor.fetchone()[0]

    first, *_others = claimed(only_board)
    assert waits() == "on"
    Fates().sent(first)
    # Of the transaction that it was written in, which is this test's own here.
    assert waits() == "off"


@pytest.mark.django_db
def test_no_message_leaves_before_the_one_before_it_is_written_down(only_board, sink, monkeypatch):
    owe(only_board, *(f"ok.{number}" for number in range(6)))
    seen = []
    ask = claims.is_still_ours

    def looking(letter, claimed_for):
        # Right before the dot of each message: what arrived so far is in the ledger.
        seen.append((len(sink.arrived), Delivery.objects.filter(state=State.SENT).count()))
        return ask(letter, claimed_for)

    monkeypatch.setattr(claims, "is_still_ours", looking)
    send()
    assert seen == [(number, number) for number in range(6)]
    assert deliver.send_due().sent == 0


@pytest.fixture
def side_by_side():
    """What Celery has a process of a worker do when it starts."""
    worker_process_init.send(sender=None)
    yield
    set_wait_callback(None)
    gc.unfreeze()


def test_a_database_that_takes_a_connection_and_says_nothing_is_given_up(side_by_side):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # What waits longer than it should is told so after all, in other words.
        late = threading.Timer(10, silent.close)
        late.start()
        try:
            with pytest.raises(psycopg2.OperationalError, match="timeout expired"):
                psycopg2.connect(host="127.0.0.1", port=silent.getsockname()[1], connect_timeout=1)
        finally:
            late.cancel()


@pytest.mark.django_db
def test_the_worker_is_free_while_the_database_writes(only_board, side_by_side):
    first, second, *_others = claimed(only_board)
    seen = []
    fates = Fates()
    fates.sent(first, meanwhile=lambda: seen.append("free"))
    assert seen == ["free"]

    def ask():
        with pytest.raises(DatabaseError):
            Delivery.objects.count()
        seen.append("busy")

    fates.sent(second, meanwhile=ask)
    assert seen == ["free", "busy"]
    assert states() == [(State.SENT, 1)] * 2 + [(State.CLAIMED, 0)] * 2
    # What is asked later is no business of theirs.
    assert seen == ["free", "busy"]


@pytest.mark.django_db
def test_the_next_is_written_while_the_database_writes(only_board, sink, side_by_side, monkeypatch):
    owe(only_board, *(f"ok.{number}" for number in range(6)))
    written, write, wait = [], deliver._Worker._write, meanwhile._wait
    monkeypatch.setattr(
        deliver._Worker, "_write", lambda self, *args: written.append(1) or write(self, *args)
    )
    busy = []

    def waiting(asked):
        before = len(written)
        wait(asked)
        busy.append(len(written) - before)

    set_wait_callback(waiting)
    assert send().sent == 6
    # The first is written before any was sent, the second before the first is noted.
    assert sum(busy) == 4
    assert len(written) == 6
    assert len({entry["to"] for entry in sink.arrived}) == 6


@pytest.mark.django_db(transaction=True)
def test_after_a_crash_what_there_is_to_do_is_done_once(
    only_board, crash, side_by_side, monkeypatch
):
    monkeypatch.setattr(fates_module, "UNSAFE_SECONDS", 60)
    first, second, *_others = claimed(only_board)
    fates, seen = Fates(), []
    fates.sent(first)
    crash([first])
    fates.sent(second, meanwhile=lambda: seen.append("free"))
    assert states() == [(State.SENT, 1)] * 2 + [(State.CLAIMED, 0)] * 2
    assert len(seen) <= 1
