"""The whole product on one's own machine: web, worker, beat, and the services they need.

    script/server          serve on http://127.0.0.1:8000 until Ctrl-C (PORT changes the port)

DEMO_PASSWORD sets the password of the demo accounts; where it is not set, one is made up once
and kept in ``var/demo-password``. Output of the parts is shown and kept in ``var/log/``.
"""

import fcntl
import os
import re
import secrets
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

import psycopg2

from config import embedded
from script.run import processes, services
from script.run.bootstrap import Stamp, files_under
from script.run.parts import Part, PartEnded, Parts
from script.run.postgres import CannotStart

ROOT = embedded.ROOT
OWNER = "server"
WEB_PATIENCE = 180  # seconds, for a machine with much else to do
ACCOUNTS = {
    "core-team@example.org": "the Core Team: the admin",
    "reviewer@example.org": "reviews mandates",
    "translator@example.org": "translates into every language",
    "liaison@example.org": "an active liaison",
    "applicant@example.org": "waits for the review of an application",
    "member@example.org": "signed in, not yet a liaison",
}


class CannotServe(Exception):
    """The product cannot be served; the message tells a person why and what to do."""


def main() -> int:
    """Set up, serve until told to stop, end everything; gives the exit code."""
    processes.stop_on_signals()
    began = time.monotonic()
    try:
        port = read_port(os.environ.get("PORT", "8000"))
        with only_one(port):
            refuse_busy_port(port)
            serve(port, began)
    except processes.Stopped:
        say("Stopped.")
        return 0
    except (CannotServe, CannotStart, PartEnded) as problem:
        say(f"\n{problem}")
        return 1
    return 0


def serve(port: int, began: float) -> None:
    """Start everything in order and watch it. Ends by an exception only."""
    parts = Parts(ROOT, embedded.services_dir() / "log")
    try:
        services.start(owner=OWNER, say=say)
        environment = make_environment(port)
        fill_database(environment)
        for part in PARTS:
            parts.start(part, environment, port=port, var=embedded.services_dir())
        wait_until_ready(port, parts)
        say_welcome(port, environment["DEMO_PASSWORD"], time.monotonic() - began)
        needed = services.running()
        parts.watch(lambda: refuse_lost_service(needed))
    except processes.Stopped:
        say("\nStopping …")
        raise
    finally:
        parts.end()
        services.stop(owner=OWNER)


# On one's own machine, and in a container, one may well be root: Celery need not say so.
NO_ROOT_WARNING = ("-W", "ignore:You're running the worker with superuser privileges")
GUNICORN = (sys.executable, "-m", "gunicorn", "--log-level", "warning", "--graceful-timeout", "5")
CELERY = (sys.executable, *NO_ROOT_WARNING, "-m", "celery", "--quiet", "--app", "config.celery")
# What was due while beat was away is found in the database, not in its schedule file.
BEAT = ("beat", "--schedule", "{var}/beat-schedule", "--pidfile", "", "--loglevel", "warning")
WORKER = ("worker", "--concurrency", "2", "--loglevel", "warning", "--without-gossip")
WEB = ("--bind", "127.0.0.1:{port}", "--workers", "2", "--threads", "4", "config.wsgi")
PARTS = (
    Part("web", (*GUNICORN, *WEB)),
    Part("worker", (*CELERY, *WORKER, "--without-mingle")),
    Part("beat", (*CELERY, *BEAT)),
)


def read_port(text: str) -> int:
    """The port to serve on. Raises CannotServe where PORT is not one."""
    if re.fullmatch(r"[0-9]{1,5}", text) and 0 < int(text) < 65536:
        return int(text)
    raise CannotServe(f"PORT must be a number from 1 to 65535, not {text!r}.")


@contextmanager
def only_one(port: int) -> Iterator[None]:
    """Hold the right to serve this checkout; the kernel lets it go when this process dies."""
    directory = embedded.services_dir()
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "server.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotServe(f"script/server already runs here{who_holds(lock)}.") from None
        lock.truncate(0)
        lock.write(f"{os.getpid()} {port}\n")
        lock.flush()
        yield
        lock.truncate(0)


def who_holds(lock: IO[str]) -> str:
    """Where the other one serves, as far as it has said so."""
    lock.seek(0)
    words = lock.read().split()
    return f": http://127.0.0.1:{words[1]}/ (pid {words[0]})" if len(words) == 2 else ""


def refuse_busy_port(port: int) -> None:
    """Raise CannotServe where another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            raise CannotServe(
                f"Port {port} cannot be used ({problem.strerror}): choose another, "
                f"for example PORT={port + 1 if port < 65535 else 8000} script/server"
            ) from None


def make_environment(port: int) -> dict[str, str]:
    """The environment of every part."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
    environment.setdefault("DEMO_PASSWORD", kept_demo_password())
    return environment


def kept_demo_password() -> str:
    """The made-up password of this checkout's demo accounts: the same at every start."""
    file = embedded.services_dir() / "demo-password"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(9) + "\n", encoding="ascii")
    return file.read_text(encoding="ascii").strip()


def fill_database(environment: dict[str, str]) -> None:
    """Bring the database up to date. A new one becomes a demo; a real one is refused."""
    manage(environment, "Bringing the database up to date", "make_database", "--demo")
    # What was done for this very database is not done again at each start.
    database = when_made(environment.get("DATABASE_URL") or embedded.database_url())
    stamps = embedded.services_dir() / "stamps"
    data = [*files_under(ROOT / "data"), *files_under(ROOT / "importing", "*.py")]
    once(
        Stamp("reference-data", data, database, folder=stamps),
        lambda: manage(environment, "Importing the reference data", "import_reference_data"),
    )
    # Once a day, because the demo's timeline is moved so that today falls into the process.
    today = time.strftime("%Y-%m-%d", time.gmtime())
    demo = ROOT / "config" / "demo"
    texts = [*files_under(demo, "*.py"), *files_under(demo, "*.toml"), *files_under(demo, "*.csv")]
    once(
        Stamp("demo", texts, database, environment["DEMO_PASSWORD"], today, folder=stamps),
        lambda: manage(environment, "Filling the demo", "seed_demo"),
    )
    collect = ("collectstatic", "--noinput", "--clear", "--verbosity", "0")
    once(
        Stamp("static", files_under(ROOT / "static") + files_under(ROOT / "var/static-build")),
        lambda: manage(environment, "Collecting static files", *collect),
    )


def once(stamp: Stamp, work: Callable[[], None]) -> None:
    """Do a piece of work unless its stamp says that it is done."""
    if not stamp.is_current():
        work()
        stamp.write()


def when_made(url: str) -> str:
    """When a database was made: two databases at the same address differ in it."""
    connection = psycopg2.connect(url, connect_timeout=10)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT made_at FROM web_installation")
            return str(cursor.fetchone())
    finally:
        connection.close()


def manage(environment: dict[str, str], title: str, *command: str) -> None:
    """Run a command of ``manage.py`` and say what it is for. Raises CannotServe if it fails."""
    say(f"{title} …")
    began = time.monotonic()
    code = processes.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment)
    if code != 0:
        raise CannotServe(f"{title}: manage.py {command[0]} failed (exit code {code}).")
    say(f"{title}: done in {time.monotonic() - began:.1f} s")


def wait_until_ready(port: int, parts: Parts) -> None:
    """Wait until the web answers. Raises PartEnded, or CannotServe after WEB_PATIENCE."""
    deadline = time.monotonic() + WEB_PATIENCE
    while time.monotonic() < deadline:
        parts.tend(0.1)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            continue
    raise CannotServe(f"The web server did not answer on port {port} in {WEB_PATIENCE} s.")


def refuse_lost_service(needed: services.State) -> None:
    """Raise PartEnded when a service that ran at the start runs no more."""
    lost = needed.keys() - services.running().keys()
    for key in sorted(lost):
        raise PartEnded(
            f"{services.TITLES[key]} ended by itself, so everything else is ended too. "
            f"Its log is in {embedded.services_dir()}."
        )


def say_welcome(port: int, password: str, seconds: float) -> None:
    """Print the address and the accounts."""
    say(f"\nReady after {seconds:.1f} s: http://127.0.0.1:{port}/\n")
    say("This is a demo. Sign in by e-mail and password:")
    width = max(map(len, ACCOUNTS))
    for address, what in ACCOUNTS.items():
        say(f"  {address:<{width}}  {what}")
    say(f"Password of each: {password}")
    if "smtp" in services.running():
        say(f"Mail is not sent; each message is a file in {embedded.smtp().directory}")
    say("Ctrl-C stops everything.\n")


def say(text: str) -> None:
    """Print a line, also when nobody can read it any more."""
    try:
        print(text, flush=True)
    except OSError:
        pass


if __name__ == "__main__":
    sys.exit(main())
