"""Sign-up, the last steps: check, send, and what comes after."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates
from liaisons.models import Mandate
from mailing.models import Notice
from tests.factories import (
    MandateFactory,
    UserFactory,
)

from .answers import answers_of, at, send

pytestmark = pytest.mark.django_db


def test_a_change_in_another_window_asks_to_check_again(browser, complete, dave):
    seen = browser.get(at("join_check")).context["seen"]
    mandates.save_answers(mandate=complete, by=dave, role="staff")
    answer = browser.post(at("join_check"), {"draft": complete.pk, "seen": seen}, follow=True)
    assert "Please check them again" in answer.text
    complete.refresh_from_db()
    assert complete.status == "draft"


def test_sending_twice_sends_once(browser, complete):
    form = {"draft": complete.pk, "seen": browser.get(at("join_check")).context["seen"]}
    first, second = (browser.post(at("join_check"), form) for _ in range(2))
    assert first.url == second.url == at("join_done")
    assert complete.events.filter(kind="submitted").count() == 1
    assert Notice.objects.filter(kind="mandate_received").count() == 1


def test_a_step_sent_after_the_application_shows_what_became_of_it(browser, complete, frank):
    stale = answers_of(complete, role="staff")
    send(browser, complete)
    assert browser.post(at("join_mandate"), stale).url == at("join_done")
    mandates.decline(mandate=complete, by=frank, message="No.")
    answer = browser.post(at("join_mandate"), stale, follow=True)
    assert "already been declined" in answer.text
    complete.refresh_from_db()
    assert complete.role == "board"


def test_done_is_for_those_who_sent_something(browser):
    assert browser.get(at("join_done")).url == at("join")


def test_what_was_typed_when_the_session_had_ended_comes_back(complete, dave):
    client = Client()
    answer = client.post(
        at("join_mandate"), answers_of(complete, evidence_url="https://new.example.org/")
    )
    assert answer.url == f"{reverse('account_login')}?next={at('join_mandate')}"
    client.force_login(dave, backend="django.contrib.auth.backends.ModelBackend")
    form = client.get(at("join_mandate")).context["form"]
    assert form["evidence_url"].value() == "https://new.example.org/"


def test_what_was_typed_is_not_shown_to_another_person(complete, carol, armenia):
    client = Client()
    client.post(at("join_mandate"), answers_of(complete, evidence_url="https://new.example.org/"))
    other = mandates.start_draft(person=carol)
    mandates.choose_group(mandate=other, by=carol, group=armenia)
    client.force_login(carol, backend="django.contrib.auth.backends.ModelBackend")
    assert "new.example.org" not in client.get(at("join_mandate")).text


def test_a_draft_can_be_thrown_away(browser, complete):
    browser.post(at("join_discard"))
    complete.refresh_from_db()
    assert complete.status == "withdrawn"
    assert browser.post(at("join_discard")).url == at("join")


def test_an_applicant_meets_the_waiting_application_at_the_entry(carol, as_person):
    assert "waits for its review" in as_person(carol).get(at("join")).text


def test_usual_days_are_measured_once_there_are_enough_decisions(browser, complete):
    now = timezone.now()
    for days in (1, 2, 3, 4, 30):
        MandateFactory(
            declined=True, submitted_at=now - datetime.timedelta(days=days), decided_at=now
        )
    send(browser, complete)
    assert "usually takes 3 days" in browser.get(at("join_done")).text


def test_nobody_joins_with_a_closed_account(as_person, swahili):
    person = UserFactory()
    client = as_person(person)
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert client.post(at("join_choose_group"), {"group": "swahili"}).status_code == 302
    assert not Mandate.objects.exists()


def test_a_form_that_arrives_empty_is_shown_again(browser, dave, swahili):
    MandateFactory(person=dave, draft=True, group=swahili)
    answer = browser.post(at("join_mandate"))
    assert answer.status_code == 200
    assert "role" in answer.context["form"].errors
