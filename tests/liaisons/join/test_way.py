"""The way through sign-up: from the search to the receipt, and its order."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from liaisons.group_search import refresh_search_text
from liaisons.models import Mandate
from mailing.models import Notice
from mailing.recipients import preference_of

from .answers import SUPPORT, answers_of, at, send

pytestmark = pytest.mark.django_db


def test_the_whole_way_from_the_search_to_the_receipt(browser, dave, swahili):
    refresh_search_text([swahili.pk])
    found = browser.get(at("join_group"), {"q": "jenga"})
    assert "Jenga Wikipedia ya Kiswahili" in found.text
    assert "no liaison yet" in found.text
    chosen = browser.post(at("join_choose_group"), {"group": "swahili"})
    assert chosen.url == at("join_mandate")
    draft = Mandate.objects.get(person=dave)
    after_mandate = browser.post(at("join_mandate"), answers_of(draft))
    assert after_mandate.url == at("join_support")
    after_support = browser.post(at("join_support"), SUPPORT | {"draft": draft.pk})
    assert after_support.url == at("join_check")
    check = browser.get(at("join_check")).text
    for words in ("Jenga Wikipedia", "Board", "Deputy", "Decision", "Swahili", "français"):
        assert words in check
    done = send(browser, draft)
    assert done.url == at("join_done")
    page = browser.get(at("join_done"))
    assert "usually takes 7 days" in page.text
    draft.refresh_from_db()
    assert draft.status == "submitted"
    assert draft.agreed_on == datetime.date(2026, 1, 31)
    dave.refresh_from_db()
    assert (dave.language, dave.country_id, dave.is_public_by_name) == ("fr", "TZ", False)
    assert preference_of(dave).rhythm == "monthly"
    receipt = Notice.objects.get(kind="mandate_received")
    assert receipt.recipient.user == dave
    assert receipt.language == "fr"


def test_signed_out_people_read_what_a_liaison_does_and_begin_with_an_account(swahili):
    page = Client().get(at("join"), {"group": "swahili"})
    assert page["Cache-Control"].startswith("public")
    assert not page.cookies
    assert "What a liaison does" in page.text
    assert "Jenga Wikipedia ya Kiswahili" in page.text
    assert f"{reverse('account_signup')}?next=/en/join/group/%3Fgroup%3Dswahili" in page.text


@pytest.mark.parametrize(
    "name",
    ["join_group", "join_propose", "join_mandate", "join_support", "join_check", "join_done"],
)
def test_every_step_sends_signed_out_people_to_sign_in_and_back(name):
    answer = Client().get(at(name))
    assert answer.status_code == 302
    assert answer.url == f"{reverse('account_login')}?next={at(name)}"


def test_a_group_named_in_the_address_is_preselected(browser, swahili):
    page = browser.get(at("join_group"), {"group": "swahili"})
    assert page.context["chosen"].group == swahili
    assert "This is it" in page.text


def test_a_draft_is_taken_up_on_another_device(complete, dave, as_person):
    elsewhere = as_person(dave)
    page = elsewhere.get(at("join"))
    assert page.context["start"] == at("join_check")
    form = elsewhere.get(at("join_mandate")).context["form"]
    assert form["evidence_url"].value() == "https://meta.example.org/wiki/Decision"
    assert form["seat"].value() == "deputy"


@pytest.mark.parametrize("name", ["join_mandate", "join_support", "join_check"])
def test_no_step_can_be_reached_before_those_that_come_first(browser, name):
    assert browser.get(at(name)).url == at("join_group")


def test_the_support_step_waits_for_the_mandate_step(browser, draft):
    assert browser.get(at("join_support")).url == at("join_mandate")
