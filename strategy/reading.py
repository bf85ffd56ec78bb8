"""How long a text takes to read."""

import math
import re

WORDS_PER_MINUTE = 200
# Scripts written without spaces are counted by the character.
CHARACTERS_PER_MINUTE = 500
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f]")


def minutes(text: str | None) -> int:
    """Whole minutes, at least 1, that a text in any script takes an unhurried reader."""
    return max(1, math.ceil(_words(text) / WORDS_PER_MINUTE))


def minutes_of(shown) -> int:
    """The same for what a page shows of an update: its short version and its body."""
    return minutes(f"{shown.text('short')} {shown.text('body')}")


def words(text: str | None) -> int:
    """How many words a text has, or would have in a script with spaces."""
    return math.ceil(_words(text))


def _words(text: str | None) -> float:
    text = text or ""
    characters = len(_UNSPACED.findall(text))
    # A full stop of theirs that is left alone is no word.
    spaced = _UNSPACED.sub(" ", text).split()
    words = sum(any(one.isalnum() for one in word) for word in spaced)
    return words + characters * WORDS_PER_MINUTE / CHARACTERS_PER_MINUTE
