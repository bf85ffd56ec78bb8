"""Nothing that people write is markup on a wiki."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailing import wikitext

MARKUP = [
    "{{Template}}", "{{#target:User talk:X}}", "[[Category:X]]", "[http://x.example y]", "a | b",
    "<nowiki>", "<!-- x", "</div>", "~~~~", "~~~", "# one", "* two", ": three", "; four", "----",
    "== Heading ==", "''it''", "'''bold'''", "__NOTOC__", "#REDIRECT [[X]]", "{| table", "|}",
    "-{zh:x}-", "&nbsp;", "http://example.org", "mailto:a@example.org", "RFC 2822", "ISBN 123",
    " indented", "{{{1}}}", "]] {{", "\x7fUNIQ",
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


@given(st.text(alphabet=st.sampled_from("{}[]|<>~#*:;='_-! \nab/&RFC0")))
def test_no_mixture_of_signs_becomes_markup(text):
    for written in (wikitext.escaped(text), wikitext.paragraphs(text)):
        assert not DANGEROUS.search(written)


def test_ordinary_text_stays_readable():
    said = "A well-known question (see page 3): who decides, and by when?"
    assert wikitext.escaped(said) == said
    assert wikitext.paragraphs("One.\n\nTwo,\nthree.") == "One.\n\nTwo,<br />three."
