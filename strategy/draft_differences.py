"""Where two versions of a text differ, so that somebody can see both before them."""

import difflib
import re
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _

# Comparing takes a while for long texts: where there are more pieces than this, all is marked.
MOST_PIECES = 1500
WORDS, LINES = r"\S+|\s+", r"[^\n]+|\n"


@dataclass(frozen=True)
class Piece:
    """A part of a text; ``is_different`` where the other text has something else there."""

    text: str
    is_different: bool = False


Sides = tuple[list[Piece], ...]


@dataclass(frozen=True)
class Difference:
    """A field in which two drafts differ: what each says."""

    label: str
    mine: list[Piece]
    theirs: list[Piece]


def between(form: forms.Form, mine: dict[str, str], theirs: dict[str, str]) -> list[Difference]:
    """The fields in which two drafts differ, in the form's order."""
    return [
        Difference(
            str(field.label),
            *compared(_said(field, mine.get(name, "")), _said(field, theirs.get(name, ""))),
        )
        for name, field in form.fields.items()
        if mine.get(name, "") != theirs.get(name, "")
    ]


def compared(mine: str, theirs: str) -> Sides:
    """Line by line, and word by word inside a line that is another version of the same one."""
    ours, others = (re.findall(LINES, text) for text in (mine, theirs))
    if len(ours) + len(others) > MOST_PIECES:
        return [Piece(mine, True)], [Piece(theirs, True)]
    sides: Sides = ([], [])
    for what, a, b, c, d in _matched(ours, others):
        if what == "replace" and b - a == d - c:
            for pair in zip(ours[a:b], others[c:d], strict=True):
                _add(sides, _words(*pair))
        else:
            _add(sides, _whole("".join(ours[a:b]), "".join(others[c:d]), what != "equal"))
    return sides


def _words(mine: str, theirs: str) -> Sides:
    ours, others = (re.findall(WORDS, text) for text in (mine, theirs))
    if len(ours) + len(others) > MOST_PIECES or not set(ours) & set(others) - {" "}:
        return _whole(mine, theirs, True)
    sides: Sides = ([], [])
    for what, a, b, c, d in _matched(ours, others):
        _add(sides, _whole("".join(ours[a:b]), "".join(others[c:d]), what != "equal"))
    return sides


def _matched(ours: list[str], others: list[str]):
    return difflib.SequenceMatcher(None, ours, others, autojunk=False).get_opcodes()


def _whole(mine: str, theirs: str, is_different: bool) -> Sides:
    return tuple([Piece(text, is_different)] if text else [] for text in (mine, theirs))


def _add(sides: Sides, more: Sides) -> None:
    for side, pieces in zip(sides, more, strict=True):
        side.extend(pieces)


def _said(field: forms.Field, value: str) -> str:
    """A value as the page says it: the choice's words instead of its key."""
    if isinstance(field, forms.BooleanField):
        return _("Yes") if value else ""
    if isinstance(field, forms.ChoiceField):
        for key, label in field.choices:
            if isinstance(label, list | tuple):
                inner = dict(label)
                if value in inner:
                    return str(inner[value])
            elif key == value:
                return str(label) if key else ""
    return value
