"""Two windows on one database: what somebody does in each, at moments that the test chooses."""

import time
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connection, transaction

# Until something is called stuck, in seconds.
PATIENCE = 20


class Window:
    """One thread with a connection of its own; what is done in it is done one after the other."""

    def __init__(self):
        self._thread = ThreadPoolExecutor(max_workers=1)
        self.pid = self._thread.submit(_pid_of_connection).result()

    def do(self, act) -> Future:
        """Begin it; the future holds what came of it, an error too."""
        return self._thread.submit(_outcome, act)

    def do_and_stay_open(self, act, *, until) -> Future:
        """The same in a transaction that is kept open until ``until`` (an event) is set."""

        def in_transaction():
            with transaction.atomic():
                outcome = _outcome(act)
                did.set_result(None)
                if not until.wait(PATIENCE):
                    raise AssertionError("The transaction was left open.")
            return outcome

        did = Future()
        future = self._thread.submit(in_transaction)
        future.add_done_callback(lambda _done: did.done() or did.set_result(None))
        did.result(PATIENCE)
        return future

    def close(self):
        """End the thread and its connection."""
        self._thread.submit(_close_connection).result()
        self._thread.shutdown()


def _pid_of_connection():
    connection.ensure_connection()
    return connection.connection.info.backend_pid


def _close_connection():
    connection.close()


def _outcome(act):
    try:
        return act()
    except Exception as error:
        return error


def until_it_waits_or_is_done(window: Window, future: Future) -> bool:
    """True where what the window does waits for a row that another one holds."""
    end = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            if future.done():
                return False
            cursor.execute("SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted", [window.pid])
            if cursor.fetchone():
                return True
            time.sleep(0.001)
    raise AssertionError("It neither waits nor is it done.")
