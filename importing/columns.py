"""The columns a file may have, and how the text of a cell becomes a value.

A parser takes the stripped, non-empty text of a cell and gives a value, or raises ``BadValue``.
An empty cell means *not known* and never reaches a parser.
"""

import calendar
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from .problems import BadValue, shown

Parser = Callable[[str], Any]

# What many languages need in a line of text: joiners, direction marks, and the spaces that French
# (no-break, narrow no-break) and Chinese (full-width) typography set.
INVISIBLE = "\u200c\u200d\u200e\u200f\u00a0\u202f\u3000"


@dataclass(frozen=True)
class Column:
    """One documented column. ``needed``: the file must have it; ``filled``: every row must too."""

    name: str
    parse: Parser
    needed: bool = True
    filled: bool = False
    empty: Any = ""
    help: str = ""

    def value(self, cell: str) -> Any:
        """The value of a cell; raises BadValue."""
        cell = cell.strip()
        if not cell:
            if self.filled:
                raise BadValue("must not be empty")
            return self.empty
        return self.parse(cell)


def text(longest: int) -> Parser:
    """One line of text."""

    def parse(cell):
        if len(cell) > longest:
            raise BadValue(f"is {len(cell):,} characters long; {longest:,} are allowed")
        if not all(c.isprintable() or c in INVISIBLE for c in cell):
            raise BadValue("contains a line break or another control character")
        return cell

    return parse


def code(longest: int) -> Parser:
    """A key: letters and digits of any kind, with ``-_./:+`` between them, and no spaces."""
    as_text = text(longest)

    def parse(cell):
        if not re.fullmatch(r"\w[\w./:+-]*", cell):
            raise BadValue("is not a code: use letters, digits and - _ . / : + without spaces")
        return as_text(cell)

    return parse


def choice(allowed: Collection[str]) -> Parser:
    """One of a few words."""

    def parse(cell):
        if cell in allowed:
            return cell
        near = get_close_matches(cell.lower(), list(allowed), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise BadValue(f"is not one of: {', '.join(allowed)}{hint}")

    return parse


def known(allowed: Collection[str], what: str) -> Parser:
    """The code of something the database has, such as a country."""

    def parse(cell):
        if cell in allowed:
            return cell
        for other in (cell.upper(), cell.lower()):
            if other in allowed:
                raise BadValue(f"is not a {what} we know; did you mean {other}?")
        raise BadValue(f"is not a {what} we know")

    return parse


def several(parse_one: Parser) -> Parser:
    """A list separated by spaces; repeated ones count once."""

    def parse(cell):
        values = {}
        for word in cell.split():
            try:
                values[parse_one(word)] = None
            except BadValue as bad:
                raise BadValue(
                    f"has {shown(word)}, which {bad}" if word != cell else str(bad)
                ) from bad
        return list(values)

    return parse


def flag(cell: str) -> bool:
    """``yes`` or ``no``, also ``True`` or ``False``."""
    values = {"yes": True, "true": True, "no": False, "false": False}
    if cell.lower() not in values:
        raise BadValue("is neither yes nor no")
    return values[cell.lower()]


def number(lowest: int, highest: int) -> Parser:
    """A whole number."""

    def parse(cell):
        if not re.fullmatch(r"-?[0-9]{1,18}", cell):
            raise BadValue("is not a whole number")
        if not lowest <= int(cell) <= highest:
            raise BadValue(f"is not between {lowest} and {highest}")
        return int(cell)

    return parse


def degrees(limit: int) -> Parser:
    """A latitude (limit 90) or longitude (180) in decimal degrees, kept with five places."""

    def parse(cell):
        if not re.fullmatch(r"[-+]?[0-9]{1,3}(\.[0-9]{1,20})?", cell):
            hint = "; write a point, not a comma" if "," in cell else ""
            raise BadValue(f"is not a number of degrees such as 40.2895{hint}")
        try:
            value = Decimal(cell)
        except InvalidOperation:
            raise BadValue("is not a number of degrees") from None
        if abs(value) > limit:
            raise BadValue(f"is not between -{limit} and {limit}")
        return value.quantize(Decimal("0.00001"))

    return parse


def partial_date(cell: str) -> str:
    """A date as exact as it is known: ``2013``, ``2013-03`` or ``2013-03-26``."""
    first_and_last_day(cell)
    return cell


def first_and_last_day(cell: str) -> tuple[date, date]:
    """The first and the last day that a partial date may mean; raises BadValue."""
    found = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", cell)
    try:
        if not found:
            raise ValueError
        year, month, day = (int(part) if part else 0 for part in found.groups())
        if day:
            return date(year, month, day), date(year, month, day)
        first = date(year, month or 1, 1)
        last_month = month or 12
        return first, date(year, last_month, calendar.monthrange(year, last_month)[1])
    except ValueError:
        raise BadValue("is not a date such as 2013-03-26, 2013-03 or 2013") from None


def host(cell: str) -> str:
    """A bare host name."""
    if len(cell) > 200 or not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", cell):
        raise BadValue("is not a bare host name such as wikimedia.am")
    return cell


def web_address(cell: str) -> str:
    """An ``https://`` or ``http://`` address without a password."""
    try:
        parts = urlsplit(cell)
        good = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
        parts.port  # noqa: B018 (raises for a port that is none)
    except ValueError:
        good = False
    if not good or len(cell) > 500 or not re.fullmatch(r"[^\s\x00-\x1f\x7f<>\"\\^`{|}]+", cell):
        raise BadValue("is not a web address that begins with https://")
    return cell
