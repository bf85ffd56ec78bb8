"""Two drafts side by side: what differs is marked, and nothing is left out of either."""

import pytest

from strategy import draft_differences
from strategy.report_forms import CorrectionForm

from .factories import TopicFactory, reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def between(alice):
    topic = TopicFactory(slug="advocacy", title_en="Advocacy")
    report = reported(alice.mandates.get(), "One.", topic=topic)
    form = CorrectionForm(report=report, group=report.group, person=alice)
    return lambda mine, theirs: draft_differences.between(form, mine, theirs)


def marked(pieces):
    return [piece.text for piece in pieces if piece.is_different]


def test_lines_are_compared_and_words_inside_them(between):
    mine = "One.\nTwo, said Alice.\nThree."
    theirs = "One.\nTwo, said Bob.\nFour.\nThree."
    [found] = between({"statements": mine}, {"statements": theirs})
    assert marked(found.mine)[0] == "Two, said Alice."
    assert "".join(piece.text for piece in found.mine) == mine
    assert "".join(piece.text for piece in found.theirs) == theirs
    [found] = between({"overview": "We met for an hour."}, {"overview": "We met for two hours."})
    assert marked(found.mine) == ["an", "hour."]
    assert marked(found.theirs) == ["two", "hours."]


def test_choices_are_said_in_words_and_what_is_equal_is_left_out(between):
    mine = {"topic": "advocacy", "form": "online", "place": "Here", "withdraw_1": "on"}
    theirs = {"topic": "", "form": "in_person", "place": "Here"}
    found = {one.label: one for one in between(mine, theirs)}
    assert marked(found["Topic"].mine) == ["Advocacy"]
    assert found["Topic"].theirs == []
    assert marked(found["How did you talk with each other?"].theirs) == ["In person"]
    assert marked(found["Withdraw this statement"].mine) == ["Yes"]
    assert "Place" not in found


def test_very_long_texts_are_marked_whole(between):
    mine, theirs = ("\n".join(f"{who} {n}" for n in range(2000)) for who in ("a", "b"))
    [found] = between({"statements": mine}, {"statements": theirs})
    assert marked(found.mine) == [mine]
    assert marked(found.theirs) == [theirs]
