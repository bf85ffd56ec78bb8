"""Reading a CSV file of unknown origin, row by row, in bounded memory.

Takes UTF-8 with or without a byte-order mark, commas or semicolons, any line ends. Everything
else is refused with a sentence that says what to do; nothing is guessed and nothing is repaired.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from .columns import Column
from .problems import Problems, Refused

LONGEST_LINE = 200_000
LONGEST_RECORD_LINES = 1_000
FOREIGN_MARKS = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"PK\x03\x04": "a spreadsheet or zip file",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet file",
    b"%PDF": "a PDF file",
    b"\x1f\x8b": "a compressed file",
}


@dataclass(frozen=True)
class Row:
    """One record: the line it begins on, and its cells by column."""

    line: int
    cells: dict[str, str]


class _Broken(Exception):
    """The file cannot be read any further from ``line`` on."""

    def __init__(self, reason: str, line: int = 0):
        super().__init__(reason)
        self.line = line


class Table:
    """A CSV file with the columns we know.

    ``strict``: a column we do not know is a problem (an operator's list); otherwise it is
    passed over (reference data says more than we keep).
    """

    def __init__(self, path: Path, columns: list[Column], *, strict: bool, name: str = ""):
        self.path = Path(path)
        self.columns = {column.name: column for column in columns}
        self.strict = strict
        self.name = name or self.path.name

    def rows(self, problems: Problems) -> Iterator[Row]:
        """Every record that has as many cells as the header.

        Adds a problem for each record that has not. Raises ``Refused`` at once where the file
        cannot be read on at all.
        """
        try:
            with self._open() as stream:
                yield from self._records(stream, problems)
        except OSError as problem:
            problems.add(f"The file cannot be read: {problem.strerror}.")
            raise Refused(problems) from problem
        except UnicodeDecodeError as problem:
            line = self._first_line_that_is_not_utf8()
            problems.add(
                "is not UTF-8 text. Save the file as “CSV UTF-8” and try again.", line=line
            )
            raise Refused(problems) from problem
        except _Broken as problem:
            problems.add(str(problem), line=problem.line)
            raise Refused(problems) from problem

    def _open(self):
        if not self.path.is_file():
            raise _Broken("There is no such file." if not self.path.exists() else "Not a file.")
        with self.path.open("rb") as stream:
            begin = stream.read(4)
        for mark, what in FOREIGN_MARKS.items():
            if begin.startswith(mark):
                raise _Broken(f"This is {what}. Save it as “CSV UTF-8” and try again.")
        return self.path.open(encoding="utf-8-sig", errors="strict", newline="")

    def _records(self, stream, problems):
        lines = _Lines(stream)
        first = next(lines, "")
        while first and not first.strip():
            first = next(lines, "")
        if not first:
            raise _Broken("The file is empty: it needs a header line with the names of columns.")
        reader = csv.reader(
            lines.again(first), delimiter=_delimiter(first), strict=True, skipinitialspace=False
        )
        header, header_line = None, lines.number
        while True:
            begins = lines.number + 1 if header is not None else header_line
            lines.record_begins()
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise _Broken(_csv_reason(str(error)), begins) from error
            if cells is None:
                return
            if header is None:
                header = self._check_header(cells, begins, problems)
            elif any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    problems.add(
                        f"has {_values(len(cells))}; the header names {len(header)} columns.",
                        line=begins,
                    )
                    continue
                yield Row(begins, dict(zip(header, cells, strict=True)))

    def _check_header(self, cells, line, problems):
        header = [cell.strip().lower() for cell in cells]
        before = problems.count
        missing = [c.name for c in self.columns.values() if c.needed and c.name not in header]
        for position, name in enumerate(header):
            if name in header[:position]:
                problems.add("is named twice in the header.", line=line, column=name)
            elif name not in self.columns and self.strict:
                near = get_close_matches(name, list(self.columns), n=1, cutoff=0.5)
                hint = f" Did you mean {near[0]}?" if near else ""
                problems.add(f"is not a column we know.{hint}", line=line, column=name or "(empty)")
        for name in missing:
            near = get_close_matches(name, [n for n in header if n not in self.columns], n=1)
            hint = f" Is it the one called {near[0]}?" if near else ""
            problems.add(f"is missing from the header.{hint}", line=line, column=name)
        if problems.count > before:
            problems.add(f"The first line must name the columns: {', '.join(self.columns)}.")
            raise Refused(problems)
        return header

    def _first_line_that_is_not_utf8(self) -> int:
        with self.path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError:
                    return number
        return 0


class _Lines:
    """The lines of a text stream, counted, none of them and no record longer than we hold."""

    def __init__(self, stream):
        self.stream = stream
        self.number = 0
        self.began = 0
        self.pushed_back = None

    def again(self, line):
        """Give this line once more; it is counted already."""
        self.pushed_back = line
        return self

    def record_begins(self):
        self.began = self.number

    def __iter__(self):
        return self

    def __next__(self):
        if self.pushed_back is not None:
            line, self.pushed_back = self.pushed_back, None
            return line
        line = self.stream.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) >= LONGEST_LINE:
            raise _Broken(f"is longer than {LONGEST_LINE:,} characters.", self.number)
        if "\0" in line:
            raise _Broken("contains a NUL character, so this is no text file.", self.number)
        if self.number - self.began > LONGEST_RECORD_LINES:
            raise _Broken("begins a value in quotation marks that does not end.", self.began + 1)
        return line


def _delimiter(header: str) -> str:
    return ";" if header.count(";") > header.count(",") else ","


def _csv_reason(error: str) -> str:
    if "field limit" in error:
        return "has a value that is far too long. Is a quotation mark not closed?"
    if "unexpected end" in error:
        return "begins a value in quotation marks that does not end."
    if "expected after" in error:
        return (
            "has text after a closing quotation mark. Write a quotation mark inside a value twice."
        )
    return f"cannot be read as CSV ({error})."


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count} values"
