"""Rows of the whole test database, kept and put back: far quicker than making them anew.

``make_as_new`` follows each test that really writes, in place of Django's own flush: what the
migrations wrote stands again, so that tests may run in any order. ``Kept`` holds what a costly
fixture made, for the next test that asks for it.
"""

import io
import pickle
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

# The rows of the new database, of those tables that have some; all its tables.
_new: dict[str, bytes] = {}
_tables: list[str] = []
_may_pass_by_triggers = False


def remember_the_new_database() -> None:
    """Look once, before the first test, at what the migrations wrote."""
    global _may_pass_by_triggers
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(relname) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND relname <> 'django_migrations' ORDER BY 1"
        )
        _tables[:] = [name for (name,) in cursor.fetchall()]
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        (_may_pass_by_triggers,) = cursor.fetchone()
    _new.clear()
    _new.update(rows_of(filled()))


def make_as_new() -> bool:
    """Take away all that is not of the new database; False where this role may not."""
    if not _may_pass_by_triggers:
        return False
    with transaction.atomic():
        with connection.cursor() as cursor:
            # As a flush does: wait for what a server of the tests is still writing.
            cursor.execute(f"LOCK TABLE {', '.join(_tables)} IN ACCESS EXCLUSIVE MODE")
        now = rows_of(filled())
        _replace(
            [table for table, rows in now.items() if rows != _new.get(table)],
            {table: rows for table, rows in _new.items() if rows != now.get(table)},
        )
    return True


class Kept:
    """What ``make()`` makes, its rows and its objects, for as long as it counts as fresh."""

    FRESH = timedelta(minutes=5)

    def __init__(self, make: Callable[[], Any]):
        self._make = make
        self._made_at = None
        self._before: dict[str, bytes] = {}
        self._rows: dict[str, bytes] = {}
        self._objects = b""

    def get(self) -> Any:
        """The objects, whose rows then stand in the database: made anew or put back."""
        if not _may_pass_by_triggers:
            return self._make()
        before = rows_of(filled())
        if self._is_fresh() and all(self._before.get(t) == before.get(t) for t in self._rows):
            with transaction.atomic():
                _replace([table for table in self._rows if table in before], self._rows)
            return pickle.loads(self._objects)  # noqa: S301 (our own)
        made = self._make()
        after = rows_of(filled())
        self._before, self._made_at = before, timezone.now()
        self._rows = {t: rows for t, rows in after.items() if rows != before.get(t)}
        self._objects = pickle.dumps(made)
        return made

    def _is_fresh(self) -> bool:
        """Made a moment ago by the clock of the test, which may have moved it."""
        now = timezone.now()
        return (
            self._made_at is not None
            and now.date() == self._made_at.date()
            and abs(now - self._made_at) < self.FRESH
        )


def filled() -> list[str]:
    """The tables that have a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT FROM {t})" for t in _tables)  # noqa: S608
        )
        return [table for (table,) in cursor.fetchall()]


def rows_of(tables: Iterable[str]) -> dict[str, bytes]:
    """The rows of these tables, as the database itself writes them out."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            text = io.BytesIO()
            cursor.cursor.copy_expert(f"COPY {table} TO STDOUT", text)
            found[table] = text.getvalue()
    return found


def _replace(emptied: Iterable[str], rows: dict[str, bytes]) -> None:
    """Empty these tables and write these rows, which no trigger and no constraint looks at."""
    with connection.cursor() as cursor:
        steps = [f"DELETE FROM {table}" for table in emptied]  # noqa: S608 (our own tables)
        cursor.execute("; ".join(["SET LOCAL session_replication_role = replica", *steps]))
        for table, text in rows.items():
            cursor.cursor.copy_expert(f"COPY {table} FROM STDIN", io.BytesIO(text))
        cursor.execute("SET LOCAL session_replication_role = origin")
