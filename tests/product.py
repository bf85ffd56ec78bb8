"""Starts of the whole product by script/server's program, at a (pseudo) terminal."""

import contextlib
import json
import os
import pty
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from config import embedded
from script.run.detached import free_port

PATIENCE = 300  # seconds until a test gives up; nothing is judged by it
DEMO_PASSWORD = "demo-password-of-this-test"
OF_ANOTHER_START = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL", "EMAIL_HOST"}


class Server:
    """A start of ``script/server``'s program at a terminal of its own, with its data in a folder.

    Where the run of tests is killed its terminal goes away, so it ends by itself.
    """

    def __init__(self, directory: Path, port: int | str):
        self.directory, self.port, self.output = directory, port, ""
        environment = {k: v for k, v in os.environ.items() if k not in OF_ANOTHER_START}
        self.environment = environment | {
            "PORT": str(port),
            "SERVICES_DIR": str(directory),
            "DEMO_PASSWORD": DEMO_PASSWORD,
        }
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(embedded.ROOT)
            command = [sys.executable, "-m", "script.run.server"]
            os.execve(command[0], command, self.environment)  # noqa: S606
        self.exit_code = None
        self.seen = {self.pid: psutil.Process(self.pid)}
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        """Read as a terminal does, or the program would stand still when nobody reads."""
        while True:
            try:
                chunk = os.read(self.terminal, 65536)
            except OSError:  # Its last writer is gone.
                return
            if not chunk:
                return
            self.output += chunk.decode("utf-8", errors="replace").replace("\r\n", "\n")

    def wait_for(self, text):
        """Wait until the program has said something."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.output:
            assert time.monotonic() < deadline, f"never said {text!r}:\n{self.output}"
            assert not self.has_ended(), f"ended before it said {text!r}:\n{self.output}"
            time.sleep(0.05)
        self.note_processes()

    def service_pids(self):
        """The services' processes, as far as they run."""
        try:
            state = json.loads((self.directory / "services.json").read_text(encoding="utf-8"))
        except OSError:
            return []
        pids = [entry["pid"] for entry in state.values() if "pid" in entry]
        return [pid for pid in pids if psutil.pid_exists(pid)]

    def note_processes(self):
        """Remember every process that belongs to the server now: its own and the services'."""
        mine = psutil.Process(self.pid).children(recursive=True)
        for pid in self.service_pids():
            service = psutil.Process(pid)
            mine += [service, *service.children(recursive=True)]
        self.seen |= {process.pid: process for process in mine}

    def commands(self):
        """The command lines of its processes. One of the database's that ended has none."""
        found = []
        for process in self.seen.values():
            with contextlib.suppress(psutil.NoSuchProcess):
                found.append(" ".join(process.cmdline()))
        return found

    def part(self, word):
        """The process of a part, known by a word of its command line."""
        children = psutil.Process(self.pid).children()
        return next(child for child in children if word in child.cmdline())

    def has_ended(self):
        if self.exit_code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.exit_code = os.waitstatus_to_exitcode(status)
        return self.exit_code is not None

    def wait(self):
        """Wait for the end and give the exit code."""
        deadline = time.monotonic() + PATIENCE
        while not self.has_ended():
            assert time.monotonic() < deadline, f"did not end:\n{self.output}"
            time.sleep(0.05)
        return self.exit_code

    def left_behind(self):
        """The processes of the server that still run."""
        return [
            process
            for process in self.seen.values()
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        ]

    def get(self, address):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{address}") as answer:
            return answer.status

    def stop(self):
        """Ctrl-C, and its exit code."""
        os.write(self.terminal, b"\x03")
        return self.wait()

    def kill_all(self):
        """Kill whatever is left of it."""
        if not self.has_ended():
            self.note_processes()
        for process in self.seen.values():
            if process.is_running():
                process.kill()
        self.wait()
        os.close(self.terminal)


@dataclass(frozen=True)
class FirstStarts:
    """Two starts in one new folder: Ctrl-C ended the first while it imported, the next went on.

    Of each its exit code and how many of its processes ran on; of the next what it said, and what
    its pages answered.
    """

    folder: Path
    interrupted: tuple[int, int]
    completed: tuple[int, int]
    output: str
    answers: list[int]


@pytest.fixture(scope="session")
def first_starts(tmp_path_factory) -> FirstStarts:
    """Made once: importing and filling a demo takes long. All tests with it are in one group."""
    folder = tmp_path_factory.mktemp("product")
    with started(folder) as first:
        first.wait_for("Importing the reference data …")
        interrupted = first.stop(), len(first.left_behind())
    with started(folder) as again:
        again.wait_for("Ready after")
        answers = [again.get(address) for address in ("/healthz", "/readyz", "/en/")]
        completed = again.stop(), len(again.left_behind())
        return FirstStarts(folder, interrupted, completed, again.output, answers)


@contextlib.contextmanager
def started(folder: Path, port: int | str | None = None):
    """One start; whatever is left of it at the end is killed."""
    server = Server(folder, port or free_port())
    try:
        yield server
    finally:
        server.kill_all()
