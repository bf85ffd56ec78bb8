"""Hints for plainer English: each kind is found, and what is plain gets none."""

import pytest

from strategy.plain_language import KINDS, hints, sentences

LONG = "We " + "write " * 24 + "it."


def kinds(**texts):
    return [hint.kind for hint in hints(**texts)]


def words(text):
    return [(hint.kind, hint.words) for hint in hints(short=text)]


def test_plain_text_gets_no_hint():
    assert not hints(
        title="The questions are open",
        short="Nine Working Groups ask for your view. Write to us until 30 August 2019.",
        body="## What we ask\n\n- Read one topic.\n- Talk about it (an hour is enough).\n\n"
        "The Movement Strategy (MS) began in 2016. [All topics](https://example.org/here)",
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (LONG, [("sentence", LONG)]),
        # As many words as are still short.
        ("We " + "write " * 23 + "it.", []),
        (
            "The text was written by us and will be read by you.",
            [("passive", "The text was written by us and will be read by you.")],
        ),
        ("The text was written by us.", []),
        ("Groups (some (old) too) meet.", [("brackets", "(some (old)")]),
        ("Groups (chapters) meet (often).", []),
        ("The WMF decides. WMF and WMF.", [("abbreviation", "WMF")]),
        ("The Wikimedia Foundation (WMF) decides. WMF pays.", []),
        ("WMF (the Wikimedia Foundation) decides.", []),
        ("Ask two UGs.", [("abbreviation", "UG")]),
        ("Use the PDF or the URL. OK? At 16:00 UTC in the US.", []),
        ("IMPORTANT NEWS", []),
        ("Until 3/4 we wait.", [("date", "3/4")]),
        ("On 03/04/2019 and 3.4.2019.", [("date", "03/04/2019"), ("date", "3.4.2019")]),
        ("Open 24/7, by 2019/20, in version 1.2.3.4.", []),
        ("About 3/4 of the groups.", []),
        ("In summer or late fall.", [("season", "In summer"), ("season", "late fall")]),
        ("The Summer of Code begins. We fall silent.", []),
        ("Come tomorrow or next Friday.", [("when", "tomorrow"), ("when", "next Friday")]),
        ("Let us touch\nbase. Stay tuned!", [("idiom", "touch base"), ("idiom", "Stay tuned")]),
        ("The ballparks are open.", []),
        ("We feel that it works.", [("filler", "We feel that")]),
        ("Go, e.g. by train, and/or walk.", [("filler", "e.g."), ("filler", "and/or")]),
    ],
)  # fmt: skip
def test_each_kind_is_found(text, found):
    assert words(text) == found


def test_a_filler_comes_with_better_words():
    (hint,) = hints(short="In order to vote, sign in.")
    assert (hint.words, hint.better) == ("In order to", "to")


def test_a_link_says_where_it_leads():
    body = "Read [here](https://example.org/a) or [click here!](https://example.org/b)."
    assert [hint.words for hint in hints(body=body)] == ["here", "click here!"]
    assert not hints(body="Read [the minutes](https://example.org/here).")


def test_code_and_addresses_are_left_alone():
    assert not hints(body="`in order to WMF`\n\n    kick off 3/4\n\n<https://example.org/3/4/WMF>")


def test_a_long_title_is_named():
    assert kinds(title="News " * 15) == ["title"]


def test_each_place_is_named_once_and_kinds_stand_in_their_order():
    found = kinds(title="Stay tuned", short=f"Stay tuned. {LONG} On 3/4.", body="Stay tuned")
    assert found == ["sentence", "date", "idiom"]
    assert list(KINDS).index("sentence") < list(KINDS).index("date") < list(KINDS).index("idiom")


def test_sentences_end_where_they_end():
    text = "We ask Dr. Who, e.g. Today. Is it “so.” Yes! 12 groups met."
    assert sentences(text) == [
        "We ask Dr. Who, e.g. Today.", "Is it “so.", "Yes!", "12 groups met."
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["(" * 5000, "a." * 5000, "is " * 5000, "[" * 2000, "1/" * 5000])
def test_odd_text_takes_no_time(text):
    hints(title=text[:200], short=text, body=text)
