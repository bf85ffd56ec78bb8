"""PostgreSQL or Redis shut, dumb or gone for a while, with real beats and workers behind a gate."""

import time
from collections import Counter

import pytest

from mailing import sections
from tests.mailing.audience import owe
from tests.mailing.gate import Gate
from tests.mailing.kill_news import make_section
from tests.mailing.processes import wait_for

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def gates(processes, monkeypatch):
    """Gates before the database and Redis of the processes that are to come."""
    monkeypatch.setattr(sections, "_sections", {})
    monkeypatch.setattr(sections, "_personal", {})
    sections.register(make_section())
    all_of_them = {
        name: Gate(processes.environment[name]) for name in ("DATABASE_URL", "REDIS_URL")
    }
    processes.environment |= {name: gate.url for name, gate in all_of_them.items()}
    yield all_of_them
    for gate in all_of_them.values():
        gate.close()


def start(processes, workers=2):
    processes.start_beat("beat")
    for number in range(workers):
        processes.start_worker(f"worker-{number}")


def assert_each_got_one(edition, processes):
    copies = Counter(entry["to"] for entry in processes.arrived())
    assert set(copies.values()) == {1}
    assert len(copies) == edition.audience == edition.figures()["sent"]


# Of a beat and two workers together. One that tries again at once would knock thousands of times.
SECONDS, MOST_KNOCKS = 10, 30


@pytest.mark.parametrize(
    ("service", "trouble"),
    [
        ("REDIS_URL", "shut"),
        ("REDIS_URL", "fall_silent"),
        ("DATABASE_URL", "shut"),
        pytest.param("DATABASE_URL", "fall_silent", marks=pytest.mark.soak),
    ],
)
def test_nothing_is_lost_or_doubled_and_nobody_knocks_all_the_time(
    gates, processes, service, trouble
):
    # Not as often as in other tests: what beat does by itself is no knocking in vain.
    processes.environment |= {"SEND_MAIL_EVERY": "5", "SWEEP_MAIL_EVERY": "6"}
    processes.environment |= {"MAIL_LEASE": "12", "MAIL_TASK_SECONDS": "5"}
    edition = owe(120, ["slow"])
    start(processes)
    wait_for(lambda: edition.figures()["sent"] >= 10, "the first digests", processes)
    gate = gates[service]
    getattr(gate, trouble)()
    time.sleep(3)
    knocks = gate.knocks_in(SECONDS)
    assert edition.figures()["sent"] < edition.audience
    gate.open()
    wait_for(lambda: edition.figures()["sent"] == edition.audience, "the rest", processes)
    print(f"{service} {trouble}: {knocks} knocks in {SECONDS} s")
    assert_each_got_one(edition, processes)
    assert knocks <= MOST_KNOCKS
