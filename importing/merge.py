"""The three-way merge: the file now, the file as it was imported last, and the row in the product.

What only the file changed comes in. What people changed in the product stays, and is reported.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Kept:
    """A value that people changed in the product and that the file would have changed."""

    key: str
    field: str
    product: Any
    file: Any


_NEVER = object()


def plain(value: Any) -> Any:
    """A value as JSON holds it, so that a value read back compares equal. Empty text is None."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if value == "":
        return None
    return value


def merge(
    current: dict[str, Any], last: dict[str, Any], new: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """What to write, what to remember as imported, and the fields where the product's value stays.

    All values are plain ones. ``last`` lacks a field that was never imported: then a value that
    the product has already is people's own, and stays.
    """
    write, remember, keep = {}, dict(last), []
    for field, value in new.items():
        before = last.get(field, _NEVER)
        now = current[field]
        if now == value:
            remember[field] = value
        elif now == before or (before is _NEVER and now in (None, [])):
            write[field] = remember[field] = value
        else:
            keep.append(field)
    return write, remember, keep
