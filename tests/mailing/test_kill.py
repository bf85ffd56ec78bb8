"""Real workers are killed while a real mail server misbehaves, and nobody is left out."""

import random
import time
from collections import Counter

import psutil
import pytest
import redis

from mailing import claims, sections
from mailing.models import Delivery, State
from tests.mailing.audience import MISBEHAVING, owe
from tests.mailing.kill_news import make_section
from tests.mailing.processes import wait_for

TAKEN_IN_THE_END = {"ok", "slow", "busy", "closing", "mid"}
ENDS = {"gone": "failed bad_address", "full": "failed refused", "spam": "failed refused"}

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("processes", "kills", "workers", "beats", "recipients"),
    [
        ("one by one", 0, 4, 2, 300),
        ("in groups", 5, 2, 1, 1000),
        pytest.param("one by one", 20, 2, 2, 4000, marks=pytest.mark.soak),
        pytest.param("in groups", 20, 4, 2, 4000, marks=pytest.mark.soak),
    ],
    indirect=["processes"],
)
def test_killed_workers_lose_nothing_and_double_at_most_one_mail_each(
    kills, workers, beats, recipients, processes, monkeypatch
):
    monkeypatch.setattr(sections, "_sections", {})
    sections.register(make_section())
    edition = owe(recipients, MISBEHAVING)
    for number in range(beats):
        processes.start_beat(f"beat-{number}")
    names = [f"worker-{number}" for number in range(workers)]
    for name in names:
        processes.start_worker(name)

    ended = [State.SENT, State.FAILED, State.UNCERTAIN, State.SKIPPED]
    for kill in range(kills):
        threshold = recipients * (kill + 1) // (kills + 2)

        def is_time(threshold=threshold):
            figures = edition.figures()
            return figures["claimed"] and sum(figures[state] for state in ended) >= threshold

        wait_for(is_time, f"kill {kill + 1}", processes, seconds=300)
        time.sleep(random.random() * 0.05)
        name = names[kill % workers]
        processes.kill(name)
        processes.start_worker(name)
        if kill == kills // 2:
            # Redis loses all it has, too: beat and the ledger make up for it.
            redis.Redis.from_url(processes.environment["REDIS_URL"]).flushdb()
    is_open = Delivery.objects.exclude(state__in=ended).exists
    wait_for(lambda: not is_open(), "the end", processes, seconds=600)

    arrived = processes.arrived()
    copies = Counter(entry["to"] for entry in arrived)
    doubled = sum(copies.values()) - len(copies)
    message_ids = {(entry["to"], entry["message_id"]) for entry in arrived}
    deliveries = list(Delivery.objects.select_related("recipient"))
    by_word = Counter(
        (d.recipient.address.split(".")[0], f"{d.state} {d.reason}".strip()) for d in deliveries
    )
    print(f"{kills} kills of {workers} workers, {doubled} doubled, {edition.figures()}")

    assert doubled <= kills
    assert len(message_ids) == len(copies), "a double with another Message-ID"
    assert edition.audience == sum(edition.figures().values()) == recipients
    for delivery in deliveries:
        address = delivery.recipient.address
        word = address.split(".")[0]
        if word == "mid" and delivery.state == State.UNCERTAIN:
            # The hang-up and the final dot crossed on the wire: not lost but set aside, and shown.
            assert copies[address] == 0
        elif word in TAKEN_IN_THE_END:
            assert copies[address] >= 1, f"{address} was lost: {delivery.state} {delivery.story}"
            assert delivery.state == State.SENT
        elif word in ENDS:
            assert copies[address] == 0
            assert f"{delivery.state} {delivery.reason}" == ENDS[word]
        else:
            assert copies[address] >= 1
    # Uncertain are those whose connection broke around the final dot, and none else.
    assert {word for word, state in by_word if state.startswith("uncertain")} <= {"lost", "mid"}
    assert by_word["mid", "uncertain connection_lost"] <= by_word.total() // 100


@pytest.mark.soak  # Celery takes ten seconds to see that a process of its own was killed.
def test_messages_that_kill_their_workers_are_set_aside_and_take_no_others_along(
    processes, monkeypatch
):
    monkeypatch.setattr(sections, "_sections", {})
    sections.register(make_section())
    edition = owe(60, ["ok"] * 29 + ["poison"])
    processes.start_beat("beat")
    for name in ("first", "second"):
        processes.start_worker(name)
    wait_for(lambda: edition.figures()["failed"] == 2, "the last death", processes, seconds=600)
    wait_for(lambda: edition.figures()["sent"] == 58, "all others", processes)

    poison = Delivery.objects.filter(recipient__address__startswith="poison.")
    assert set(poison.values_list("state", "reason")) == {(State.FAILED, "workers_lost")}
    assert set(poison.values_list("workers_lost", flat=True)) == {claims.MOST_WORKERS_LOST}
    copies = Counter(entry["to"] for entry in processes.arrived())
    assert len(copies) == 58
    # At most one more for each process that was killed.
    assert copies.total() - 58 <= 2 * claims.MOST_WORKERS_LOST
    assert all(process.poll() is None for process in processes.running.values())
    others = Delivery.objects.exclude(pk__in=poison)
    assert max(others.values_list("workers_lost", flat=True)) <= 2


@pytest.mark.soak
def test_memory_stays_flat_over_a_hundred_thousand_digests(processes, monkeypatch):
    monkeypatch.setattr(sections, "_sections", {})
    sections.register(make_section())
    many = 100_000
    edition = owe(many, ["ok"])
    processes.start_beat("beat")
    for name in ("first", "second"):
        processes.start_worker(name)

    def megabytes():
        """The larger of the two workers, each with its children."""
        sizes = []
        for name in ("first", "second"):
            worker = psutil.Process(processes.running[name].pid)
            family = [worker, *worker.children(recursive=True)]
            sizes.append(max(member.memory_info().rss for member in family) / 2**20)
        return max(sizes)

    def wait_until_sent(number):
        def is_there():
            time.sleep(1)
            return edition.deliveries.filter(state=State.SENT).count() >= number

        wait_for(is_there, f"{number} digests", processes, seconds=1800)

    wait_until_sent(many // 10)
    after_some = megabytes()
    wait_until_sent(many)
    after_all = megabytes()
    print(f"Memory after {many // 10}: {after_some:.0f} MB, after {many}: {after_all:.0f} MB")

    copies = Counter(entry["to"] for entry in processes.arrived())
    assert len(copies) == many
    assert copies.total() == many
    assert edition.figures()["sent"] == many
    assert after_all - after_some < 20
