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

# Also where a sweep took it from this worker meanwhile: nobody need send it again. Planned once for
# each connection, because it is done once for each message, and planning takes longer than doing.
_PREPARE = """
PREPARE {table}_sent (timestamptz, bigint, uuid) AS
UPDATE {table} SET state = 'sent', reason = '', error = '', finished_at = $1,
                   attempts = attempts + 1, claim = NULL, lease_until = NULL
WHERE id = $2 AND (claim = $3 OR state IN ('pending', 'retry'))
"""
_SENT = "EXECUTE {table}_sent (%(now)s, %(id)s, %(claim)s)"
# Both are one transaction, because they are one string.
_SENT_SOON = "SET LOCAL synchronous_commit TO OFF;" + _SENT
# The tables for which each open connection has planned it.
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
        before, self._written_on = self._written_on, _write(letter, soon=soon)
        if before is not self._written_on and len(self._unsafe) > 1:
            self._write_again()

    def _touch(self):
        is_there = _touch(self._unsafe[-1])
        if not is_there or connection.connection is not self._written_on:
            self._write_again()

    def _write_again(self):
        for letter in self._unsafe:
            self._written_on = _write(letter, soon=False, is_again=True)


def sent(letter: Message) -> None:
    """One message was sent; waits for the disk."""
    _write(letter, soon=False)


def _write(letter, *, soon, is_again=False) -> Any:
    """Write down that it was sent; gives the connection that this was done on."""
    table = letter._meta.db_table
    statement = (_SENT_SOON if soon else _SENT).format(table=table)
    with connection.cursor() as cursor:
        used = _prepare(cursor, table)
        values = {"now": timezone.now(), "id": letter.pk, "claim": letter.claim}
        cursor.execute(statement, values)
        if not cursor.rowcount and not is_again:
            logger.warning("%s was sent, and somebody else has it by now.", letter.message_id)
    return used


def _prepare(cursor, table) -> Any:
    used = connection.connection
    known = _prepared.setdefault(used, set())
    if table not in known:
        cursor.execute(_PREPARE.format(table=table))
        known.add(table)
    return used


def _touch(letter) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH.format(table=letter._meta.db_table), {"id": letter.pk})
        return bool(cursor.rowcount)
