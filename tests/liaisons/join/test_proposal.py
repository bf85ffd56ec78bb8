"""Sign-up, a group that is not listed: its proposal."""

import pytest
from django.test import Client
from django.urls import reverse

from liaisons.group_search import refresh_search_text
from liaisons.models import Group, Mandate
from tests.factories import (
    GroupFactory,
    LanguageFactory,
)

from .answers import at

pytestmark = pytest.mark.django_db


PROPOSAL = {
    "name": "Wikimedians of Nowhere",
    "kind": "user_group",
    "country": "TZ",
    "other_languages": "Kiswahili, en",
    "page_url": "meta.example.org/wiki/Nowhere",
}


@pytest.fixture
def proposal(swahili):
    LanguageFactory(code="sw", autonym="Kiswahili")
    LanguageFactory(code="en", autonym="English")
    return dict(PROPOSAL)


def test_a_group_that_is_not_listed_is_proposed(browser, dave, proposal):
    answer = browser.post(at("join_propose"), proposal)
    assert answer.url == at("join_mandate")
    group = Group.objects.get(status="proposed")
    assert group.proposed_by == dave
    assert group.country_id == "TZ"
    assert group.page_url == "https://meta.example.org/wiki/Nowhere"
    assert {language.code for language in group.languages.all()} >= {"sw", "en"}
    assert Mandate.objects.get(person=dave).group == group


def test_a_proposed_group_is_no_page_and_in_nobody_elses_search(
    browser, alice, as_person, proposal
):
    browser.post(at("join_propose"), proposal)
    group = Group.objects.get(status="proposed")
    seen_by_alice = as_person(alice).get(at("join_group"), {"q": "nowhere"})
    assert "Wikimedians of Nowhere" not in seen_by_alice.text
    assert Client().get(reverse("outreach_map:group_detail", args=[group.slug])).status_code == 404


def test_a_worldwide_group_has_no_country(browser, proposal):
    browser.post(at("join_propose"), proposal | {"country": "worldwide"})
    group = Group.objects.get(status="proposed")
    assert (group.country, group.scope) == (None, "worldwide")


def test_a_name_in_another_script_gets_an_address(browser, proposal):
    browser.post(at("join_propose"), proposal | {"name": "مجموعة ويكيميديا"})
    assert Group.objects.get(status="proposed").slug.startswith("group-")


def test_duplicates_are_hinted_and_can_be_passed(browser, proposal, armenia):
    refresh_search_text([armenia.pk])
    proposal["name"] = "Wikimedia Armenia"
    hinted = browser.post(at("join_propose"), proposal)
    assert "Is it one of these?" in hinted.text
    assert not Group.objects.filter(status="proposed").exists()
    passed = browser.post(at("join_propose"), proposal | {"none_of_these": "Wikimedia Armenia"})
    assert passed.url == at("join_mandate")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "x"}, "name"),
        ({"kind": ""}, "kind"),
        ({"country": ""}, "country"),
        ({"country": "XX"}, "country"),
        ({"other_languages": "Klingonese"}, "other_languages"),
        ({"page_url": "javascript:alert(1)"}, "page_url"),
        ({"page_url": "ftp://example.org/"}, "page_url"),
    ],
)
def test_what_a_proposal_refuses(browser, proposal, change, field):
    page = browser.post(at("join_propose"), proposal | change)
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]
    assert not Group.objects.filter(status="proposed").exists()


def test_nobody_proposes_without_end(browser, dave, proposal):
    GroupFactory.create_batch(5, proposed=True, proposed_by=dave)
    page = browser.post(at("join_propose"), proposal)
    assert "proposed several groups already" in page.text


def test_the_name_of_a_group_is_one_line_and_turns_nothing(browser, proposal):
    browser.post(at("join_propose"), proposal | {"name": "Friends\r\nof \u202eNowhere"})
    assert Group.objects.get(status="proposed").name == "Friends of Nowhere"
    page = browser.post(at("join_propose"), proposal | {"name": "\u200b\u200b\u200b"})
    assert list(page.context["form"].errors) == ["name"]
