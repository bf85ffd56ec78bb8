"""Cut what was typed or pasted into statements: one line each, without bullets and numbers.

The patterns are read by Python and, through ``for_browser``, by the script that shows the
statements while one types, so that both cut alike.
"""

import re
import unicodedata
from dataclasses import dataclass, field

from .models.reports import LONGEST_STATEMENT

# A bullet that is one with or without a space after it; one that needs the space ("-5 degrees");
# a number with its mark: "1." "2)" "(3)" "٤." "५)" "６．" "7、". No digit may follow, as in "1.5".
BULLET = (
    r"^\s*(?:"
    r"[•‣◦●○■□▪▫►▸·・*]+\s*"
    r"|[-–—−#]+\s+"
    r"|[(（]?\d{1,3}\s?[.)．）、。:：](?!\d)\s*"
    r"|[(（]\d{1,3}[)）]\s*"
    r")"
)
# All lines of a list in wikitext begin with "#", often without a space. One alone is a hashtag.
HASH = r"^\s*#+\s*"
# Nothing but lines and dots: what separates parts of a pasted page.
RULE = r"^[\s\-–—−_=*#.·•~]*$"
# The end of a sentence, and something after it. Not after an abbreviation ("e.g. this"). Nothing in
# it repeats without bound: a line may be long, and is looked at on every keystroke.
SENTENCES = (
    r"(?:[^\s.]{3}\.|[!?؟۔])[\"'”’»)\]]{0,3}\s+\S"
    r"|[।。！？][\"”’»)\]」』]{0,3}\s*[^\s\"”’»)\]」』。！？]"
)
# Characters of no width that come along with a paste.
UNSEEN = " \u200b\u2060\ufeff"
LINE_END = r"\r\n|[\n\r\v\f\u0085\u2028\u2029]"

_bullet, _hash, _rule = re.compile(BULLET), re.compile(HASH), re.compile(RULE)
_sentences, _line_end = re.compile(SENTENCES), re.compile(LINE_END)


@dataclass
class Cut:
    """Statements in order; the lines dropped because they stood there already; and, by their
    number, those that seem to hold several sentences."""

    statements: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    several: list[int] = field(default_factory=list)


def cut(text: str, *, after: int = 0) -> Cut:
    """Cut a text into statements; numbers begin after ``after``."""
    found = Cut()
    lines = [_clean(line) for line in _line_end.split(text)]
    lines = [line for line in lines if line]
    wikitext = len(lines) > 1 and all(_hash.match(line) for line in lines)
    seen = set()
    for line in lines:
        statement = (_hash if wikitext else _bullet).sub("", line, count=1).strip()
        if not statement or _rule.match(statement):
            continue
        if statement in seen:
            found.repeated.append(statement)
            continue
        seen.add(statement)
        found.statements.append(statement)
        if len(statement) <= LONGEST_STATEMENT and _sentences.search(statement):
            found.several.append(after + len(found.statements))
    return found


def one_line(text: str) -> str:
    """A statement that is edited on its own: its lines become one."""
    return " ".join(filter(None, (_clean(line) for line in _line_end.split(text))))


def for_browser() -> dict[str, str]:
    """The patterns as JavaScript writes them (flag ``u``): there ``\\d`` knows 0 to 9 only."""
    return {
        name: pattern.replace(r"\d", r"\p{Nd}").replace(r"\"", '"')
        for name, pattern in (
            ("bullet", BULLET),
            ("hash", HASH),
            ("rule", RULE),
            ("sentences", SENTENCES),
            ("lineEnd", LINE_END),
        )
    }


def _clean(line: str) -> str:
    # Control characters have no place in a sentence; a tab is a space.
    kept = "".join(" " if unicodedata.category(c) == "Cc" else c for c in line)
    return " ".join(kept.split()).strip(UNSEEN)
