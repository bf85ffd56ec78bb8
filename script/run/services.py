"""The embedded services: PostgreSQL, Redis and a mail sink, for development and tests.

    script/services start [--tests]   start what is not running (``--tests``: no waiting for disk)
    script/services stop              stop what was started
    script/services status            say what runs
    script/services env               print DATABASE_URL, REDIS_URL and EMAIL_URL for a shell

A service whose URL is set in the environment is not started. Data, logs and state lie under
``var/`` (or SERVICES_DIR). A running service belongs to the checkout, not to the terminal.
"""

import argparse
import fcntl
import json
import os
import shlex
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config import embedded
from script.run import detached, postgres, processes, redis
from script.run.postgres import CannotStart

VARIABLES = {"postgres": "DATABASE_URL", "redis": "REDIS_URL", "smtp": "EMAIL_HOST"}
TITLES = {"postgres": "PostgreSQL", "redis": "Redis", "smtp": "mail sink"}
State = dict[str, dict[str, Any]]


def start(*, owner: str, for_tests: bool = False, say: Callable[[str], None] = print) -> None:
    """Start each service that is neither running nor named in the environment.

    ``owner`` names the program that starts it: the same program may stop it, also when it was
    killed meanwhile and started again. Raises CannotStart.
    """
    directory = embedded.services_dir()
    directory.mkdir(parents=True, exist_ok=True)
    with _locked(directory):
        state = _read()
        for key, variable in VARIABLES.items():
            if os.environ.get(variable) or _runs(state.get(key)):
                continue
            began = time.monotonic()
            before = state.get(key, {}).get("port")
            # Stopped in between, a service would run that no state file knows.
            with processes.uninterrupted():
                state[key] = _start_one(key, directory, before, for_tests) | {"owner": owner}
                _write(state)
            say(f"{TITLES[key]} started in {time.monotonic() - began:.1f} s")


def stop(*, owner: str | None = None) -> list[str]:
    """Stop the services that ``owner`` started (default: all); gives the keys of those stopped."""
    directory = embedded.services_dir()
    if not embedded.state_file().exists():
        return []
    stopped = []
    with _locked(directory):
        state = _read()
        for key in ("smtp", "redis", "postgres"):
            entry = state.get(key)
            if entry is None or (owner is not None and entry.get("owner") != owner):
                continue
            if _runs(entry):
                end = postgres.stop if key == "postgres" else detached.end
                end(entry["pid"], entry["born"])
                stopped.append(key)
            # The port is kept, so that a URL someone noted stays right after a restart.
            state[key] = {"port": entry["port"]}
        _write(state)
    return stopped


def running() -> State:
    """The services of this checkout that run now, by key."""
    return {key: entry for key, entry in _read().items() if _runs(entry)}


def environment() -> dict[str, str]:
    """The URLs of the running services as environment variables."""
    found = running()
    values = {}
    if "postgres" in found:
        values["DATABASE_URL"] = found["postgres"]["url"]
    if "redis" in found:
        values["REDIS_URL"] = f"{found['redis']['url']}/0"
    if "smtp" in found:
        values["EMAIL_HOST"] = found["smtp"]["host"]
        values["EMAIL_PORT"] = str(found["smtp"]["port"])
        values["EMAIL_USE_TLS"] = "no"
    return values


def _start_one(key: str, directory: Path, port: int | None, for_tests: bool) -> dict[str, Any]:
    if key == "postgres":
        return postgres.start(directory, preferred_port=port, for_tests=for_tests)
    if key == "redis":
        return redis.start(directory, preferred_port=port)
    return _start_mail_sink(directory, port)


def _start_mail_sink(directory: Path, preferred_port: int | None) -> dict[str, Any]:
    port = detached.free_port(preferred_port)
    mail = directory / "mail"
    mail.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "script.run.mail_sink", "--port", str(port)]
    log = directory / "mail-sink.log"
    process = detached.start([*command, "--directory", str(mail)], log=log, cwd=embedded.ROOT)
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                if connection.recv(3) == b"220":
                    break
        except OSError:
            time.sleep(0.02)
    else:
        if process.poll() is None:
            process.kill()
        raise CannotStart(f"The mail sink did not start; see {log}.")
    return {
        "pid": process.pid,
        "born": detached.born(process.pid),
        "host": "127.0.0.1",
        "port": port,
        "directory": str(mail),
    }


def _runs(entry: dict[str, Any] | None) -> bool:
    return bool(entry and "pid" in entry and detached.is_same(entry["pid"], entry["born"]))


def _read() -> State:
    try:
        found: State = json.loads(embedded.state_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _write(state: State) -> None:
    target = embedded.state_file()
    written = target.with_suffix(".new")
    written.touch(mode=0o600)  # It holds passwords.
    written.write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")
    written.replace(target)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """One start or stop at a time; the kernel lets the lock go when its holder dies."""
    with (directory / "services.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Read the command line and do it; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="script/services", description="PostgreSQL, Redis and a mail sink of this checkout."
    )
    parser.add_argument("what", choices=["start", "stop", "status", "env"])
    parser.add_argument("--tests", action="store_true", help="fast, not safe from a power cut")
    arguments = parser.parse_args()
    if arguments.what == "start":
        processes.stop_on_signals()
        try:
            start(owner="services", for_tests=arguments.tests)
        except CannotStart as problem:
            print(problem, file=sys.stderr)
            return 1
        except processes.Stopped:
            return 130
    elif arguments.what == "stop":
        for key in stop():
            print(f"{TITLES[key]} stopped")
    elif arguments.what == "env":
        for name, value in environment().items():
            print(f"export {name}={shlex.quote(value)}")
        return 0
    found = running()
    for key, title in TITLES.items():
        if os.environ.get(VARIABLES[key]):
            print(f"{title}: not ours, {VARIABLES[key]} is set")
        elif key in found:
            print(f"{title}: runs on port {found[key]['port']} (pid {found[key]['pid']})")
        else:
            print(f"{title}: does not run")
    return 0 if arguments.what != "status" or len(found) == len(TITLES) else 3


if __name__ == "__main__":
    sys.exit(main())
