"""Sign-up, step of the group: the search and what can be chosen."""

import json

import pytest
import time_machine

from liaisons.group_search import refresh_search_text
from liaisons.models import Mandate
from tests.factories import (
    GroupFactory,
)

from .answers import at

pytestmark = pytest.mark.django_db


def test_results_say_who_holds_the_seats_without_hidden_names(browser, alice, bob, swahili):
    refresh_search_text([swahili.pk])
    page = browser.get(at("join_group"), {"q": "jenga"})
    assert "has a primary liaison and a deputy" in page.text
    assert "Bob" not in page.text


def test_nothing_found_says_what_to_try(browser):
    page = browser.get(at("join_group"), {"q": "zzzz"})
    assert "No group fits" in page.text
    assert f"{at('join_propose')}?q=zzzz" in page.text


def test_live_suggestions_give_public_facts_only(browser, alice, bob, swahili):
    refresh_search_text([swahili.pk])
    answer = browser.get(at("join_suggestions"), {"q": "jenga"})
    assert json.loads(answer.content) == {
        "groups": [
            {
                "name": "Jenga Wikipedia ya Kiswahili",
                "facts": ["User group", "Tanzania", "has a primary liaison and a deputy"],
                "url": f"{at('join_group')}?group=swahili",
            }
        ]
    }


def test_live_suggestions_are_limited(browser, monkeypatch):
    monkeypatch.setattr("liaisons.join.group_views.SUGGESTIONS_A_MINUTE", 2)
    with time_machine.travel("2026-06-01T12:00:00Z", tick=False):
        answers = [browser.get(at("join_suggestions"), {"q": "x"}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert browser.get(at("join_suggestions"), {"q": "x" * 201}).status_code == 400


@pytest.mark.parametrize("trait", ["archived", "proposed"])
def test_a_group_that_is_not_active_cannot_be_chosen(browser, trait):
    group = GroupFactory(**{trait: True})
    answer = browser.post(at("join_choose_group"), {"group": group.slug}, follow=True)
    assert "cannot be chosen" in answer.text
    assert not Mandate.objects.filter(group=group).exists()


def test_a_liaison_cannot_apply_for_the_same_group_again(alice, as_person, swahili):
    answer = as_person(alice).post(at("join_choose_group"), {"group": "swahili"}, follow=True)
    assert "You already have an application or a mandate" in answer.text


def test_choosing_another_group_asks_for_the_sentence_again(browser, complete, armenia):
    browser.post(at("join_choose_group"), {"group": "armenia"})
    complete.refresh_from_db()
    assert complete.group == armenia
    assert not complete.is_attested
    assert browser.get(at("join_check")).url == at("join_mandate")


@pytest.mark.parametrize("query_rows", [1, 20])
def test_the_search_asks_the_same_number_of_questions(
    browser, query_rows, django_assert_num_queries
):
    made = [GroupFactory(name=f"Search Me {n}") for n in range(query_rows)]
    refresh_search_text([group.pk for group in made])
    browser.get(at("join_group"), {"q": "search"})
    with django_assert_num_queries(7):
        page = browser.get(at("join_group"), {"q": "search"})
    assert len(page.context["found"]) == query_rows
