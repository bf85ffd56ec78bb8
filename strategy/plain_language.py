"""What in an English text is hard to read, or hard to say in ten other languages.

Hints, not rules: each names a place and says what could be done. Pure; knows English only. The
lists are short on purpose: a hint that is wrong once in three is not read the third time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from web import markdown

# Plain-language guides of several governments agree on about 25 words.
LONG_SENTENCE = 25
# What lists of messages and search results show of a title.
LONG_TITLE = 70

# Kind of hint: what is said of it. The order is the one in which hints are shown.
KINDS: dict[str, Any] = {
    "sentence": _("Long sentence. Two short ones are easier to read and to translate."),
    "passive": _("It does not say who acts, more than once in a sentence. Name who does it."),
    "brackets": _("Brackets inside brackets. Make a sentence of one of them."),
    "abbreviation": _("An abbreviation that is nowhere written out."),
    "date": _("Month and day are swapped in other countries. Write the month as a word."),
    "season": _("Seasons differ around the world. Name the months."),
    "when": _("People read this days later, and translated later still. Name the day."),
    "idiom": _("Hard to translate: the words do not mean what they say."),
    "filler": _("Shorter without changing the meaning."),
    "link": _("The words of a link should say where it leads."),
    "title": _("A long title is cut off in lists of messages."),
}


@dataclass(frozen=True)
class Hint:
    """One place in a text: which kind of hint, the words it is about, and better ones if known."""

    kind: str
    words: str
    better: str = ""

    @property
    def said(self) -> Any:
        return KINDS[self.kind]


# Abbreviations that readers of the movement's texts know, and those that name a format or a unit.
_KNOWN = {
    *("API", "BY", "CC", "CSV", "EU", "FAQ", "GMT", "HTML", "HTTP", "ID", "IT", "NGO", "OK"),
    *("PDF", "RSS", "SA", "SMS", "TV", "UN", "URL", "US", "UTC"),
}
_IDIOMS = (
    "at the end of the day",
    "back to the drawing board",
    "ball is in your court",
    "ballpark",
    "big picture",
    "bring to the table",
    "circle back",
    "come on board",
    "deep dive",
    "drill down",
    "food for thought",
    "from scratch",
    "get the ball rolling",
    "going forward",
    "heads up",
    "heads-up",
    "hit the ground running",
    "in a nutshell",
    "in the loop",
    "in the pipeline",
    "keep an eye on",
    "kick off",
    "kick-off",
    "kicked off",
    "leave no stone unturned",
    "level playing field",
    "low-hanging fruit",
    "moving forward",
    "move the needle",
    "on board with",
    "on the same page",
    "on the table",
    "out of the box",
    "reach out",
    "reached out",
    "roll out",
    "rolled out",
    "rule of thumb",
    "stay tuned",
    "take it offline",
    "think outside the box",
    "touch base",
    "up in the air",
    "weigh in",
    "win-win",
    "wrap up",
    "wrapped up",
)
# What is said longer than it needs to be, or in Latin: and how to say it.
_FILLERS = {
    "we feel that": "",
    "we feel": "we think",
    "we would like to": "we",
    "it should be noted that": "",
    "please note that": "",
    "at this point in time": "now",
    "due to the fact that": "because",
    "for the purpose of": "for",
    "in order to": "to",
    "in the event that": "if",
    "with regard to": "about",
    "with respect to": "about",
    "prior to": "before",
    "subsequent to": "after",
    "utilize": "use",
    "utilise": "use",
    "leverage": "use",
    "facilitate": "help",
    "and/or": "or",
    "e.g.": "for example",
    "i.e.": "that is",
    "etc.": "and so on",
    "vs.": "against",
}
# Participles that do not end in -ed, of the verbs that texts like ours use.
_PARTICIPLES = (
    "brought|built|chosen|done|drawn|found|given|held|kept|known|led|left|made|paid|put|read|said"
    "|seen|sent|set|shown|spoken|taken|told|understood|written"
)


def _any_of(words) -> re.Pattern[str]:
    """Any of these words or phrases, whole, in any case; the longest where several fit."""
    ordered = sorted(words, key=len, reverse=True)
    alternatives = "|".join(re.escape(one).replace(r"\ ", r"\s+") for one in ordered)
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)


_IDIOM, _FILLER = _any_of(_IDIOMS), _any_of(_FILLERS)
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+|not\s+|also\s+)?"
    rf"(?:\w{{2,}}ed|{_PARTICIPLES})\b",
    re.IGNORECASE,
)
_NESTED = re.compile(r"\([^()]{0,300}\([^()]{0,300}\)")
_ABBREVIATION = re.compile(r"(?<![\w.-])[A-Z]{2,6}s?(?![\w-])")
# 3/4, 03/04/2019, 3.4.2019, 3-4-2019; not 24/7, nor a fraction above twelve such as 1/30.
_DATE = re.compile(
    r"(?<![\w/.-])(?:0?[1-9]|1[0-2])/(?:0?[1-9]|1[0-2])(?:/\d{2,4})?(?![\w/]|\s+of\b)"
    r"|(?<![\w/.-])(?:0?[1-9]|[12]\d|3[01])(?:/(?:0?[1-9]|[12]\d|3[01])/|[.-](?:0?[1-9]|1[0-2])[.-])"
    r"(?:\d{4}|\d{2})(?![\w/-]|\.\d)"
)
_SEASON = re.compile(
    r"\b(?:this|next|last|in|in the|early|late|by|during|until)\s+(?:the\s+)?"
    r"(?:spring|summer|autumn|fall|winter)\b(?!\s+(?:of\s+code|school))",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:today|tomorrow|yesterday|tonight|(?:next|last|this)\s+"
    r"(?:week|month|monday|tuesday|wednesday|thursday|friday|saturday|sunday))\b",
    re.IGNORECASE,
)
_NO_TARGET = re.compile(r"^\W*(?:click\s+)?(?:here|this|link|this link|this page|more)\W*$", re.I)
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+")
# A sentence ends at its sign, where the next one begins with a capital letter or a number.
_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-Z0-9])")
_NO_END = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|Dr|Mr|Ms|Mrs|St|No|approx)\.|\b[A-Z]\.)$")


def hints(*, title: str = "", short: str = "", body: str = "") -> list[Hint]:
    """All hints for an English text, in the order of ``KINDS``; the same words are named once.

    ``body`` is Markdown: its code and the addresses of its links are left alone.
    """
    passages = [
        _ADDRESS.sub("", passage) for passage in (title, *_paragraphs(short), *_passages(body))
    ]
    found = [hint for passage in passages for hint in _in_passage(passage)]
    found += _abbreviations(passages)
    found += [Hint("link", words) for words in _links(body) if _NO_TARGET.match(words)]
    if len(title) > LONG_TITLE:
        found.append(Hint("title", title))
    order = list(KINDS)
    return sorted(dict.fromkeys(found), key=lambda hint: order.index(hint.kind))


def sentences(passage: str) -> list[str]:
    """The sentences of one paragraph."""
    whole: list[str] = []
    for part in _END.split(passage.strip()):
        if whole and _NO_END.search(whole[-1]):
            whole[-1] += f" {part}"
        elif part:
            whole.append(part)
    return whole


def _in_passage(passage: str) -> Iterator[Hint]:
    for sentence in sentences(passage):
        if len(sentence.split()) > LONG_SENTENCE:
            yield Hint("sentence", sentence)
        if len(_PASSIVE.findall(sentence)) > 1:
            yield Hint("passive", sentence)
    for kind, pattern in (
        ("brackets", _NESTED),
        ("date", _DATE),
        ("season", _SEASON),
        ("when", _RELATIVE),
        ("idiom", _IDIOM),
    ):
        yield from (Hint(kind, match[0]) for match in pattern.finditer(passage))
    for match in _FILLER.finditer(passage):
        words = " ".join(match[0].split())
        yield Hint("filler", words, _FILLERS[words.lower()])


def _abbreviations(passages: list[str]) -> Iterator[Hint]:
    """Those without brackets beside them anywhere: "Working Group (WG)" or "WG (Working Group)"."""
    whole = "\n".join(passages)
    for passage in passages:
        if passage.isupper():
            continue  # Somebody shouts; no word of it is an abbreviation.
        for match in _ABBREVIATION.finditer(passage):
            name = match[0].removesuffix("s")
            is_explained = re.search(rf"\({name}s?\)|\b{name}s?\s+\(", whole)
            if name not in _KNOWN and not is_explained:
                yield Hint("abbreviation", name)


def _paragraphs(text: str) -> list[str]:
    return [" ".join(lines.split()) for lines in re.split(r"\n\s*\n", text or "") if lines.strip()]


def _passages(body: str) -> list[str]:
    """Each paragraph, heading, cell and point of a Markdown text, as it is read."""
    return [
        "".join(
            " " if child.type in ("softbreak", "hardbreak") else child.content
            for child in token.children or ()
            if child.type in ("text", "softbreak", "hardbreak")
        )
        for token in markdown.parse(body)
        if token.type == "inline"
    ]


def _links(body: str) -> Iterator[str]:
    """The words of each link of a Markdown text."""
    for token in markdown.parse(body):
        inside: list[str] | None = None
        for child in token.children or ():
            if child.type == "link_open":
                inside = []
            elif child.type == "link_close" and inside is not None:
                yield "".join(inside)
                inside = None
            elif inside is not None:
                inside.append(child.content)
