"""script/server with real processes, at a real (pseudo) terminal."""

import contextlib
import json
import os
import re
import signal
import socket
import time

import psutil
import pytest

from tests.product import PATIENCE, started

pytestmark = [pytest.mark.heavy, pytest.mark.xdist_group("the product")]


@pytest.fixture
def directory(first_starts):
    """One folder for all these starts, so that only the first had to make everything."""
    return first_starts.folder


@pytest.fixture
def start(directory):
    """Starts servers; whatever is left of them at the end of the test is killed."""
    with contextlib.ExitStack() as servers:
        yield lambda port=None: servers.enter_context(started(directory, port))


def test_ctrl_c_during_the_first_set_up_leaves_no_process_and_the_next_start_goes_on(first_starts):
    assert first_starts.interrupted == (0, 0)
    assert "Importing the reference data: done" in first_starts.output
    assert first_starts.answers == [200, 200, 200]
    assert first_starts.completed == (0, 0)


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

    assert server.stop() == 0
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
    assert again.stop() == 0
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
