"""Plain text inside wikitext, so that nothing in it is markup: no template, link, list, signature.

What MediaWiki reads as markup: https://www.mediawiki.org/wiki/Help:Formatting and Help:Magic words.
Each sign that could begin it is written as an HTML entity, which MediaWiki shows as the sign.
"""

import re

# Anywhere: tags, links, templates, tables, signatures, headings, entities.
_ANYWHERE = re.compile(r"[&<>\[\]{}|~=`]")
# Emphasis is two apostrophes or more; one alone is one, but where our own emphasis may touch it.
_APOSTROPHES = re.compile(r"''+|^'|'$")
# MediaWiki marks places of its own with it.
_DELETE = "\x7f"
# Behaviour switches (__NOTOC__), and addresses, which would become links.
_PAIRS = re.compile(r"__+|://")
# At the start of a line: lists, indents, rules, redirects, tables, and preformatted text.
_AT_START = re.compile(r"(?m)^[*#:;!\-]")
# Without a link, these make one: "RFC 2822", "ISBN 978…", "mailto:" and what else is an address
# without two slashes (https://www.mediawiki.org/wiki/Manual:$wgUrlProtocols).
_MAGIC_LINK = re.compile(
    r"(?i)\b(RFC|PMID|ISBN)(?= )"
    r"|\b(bitcoin|geo|magnet|mailto|matrix|news|sips?|sms|tel|urn|xmpp)(?=:)"
)


def escaped(text: str) -> str:
    """One line of plain text as wikitext."""
    return _escape(" ".join(text.split()))


def paragraphs(text: str) -> str:
    """Plain text with its paragraphs and line breaks as wikitext."""
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return "\n\n".join(
        "<br />".join(escaped(line) for line in part.split("\n") if line.strip())
        for part in parts
        if part.strip()
    )


def _escape(text: str) -> str:
    text = _ANYWHERE.sub(_entities, text.replace(_DELETE, ""))
    text = _PAIRS.sub(_entities, text)
    text = _APOSTROPHES.sub(_entities, text)
    text = _MAGIC_LINK.sub(lambda found: f"{found[0][:-1]}{_entities(found[0][-1])}", text)
    return _AT_START.sub(_entities, text)


def _entities(found) -> str:
    signs = found if isinstance(found, str) else found[0]
    return "".join(f"&#{ord(sign)};" for sign in signs)
