"""Markdown to HTML that is safe to show, in pages, mails and feeds alike."""

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


def parse(text: str | None) -> list[Token]:
    """The blocks of a Markdown text, for other ways to write it."""
    return _parser.parse(text or "")


def render(text: str | None) -> SafeString:
    """HTML of a Markdown text. Raw HTML becomes text; images and unknown schemes go."""
    tokens = parse(text)
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
    return mark_safe(clean)  # noqa: S308 (cleaned on the line above)


def to_text(text: str | None) -> str:
    """A Markdown text to be read as plain text, in a mail: its words, lists and links.

    A link is followed by its address in brackets. Raw HTML stays as it was typed: nothing in
    plain text is markup.
    """
    blocks: list[tuple[str, bool]] = []
    markers: list[str] = []
    numbers: list[int] = []
    for token in parse(text):
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
        elif token.type == "hr":
            blocks.append(("---", False))
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
            blocks.append(("\n".join(lines), bool(markers)))
    return _joined(blocks)


def _joined(blocks: list[tuple[str, bool]]) -> str:
    """Paragraphs stand apart, points of a list together."""
    whole = ""
    was_in_list = False
    for block, is_in_list in blocks:
        gap = "\n" if is_in_list and was_in_list else "\n\n"
        whole += f"{gap if whole else ''}{block}"
        was_in_list = is_in_list
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
