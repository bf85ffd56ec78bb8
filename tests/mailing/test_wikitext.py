"""Nothing that people write is markup on a wiki, as a parser of wikitext reads it."""

import html
import re

import mwparserfromhell
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mwparserfromhell.nodes import HTMLEntity, Tag, Text

from mailing import wikitext

MARKUP = [
    "{{Template}}", "{{#target:User talk:X}}", "[[Category:X]]", "[http://x.example y]", "a | b",
    "<nowiki>", "<!-- x", "</div>", "~~~~", "~~~", "# one", "* two", ": three", "; four", "----",
    "== Heading ==", "''it''", "'''bold'''", "__NOTOC__", "#REDIRECT [[X]]", "{| table", "|}",
    "-{zh:x}-", "&nbsp;", "http://example.org", "mailto:a@example.org", "RFC 2822", "ISBN 123",
    " indented", "{{{1}}}", "]] {{", "\x7fUNIQ", "'quoted'", "'", "l'un ''et'' l'autre'", "tel:112",
    "<ref>x</ref>", "<math>x</math>", "<!--", "{{subst:X}}", "{{#invoke:X|y}}", "&lt;b&gt;",
]  # fmt: skip
DANGEROUS = re.compile(
    r"\{\{|\}\}|\[|\]|\||<(?!br />)|~~~|''|__|://|^[*#:;!-]|^ |==|\x7f|-\{|(?i:RFC|ISBN|PMID) \d",
    re.MULTILINE,
)


@pytest.mark.parametrize("text", MARKUP)
@pytest.mark.parametrize("around", ["{}", "before {} after", "line\n\n{}\n\nline", "line\n{}"])
def test_markup_stays_text(text, around):
    said = around.format(text)
    for escape in (wikitext.escaped, wikitext.paragraphs):
        written = escape(said)
        assert not DANGEROUS.search(written), written
    shown = html.unescape(wikitext.escaped(said))
    assert " ".join(shown.split()) == " ".join(said.replace("\x7f", "").split())


@pytest.mark.parametrize("text", MARKUP)
@pytest.mark.parametrize("around", ["{}", "before {} after", "line\n\n{}\n\nline", "line\n{}"])
def test_a_parser_of_wikitext_finds_only_words(text, around):
    said = around.format(text)
    assert_only_words(said)


@given(st.text(alphabet=st.sampled_from("{}[]|<>~#*:;='_-! \nab/&RFC0")))
def test_no_mixture_of_signs_becomes_markup(text):
    for written in (wikitext.escaped(text), wikitext.paragraphs(text)):
        assert not DANGEROUS.search(written)
    assert_only_words(text)


def assert_only_words(said):
    """Nothing but the words as they were said; in bold, as ours stand, nothing but the bold."""
    for node in mwparserfromhell.parse(wikitext.paragraphs(said)).filter(recursive=True):
        assert isinstance(node, Text | HTMLEntity) or str(node) == "<br />", repr(node)
    if not said.replace("\x7f", "").strip():
        return
    [bold] = mwparserfromhell.parse(f"'''{wikitext.escaped(said)}'''").nodes
    assert isinstance(bold, Tag), repr(bold)
    shown = "".join(
        node.normalize() if isinstance(node, HTMLEntity) else str(node)
        for node in bold.contents.nodes
    )
    assert shown == " ".join(said.replace("\x7f", "").split())


def test_ordinary_text_stays_readable():
    said = "A well-known question (see page 3): who decides, and by when?"
    assert wikitext.escaped(said) == said
    assert wikitext.paragraphs("One.\n\nTwo,\nthree.") == "One.\n\nTwo,<br />three."
