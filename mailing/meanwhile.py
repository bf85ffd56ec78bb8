"""Doing other work while PostgreSQL is busy with a statement of ours."""

import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg2 import OperationalError
from psycopg2.extensions import (
    POLL_OK,
    POLL_READ,
    POLL_WRITE,
    STATUS_SETUP,
    parse_dsn,
    set_wait_callback,
)
from psycopg2.extras import wait_select

_thread = threading.local()


def allow() -> None:
    """Let other work be done while the database works, from now on in the whole process.

    For processes that send: each statement then waits for its answer by way of Python, which costs
    some microseconds, and ``COPY`` is not to be had. It cannot be set for one statement, because
    other threads would lose what their own statements are waiting by.
    """
    set_wait_callback(_wait)


@contextmanager
def done_meanwhile(work: Callable[[], object]) -> Iterator[None]:
    """Call ``work`` while the first statement in here is under way, where that is allowed.

    It must not raise. What it asks the database fails with a ``DatabaseError``.
    """
    _thread.work = work
    try:
        yield
    finally:
        _thread.work = None


def _wait(asked):
    if asked.status == STATUS_SETUP:
        _connect(asked)
        return
    work, _thread.work = getattr(_thread, "work", None), None
    if work:
        work()
    wait_select(asked)


def _connect(asked):
    """Wait until a connection is made. libpq looks at its ``connect_timeout`` only if it waits."""
    seconds = float(parse_dsn(asked.dsn).get("connect_timeout", 0))
    ends = time.monotonic() + seconds if seconds > 0 else float("inf")
    while (state := asked.poll()) != POLL_OK:
        left = ends - time.monotonic()
        to_read = [asked] if state == POLL_READ else []
        to_write = [asked] if state == POLL_WRITE else []
        wait = None if left == float("inf") else max(0.0, left)
        if not any(select.select(to_read, to_write, [], wait)):
            raise OperationalError("timeout expired while connecting")
