"""Corrections: a version more, and numbers that never move."""

import pytest
from django.db import connection

from liaisons.errors import Refused
from strategy import report_forms, reports
from strategy.models import Report, ReportDraft, Statement

from .factories import drafted, reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(alice, advocacy):
    """R1 with three statements."""
    return reported(alice.mandates.get(), "One.", "Two.", "Three.", topic=advocacy)


@pytest.fixture
def window(opened, alice, published):
    """Alice's window on the correction, just begun."""
    window = opened(alice, f"/en/my/reports/{published.pk}/correct/")
    window.client.post(f"/en/my/reports/{published.pk}/correct/")
    window.open(f"/en/my/reports/{published.pk}/")
    return window


AS_IT_IS = {"words_1": "One.", "words_2": "Two.", "words_3": "Three.", "statements": ""}


def correct(window, **typed):
    """Send everything as it stands, with these changes, up to the check page."""
    window.send("check", **{**AS_IT_IS, "note": "A slip.", **typed})


def texts(report):
    return list(report.statements.order_by("number").values_list("number", "text", "withdrawn_in"))


def test_the_page_says_what_a_correction_does_before_it_begins(opened, alice, published):
    window = opened(alice, f"/en/my/reports/{published.pk}/correct/")
    assert window.shows("Numbers never move")
    assert not hasattr(Report.objects.get(), "draft")


def test_it_begins_with_what_everyone_sees(window):
    for text in ("One.", "Two.", "Three.", "Dar es Salaam", "We talked for an hour."):
        assert window.shows(text)


def test_words_change_one_goes_and_one_comes(window, published):
    correct(window, words_1="One, better.", withdraw_2="on", statements="- Four.")
    assert window.shows("<s>Two.</s>")
    assert window.shows('<li value="4">')
    window.publish()
    published.refresh_from_db()
    assert published.version == 2
    assert published.corrected_at
    assert texts(published) == [
        (1, "One, better.", None),
        (2, "Two.", 2),
        (3, "Three.", None),
        (4, "Four.", None),
    ]
    version = published.versions.get(number=2)
    assert version.note == "A slip."
    assert version.content["statements"][1] == {"number": 2, "text": "Two.", "withdrawn": True}
    assert published.versions.get(number=1).content["statements"][0]["text"] == "One."
    assert window.shows("Everyone sees version 2 now")


def test_a_number_is_never_given_again(window, published, opened, alice):
    correct(window, withdraw_3="on")
    window.publish()
    again = opened(alice, f"/en/my/reports/{published.pk}/correct/")
    again.client.post(f"/en/my/reports/{published.pk}/correct/")
    again.open(f"/en/my/reports/{published.pk}/")
    assert "words_3" not in again.page
    again.send("check", **{**AS_IT_IS, "note": "More.", "statements": "New."})
    again.publish()
    assert texts(published)[-2:] == [(3, "Three.", 2), (4, "New.", None)]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"note": ""}, "Say in a sentence what was corrected."),
        ({"words_1": " "}, "Write the statement, or withdraw it."),
        ({"words_1": "x" * 501}, "501 characters; at most 500"),
        (
            {"withdraw_1": "on", "withdraw_2": "on", "withdraw_3": "on"},
            "A report needs at least one statement.",
        ),
    ],
)
def test_what_a_correction_needs_is_said(window, published, typed, said):
    correct(window, **typed)
    assert window.shows(said)
    published.refresh_from_db()
    assert published.version == 1


def test_one_that_changes_nothing_is_refused(window, published):
    correct(window, **{**report_forms.as_typed(published), "note": "Nothing."})
    window.publish()
    assert window.shows("This correction changes nothing yet.")
    published.refresh_from_db()
    assert published.version == 1


def test_beginning_twice_goes_on_with_the_one_there_is(window, opened, bob, published):
    window.send(**{**AS_IT_IS, "words_1": "Begun by Alice."})
    other = opened(bob, f"/en/my/reports/{published.pk}/correct/")
    assert other.shows("Begun by Alice.")
    other.client.post(f"/en/my/reports/{published.pk}/correct/")
    assert ReportDraft.objects.get().data["words_1"] == "Begun by Alice."


def test_forged_statements_of_others_are_not_touched(window, published, alice, opened, grace):
    other = reported(grace.mandates.get(), "Ours.", topic=published.topic)
    correct(window, words_999="Forged", withdraw_999="on", words_4="Forged", note="Forged numbers")
    window.publish()
    assert texts(other) == [(1, "Ours.", None)]
    assert not Statement.objects.filter(text="Forged").exists()


def test_the_verb_refuses_numbers_that_are_not_there(published, alice):
    for number, withdrawn in ((9, False), (2, True)):
        if withdrawn:
            published.statements.filter(number=2).update(withdrawn_in=1)
        draft = reports.start_correction(report=published, by=alice, data={})
        content = reports.Content(
            **{part: getattr(published, part) for part in reports.PARTS},
            changes={number: "Forged"}, note="x",
        )  # fmt: skip
        with pytest.raises(Refused):
            reports.publish(report=published, by=alice, content=content, seen=draft.revision)
    published.refresh_from_db()
    assert published.version == 1


def test_a_full_report_can_be_corrected(opened, alice, advocacy, django_assert_max_num_queries):
    lines = [f"Statement number {n} says {'x' * 400}" for n in range(200)]
    report = reported(alice.mandates.get(), *lines, topic=advocacy)
    client = opened(alice).client
    client.post(f"/en/my/reports/{report.pk}/correct/")
    with django_assert_max_num_queries(30):
        page = client.get(f"/en/my/reports/{report.pk}/").content.decode()
    assert 'name="words_200"' in page
    seen = ReportDraft.objects.get(report=report).revision
    full = {**{f"words_{n}": text for n, text in enumerate(lines, start=1)}, "overview": "x"}
    assert client.post(f"/en/my/reports/{report.pk}/", {**full, "seen": seen}).status_code == 302
    assert connection.is_usable()


def test_a_draft_cannot_be_corrected(opened, alice):
    report = drafted(alice.mandates.get())
    response = opened(alice).client.post(f"/en/my/reports/{report.pk}/correct/")
    assert response.url == f"/en/my/reports/{report.pk}/"
    report.refresh_from_db()
    assert report.version == 0
