"""The settings find the services that the scripts started, or say in one sentence what to do."""

import json
import os
import subprocess
import sys

import pytest

from config import embedded


@pytest.fixture
def state(tmp_path, monkeypatch):
    """Writes a services.json as the scripts do, in a folder of its own."""
    monkeypatch.setenv("SERVICES_DIR", str(tmp_path))

    def write(text):
        (tmp_path / "services.json").write_text(text, encoding="utf-8")

    return write


def dead_pid():
    """The pid of a process that was there and is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize(
    ("ask", "variable"),
    [
        (embedded.database_url, "DATABASE_URL"),
        (embedded.redis_url, "REDIS_URL"),
        (embedded.smtp, "EMAIL_HOST"),
    ],
)
def test_a_service_that_was_never_started_is_told_in_one_sentence(ask, variable):
    with pytest.raises(embedded.NotRunning) as problem:
        ask()
    sentence = str(problem.value)
    assert "script/server" in sentence
    assert variable in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"postgres": {"port": 1}}'])
def test_a_state_file_that_makes_no_sense_counts_as_not_running(state, text):
    state(text)
    with pytest.raises(embedded.NotRunning, match="No PostgreSQL is running"):
        embedded.database_url()


def test_a_service_whose_process_is_gone_counts_as_not_running(state):
    state(json.dumps({"redis": {"pid": dead_pid(), "url": "redis://127.0.0.1:1"}}))
    with pytest.raises(embedded.NotRunning, match="No Redis is running"):
        embedded.redis_url()


def test_running_services_are_found(state, tmp_path):
    alive = {"pid": os.getpid()}
    sink = {"host": "127.0.0.1", "port": 2525, "directory": str(tmp_path / "mail")}
    state(
        json.dumps(
            {
                "postgres": alive | {"url": "postgresql://127.0.0.1:1/name"},
                "redis": alive | {"url": "redis://127.0.0.1:2"},
                "smtp": alive | sink,
            }
        )
    )
    assert embedded.database_url() == "postgresql://127.0.0.1:1/name"
    assert embedded.redis_url(7) == "redis://127.0.0.1:2/7"
    assert embedded.smtp() == embedded.Smtp("127.0.0.1", 2525, tmp_path / "mail")


@pytest.mark.usefixtures("state")
def test_manage_py_says_what_is_missing_without_a_traceback():
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "REDIS_URL", "EMAIL_HOST")
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=embedded.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "script/server" in done.stderr
