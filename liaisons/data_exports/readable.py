"""The same for reading: a page that needs nothing but itself, opened from the reader's own disk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from liaisons import personal_data
from liaisons.models import User

from .labels import CHOICES, label_of

NOTHING = "–"
EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Node:
    """A value for the template: text, a moment, a day, entries with labels, or a list."""

    kind: str
    value: Any = None
    entries: list[tuple[str, "Node"]] = field(default_factory=list)
    items: list["Node"] = field(default_factory=list)


def page(person: User, held: Mapping[str, Any]) -> str:
    """The HTML page in the active language and time zone."""
    # The account stands first, whichever part of the product was registered before it.
    keys = sorted(held, key=lambda key: key != "account")
    sections = [(key, personal_data.heading_of(key), node(held[key], key)) for key in keys]
    return render_to_string(
        "liaisons/data_exports/page.html",
        {
            "language": translation.get_language(),
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
            "site_name": settings.SITE_NAME,
            "made_at": timezone.now(),
            "sections": sections,
        },
    )


def node(value: Any, key: str = "", *, is_one_of_many: bool = False) -> Node:
    """How a value is shown; ``key`` is what it is called in its section.

    Of one thing out of a list, what is empty is left out.
    """
    if isinstance(value, Mapping):
        shown = {k: v for k, v in value.items() if not (is_one_of_many and v in EMPTY)}
        return Node("entries", entries=[(label_of(k), node(v, k)) for k, v in shown.items()])
    if isinstance(value, list | tuple | set | frozenset):
        items = [node(item, key, is_one_of_many=True) for item in value]
        return Node("list", items=items) if items else _text(NOTHING)
    if isinstance(value, bool):
        return Node("yes" if value else "no")
    if isinstance(value, datetime):
        return Node("moment", value)
    if isinstance(value, date):
        return Node("day", value)
    if value in (None, ""):
        return _text(NOTHING)
    return _text(CHOICES.get(key, {}).get(value, value))


def _text(value) -> Node:
    return Node("text", value)
