"""Markdown to HTML that is safe to show, in pages, mails and feeds alike.

Pictures come from us alone: a text names one by a number, ``![](image:2)``, and whoever renders it
says what stands there. Any other picture shows nothing.
"""

import re
from collections.abc import Callable, Mapping
from secrets import token_hex

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "code", "pre"),
    *("blockquote", "ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "th": {"align"}, "td": {"align"}}
SCHEMES = {"http", "https", "mailto"}

# "#" in a text becomes a heading below the page's own.
_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(
    ["table", "strikethrough"]
)


_IMAGE = re.compile(r"image:([0-9]{1,4})")


def parse(text: str | None, words: Mapping[int, str] | None = None) -> list[Token]:
    """The blocks of a Markdown text, for other ways to write it.

    ``words`` stand in place of images, by their numbers.
    """
    tokens = _parser.parse(text or "")
    for child in (child for token in tokens for child in token.children or ()):
        if said := (words or {}).get(_number_of(child)):
            child.type, child.content = "text", said
    return tokens


def names_images(text: str | None) -> bool:
    """Whether a text may name an image of ours; most do not, and need not be parsed to know."""
    return "](image:" in (text or "")


_PLACED = re.compile(r"!\[[^\]\n]*\]\(image:([0-9]{1,4})\)")


def with_images_named(text: str, name: Callable[[int], str]) -> str:
    """A Markdown text to be read as it is typed, with names in place of its images of ours."""
    return _PLACED.sub(lambda found: name(int(found[1])), text)


def numbers_of_images(text: str | None) -> list[int]:
    """The numbers of the images that a text names, in its order."""
    if not names_images(text):
        return []
    children = (child for token in parse(text) for child in token.children or ())
    return [number for child in children if (number := _number_of(child))]


def _number_of(token: Token) -> int:
    found = token.type == "image" and _IMAGE.fullmatch(str(token.attrGet("src") or ""))
    return int(found[1]) if found else 0


def render(text: str | None, images: Mapping[int, SafeString] | None = None) -> SafeString:
    """HTML of a Markdown text. Raw HTML becomes text; pictures and unknown schemes go.

    ``images`` are blocks of safe HTML to be placed where the text names their numbers.
    """
    slots: dict[str, SafeString] = {}
    tokens = _with_slots(parse(text), images, slots) if images else parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    html = _parser.renderer.render(tokens, _parser.options, {})
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener nofollow ugc",
    )
    for slot, image in slots.items():
        clean = clean.replace(slot, image)
    return mark_safe(clean)  # noqa: S308 (cleaned above; what comes into the slots is ours)


def _with_slots(tokens: list[Token], images, slots: dict[str, SafeString]) -> list[Token]:
    """The same blocks, each followed by a slot for every image that stood in it.

    A block cannot stand inside a paragraph. Nobody can write a slot into a text.
    """
    placed: list[Token] = []
    waiting: list[str] = []
    for token in tokens:
        for child in token.children or ():
            if image := images.get(_number_of(child)):
                slot = f"slot{token_hex(12)}"
                slots[slot] = image
                waiting.append(slot)
                child.type, child.content = "text", ""
        placed.append(token)
        if waiting and token.type in _ENDS:
            if token.type == "paragraph_close" and _says_nothing(placed[-2]):
                del placed[-3:]
            placed += [_slot(slot) for slot in waiting]
            waiting = []
    return placed


# After which of these an image stands that was named inside.
_ENDS = ("paragraph_close", "heading_close", "table_close")


def _says_nothing(inline: Token) -> bool:
    kinds = ("softbreak", "hardbreak")
    return all(child.type in kinds or not child.content for child in inline.children or ())


def _slot(name: str) -> Token:
    return Token("html_block", "", 0, content=f"{name}\n")


def to_text(text: str | None, words: Mapping[int, str] | None = None) -> str:
    """A Markdown text to be read as plain text, in a mail: its words, lists, tables and links.

    A link is followed by its address in brackets. Raw HTML stays as it was typed: nothing in
    plain text is markup. ``words`` stand in place of images, by their numbers.
    """
    blocks: list[tuple[str, str]] = []
    cells: list[str] | None = None
    markers: list[str] = []
    numbers: list[int] = []
    for token in parse(text, words):
        if token.type == "ordered_list_open":
            numbers.append(int(token.attrGet("start") or 1))
        elif token.type == "bullet_list_open":
            numbers.append(0)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            numbers.pop()
        elif token.type == "list_item_open":
            is_ordered = numbers[-1] > 0
            markers.append(f"{numbers[-1]}. " if is_ordered else "- ")
            numbers[-1] += is_ordered
        elif token.type == "list_item_close":
            markers.pop()
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            blocks.append((" · ".join(cells or ()), "table"))
            cells = None
        elif token.type == "inline" and cells is not None:
            cells.append(" ".join(_said_by(token).split()))
        elif token.type == "hr":
            blocks.append(("---", ""))
        elif said := _said_by(token):
            lines = said.splitlines()
            if markers:
                lead = markers[-1]
                indent = " " * sum(len(marker) for marker in markers[:-1])
                blank = " " * len(lead)
                lines = [
                    f"{indent}{lead if number == 0 else blank}{line}"
                    for number, line in enumerate(lines)
                ]
                # A second paragraph of the same item carries no marker.
                markers[-1] = blank
            blocks.append(("\n".join(lines), "list" if markers else ""))
    return _joined(blocks)


def _joined(blocks: list[tuple[str, str]]) -> str:
    """Paragraphs stand apart; points of a list, and rows of a table, together."""
    whole, before = "", ""
    for block, part_of in blocks:
        gap = "\n" if part_of and part_of == before else "\n\n"
        whole += f"{gap if whole else ''}{block}"
        before = part_of
    return whole


def _said_by(token) -> str:
    if token.type in ("fence", "code_block"):
        return token.content.rstrip("\n")
    if token.type != "inline":
        return ""
    said: list[str] = []
    targets: list[tuple[str, int]] = []
    for child in token.children:
        if child.type in ("softbreak", "hardbreak"):
            said.append("\n")
        elif child.type == "link_open":
            targets.append((child.attrGet("href") or "", len(said)))
        elif child.type == "link_close":
            target, start = targets.pop()
            if target.startswith(_SAID) and "".join(said[start:]) != target:
                said.append(f" ({target})")
        else:
            said.append(child.content)
    return "".join(said)


_SAID = tuple(f"{scheme}:" for scheme in sorted(SCHEMES))
