"""Real workers, beats and mail servers as processes of their own, on a short leash."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from script.run.processes import start as start_child

ROOT = Path(__file__).resolve().parent.parent.parent


class Processes:
    """The processes a test started; each in a group of its own, ended by its number only."""

    def __init__(self, environment, logs):
        self.environment, self.logs = environment, logs
        self.running: dict[str, subprocess.Popen] = {}

    def start_sink(self, port, *, offers_pipelining=True):
        """The mail server that misbehaves on demand; what arrived stands in ``arrived()``.

        As most do, it is told of a message in one go, unless it shall not offer that.
        """
        log = self.logs / "arrived.jsonl"
        log.touch()
        sink = ["-m", "tests.mailing.smtp_sink", "--port", str(port), "--log", str(log)]
        offers = ["--pipelining"] if offers_pipelining else []
        self.start("sink", *sink, "--slowness", "0.1", *offers)

    def arrived(self):
        """A line for each message that arrived whole."""
        lines = (self.logs / "arrived.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def start_beat(self, name):
        """A beat with a schedule file of its own."""
        words = ["beat", "--schedule", str(self.logs / f"{name}-schedule"), "--pidfile", ""]
        self.start(name, "-m", "celery", "--app", "config.celery", *words)

    def start(self, name, *command):
        with (self.logs / f"{name}.log").open("ab") as log:
            # Ended by the kernel where the tests are: nobody else knows of it.
            self.running[name] = start_child(
                [sys.executable, *command], cwd=ROOT, env=self.environment, stdout=log
            )

    def start_worker(self, name):
        celery = ["-m", "celery", "--app", "config.celery", "worker", "--concurrency", "1"]
        self.start(
            name, *celery, "--without-gossip", "--without-mingle", "--hostname", f"{name}@kill-test"
        )

    def ask_to_end(self, name, *, whole_group=False):
        """SIGTERM to the first process or to all of its group, as service managers do; waits."""
        process = self.running.pop(name)
        if whole_group:
            os.killpg(process.pid, signal.SIGTERM)
        else:
            process.terminate()
        return process.wait(timeout=120)

    def kill(self, name):
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_all(self):
        for name in list(self.running):
            self.kill(name)


def environment_of(database, broker, port):
    """What a worker needs to know, with leases and intervals of seconds."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.mailing.kill_settings",
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(port),
        "EMAIL_USE_TLS": "no",
        "EMAIL_TIMEOUT": "0.5",
        "MAIL_LEASE": "3",
        # As many as are done within so short a lease, from a server that misbehaves.
        "MAIL_BATCH": "50",
        "MAIL_RETRY_FIRST": "0.5",
        # All people of these tests share one domain.
        "MAIL_DOMAIN_PAUSE_FIRST": "0.2",
        "MAIL_DOMAIN_PAUSE_LONGEST": "0.5",
        "SEND_MAIL_EVERY": "0.5",
        "SWEEP_MAIL_EVERY": "1",
    }


@contextmanager
def running(environment, logs):
    """Processes that are all ended at the end, whatever happens."""
    processes = Processes(environment, logs)
    try:
        yield processes
    finally:
        processes.kill_all()


def free_port():
    """A port nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for(condition, what, processes, seconds=150):
    """Ask again and again; fails with the workers' last words when it takes too long."""
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            words = [log.read_text()[-1500:] for log in processes.logs.glob("*.log")]
            pytest.fail(f"Waited too long for {what}:\n" + "\n".join(words))
        time.sleep(0.02)
