"""Ending in time: whoever is asked to stop finishes the message in hand and gives the rest back.

Celery's first process gets SIGTERM and waits for the tasks of its children, which know nothing of
it. So it marks a byte that they share (``config/celery.py``), and they look at it between two
messages. A child that gets the signal itself, or ``manage.py send_digests``, does the same.
"""

import mmap
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Shared by all processes that are forked from this one.
_all_asked = mmap.mmap(-1, 1)
# The SIGTERM that this process itself got while it was sending.
_received: list[int] = []
# Seconds between two looks while a worker waits for its turn.
LOOK_EVERY = 0.1


def ask() -> None:
    """Let this process and its children stop soon."""
    _all_asked[0] = 1


def is_asked() -> bool:
    """Whether somebody asked."""
    return bool(_received) or _all_asked[0] == 1


def sleep(seconds: float) -> None:
    """Wait so long, or until somebody asks to stop."""
    ends = time.monotonic() + seconds
    while not is_asked() and (left := ends - time.monotonic()) > 0:
        time.sleep(min(left, LOOK_EVERY))


@contextmanager
def on_sigterm() -> Iterator[None]:
    """SIGTERM meanwhile asks to stop; it has its usual effect once the work in hand is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, frame: _received.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)
        if _received:
            _received.clear()
            os.kill(os.getpid(), signal.SIGTERM)
