"""Help with the English text, below it after saving and in the preview; it needs no script."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from modeltranslation.utils import build_localized_fieldname

from .. import images, plain_language, reading
from ..excerpts import beginning
from ..models import Update
from ..models.short_versions import MAX_SHORT

# Of one kind so many hints are shown: who mended these knows what to look for.
MOST_OF_A_KIND = 5
# Of a sentence so much is shown that it is found again.
EXCERPT = 160


@dataclass(frozen=True)
class Group:
    """The hints of one kind: what is said of them, the words each is about, and how many more."""

    said: Any
    hints: list[plain_language.Hint]
    number_left: int


def as_html(thing) -> str:
    """What there is to know and to mend about the English text of an update or a topic."""
    title, short, body = (_english(thing, field) for field in ("title", "short", "body"))
    found = plain_language.hints(title=title, short=short, body=body)
    lacking, unplaced = images.misplaced(thing) if isinstance(thing, Update) else ([], [])
    context = {
        "lacking": lacking,
        "unplaced": unplaced,
        "characters": len(short),
        "limit": MAX_SHORT,
        "words": reading.words(f"{short} {body}"),
        "minutes": reading.minutes(f"{short} {body}"),
        "groups": _grouped(found),
        "number_of_hints": len(found),
        "is_empty": not (title or short or body),
    }
    return render_to_string("admin/strategy/_writing_help.html", context)


def number_of_hints(thing) -> int:
    """How many hints the English text gets."""
    texts = {field: _english(thing, field) for field in ("title", "short", "body")}
    return len(plain_language.hints(**texts))


def _english(thing, field) -> str:
    return getattr(thing, build_localized_fieldname(field, settings.LANGUAGE_CODE), None) or ""


def _grouped(hints) -> list[Group]:
    groups = []
    for kind, said in plain_language.KINDS.items():
        of_kind = [hint for hint in hints if hint.kind == kind]
        if of_kind:
            shown = [
                plain_language.Hint(kind, beginning(hint.words, EXCERPT), hint.better)
                for hint in of_kind[:MOST_OF_A_KIND]
            ]
            groups.append(Group(said, shown, len(of_kind) - len(shown)))
    return groups
