"""All that happened between a person and us, newest first: each app adds its part.

An app registers its parts in ``AppConfig.ready``. A page of the story asks each part once, however
long the story is.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from .models import User

ROWS = 30
# A row's id has fewer digits.
_LONGEST_NUMBER = 18


@dataclass(frozen=True)
class Line:
    """What happened, in words that are translated already. ``about`` is a name, ``by`` a person."""

    what: str
    about: str = ""
    by: str = ""
    url: str = ""


@dataclass(frozen=True)
class Part:
    """One kind of thing that happens: its rows for a person, when each was, and how it is told.

    ``at`` names a date and time of the rows, which must not be empty.
    """

    key: str
    label: Any
    rows: Callable[[User], QuerySet]
    at: str
    tell: Callable[[Any], Line]


@dataclass(frozen=True)
class Entry:
    """One line of the story."""

    at: datetime
    part: Part
    pk: int
    line: Line

    @property
    def place(self) -> tuple:
        """Where it stands in the story; no two lines have the same."""
        return (self.at, self.part.key, self.pk)

    @property
    def token(self) -> str:
        """The same for an address."""
        return f"{self.at.isoformat()}~{self.part.key}~{self.pk}"


_parts: dict[str, Part] = {}


def register(*parts: Part) -> None:
    """Add the parts of one app. Raises ``ValueError`` for a key in use."""
    for part in parts:
        if part.key in _parts and _parts[part.key] is not part:
            raise ValueError(f"Two parts of the story are called {part.key!r}.")
        _parts[part.key] = part


def parts() -> list[Part]:
    """All parts, as they were registered."""
    return list(_parts.values())


def of(person: User, *, only: str = "", before: str = "") -> tuple[list[Entry], str]:
    """One page of the story: the newest lines before that token, and the token of the next page.

    ``only`` is the key of one part; the token is empty where the story begins.
    """
    wanted: Iterable[Part] = [_parts[only]] if only in _parts else _parts.values()
    place = _place(before)
    found = [entry for part in wanted for entry in _entries(part, person, place)]
    found.sort(key=lambda entry: entry.place, reverse=True)
    shown = found[:ROWS]
    return shown, shown[-1].token if len(found) > ROWS else ""


def _entries(part: Part, person: User, place) -> list[Entry]:
    rows = part.rows(person)
    if place:
        at, key, pk = place
        earlier = Q(**{f"{part.at}__lt": at})
        if part.key < key:
            earlier |= Q(**{part.at: at})
        elif part.key == key:
            earlier |= Q(**{part.at: at, "pk__lt": pk})
        rows = rows.filter(earlier)
    rows = rows.order_by(f"-{part.at}", "-pk")[: ROWS + 1]
    return [Entry(getattr(row, part.at), part, row.pk, part.tell(row)) for row in rows]


def _place(token: str) -> tuple[datetime, str, int] | None:
    """What a token says; None where it says nothing that makes sense."""
    at, _sign, rest = token.partition("~")
    key, _sign, pk = rest.partition("~")
    is_number = pk.isascii() and pk.isdecimal() and len(pk) < _LONGEST_NUMBER
    if key not in _parts or not is_number:
        return None
    try:
        moment = datetime.fromisoformat(at)
        # Compared as the database does; years without a neighbour have no such moment.
        return (moment.astimezone(timezone.get_default_timezone()), key, int(pk))
    except (ValueError, OverflowError):
        return None
