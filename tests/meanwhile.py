"""Two at once: one has acted and not committed yet, and the other comes to wait for that."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def uncommitted(act: Callable[[], object]) -> Iterator[None]:
    """Inside, ``act`` is done by another thread, which commits as soon as somebody waits for it.

    At the end, whatever went wrong there is raised, also that nobody came to wait.
    """
    is_done, failed = threading.Event(), []

    def run():
        try:
            with transaction.atomic():
                act()
                is_done.set()
                _wait_until_somebody_waits()
        except BaseException as error:
            failed.append(error)
        finally:
            is_done.set()
            connection.close()

    acting = threading.Thread(target=run)
    acting.start()
    is_done.wait(20)
    try:
        yield
    finally:
        acting.join()
    if failed:
        raise failed[0]


def _wait_until_somebody_waits(seconds=5):
    ends = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while time.monotonic() < ends:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise AssertionError("Nobody waited, so the two were not at once.")
