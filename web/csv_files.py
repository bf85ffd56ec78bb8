"""Tables as files for spreadsheets, sent line by line."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

# What a cell may not begin with: a spreadsheet would work it out, and it may come from anybody.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_file(lines: Iterable[Sequence[object]], *, name: str) -> StreamingHttpResponse:
    """An answer that is saved as ``name``: UTF-8 with a mark, comma separated, RFC 4180.

    ``lines`` are taken one by one as they are sent. A cell that a spreadsheet would take for a
    formula gets an apostrophe in front; numbers stay numbers.
    """
    response = StreamingHttpResponse(_written(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _written(lines: Iterable[Sequence[object]]) -> Iterator[str]:
    # Without it spreadsheets take the file for another encoding.
    yield "\ufeff"
    writer = csv.writer(_Echo())
    for line in lines:
        yield writer.writerow([_plain(cell) for cell in line])


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _plain(cell: object) -> object:
    is_formula = isinstance(cell, str) and cell.startswith(_FORMULA)
    return f"'{cell}" if is_formula else cell
