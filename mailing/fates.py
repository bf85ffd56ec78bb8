"""What a worker has sent: written down for each message, and kept in mind until the disk has it.

A fate is written before the next message leaves, so that a worker that is killed doubles at most
one. Nobody waits for the disk then: PostgreSQL has it, and the worker's death does not touch
that. Were PostgreSQL itself to crash, it could forget what it had not put on its disk; so the
worker remembers the last few fates and writes them again. One wait for the disk in a while makes
all before it safe. Only where both go at once, because the machine does, are more than one doubled.
"""

import logging
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError, connection
from django.utils import timezone

from . import meanwhile as other_work
from .models import Message

logger = logging.getLogger(__name__)

# Also where a sweep took it from this worker meanwhile: nobody need send it again.
_SENT = """
UPDATE {table} SET state = 'sent', reason = '', error = '', finished_at = $1,
                   attempts = attempts + 1, claim = NULL, lease_until = NULL
WHERE id = $2 AND (claim = $3 OR state IN ('pending', 'retry'))
"""
# The same, for this transaction only, without a wait for the disk: asked for in the statement
# itself, since one statement is answered sooner than two.
_SENT_SOON = _SENT + "AND set_config('synchronous_commit', 'off', TRUE) IS NOT NULL"
# Planned once for each connection, because it is done once for each message, and planning takes
# longer than doing.
_PREPARE = "PREPARE {name} (timestamptz, bigint, uuid) AS {statement}"
_EXECUTE = "EXECUTE {name} (%s, %s, %s)"
# The statements that each open connection has planned.
_prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
# A row must change, or PostgreSQL has nothing to wait for.
_TOUCH = "UPDATE {table} SET state = 'sent' WHERE id = %(id)s AND state = 'sent'"
UNSAFE_SECONDS = 0.2  # about as long as PostgreSQL itself leaves between two looks at such fates
# Seconds for which a worker tries to write while the database is away, which may take minutes to
# recover: whoever gives up doubles a mail. Within CELERY_TASK_TIME_LIMIT, and often enough to come
# before those that a sweep gives its messages to.
PATIENCE, LONGEST_WAIT = 200, 2
# The last is what a server says that is a copy of another, or not yet its successor.
_AWAY = (OperationalError, InterfaceError, InternalError)


class Fates:
    """The fates of one worker's messages, in one round."""

    def __init__(self):
        self._unsafe: list[Message] = []
        self._since = 0.0
        # The connection these were written on. Where another took its place, whoever noticed that
        # the database was gone was not us, and they may be lost.
        self._written_on: Any = None
        self._cursor: Any = None

    def sent(self, letter: Message, meanwhile: Callable[[], object] = bool) -> None:
        """The server took it. Tries for minutes to write that down, since it is true.

        ``meanwhile`` is called while the database writes, where this process may do other work
        then. It must not raise, and can ask the database nothing.
        """
        now = time.monotonic()
        self._since = self._since if self._unsafe else now
        self._unsafe.append(letter)
        waited = now - self._since
        is_time = len(self._unsafe) >= settings.MAIL_UNSAFE_FATES or waited >= UNSAFE_SECONDS
        with other_work.done_meanwhile(meanwhile):
            self._insist(lambda: self._write(letter, soon=not is_time), self._write_again)
        if is_time:
            self._unsafe.clear()

    def are_safe(self) -> None:
        """This worker just had the database wait for the disk, so all before is there too."""
        if self._unsafe and connection.connection is not self._written_on:
            self._insist(self._write_again, self._write_again)
        self._unsafe.clear()

    def make_safe(self) -> None:
        """Wait for the disk, where anything is not there yet."""
        if self._unsafe:
            self._insist(self._touch, self._write_again)
            self._unsafe.clear()

    def insist(self, write: Callable[[], object]) -> None:
        """Write what else is true whatever the database does; as long as for ``sent``."""

        def again():
            self._write_again()
            write()

        self._insist(write, again)

    def _insist(self, write, again) -> None:
        """Write; after a broken connection write all again that may be lost, on a new one."""
        ends, wait = time.monotonic() + PATIENCE, 0.2
        while True:
            try:
                write()
                return
            except _AWAY:
                if time.monotonic() > ends:
                    raise
                connection.close()
                time.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)
                write = again

    def _write(self, letter, *, soon):
        before, self._written_on = self._written_on, self._write_down(letter, soon=soon)
        if before is not self._written_on and len(self._unsafe) > 1:
            self._write_again()

    def _touch(self):
        is_there = _touch(self._unsafe[-1])
        if not is_there or connection.connection is not self._written_on:
            self._write_again()

    def _write_again(self):
        for letter in self._unsafe:
            self._written_on = self._write_down(letter, soon=False, is_again=True)

    def _write_down(self, letter, *, soon, is_again=False) -> Any:
        """Write down that it was sent; gives the connection that this was done on."""
        cursor = self._cursor_now()
        used = connection.connection
        name = _planned(cursor, letter._meta.db_table, soon)
        # As text, which is what the database is sent; a cursor that was made before, too: all this
        # is done once for each message.
        values = (timezone.now().isoformat(), letter.pk, str(letter.claim))
        cursor.execute(_EXECUTE.format(name=name), values)
        if not cursor.rowcount and not is_again:
            logger.warning("%s was sent, and somebody else has it by now.", letter.message_id)
        return used

    def _cursor_now(self):
        """A cursor on the connection that is in use; the same as before where that is the same."""
        if self._cursor is None or self._cursor.connection is not connection.connection:
            self._cursor = connection.cursor()
        return self._cursor


def _planned(cursor, table, soon) -> str:
    """The name of the statement in this connection."""
    name = f"{table}_sent_soon" if soon else f"{table}_sent"
    known = _prepared.setdefault(connection.connection, set())
    if name not in known:
        statement = (_SENT_SOON if soon else _SENT).format(table=table)
        cursor.execute(_PREPARE.format(name=name, statement=statement))
        known.add(name)
    return name


def _touch(letter) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH.format(table=letter._meta.db_table), {"id": letter.pk})
        return bool(cursor.rowcount)
