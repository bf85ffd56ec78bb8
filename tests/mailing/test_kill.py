"""Real workers are killed while a real mail server misbehaves, and nobody is left out.

The numbers come from the environment, so that ``script/soak`` runs the long version:
KILLS (5), KILL_RECIPIENTS (1000).
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone

from mailing import editions, positions, sections
from mailing.addresses import address_hash
from mailing.models import Delivery, Edition, Preference, Recipient, State
from tests.mailing.kill_news import make_section

ROOT = Path(__file__).resolve().parent.parent.parent
KILLS = int(os.environ.get("KILLS", "5"))
RECIPIENTS = int(os.environ.get("KILL_RECIPIENTS", "1000"))
# What the mail server does with each of every twenty addresses; see smtp_sink.py.
WORDS = ["ok"] * 10 + [
    "slow",
    "slow",
    "busy",
    "busy",
    "closing",
    "mid",
    "lost",
    "gone",
    "full",
    "spam",
]
TAKEN_IN_THE_END = {"ok", "slow", "busy", "closing", "mid"}
ENDS = {"gone": "failed bad_address", "full": "failed refused", "spam": "failed refused"}

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]


class Processes:
    """The processes this test started; each in a group of its own, ended by its number only."""

    def __init__(self, environment, logs):
        self.environment, self.logs = environment, logs
        self.running: dict[str, subprocess.Popen] = {}

    def start(self, name, *command):
        with (self.logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_worker(self, name):
        celery = ["-m", "celery", "--app", "config.celery", "worker", "--concurrency", "1"]
        self.start(
            name, *celery, "--without-gossip", "--without-mingle", "--hostname", f"{name}@kill-test"
        )

    def kill(self, name):
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_all(self):
        for name in list(self.running):
            self.kill(name)


@pytest.fixture
def processes(tmp_path):
    """A mail server, beat and two workers on this test's own database and Redis number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    host, number = settings.CELERY_BROKER_URL.rsplit("/", 1)
    broker = f"{host}/{int(number) + 32}"
    redis.Redis.from_url(broker).flushdb()
    database = connection.settings_dict
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.mailing.kill_settings",
        "DATABASE_URL": "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database),
        "REDIS_URL": broker,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(port),
        "EMAIL_USE_TLS": "no",
        "EMAIL_TIMEOUT": "0.5",
        "MAIL_LEASE": "3",
        "MAIL_RETRY_FIRST": "0.5",
        "SEND_MAIL_EVERY": "0.5",
        "SWEEP_MAIL_EVERY": "1",
    }
    all_of_them = Processes(environment, tmp_path)
    try:
        log = tmp_path / "arrived.jsonl"
        log.touch()
        sink = ["-m", "tests.mailing.smtp_sink", "--port", str(port), "--log", str(log)]
        all_of_them.start("sink", *sink, "--slowness", "0.1")
        all_of_them.start(
            "beat",
            "-m",
            "celery",
            "--app",
            "config.celery",
            "beat",
            "--schedule",
            str(tmp_path / "schedule"),
            "--pidfile",
            "",
        )
        yield all_of_them
    finally:
        all_of_them.kill_all()


def owe(number: int) -> Edition:
    """Freeze one daily edition for so many people."""
    users = get_user_model().objects.bulk_create(
        get_user_model()(username=f"kill-{index}") for index in range(number)
    )
    addresses = [f"{WORDS[index % 20]}.{index}@example.org" for index in range(number)]
    readers = Recipient.objects.bulk_create(
        Recipient(user=user, address=address, address_hash=address_hash(address), is_verified=True)
        for user, address in zip(users, addresses, strict=True)
    )
    long_ago = timezone.now() - timedelta(days=9)
    Preference.objects.bulk_create(
        Preference(recipient=reader, rhythm="daily", effective_at=long_ago) for reader in readers
    )
    with transaction.atomic():
        assert positions.next_position() == 1
    [frozen] = editions.make_editions()
    assert frozen.figures["pending"] == number
    return frozen.edition


def wait_for(condition, what, processes, seconds=150):
    """Ask again and again; fails with the workers' last words when it takes too long."""
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            words = [log.read_text()[-1500:] for log in processes.logs.glob("*.log")]
            pytest.fail(f"Waited too long for {what}:\n" + "\n".join(words))
        time.sleep(0.02)


def test_killed_workers_lose_nothing_and_double_at_most_one_mail_each(
    processes, monkeypatch, tmp_path
):
    monkeypatch.setattr(sections, "_sections", {})
    sections.register(make_section())
    edition = owe(RECIPIENTS)
    for name in ("first", "second"):
        processes.start_worker(name)

    ended = [State.SENT, State.FAILED, State.UNCERTAIN, State.SKIPPED]
    for kill in range(KILLS):
        threshold = RECIPIENTS * (kill + 1) // (KILLS + 2)

        def is_time(threshold=threshold):
            figures = edition.figures()
            return figures["claimed"] and sum(figures[state] for state in ended) >= threshold

        wait_for(is_time, f"kill {kill + 1}", processes)
        time.sleep(random.random() * 0.05)
        name = ("first", "second")[kill % 2]
        processes.kill(name)
        processes.start_worker(name)
        if kill == KILLS // 2:
            # Redis loses all it has, too: beat and the ledger make up for it.
            redis.Redis.from_url(processes.environment["REDIS_URL"]).flushdb()
    wait_for(lambda: not Delivery.objects.exclude(state__in=ended).exists(), "the end", processes)

    arrived = [json.loads(line) for line in (tmp_path / "arrived.jsonl").read_text().splitlines()]
    copies = Counter(entry["to"] for entry in arrived)
    doubled = sum(copies.values()) - len(copies)
    message_ids = {(entry["to"], entry["message_id"]) for entry in arrived}
    deliveries = list(Delivery.objects.select_related("recipient"))
    by_word = Counter(
        (d.recipient.address.split(".")[0], f"{d.state} {d.reason}".strip()) for d in deliveries
    )
    print(f"{KILLS} kills, {RECIPIENTS} recipients, {doubled} doubled, {edition.figures()}")

    assert doubled <= KILLS
    assert len(message_ids) == len(copies), "a double with another Message-ID"
    assert edition.audience == sum(edition.figures().values()) == RECIPIENTS
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
