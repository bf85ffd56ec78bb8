"""Bringing translations of imported texts into the fields of ten languages.

One file for all: which file the text comes from, the row's key there, the field, the language,
and the text. The same promises hold as for any other file.
"""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import translation

from .columns import Column, choice, code, text
from .importer import (
    Importer,
    Progress,
    no_progress,
    save_changed,
    set_plain,
    wait_for_other_imports,
)
from .merge import Kept, merge, plain
from .problems import Problems, Refused
from .summary import Summary
from .table import Table

LANGUAGES = [code for code, _own_name in settings.LANGUAGES if code != "en"]


class TranslationsImporter:
    """Reads ``translations.csv``; ``texts`` says which fields of which files can be translated."""

    file = "translations.csv"

    def __init__(self, texts: dict[type[Importer], Iterable[str]]):
        self.importers = {importer.file: importer() for importer in texts}
        self.fields = {importer.file: tuple(fields) for importer, fields in texts.items()}

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(self.importers)

    def columns(self) -> list[Column]:
        """The columns of the file."""
        every_field = sorted({field for fields in self.fields.values() for field in fields})
        return [
            Column("file", choice(list(self.importers)), filled=True),
            Column("key", code(200), filled=True),
            Column("field", choice(every_field), filled=True),
            Column("language", choice(LANGUAGES), filled=True),
            Column("text", text(2000), filled=True),
        ]

    def run(self, path: Path, *, progress: Progress = no_progress) -> Summary:
        """Import the file at ``path``. A refused file's problems are in the summary."""
        summary = Summary(self.file)
        problems = Problems(self.file)
        try:
            with translation.override("en"), transaction.atomic():
                wait_for_other_imports()
                texts = self._read(path, problems)
                for file in self.importers:
                    self._merge(file, texts.get(file, {}), problems, summary)
                    progress("importing", summary.created + summary.unchanged, 0)
                if problems.count:
                    raise Refused(problems)
        except Refused as refusal:
            refused = Summary(self.file)
            refused.problems = refusal.problems
            refused.refused = max(len(refusal.problems.bad_lines), 1)
            return refused
        return summary

    def _read(self, path, problems) -> dict[str, dict[str, dict[str, tuple[int, str]]]]:
        """File → key → field with language → line and text."""
        reader = _Reader(self)
        texts: dict[str, dict[str, dict[str, tuple[int, str]]]] = {}
        table = Table(path, self.columns(), strict=True, name=self.file)
        for row, values in reader._rows(table, problems):
            file, field = values["file"], values["field"]
            if field not in self.fields[file]:
                reason = f"is no text of {file}; there it is: {', '.join(self.fields[file])}."
                problems.add(reason, line=row.line, column="field", value=field)
                continue
            name = f"{field}_{values['language'].replace('-', '_')}"
            longest = self.importers[file].model._meta.get_field(name).max_length
            if longest and len(values["text"]) > longest:
                reason = f"is {len(values['text'])} characters long; {longest} are allowed."
                problems.add(reason, line=row.line, column="text", value=values["text"])
                continue
            of_row = texts.setdefault(file, {}).setdefault(values["key"], {})
            if name in of_row:
                reason = f"is in the file twice, first on line {of_row[name][0]}."
                problems.add(reason, line=row.line, column="key", value=values["key"])
            of_row.setdefault(name, (row.line, values["text"]))
        return texts

    def _merge(self, file, rows, problems, summary):
        importer = self.importers[file]
        found = {one.imported["key"]: one for one in importer.ours().select_for_update()}
        changed, names = [], set()
        for key, texts in rows.items():
            one = found.get(key)
            if one is None:
                line = next(iter(texts.values()))[0]
                problems.add(f"is the key of no row of {file}.", line=line, column="key", value=key)
                continue
            new = {name: text for name, (_line, text) in texts.items()}
            current = {name: plain(getattr(one, name)) for name in new}
            last = one.imported.get("translations", {})
            write, remember, keep = merge(current, last, new)
            for name in keep:
                summary.keep(Kept(f"{file} {key}", name, current[name], new[name]))
            # A row here is one text, whether it is the object's first or its tenth language.
            made = sum(1 for name in write if name not in last)
            summary.created += made
            summary.updated += len(write) - made
            summary.unchanged += len(new) - len(write)
            if write or remember != last:
                set_plain(one, write, tuple(write))
                names |= set(write)
                one.imported = {**one.imported, "translations": remember}
                changed.append((one, bool(write)))
        for key, one in found.items():
            gone = one.imported.get("translations", {}).keys() - rows.get(key, {}).keys()
            for name in sorted(gone):
                summary.vanish(f"{file} {key} {name}")
        save_changed(importer.model, changed, names)
        if written := [one for one, is_written in changed if is_written]:
            importer.after(written)


class _Reader(Importer):
    """The reading part of an importer, for a file whose rows become parts of objects."""

    def __init__(self, owner):
        self.owner = owner

    def columns(self):
        return self.owner.columns()
