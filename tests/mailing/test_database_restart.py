"""PostgreSQL stops while a digest goes out and people press buttons: nothing told is lost."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter

import psycopg2
import pytest

from config import embedded
from script.run import postgres, services
from tests.mailing.processes import ROOT, environment_of, free_port, running, wait_for

pytestmark = pytest.mark.serial
WORKERS = 2

# Run in a process of its own, because the database is not this test's.
_PREPARE = """
import json
from mailing.models import Recipient
from mailing.unsubscribe import token_for
from tests.mailing.audience import owe
owe({recipients}, ["ok"])
people = Recipient.objects.order_by("pk")
print(json.dumps([token_for(one.pk, one.address_hash) for one in people]))
"""


@pytest.fixture
def product(tmp_path, monkeypatch):
    """A PostgreSQL and a Redis of this test's own, and the environment of processes on them."""
    monkeypatch.setenv("SERVICES_DIR", str(tmp_path / "services"))
    for variable in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(variable, raising=False)
    port = free_port()
    monkeypatch.setenv("EMAIL_HOST", "127.0.0.1")
    try:
        services.start(owner="restart test", say=lambda text: None)
        environment = environment_of(embedded.database_url(), embedded.redis_url(), port)
        with running(environment, tmp_path) as processes:
            processes.start_sink(port)
            yield processes
    finally:
        services.stop(owner="restart test")


def manage(environment, *words):
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def ask(question):
    """One answer of the database, or None while it is away."""
    try:
        connection = psycopg2.connect(embedded.database_url())
    except psycopg2.OperationalError:
        return None
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchall()
    except psycopg2.OperationalError:
        return None
    finally:
        connection.close()


def sent():
    rows = ask("SELECT count(*) FROM mailing_delivery WHERE state = 'sent'")
    return rows[0][0] if rows else 0


def kill_postgres():
    pid = services.running()["postgres"]["pid"]
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def stop_postgres():
    entry = services.running()["postgres"]
    postgres.stop(entry["pid"], entry["born"])


def is_served(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Pressing(threading.Thread):
    """People who end their digest with the link in a mail, and press again where that fails."""

    def __init__(self, port, tokens):
        super().__init__(daemon=True)
        self.port, self.tokens = port, list(tokens)
        self.told: list[str] = []
        # When each press that failed began and ended.
        self.failed: list[tuple[float, float]] = []
        self.ends = time.monotonic() + 600

    def run(self):
        for token in self.tokens:
            began = time.monotonic()
            while not self.press(token) and began < self.ends:
                self.failed.append((began, time.monotonic()))
                time.sleep(0.2)
                began = time.monotonic()
            time.sleep(0.02)

    def press(self, token) -> bool:
        address = f"http://127.0.0.1:{self.port}/mail/unsubscribe/{token}/"
        try:
            urllib.request.urlopen(address, data=b"List-Unsubscribe=One-Click", timeout=20)
        except (urllib.error.URLError, OSError):
            return False
        self.told.append(token)
        return True


@pytest.mark.parametrize(
    ("recipients", "stops"),
    [
        (500, [kill_postgres]),
        pytest.param(
            5000, [kill_postgres, stop_postgres, kill_postgres, stop_postgres],
            marks=pytest.mark.soak,
        ),
    ],
    ids=["killed", "killed and stopped again and again"],
)  # fmt: skip
def test_nothing_acknowledged_is_lost(recipients, stops, product):
    manage(product.environment, "migrate", "--verbosity", "0")
    manage(product.environment, "createcachetable")
    prepared = manage(product.environment, "shell", "-c", _PREPARE.format(recipients=recipients))
    tokens = json.loads(prepared.splitlines()[-1])
    # The last tenth press the link; they may leave before or after their digest is on its way.
    pressing = Pressing(free_port(), reversed(tokens[-recipients // 10 :]))
    web = ["-m", "gunicorn", "--bind", f"127.0.0.1:{pressing.port}", "--threads", "2"]
    product.start("web", *web, "config.wsgi")
    product.start_beat("beat")
    for number in range(WORKERS):
        product.start_worker(f"worker-{number}")
    wait_for(lambda: sent() > 0 and is_served(pressing.port), "the first digest", product)
    pressing.start()
    away = []
    for number, stop in enumerate(stops, start=1):
        due = recipients * number // (len(stops) + 2)
        wait_for(lambda due=due: sent() >= due, f"{due} digests", product, seconds=300)
        began = time.monotonic()
        stop()
        time.sleep(0.5)
        services.start(owner="restart test", say=lambda text: None)
        away.append((began, time.monotonic()))

    def is_over():
        rows = ask("SELECT state, count(*) FROM mailing_delivery GROUP BY state")
        return rows is not None and {state for state, _count in rows} <= {"sent", "skipped"}

    wait_for(is_over, "the end", product, seconds=300)
    pressing.join()

    copies = Counter(entry["to"] for entry in product.arrived())
    doubled = copies.total() - len(copies)
    states = dict(ask(
        "SELECT address, state FROM mailing_delivery AS d "
        "JOIN mailing_recipient AS r ON r.id = d.recipient_id"
    ))  # fmt: skip
    left = {number for (number,) in ask(
        "SELECT recipient_id FROM mailing_preference WHERE rhythm = 'none'"
    )}  # fmt: skip
    print(f"{len(stops)} stops: {doubled} doubled, {len(pressing.failed)} requests failed")
    assert len(states) == recipients
    assert all(copies[address] == 0 for address, state in states.items() if state == "skipped")
    assert all(copies[address] >= 1 for address, state in states.items() if state == "sent")
    assert doubled <= WORKERS * len(stops)
    # Only while it was away, or on their way when it went.
    for began, ended in pressing.failed:
        assert any(began <= back and ended >= gone for gone, back in away)
    # What somebody was told is so.
    assert pressing.told == pressing.tokens, "the web did not come back"
    assert {int(token.split("-")[2], 16) for token in pressing.told} <= left
