"""script/server with real processes, at a real (pseudo) terminal."""

import contextlib
import json
import os
import pty
import re
import signal
import socket
import sys
import threading
import time
import urllib.request

import psutil
import pytest

from config import embedded
from script.run.detached import free_port

pytestmark = [pytest.mark.heavy, pytest.mark.xdist_group("server")]
PATIENCE = 300  # seconds until a test gives up; nothing is judged by it


class Server:
    """A start of ``script/server``'s program at a terminal of its own."""

    def __init__(self, directory, port):
        self.directory, self.port, self.output = directory, port, ""
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL", "EMAIL_HOST")
        }
        environment |= {"PORT": str(port), "SERVICES_DIR": str(directory)}
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(embedded.ROOT)
            command = [sys.executable, "-m", "script.run.server"]
            os.execve(sys.executable, command, environment)  # noqa: S606
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


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    """One folder for all these starts, so that only the first has to make everything."""
    return tmp_path_factory.mktemp("server")


@pytest.fixture
def start(directory):
    """Starts servers; whatever is left of them at the end of the test is killed."""
    started = []

    def start_one(port=None):
        started.append(Server(directory, port or free_port()))
        return started[-1]

    yield start_one
    for server in started:
        if not server.has_ended():
            server.note_processes()
        for process in server.seen.values():
            if process.is_running():
                process.kill()
        server.wait()
        os.close(server.terminal)


def test_ctrl_c_during_the_first_set_up_leaves_no_process_and_the_next_start_goes_on(start):
    server = start()
    server.wait_for("Importing the reference data …")
    os.write(server.terminal, b"\x03")
    assert server.wait() == 0
    assert server.left_behind() == []

    again = start()
    again.wait_for("Ready after")
    assert "Importing the reference data: done" in again.output
    assert again.get("/healthz") == again.get("/readyz") == again.get("/en/") == 200


def test_it_serves_every_part_and_ctrl_c_leaves_no_process(start):
    server = start()
    server.wait_for("Ready after")
    for address in ("/healthz", "/readyz", "/en/"):
        assert server.get(address) == 200
    for account in ("core-team", "reviewer", "liaison", "member"):
        assert f"{account}@example.org" in server.output
    assert re.search(r"Password of each: \S+", server.output)
    commands = server.commands()
    for part in ("gunicorn", "worker", "beat", "postgres", "redis-server", "mail_sink"):
        assert any(part in command for command in commands), part

    os.write(server.terminal, b"\x03")
    assert server.wait() == 0
    assert "Stopped." in server.output
    assert server.left_behind() == []


def test_a_second_ctrl_c_ends_it_at_once_and_leaves_no_process(start):
    server = start()
    server.wait_for("Ready after")
    os.write(server.terminal, b"\x03\x03")
    assert server.wait() == 0
    assert server.left_behind() == []


@pytest.mark.parametrize("how", ["terminate", "close the terminal"])
def test_it_leaves_no_process_when_it_is_told_to_end_in_another_way(start, how):
    server = start()
    server.wait_for("Ready after")
    if how == "terminate":
        os.kill(server.pid, signal.SIGTERM)
    else:
        os.kill(server.pid, signal.SIGHUP)  # What the system sends when a terminal goes away.
    assert server.wait() == 0
    assert server.left_behind() == []


@pytest.mark.parametrize("word", ["gunicorn", "worker", "beat"])
def test_a_part_that_dies_is_named_and_ends_the_rest(start, word):
    server = start()
    server.wait_for("Ready after")
    server.part(word).kill()
    assert server.wait() == 1
    name = "web" if word == "gunicorn" else word
    assert f"{name} ended by itself (killed by SIGKILL)" in server.output
    assert "Its last output:" in server.output
    assert server.left_behind() == []


def test_a_service_that_dies_is_named_and_ends_the_rest(start, directory):
    server = start()
    server.wait_for("Ready after")
    state = json.loads((directory / "services.json").read_text(encoding="utf-8"))
    os.kill(state["redis"]["pid"], signal.SIGKILL)
    assert server.wait() == 1
    assert "Redis ended by itself" in server.output
    assert server.left_behind() == []


def test_a_second_start_says_where_the_first_one_serves_and_leaves_it_alone(start):
    first = start()
    first.wait_for("Ready after")
    second = start()
    assert second.wait() == 1
    time.sleep(0.1)  # Its last line is read by a thread.
    assert f"already runs here: http://127.0.0.1:{first.port}/" in second.output
    assert first.get("/readyz") == 200


def test_after_a_kill_the_parts_end_by_themselves_and_the_next_start_cleans_up(start):
    killed = start()
    killed.wait_for("Ready after")
    # The services outlive it: the next start finds them and goes on with them.
    parts = [
        part
        for part in psutil.Process(killed.pid).children()
        if part.pid not in killed.service_pids()
        for part in (part, *part.children(recursive=True))
    ]
    assert len(parts) >= 3
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    _gone, alive = psutil.wait_procs(parts, timeout=PATIENCE)
    assert alive == []

    again = start(killed.port)
    again.wait_for("Ready after")
    os.write(again.terminal, b"\x03")
    assert again.wait() == 0
    assert again.left_behind() == []
    assert killed.left_behind() == []


def test_a_port_in_use_is_told_in_one_sentence(start):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = start(taken.getsockname()[1])
        assert server.wait() == 1
    time.sleep(0.1)
    assert re.search(r"Port \d+ cannot be used .* PORT=\d+ script/server", server.output)


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_none_is_told_in_one_sentence(start, port):
    server = start(port)
    assert server.wait() == 1
    time.sleep(0.1)
    assert "PORT must be a number from 1 to 65535" in server.output
