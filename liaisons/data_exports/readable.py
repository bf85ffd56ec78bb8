"""The same for reading: a page that needs nothing but itself, opened from the reader's own disk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from liaisons import personal_data
from liaisons.models import User

from . import labels

# More than this are shown only when asked for.
MOST_AT_ONCE = 12
# Text as long as this is read as paragraphs.
LONG = 90
EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Part:
    """Some of the entries of one thing, with what stands above them."""

    heading: Any
    entries: list[tuple[Any, "Node"]]


@dataclass(frozen=True)
class Node:
    """A value for the template: text, a moment, a day, parts with entries, or a list."""

    kind: str
    value: Any = None
    parts: list[Part] = field(default_factory=list)
    items: list["Node"] = field(default_factory=list)

    @property
    def is_folded(self) -> bool:
        return len(self.items) > MOST_AT_ONCE

    @property
    def is_plain(self) -> bool:
        """A list of single values: said in one line."""
        return all(item.kind not in ("parts", "list") for item in self.items)


@dataclass(frozen=True)
class Section:
    """What one part of the product holds; ``node`` is None where that is nothing."""

    key: str
    heading: Any
    node: Node | None


def page(person: User, held: Mapping[str, Any]) -> str:
    """The HTML page in the active language and time zone."""
    # The account stands first, whichever part of the product was registered before it.
    keys = sorted(held, key=lambda key: key != "account")
    sections = [
        Section(key, personal_data.heading_of(key), node(held[key], key, section=key))
        for key in keys
    ]
    return render_to_string(
        "liaisons/data_exports/page.html",
        {
            "language": translation.get_language(),
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
            "site_name": settings.SITE_NAME,
            "made_at": timezone.now(),
            "time_zone": person.time_zone,
            "sections": [section for section in sections if section.node],
            "empty": [section for section in sections if not section.node],
        },
    )


def node(value: Any, key: str, *, section: str, parent: str = "") -> Node | None:
    """How a value is shown, and None where there is nothing to show.

    ``key`` is what it is called, ``parent`` what that is part of; both as in the JSON.
    """
    if value in EMPTY or (value is False and key in labels.ONLY_YES):
        return None
    if isinstance(value, Mapping):
        return _parts(value, key, section)
    if isinstance(value, list | tuple | set | frozenset):
        items = [node(item, key, section=section, parent=parent) for item in value]
        there = [item for item in items if item]
        return Node("list", items=there) if there else None
    if isinstance(value, bool):
        return Node("yes" if value else "no")
    value = labels.said(value, key, section=section, parent=parent)
    if isinstance(value, datetime):
        return Node("moment", value)
    if isinstance(value, date):
        return Node("day", value)
    is_long = isinstance(value, str) and (len(value) > LONG or "\n" in value)
    return Node("long" if is_long else "text", value)


def _parts(value: Mapping[str, Any], key: str, section: str) -> Node | None:
    named = labels.PARTS.get(key, []) if key == section else []
    in_a_part = {name for _heading, names in named for name in names}
    rest = [name for name in value if name not in in_a_part]
    parts = [
        Part(heading, entries)
        for heading, names in [("", rest), *named]
        if (entries := list(_entries(value, names, key, section)))
    ]
    return Node("parts", parts=parts) if parts else None


def _entries(value: Mapping[str, Any], names: Iterable[str], key: str, section: str):
    for name in names:
        inner = node(value.get(name), name, section=section, parent=key)
        if inner:
            yield labels.label_of(name, section=section, parent=key) or name, inner
