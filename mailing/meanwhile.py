"""Doing other work while PostgreSQL is busy with a statement of ours."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg2.extensions import set_wait_callback
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
    work, _thread.work = getattr(_thread, "work", None), None
    if work:
        work()
    wait_select(asked)
