"""What is looked at before a translation is published: length, placeholders, Markdown.

A *problem* has to be mended. A *doubt* may be meant: the translator looks and says so.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markdown_it import MarkdownIt

from .texts import ENGLISH, Text

# {name}, %(name)s, %s and the like: filled in by programs, and kept as they are.
PLACEHOLDER = re.compile(r"\{\w*\}|%\(\w+\)[sd]|%[sd]")

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table"])


@dataclass
class Found:
    """What was found in one text."""

    problems: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def check(text: Text, translated: str) -> Found:
    """Compare a translation with the original of today."""
    found = Found()
    if not translated.strip():
        return found  # whether it may be left out, the form says
    if text.longest and len(translated) > text.longest:
        found.problems.append(
            _("%(count)s characters; at most %(most)s fit.")
            % {"count": len(translated), "most": text.longest}
        )
    if not text.is_long and "\n" in translated:
        found.problems.append(_("This is one line."))
    # Programs fill in what the Core Team writes, and nothing that a liaison reports.
    if text.source == ENGLISH:
        _check_placeholders(text.original, translated, found)
    if text.is_markdown:
        _check_markdown(text.original, translated, found)
    return found


def _check_placeholders(english, translated, found) -> None:
    wanted, there = (Counter(PLACEHOLDER.findall(one)) for one in (english, translated))
    if missing := wanted - there:
        found.problems.append(
            # Translators: placeholders are signs such as {name} that a program fills in.
            _("These placeholders are missing: %(signs)s") % {"signs": " ".join(missing)}
        )
    if more := there - wanted:
        found.problems.append(
            _("The English text has no such placeholders: %(signs)s") % {"signs": " ".join(more)}
        )


def _check_markdown(english, translated, found) -> None:
    wanted, there = _shape(english), _shape(translated)
    links = sorted((wanted["links"] - there["links"]).elements())
    if links:
        found.doubts.append(
            _("Links of the English text that are not here: %(links)s") % {"links": " ".join(links)}
        )
    images = sorted((wanted["images"] - there["images"]).elements())
    if images:
        found.doubts.append(
            _("Images of the English text that are not here: %(images)s")
            % {"images": " ".join(f"![]({image})" for image in images)}
        )
    for name, message in (
        ("headings", _headings),
        ("points", _points),
        ("paragraphs", _paragraphs),
        ("tables", _tables),
    ):
        a, b = wanted[name].total(), there[name].total()
        if a != b:
            found.doubts.append(message(b) % {"there": b, "wanted": a})


def _headings(number) -> str:
    return ngettext(
        "%(there)s heading here, %(wanted)s in the English text.",
        "%(there)s headings here, %(wanted)s in the English text.",
        number,
    )


def _points(number) -> str:
    return ngettext(
        # Translators: points are the lines of a list.
        "%(there)s point of a list here, %(wanted)s in the English text.",
        "%(there)s points of lists here, %(wanted)s in the English text.",
        number,
    )


def _paragraphs(number) -> str:
    return ngettext(
        "%(there)s paragraph here, %(wanted)s in the English text.",
        "%(there)s paragraphs here, %(wanted)s in the English text.",
        number,
    )


def _tables(number) -> str:
    return ngettext(
        "%(there)s table here, %(wanted)s in the English text.",
        "%(there)s tables here, %(wanted)s in the English text.",
        number,
    )


KINDS = {
    "heading_open": "headings",
    "list_item_open": "points",
    "paragraph_open": "paragraphs",
    "table_open": "tables",
}


def _shape(markdown: str) -> dict[str, Counter]:
    """How a text is built: its links, and how many of each kind of block it has."""
    shape: dict[str, Counter] = {name: Counter() for name in ("links", "images", *KINDS.values())}
    for token in _parser.parse(markdown):
        if token.type in KINDS and not token.hidden:
            shape[KINDS[token.type]][token.tag] += 1
        for child in token.children or ():
            if child.type == "link_open":
                shape["links"][child.attrGet("href") or ""] += 1
            elif child.type == "image":
                shape["images"][child.attrGet("src") or ""] += 1
    return shape
