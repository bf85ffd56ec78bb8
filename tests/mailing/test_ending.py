"""A worker that is asked to end, and one that finds the jobs of an older version in Redis."""

import json

import pytest
import redis
from celery import Celery

from mailing import sections, stopping
from mailing.models import Delivery, State
from tests.mailing.audience import owe as owe_to_many
from tests.mailing.kill_news import make_section
from tests.mailing.processes import wait_for
from tests.mailing.sending import owe, send


def spoil(message: bytes):
    """The same message as another version of Celery might leave it."""
    whole = json.loads(message)
    headers = whole["headers"]
    yield whole | {"headers": {**headers, "compression": "application/of-later"}}
    yield whole | {"headers": {**headers, "eta": "tomorrow", "timelimit": "long", "retries": None}}
    yield whole | {"headers": {}}
    yield whole | {"content-type": "application/of-later"}


@pytest.mark.serial
@pytest.mark.django_db(transaction=True)
def test_old_jobs_do_no_harm_and_at_the_end_the_message_in_hand_is_finished(processes, monkeypatch):
    monkeypatch.setattr(sections, "_sections", {})
    monkeypatch.setattr(sections, "_personal", {})
    sections.register(make_section())
    edition = owe_to_many(60, ["slow"])
    queue = Celery("of an older version", broker=processes.environment["REDIS_URL"])
    queue.send_task("mailing.gone_long_ago", args=[7])
    queue.send_task("mailing.send_due", args=[7, "x"], kwargs={"batch": 5})
    queue.send_task("mailing.sweep", args=[7], serializer="pickle")
    broker = redis.Redis.from_url(processes.environment["REDIS_URL"])
    for spoilt in list(spoil(broker.lindex("celery", 1))):
        broker.lpush("celery", json.dumps(spoilt))
    queue.send_task("mailing.send_due")
    processes.start_worker("worker")
    wait_for(lambda: edition.figures()["sent"] >= 3, "the first digests", processes)
    assert processes.ask_to_end("worker") == 0
    # Nothing that cannot be done is kept to be tried for ever; the last task called the next.
    assert broker.hlen("unacked") == 0
    assert broker.llen("celery") <= 1

    figures = edition.figures()
    arrived = processes.arrived()
    assert len({entry["to"] for entry in arrived}) == len(arrived) == figures["sent"]
    # Not a batch that waits for its lease to end: the next worker can go on at once.
    assert figures["claimed"] == figures["uncertain"] == 0
    assert figures["pending"] == 60 - figures["sent"] > 30
    words = (processes.logs / "worker.log").read_text()
    assert "mailing.gone_long_ago" in words
    assert "TypeError" in words
    assert "pickle" in words

    queue.send_task("mailing.send_due")
    processes.start_worker("next")
    wait_for(lambda: edition.figures()["sent"] == 60, "the rest", processes)
    queue.close()
    copies = [entry["to"] for entry in processes.arrived()]
    assert len(set(copies)) == len(copies) == 60


@pytest.mark.serial
@pytest.mark.django_db(transaction=True)
def test_a_signal_to_all_processes_of_a_worker_doubles_and_loses_nothing(processes, monkeypatch):
    monkeypatch.setattr(sections, "_sections", {})
    monkeypatch.setattr(sections, "_personal", {})
    sections.register(make_section())
    edition = owe_to_many(40, ["slow"])
    queue = Celery("another program", broker=processes.environment["REDIS_URL"])
    for times in range(1, 4):
        queue.send_task("mailing.send_due")
        processes.start_worker("worker")
        wait_for(lambda n=times: edition.figures()["sent"] >= 3 * n, "some digests", processes)
        processes.ask_to_end("worker", whole_group=True)
        figures = edition.figures()
        assert len(processes.arrived()) == figures["sent"] < 40
        assert figures["claimed"] == figures["uncertain"] == 0
    queue.close()
    copies = [entry["to"] for entry in processes.arrived()]
    assert len(set(copies)) == len(copies)


@pytest.mark.django_db
def test_whoever_is_asked_to_stop_gives_the_rest_back(only_board, sink, monkeypatch):
    owe(only_board, *(f"ok.{number}" for number in range(10)))
    monkeypatch.setattr(stopping, "is_asked", lambda: len(sink.arrived) >= 3)
    done = send()
    assert (done.sent, done.more) == (3, True)
    assert Delivery.objects.filter(state=State.PENDING, attempts=0).count() == 7
    monkeypatch.undo()


@pytest.mark.django_db
def test_an_edition_frozen_by_other_code_waits_for_it_and_stops_nobody(only_board, sink):
    owe(only_board, "ok.1", "ok.2", "ok.3")
    of_later, of_before, _now = Delivery.objects.order_by("pk")
    Delivery.objects.filter(pk=of_later.pk).update(since=of_later.since | {"not_here_yet": 0})
    only_board.key = "renamed"
    sections._sections = {"renamed": only_board}
    send()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"retry"}
    assert "not_here_yet" in Delivery.objects.get(pk=of_later.pk).error
    only_board.key = "board"
    sections._sections = {"board": only_board}
    send(Delivery.objects.get(pk=of_before.pk).next_attempt_at)
    assert Delivery.objects.get(pk=of_before.pk).state == State.SENT
    assert Delivery.objects.get(pk=of_later.pk).state == State.RETRY
