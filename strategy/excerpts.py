"""The beginning of a text, where a mail or a list has no room for all of it."""

import unicodedata

CUT = "…"


def beginning(text: str, letters: int, most_bytes: int = 0) -> str:
    """At most so many letters, and bytes where given, cut between words where there are any.

    Bytes are for mails: scripts that take three for each letter say more with it.
    """
    text = text.strip()
    if most_bytes:
        fitting = len(text.encode()[:most_bytes].decode(errors="ignore"))
        letters = min(letters, fitting) if fitting < len(text) else letters
    if len(text) <= letters:
        return text
    kept = text[: letters - len(CUT)]
    # Signs that belong to the letter before them (vowels of Hindi and Arabic) stay with it.
    while unicodedata.category(text[len(kept)]).startswith("M"):
        kept = kept[:-1]
    # Not where it would leave little: Chinese and Japanese put no spaces between words.
    space = kept.rfind(" ")
    if not text[len(kept)].isspace() and space > len(kept) // 2:
        kept = kept[:space]
    return kept.rstrip(" ,;:.،؛、。") + CUT
