"""Sign-up, step of the mandate: what it refuses and keeps."""

import datetime

import pytest
from django.utils import timezone

from .answers import answers_of, at

pytestmark = pytest.mark.django_db


def test_the_mandate_step_shows_the_holders(browser, draft, alice, bob):
    page = browser.get(at("join_mandate"))
    assert "Alice" in page.text
    assert "Bob" not in page.text
    assert "held; the person is not shown by name" in page.text


TOMORROW = (timezone.localdate() + datetime.timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"role": ""}, "role"),
        ({"seat": "emperor"}, "seat"),
        ({"evidence": ""}, "evidence"),
        ({"evidence_url": ""}, "evidence_url"),
        ({"evidence_url": "javascript:alert(1)"}, "evidence_url"),
        ({"evidence_url": "ftp://example.org/x"}, "evidence_url"),
        ({"evidence_url": "https://example.org/" + "x" * 500}, "evidence_url"),
        ({"agreed_on": ""}, "agreed_on"),
        ({"agreed_on": TOMORROW}, "agreed_on"),
        ({"agreed_on": "0019-01-01"}, "agreed_on"),
        ({"agreed_on": "yesterday"}, "agreed_on"),
        ({"evidence": "explanation"}, "evidence_text"),
        ({"evidence": "explanation", "evidence_text": "we agreed"}, "evidence_text"),
        ({"evidence": "explanation", "evidence_text": "x" * 2001}, "evidence_text"),
        ({"is_attested": ""}, "is_attested"),
    ],
)
def test_what_the_mandate_step_refuses(browser, draft, change, field):
    page = browser.post(at("join_mandate"), answers_of(draft, **change))
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]
    assert browser.get(at("join_support")).url == at("join_mandate")


def test_what_is_right_is_kept_although_something_else_is_wrong(browser, draft):
    browser.post(at("join_mandate"), answers_of(draft, is_attested="", role=""))
    draft.refresh_from_db()
    assert draft.evidence_url == "https://meta.example.org/wiki/Decision"
    assert not draft.is_attested


def test_the_other_kind_of_evidence_does_not_matter(browser, draft):
    answer = browser.post(
        at("join_mandate"),
        answers_of(
            draft,
            evidence="explanation",
            evidence_url="not a link",
            agreed_on="never",
            evidence_text="We agreed at our meeting in May.",
        ),
    )
    assert answer.url == at("join_support")


def test_a_form_for_a_group_left_in_another_window_is_not_kept(browser, draft, armenia):
    stale = answers_of(draft)
    browser.post(at("join_choose_group"), {"group": "armenia"})
    page = browser.post(at("join_mandate"), stale)
    assert "You chose another group in another window" in page.text
    draft.refresh_from_db()
    assert draft.evidence_url == ""
    # What was typed is still in the form.
    assert page.context["form"]["evidence_url"].value() == stale["evidence_url"]


@pytest.mark.parametrize("number", ["²", "٣", "9" * 30, "-1", "x", ""])
def test_a_forged_number_of_a_draft_is_no_error(browser, draft, number):
    answer = browser.post(at("join_mandate"), answers_of(draft, role="") | {"draft": number})
    assert answer.status_code in (200, 302)


def test_nobody_can_post_fields_that_are_not_asked(browser, draft):
    browser.post(
        at("join_mandate"),
        answers_of(draft, status="confirmed", reviewer="1", last_day="2030-01-01", person="1"),
    )
    draft.refresh_from_db()
    assert (draft.status, draft.reviewer, draft.last_day) == ("draft", None, None)
