"""Our words for our things, in each language: read from ``locale/README.md``, their one source."""

import functools
import re
from dataclasses import dataclass

from django.conf import settings

FILE = "README.md"
ROW = re.compile(r"^\|(?P<cells>.*)\|\s*$")
COLUMN = re.compile(r"\((?P<code>[a-z-]+)\)$")
ENGLISH = "English"


@dataclass(frozen=True)
class Word:
    """One of our words in English, as the table has it, and in another language."""

    english: str
    translated: str

    @property
    def forms(self) -> list[str]:
        """The English words it is about, without what explains them."""
        plain = re.sub(r"\(.*?\)", "", self.english)
        heads = [part.split(":")[0] for part in plain.split(",")]
        more = plain.split(":")[1].split(",") if ":" in plain else []
        found = (re.sub(r"^to ", "", one.strip()) for one in (*heads, *more))
        return [one for one in found if one]


@functools.cache
def words(code: str) -> tuple[Word, ...]:
    """The words of one language, in the order of the tables; empty where there are none."""
    return tuple(_tables().get(code, ()))


def in_text(code: str, text: str) -> list[Word]:
    """Those of our words that stand in an English text."""
    low = text.lower()
    return [word for word in words(code) if any(_stands(form, low) for form in word.forms)]


def _stands(form: str, text: str) -> bool:
    # In the plural or another form of the verb too.
    return re.search(rf"\b{re.escape(form.lower())}(s|es|ed|d|ing)?\b", text) is not None


def found_code(heading: str) -> str | None:
    """The language of a column: ``Spanish (es)``."""
    match = COLUMN.search(heading)
    return match["code"] if match else None


@functools.cache
def _tables() -> dict[str, list[Word]]:
    found: dict[str, list[Word]] = {}
    codes: list[str | None] = []
    for line in (settings.LOCALE_PATHS[0] / FILE).read_text(encoding="utf-8").splitlines():
        match = ROW.match(line)
        if not match:
            codes = []
            continue
        first, *others = [cell.strip() for cell in match["cells"].split("|")]
        if first == ENGLISH:
            codes = [found_code(one) for one in others]
        elif codes and not set(first) <= {"-", ":"}:
            for code, cell in zip(codes, others, strict=False):
                if code and cell:
                    found.setdefault(code, []).append(Word(first, cell))
    return found
