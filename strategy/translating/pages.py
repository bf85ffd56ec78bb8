"""What pages for translators show of a thing: each original beside its translation."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from ..draft_differences import Difference, compared
from ..models import TranslationDraft
from . import texts
from .states import Standing, Standings, State
from .texts import Text


@dataclass(frozen=True)
class Side:
    """One text: the original, as it is published in the other language, and the field for it."""

    text: Text
    standing: Standing
    published: str
    # What changed in the original since it was translated or begun; None where nothing did.
    change: Difference | None = None
    # True where somebody else changed the published translation since this draft was begun.
    is_published_anew: bool = False
    field: Any = None
    doubts: list[str] = dataclasses.field(default_factory=list)


def sides(thing, language: str, *, draft: TranslationDraft | None = None, form=None) -> list[Side]:
    """Each text of a thing, in order."""
    standings = Standings([thing], languages=[language])
    found = []
    for text in texts.texts_of(thing):
        standing = standings.of_text(text, language)
        published = text.in_language(language)
        before = text.original if standing.made_from is None else standing.made_from
        began_with = published
        if draft:
            before = draft.made_from.get(text.key, text.original)
            began_with = draft.published.get(text.key, published)
        change = None
        if before != text.original:
            change = Difference(text.label, *compared(before, text.original))
        found.append(
            Side(
                text, standing, published, change,
                is_published_anew=began_with != published,
                field=form[text.key] if form else None,
                doubts=form.doubts.get(text.key, []) if form else [],
            )
        )  # fmt: skip
    return found


def state_of(thing, language: str) -> State:
    """Where a thing stands in a language."""
    return Standings([thing], languages=[language]).of_thing(thing, language)


def original_of(thing) -> str:
    """All words of the originals of a thing."""
    return "\n".join(text.original for text in texts.texts_of(thing))
