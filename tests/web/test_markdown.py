"""Markdown becomes HTML that is safe in a page, a mail and a feed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness.corpus import XSS
from web import markdown


@pytest.mark.parametrize("text", XSS)
def test_the_hostile_corpus_stays_text(text):
    html = markdown.render(text)
    for markup in ("<script", "<img", "<svg", "<iframe", "<math", "<style", "<b ", "<form"):
        assert markup not in html
    assert not re.search(r'<[^>]*href="(?:javascript|data):', html)


def test_what_people_write_is_kept():
    html = markdown.render(
        "# One\n\n## Two\n\n*a* **b** ~~c~~ `d`\n\n- e\n\n3. f\n\n> g\n\n"
        '| h | i |\n|:--|--:|\n| 1 | 2 |\n\n[j](https://example.org/ "k")\n\n---\n'
    )
    for part in ("<em>a</em>", "<strong>b</strong>", "<s>c</s>", "<code>d</code>", "<li>e</li>"):
        assert part in html
    for part in ('<ol start="3">', "<blockquote>", "<table>", "<hr>", 'title="k"'):
        assert part in html


def test_headings_stand_below_the_pages_own():
    assert "<h2>One</h2>" in markdown.render("# One")
    assert "<h3>Two</h3>" in markdown.render("Two\n---")
    assert "<h6>Deep</h6>" in markdown.render("###### Deep")


def test_links_tell_nobody_where_the_reader_came_from():
    html = markdown.render("[x](https://example.org)")
    assert 'rel="noopener nofollow ugc"' in html


@pytest.mark.parametrize(
    "target", ["ftp://example.org", "file:///etc/passwd", "vbscript:x", "tel:1"]
)
def test_other_schemes_are_no_links(target):
    assert "href" not in markdown.render(f"[x]({target})")


@pytest.mark.parametrize("target", ["https://example.org", "mailto:a@example.org", "/en/", "#part"])
def test_links_that_lead_somewhere_good_are_kept(target):
    assert f'href="{target}"' in markdown.render(f"[x]({target})")


def test_no_text_is_no_html():
    assert markdown.render(None) == ""
    assert markdown.render("") == ""


@given(st.text(max_size=300))
def test_no_text_brings_a_tag_that_is_not_on_the_list(text):
    for name in re.findall(r"<\s*/?\s*([a-zA-Z][a-zA-Z0-9]*)", markdown.render(text)):
        assert name in markdown.TAGS


def test_plain_text_keeps_words_lists_and_links():
    text = (
        "# Thanks\n\nWe **heard** you,\nsee [here](https://example.org/x).\n\n"
        "- one\n- two\n\n3. three\n4. four\n\n<https://example.org/y>"
    )
    assert markdown.to_text(text) == (
        "Thanks\n\nWe heard you,\nsee here (https://example.org/x).\n\n"
        "- one\n- two\n3. three\n4. four\n\nhttps://example.org/y"
    )


def test_a_table_is_read_row_by_row():
    text = "Plan:\n\n| minutes | what |\n|---|---|\n| 10 | Say **why** |\n| | Talk |\n\nThanks."
    assert markdown.to_text(text) == "Plan:\n\nminutes · what\n10 · Say why\n · Talk\n\nThanks."


@given(st.text(max_size=300))
def test_any_text_can_be_read_as_plain_text(text):
    assert isinstance(markdown.to_text(text), str)
