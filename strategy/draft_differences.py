"""Where two versions of one draft differ, so that the writer can choose with both before them."""

import difflib
import re
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _

# Comparing takes a while for long texts: with more pieces than this it goes line by line, and
# where there are too many lines, all is marked.
MOST_PIECES = 3000
WORDS, LINES = r"\S+|\s+", r"[^\n]+|\n+"


@dataclass(frozen=True)
class Piece:
    """A part of a text; ``is_different`` where the other text has something else there."""

    text: str
    is_different: bool = False


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
            *_compared(_said(field, mine.get(name, "")), _said(field, theirs.get(name, ""))),
        )
        for name, field in form.fields.items()
        if mine.get(name, "") != theirs.get(name, "")
    ]


def _compared(mine: str, theirs: str) -> tuple[list[Piece], list[Piece]]:
    for pattern in (WORDS, LINES):
        ours, others = (re.findall(pattern, text) for text in (mine, theirs))
        if len(ours) + len(others) <= MOST_PIECES:
            break
    else:
        return [Piece(mine, True)], [Piece(theirs, True)]
    pieces: tuple[list[Piece], list[Piece]] = ([], [])
    matcher = difflib.SequenceMatcher(None, ours, others, autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        for side, part in zip(pieces, ("".join(ours[a:b]), "".join(others[c:d])), strict=True):
            if part:
                side.append(Piece(part, what != "equal"))
    return pieces


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
