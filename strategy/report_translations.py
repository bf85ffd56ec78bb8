"""What reports and their statements say in English, where volunteers translated them.

A report is its group's word in its group's language. So the original stands on every page where it
stood before; the English stands with it for whoever reads the site in another language than the
report's, as English takes the place of any text that is missing in a language.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from liaisons import languages

from .models import Report, Statement
from .translating import credits, texts
from .translating.credits import Credit
from .translating.states import Standings, State
from .translating.texts import ENGLISH, Text


@dataclass(frozen=True)
class InEnglish:
    """The English of one text, and whether its original changed since."""

    words: str
    is_outdated: bool


@dataclass(frozen=True)
class ReportInEnglish:
    """How far a report is translated, by whom, and whether this reader is shown it."""

    is_shown: bool
    overview: InEnglish
    is_outdated: bool
    is_incomplete: bool
    credit: Credit | None


def is_for(language: str, reader: str) -> bool:
    """Whether a reader of a site language is shown the English of what is in this language."""
    return texts.written_like(language) != reader


def read(statements: Iterable[Statement], reader: str) -> None:
    """Give each statement its ``english`` where this reader is shown it. One query."""
    _read([(one, one.report) for one in statements], "text", reader)


def read_overviews(reports: Iterable[Report], reader: str) -> None:
    """Give each report the ``english`` of its overview, likewise. One query."""
    _read([(one, one) for one in reports], "overview", reader)


def of(report: Report, statements: Iterable[Statement], reader: str) -> ReportInEnglish | None:
    """The English of a report for its page; None where it is not translated. Two queries.

    Where this reader is shown it, each of its statements gets its ``english``.
    """
    if languages.is_english(report.language_id):
        return None
    read_overviews([report], ENGLISH)
    if report.english is None:
        return None
    other = getattr(report, texts.OTHERS)[ENGLISH]
    is_shown = is_for(report.language_id, reader)
    said = [report.english]
    for one in statements:
        if not one.withdrawn_in:
            texts.put_beside(one, ENGLISH, other)
            said.append(_english(Text(one, "text")))
            one.english = said[-1] if is_shown else None
    return ReportInEnglish(
        is_shown=is_shown,
        overview=report.english,
        is_outdated=any(one.is_outdated for one in said if one),
        is_incomplete=None in said,
        credit=credits.of(report, ENGLISH),
    )


def _read(rows: list[tuple[Any, Report]], field: str, reader: str) -> None:
    rows = [(row, report) for row, report in rows if is_for(report.language_id, reader)]
    if not rows:
        return
    others = texts.beside("report", {report.pk for _row, report in rows}, ENGLISH)
    for row, report in rows:
        texts.put_beside(row, ENGLISH, others.get(report.pk))
        row.english = _english(Text(row, field))


def _english(text: Text) -> InEnglish | None:
    words = text.in_language(ENGLISH)
    if not words or languages.is_english(text.source):
        return None
    is_outdated = Standings([]).of_text(text, ENGLISH).state == State.OUTDATED
    return InEnglish(words, is_outdated)
