"""Pasted lists become statements: one line each, without bullets, numbers and repetitions."""

import pytest

from strategy.statement_lines import cut, for_browser, one_line


@pytest.mark.parametrize(
    ("typed", "statements"),
    [
        ("One.\n\n  Two.  \r\nThree.", ["One.", "Two.", "Three."]),
        ("1. One\n2) Two\n(3) Three\n4: Four\n5 . Five", ["One", "Two", "Three", "Four", "Five"]),
        ("• One\n- Two\n– Three\n* Four\n*Five", ["One", "Two", "Three", "Four", "Five"]),
        ("# One\n2. Two", ["One", "Two"]),
        ("١. واحد\n٢) اثنان", ["واحد", "اثنان"]),
        ("१. एक\n२) दो", ["एक", "दो"]),
        ("１．一\n２、二\n（３）三", ["一", "二", "三"]),
        ("#One\n##Two", ["One", "Two"]),
        ("#metoo matters\nand more", ["#metoo matters", "and more"]),
        ("1.5 million people\n12:30 is too late", ["1.5 million people", "12:30 is too late"]),
        ("-5 degrees\n2030 is near", ["-5 degrees", "2030 is near"]),
        ("One\n---\n1.\n•\n\u200b\nTwo", ["One", "Two"]),
        ("a\tb\x07c\u2028next", ["a b c", "next"]),
        ("", []),
    ],
)  # fmt: skip
def test_lines_are_cut(typed, statements):
    assert cut(typed).statements == statements


def test_repetitions_count_once_and_are_told():
    found = cut("1. One\n2. Two\n3. One\n4. one")
    assert found.statements == ["One", "Two", "one"]
    assert found.repeated == ["One"]


@pytest.mark.parametrize(
    ("line", "is_several"),
    [
        ("We want this. We also want that.", True),
        ("Is it so? Yes", True),
        ("نريد هذا؟ ونريد ذاك", True),
        ("यह चाहिए। वह भी", True),
        ("一つ。二つ。", True),
        ("One sentence with a stop.", False),
        ("See e.g. this page", False),
        ("It costs 1.5 million", False),
        ("一つだけ。", False),
        ("“Quoted words.”", False),
    ],
)
def test_a_line_with_several_sentences_gets_a_hint(line, is_several):
    assert bool(cut(line).several) is is_several
    assert cut(line, after=6).several == ([7] if is_several else [])


def test_a_single_statement_keeps_one_line():
    assert one_line("One\r\n two\tthree\n") == "One two three"


def test_the_browser_s_patterns_know_all_digits():
    assert all("\\d" not in pattern for pattern in for_browser().values())
    assert "\\p{Nd}" in for_browser()["bullet"]


def test_a_very_long_line_is_looked_at_once():
    """Not timed: with a pattern that tries every way to split it this would not end."""
    for sign in ("!", "a", "本", ".", "!”"):
        assert cut(sign * 100_000).several == []
