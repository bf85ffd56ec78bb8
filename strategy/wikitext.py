"""Markdown of the Core Team as wikitext, to be pasted on any wiki.

Everything that is not formatting of ours is escaped (``mailing.wikitext``), so no text can break
the page it is pasted into. What MediaWiki reads: https://www.mediawiki.org/wiki/Help:Formatting.
A link to a page of Meta-Wiki becomes ``[[:m:Special:MyLanguage/…]]``, which leads each reader to
their own language (https://www.mediawiki.org/wiki/Help:Extension:Translate/Translation_example).
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from mailing.wikitext import escaped
from web import markdown

# Headings of a text stand below the one of the whole message.
LEVELS_BELOW = 1
_META_PAGE = re.compile(r"https?://meta\.wikimedia\.org/wiki/(?P<title>[^?#]+)$")
# What a title may not hold (https://www.mediawiki.org/wiki/Manual:Page_title); an address with it
# stays an address.
_NO_TITLE = re.compile(r"[\[\]{}|<>#\x00-\x1f\x7f]|~{3}")
_ADDRESS = re.compile(r"https?://[^\s\[\]<>\"{}|']+$")
_LANGUAGE_PAGE = re.compile(r"^Special:MyLanguage/|/[a-z]{2,3}(-[a-z]+)?$", re.IGNORECASE)


def from_markdown(text: str | None, words: Mapping[int, str] | None = None) -> str:
    """A Markdown text as wikitext; an empty string for an empty one.

    ``words`` stand in place of images, by their numbers.
    """
    return _Writer().write(markdown.parse(text, words))


def link(address: str, words: str) -> str:
    """A link with its words; where the address cannot be one in wikitext, the words alone."""
    if found := _META_PAGE.match(address):
        title = unquote(found["title"]).replace("_", " ")
        if not _NO_TITLE.search(title):
            title = _LANGUAGE_PAGE.sub("", title)
            return f"[[:m:Special:MyLanguage/{title}|{words}]]"
    return f"[{address} {words}]" if _ADDRESS.match(address) else words


class _Writer:
    """Walks the blocks of one text and keeps the lines written."""

    def __init__(self):
        self.parts: list[str] = []
        self.markers: list[str] = []
        self.begun_item = False

    def write(self, tokens) -> str:
        heading = 0
        quoted = 0
        rows: list[str] = []
        for token in tokens:
            kind = token.type
            if kind == "heading_open":
                heading = min(int(token.tag[1]) + LEVELS_BELOW, 6)
            elif kind in ("bullet_list_open", "ordered_list_open"):
                self.markers.append("*" if kind.startswith("bullet") else "#")
            elif kind in ("bullet_list_close", "ordered_list_close"):
                self.markers.pop()
                if not self.markers:
                    self.parts.append("")
            elif kind == "list_item_open":
                self.begun_item = False
            elif kind == "blockquote_open":
                quoted += 1
            elif kind == "blockquote_close":
                quoted -= 1
            elif kind == "hr":
                self.parts += ["----", ""]
            elif kind in ("fence", "code_block"):
                self._say(f"<code>{escaped(token.content)}</code>", quoted)
            elif kind == "table_open":
                rows = ['{| class="wikitable"']
            elif kind == "tr_open":
                rows.append("|-")
            elif kind == "table_close":
                self.parts += [*rows, "|}", ""]
                rows = []
            elif kind == "inline":
                said = _inline(token.children)
                if rows:
                    rows.append(f"| {said}")
                elif heading:
                    signs = "=" * heading
                    self.parts += [f"{signs} {said} {signs}", ""]
                    heading = 0
                else:
                    self._say(said, quoted)
        return "\n".join(self.parts).strip()

    def _say(self, said: str, quoted: int) -> None:
        if self.markers:
            lead = "".join(self.markers)
            # A second paragraph of an item goes on in it.
            self.parts.append(f"{lead}: {said}" if self.begun_item else f"{lead} {said}")
            self.begun_item = True
        else:
            self.parts += [f"{':' * quoted}{' ' if quoted else ''}{said}", ""]


_SIGNS = {"strong_open": "'''", "strong_close": "'''", "em_open": "''", "em_close": "''"}
_SIGNS |= {"s_open": "<s>", "s_close": "</s>", "softbreak": " ", "hardbreak": "<br />"}


def _inline(children) -> str:
    said: list[str] = []
    targets: list[tuple[str, int]] = []
    for child in children:
        if child.type in _SIGNS:
            said.append(_SIGNS[child.type])
        elif child.type == "code_inline":
            said.append(f"<code>{escaped(child.content)}</code>")
        elif child.type == "link_open":
            targets.append((child.attrGet("href") or "", len(said)))
        elif child.type == "link_close":
            target, start = targets.pop()
            said[start:] = [link(target, "".join(said[start:]))]
        elif child.type in ("text", "html_inline"):
            said.append(_words(child.content, begins=not any(said)))
    return "".join(said).strip()


def _words(text: str, *, begins: bool) -> str:
    """Escaped, with the space that parts it from what stands beside it.

    Some signs are markup only where a line ``begins`` with them.
    """
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() and text.strip() else ""
    words = escaped(text) if begins else escaped(f".{text.strip()}")[1:]
    return f"{before}{words}{after}"
