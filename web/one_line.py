"""One line of text, as somebody typed or pasted it: what a name may be.

Names stand in the middle of pages and mails. An end of a line in one would let its owner write
lines of a mail that look like ours, and a mark that turns the direction would turn what follows.
"""

import unicodedata

from django import forms

# Ends of lines and of paragraphs, controls, and halves of characters.
_BREAKS = ("Cc", "Cs", "Zl", "Zp")
_TURNS = ("LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
# Letters by category that are drawn as nothing: fillers of Hangul, and the blank of Braille.
_UNDRAWN = "\u115f\u1160\u2800\u3164\uffa0"


def is_break(character: str) -> bool:
    """True for what ends a line, or controls a terminal."""
    return unicodedata.category(character) in _BREAKS


def is_turn(character: str) -> bool:
    """True for marks that turn the direction of the text after them."""
    return unicodedata.bidirectional(character) in _TURNS


def one_line(text: str) -> str:
    """The text on one line, without marks that turn it; empty where nothing of it can be seen.

    Joiners stay: they are spelling in Persian and in scripts of India.
    """
    kept = "".join(" " if is_break(one) else one for one in text if not is_turn(one))
    return " ".join(kept.split()) if any(map(_is_seen, kept)) else ""


def _is_seen(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CZM" and character not in _UNDRAWN


class OneLineField(forms.CharField):
    """A name: one line, whatever was pasted."""

    def to_python(self, value):
        return one_line(super().to_python(value))
