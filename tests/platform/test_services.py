"""PostgreSQL, Redis and the mail sink as the scripts start them, with real processes."""

import os
import signal
import smtplib
import subprocess
import sys
from email import message_from_bytes

import psycopg2
import pytest
import redis

from config import embedded
from script.run import services

pytestmark = [pytest.mark.heavy, pytest.mark.xdist_group("server")]


@pytest.fixture
def own_services(tmp_path, monkeypatch):
    """A folder of services of our own, none of them started yet; all are stopped at the end."""
    monkeypatch.setenv("SERVICES_DIR", str(tmp_path / "services"))
    for variable in services.VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    yield tmp_path / "services"
    services.stop()


def start():
    services.start(owner="test of services", for_tests=True, say=lambda text: None)
    return services.running()


def pids(state):
    return {key: entry["pid"] for key, entry in state.items()}


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.usefixtures("own_services")
def test_all_three_answer_and_stopping_leaves_no_process():
    state = start()
    with psycopg2.connect(embedded.database_url()) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        assert cursor.fetchone() == ("UTF8",)
        cursor.execute("CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent")
        # Case and order beyond ASCII: what search relies on.
        cursor.execute("SELECT lower('ÉÑЖ'), unaccent('Åé')")
        assert cursor.fetchone() == ("éñж", "Ae")
    connection.close()
    client = redis.Redis.from_url(embedded.redis_url(63))
    assert client.ping()
    client.close()

    assert set(services.stop()) == {"postgres", "redis", "smtp"}
    assert not [pid for pid in pids(state).values() if is_alive(pid)]
    with pytest.raises(embedded.NotRunning):
        embedded.database_url()


@pytest.mark.usefixtures("own_services")
def test_a_stranger_on_this_machine_cannot_read_the_database_or_redis():
    start()
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(embedded.database_url().replace("strategy:", "strategy:wrong"))
    port = services.running()["redis"]["port"]
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port).ping()
    assert embedded.state_file().stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("own_services")
def test_starting_again_leaves_what_runs_alone_and_brings_back_what_was_killed():
    first = start()
    assert pids(start()) == pids(first)

    with psycopg2.connect(embedded.database_url()) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    connection.close()
    for key in ("postgres", "redis"):
        os.kill(first[key]["pid"], signal.SIGKILL)
        os.waitpid(first[key]["pid"], 0)
    second = start()

    assert pids(second)["smtp"] == pids(first)["smtp"]
    assert pids(second)["postgres"] != pids(first)["postgres"]
    with psycopg2.connect(embedded.database_url()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM kept")
        assert cursor.fetchone() == (42,)
    connection.close()


def test_a_postgres_whose_state_was_lost_is_found_by_its_data_and_ended(own_services):
    lost = pids(start())["postgres"]
    state = services.running()
    (own_services / "services.json").unlink()
    second = start()
    assert pids(second)["postgres"] != lost
    assert not is_alive(lost)
    for key in ("redis", "smtp"):  # Nothing names these two any more but this test.
        os.kill(state[key]["pid"], signal.SIGKILL)
        os.waitpid(state[key]["pid"], 0)


@pytest.mark.usefixtures("own_services")
def test_only_the_program_that_started_a_service_stops_it():
    state = start()
    assert services.stop(owner="someone else") == []
    assert pids(services.running()) == pids(state)


@pytest.mark.usefixtures("own_services")
def test_a_service_named_in_the_environment_is_not_started(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/elsewhere")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    assert set(start()) == {"smtp"}


@pytest.mark.usefixtures("own_services")
def test_the_mail_sink_keeps_each_message_with_its_envelope():
    start()
    sink = embedded.smtp()
    text = "Subject: =?utf-8?b?2YXYsdit2KjYpw==?=\r\n\r\n.dot first\r\n"
    with smtplib.SMTP(sink.host, sink.port, timeout=10) as mail:
        for number in range(3):
            mail.sendmail("from@example.org", [f"to{number}@example.org"], text)
    files = sorted(sink.directory.glob("*.eml"))
    kept = [message_from_bytes(file.read_bytes()) for file in files]
    assert [message["X-Envelope-To"] for message in kept] == [
        f"to{number}@example.org" for number in range(3)
    ]
    assert {message["X-Envelope-From"] for message in kept} == {"from@example.org"}
    assert {message.get_payload() for message in kept} == {".dot first\r\n"}


@pytest.mark.usefixtures("own_services")
def test_the_command_line_says_what_runs_and_gives_a_shell_the_addresses():
    def run(what):
        command = [sys.executable, "-m", "script.run.services", what]
        return subprocess.run(
            command, check=False, cwd=embedded.ROOT, capture_output=True, text=True
        )

    assert run("status").returncode == 3
    started = run("start")
    assert started.returncode == 0, started.stderr
    assert "PostgreSQL: runs on port" in run("status").stdout
    assert f"DATABASE_URL={embedded.database_url()}" in run("env").stdout.replace("'", "")
    assert "Redis: does not run" in run("stop").stdout
