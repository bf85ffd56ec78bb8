"""Bringing one file into the database: checked whole, then merged row by row, in one transaction.

An app describes its file in a subclass of ``Importer``: the columns, which values a row gives a
model, and by what it is known again. The promises are kept here: nothing of a file with a bad
row comes in, nothing doubles, what people edited stays, and a second run changes nothing.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from django.db import connection, models, transaction
from django.utils import timezone, translation

from .columns import Column
from .merge import Kept, merge, plain
from .problems import BadValue, Problems, Refused
from .summary import Summary
from .table import Row, Table

BATCH = 500
# Any number will do, as long as no other part of the product takes the same lock.
ONE_IMPORT_AT_A_TIME = 20170803
Progress = Callable[[str, int, int], None]


def no_progress(step: str, done: int, total: int) -> None:
    """For callers that show nothing."""


class Importer:
    """One file and the model its rows become; subclass it for each file.

    ``fields`` are attribute names (``country_id``, not ``country``); ``relations`` are
    many-to-many fields with what they point at.
    """

    file: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ()
    model: ClassVar[type[models.Model]]
    fields: ClassVar[tuple[str, ...]] = ()
    relations: ClassVar[tuple[str, ...]] = ()
    is_strict: ClassVar[bool] = False

    # --- What a subclass says -------------------------------------------------------------------
    def columns(self) -> list[Column]:
        """The columns of the file. Asked once per run, so that it may look into the database."""
        raise NotImplementedError

    def key(self, values: dict[str, Any]) -> str:
        """By what a row is known again in the next run, from the values of its columns."""
        raise NotImplementedError

    def wanted(self, values: dict[str, Any]) -> bool:
        """False for rows that are left out on purpose."""
        return True

    def check(self, values: dict[str, Any]) -> None:
        """Raise ``BadValue`` where values that are good alone do not go together."""

    def attributes(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values of ``fields`` and ``relations`` that a row gives."""
        raise NotImplementedError

    def find(self, rows: dict[str, dict[str, Any]]) -> dict[str, Any]:
        """The objects that belong to these rows (key → attributes), by key, locked."""
        found: Any = self.ours().filter(imported__key__in=list(rows)).select_for_update()
        return {one.imported["key"]: one for one in found}

    def refusals(self, rows: dict[str, dict[str, Any]]) -> dict[str, tuple[str, str]]:
        """Rows that what is in the database forbids: key → column and reason."""
        return {}

    def complete(self, new: list[models.Model]) -> None:
        """Fill what new objects need and no file says, such as a slug."""

    def after(self, changed: list[models.Model]) -> None:
        """Do what follows from a change of these objects, in the same transaction."""

    def label(self) -> str:
        """What the objects remember as the file they came from."""
        return self.file

    def ours(self) -> models.QuerySet:
        """The objects that came from this file."""
        return self.model._default_manager.filter(imported__file=self.label())

    # --- A run ----------------------------------------------------------------------------------
    def run(self, path: Path, *, progress: Progress = no_progress) -> Summary:
        """Import the file at ``path``. A refused file's problems are in the summary."""
        summary = Summary(self.file or Path(path).name)
        table = Table(path, self.columns(), strict=self.is_strict, name=summary.file)
        problems = Problems(summary.file)
        try:
            with translation.override("en"), transaction.atomic():
                wait_for_other_imports()
                seen = self._check_all(table, problems, summary, progress)
                self._merge_all(table, seen, summary, progress)
        except Refused as refusal:
            refused = Summary(summary.file)
            refused.problems = refusal.problems
            refused.refused = max(len(refusal.problems.bad_lines), 1)
            return refused
        return summary

    def _check_all(self, table, problems, summary, progress) -> dict[bytes, int]:
        """First pass: every problem of the file, or the keys of all its rows."""
        seen: dict[bytes, int] = {}
        rows = self._rows(table, problems)
        while batch := list(islice(rows, BATCH)):
            refused = self.refusals({self.key(values): values for _row, values in batch})
            for row, values in batch:
                key = self.key(values)
                first = seen.setdefault(_short(key), row.line)
                if first != row.line:
                    reason = f"is in the file twice, first on line {first}."
                    problems.add(reason, line=row.line, value=key)
                elif key in refused:
                    column, reason = refused[key]
                    problems.add(reason, line=row.line, column=column, value=key)
            progress("checking", len(seen), 0)
        if problems.count:
            raise Refused(problems)
        return seen

    def _merge_all(self, table, seen, summary, progress) -> None:
        """Second pass: the file again, in batches."""
        # A file that changes while it is read meets the same checks again.
        problems = Problems(table.name)
        done = 0
        rows = self._wanted_rows(table, problems, summary)
        while batch := list(islice(rows, BATCH)):
            if problems.count or any(_short(key) not in seen for key, _attributes in batch):
                break
            self._merge_batch(dict(batch), summary)
            done += len(batch)
            progress("importing", done, len(seen))
        if problems.count or done + summary.left_out != len(seen):
            problems.add("The file changed while it was read. Please start again.")
            raise Refused(problems)
        self._report_vanished(seen, summary)

    def _wanted_rows(self, table, problems, summary) -> Iterator[tuple[str, dict[str, Any]]]:
        for _row, values in self._rows(table, problems):
            if self.wanted(values):
                yield self.key(values), self._plain_attributes(values)
            else:
                summary.left_out += 1

    def _rows(self, table: Table, problems: Problems) -> Iterator[tuple[Row, dict[str, Any]]]:
        columns = list(table.columns.values())
        for row in table.rows(problems):
            values, before = {}, problems.count
            for column in columns:
                cell = row.cells.get(column.name, "")
                try:
                    values[column.name] = column.value(cell)
                except BadValue as bad:
                    problems.add(
                        _sentence(bad), line=row.line, column=column.name, value=cell.strip()
                    )
            if problems.count > before:
                continue
            try:
                self.check(values)
            except BadValue as bad:
                problems.add(_sentence(bad), line=row.line, column=bad.column, value=bad.value)
                continue
            yield row, values

    def _plain_attributes(self, values):
        attributes = self.attributes(values)
        return {
            name: sorted(value) if name in self.relations else plain(value)
            for name, value in attributes.items()
        }

    # --- A batch --------------------------------------------------------------------------------
    def _merge_batch(self, rows: dict[str, dict[str, Any]], summary: Summary) -> None:
        found = self.find(rows)
        now = current_relations(found.values(), self.relations)
        new: list[Any] = []
        changed: list[tuple[Any, bool]] = []
        links: dict[int, dict[str, Any]] = {}
        names: set[str] = set()
        for key, attributes in rows.items():
            one = found.get(key)
            if one is None:
                one = self.model(imported=self._memory(key, attributes))
                set_plain(one, attributes, self.fields)
                links[id(one)] = attributes
                new.append(one)
                summary.created += 1
                continue
            current = {name: plain(getattr(one, name)) for name in self.fields}
            current.update(now[one.pk])
            last = one.imported.get("values", {})
            write, remember, keep = merge(current, last, attributes)
            for name in keep:
                summary.keep(Kept(key, name, current[name], attributes[name]))
            if write:
                set_plain(one, write, self.fields)
                summary.updated += 1
            else:
                summary.unchanged += 1
            memory = {**one.imported, **self._memory(key, remember)}
            if write or memory != one.imported:
                one.imported = memory
                names |= set(write) & set(self.fields)
                links[id(one)] = write
                changed.append((one, bool(write)))
        self.complete(new)
        self.model._default_manager.bulk_create(new)
        save_changed(self.model, changed, names)
        touched = [*new, *(one for one, is_written in changed if is_written)]
        for relation in self.relations:
            set_relation(relation, [(one, links[id(one)]) for one in touched])
        if touched:
            self.after(touched)

    def _memory(self, key, values):
        return {"file": self.label(), "key": key, "values": values}

    def _report_vanished(self, seen, summary):
        keys = self.ours().values_list("imported__key", flat=True).order_by("pk")
        for key in keys.iterator(chunk_size=2000):
            if _short(key) not in seen:
                summary.vanish(key)


def save_changed(model, changed: list[tuple[models.Model, bool]], names: Iterable[str]) -> None:
    """Save these fields of the objects; of those marked False, only what they remember."""
    columns = {"imported", *(model._meta.get_field(name).name for name in names)}
    stamps = [f.name for f in model._meta.fields if getattr(f, "auto_now", False)]
    now = timezone.now()
    for one, is_written in changed:
        for stamp in stamps if is_written else ():
            setattr(one, stamp, now)
    if changed:
        model._default_manager.bulk_update(
            [one for one, _is_written in changed], [*columns, *stamps], batch_size=BATCH
        )


def set_plain(one: models.Model, attributes: dict[str, Any], fields: Iterable[str]) -> None:
    """Give fields values as JSON holds them; None empties a text that may not be null."""
    for name in fields:
        if name in attributes:
            field = one._meta.get_field(name)
            value = attributes[name]
            if value is None and not field.null:
                setattr(one, name, "" if field.empty_strings_allowed else field.get_default())
            else:
                setattr(one, name, field.to_python(value))


def current_relations(objects: Iterable[models.Model], relations) -> dict[Any, dict[str, list]]:
    """What the many-to-many fields of these objects hold now: sorted keys, by object."""
    held: dict[Any, dict[str, list]] = {one.pk: {name: [] for name in relations} for one in objects}
    for one in objects:
        model = type(one)
        break
    else:
        return held
    for name in relations:
        field = model._meta.get_field(name)
        own, other = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
        through = field.remote_field.through._default_manager.filter(**{f"{own}__in": list(held)})
        for pk, target in through.order_by(other).values_list(own, other):
            held[pk][name].append(target)
        for values in held.values():
            values[name].sort()
    return held


def set_relation(name: str, wanted: list[tuple[models.Model, dict[str, Any]]]) -> None:
    """Make the many-to-many field hold just the wanted keys, for the objects that name it."""
    wanted = [(one, attributes) for one, attributes in wanted if name in attributes]
    if not wanted:
        return
    field = type(wanted[0][0])._meta.get_field(name)
    own, other = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
    through = field.remote_field.through
    through._default_manager.filter(**{f"{own}__in": [one.pk for one, _a in wanted]}).delete()
    through._default_manager.bulk_create(
        through(**{own: one.pk, other: target})
        for one, attributes in wanted
        for target in attributes[name]
    )


def _sentence(bad: BadValue) -> str:
    reason = str(bad)
    return reason if reason.endswith("?") else f"{reason}."


def _short(key: str) -> bytes:
    """Ten bytes that stand for a key, so that a hundred thousand of them take little memory."""
    return hashlib.blake2b(key.encode(), digest_size=10).digest()


def wait_for_other_imports() -> None:
    """Hold the right to import until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_IMPORT_AT_A_TIME])
