"""The session ended while somebody typed or was about to press: nothing typed is lost."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates
from liaisons.models import Mandate, MandateEvent
from tests.factories import MandateFactory

pytestmark = pytest.mark.django_db


def signed_in_again(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def after_signing_in(answer):
    """Where the sign-in page leads afterwards."""
    assert answer.status_code == 302
    path, _mark, query = answer.url.partition("?next=")
    assert path == reverse("account_login")
    return query


@pytest.fixture
def asked(carol, frank):
    application = carol.mandates.get()
    mandates.ask_for_more(mandate=application, by=frank, message="Which meeting?")
    return application


@pytest.fixture
def ending(alice):
    day = timezone.localdate() + datetime.timedelta(days=20)
    alice.mandates.update(last_day=day)
    return alice.mandates.get()


def test_an_answer_to_the_core_team_stands_in_its_form_again(asked, carol):
    client, page = Client(), reverse("liaisons:mandate_answer", args=[asked.pk])
    answer = client.post(page, {"message": "That of May.", "whose": carol.pk})
    back = after_signing_in(answer)
    again = signed_in_again(client, carol).get(back)
    assert again.context["answer_form"]["message"].value() == "That of May."
    assert not MandateEvent.objects.filter(kind="answered").exists()
    # Once: afterwards the address leads to the page of the application.
    assert client.get(back).url == reverse("liaisons:mandate", args=[asked.pk])


def test_a_reason_to_end_stands_in_its_form_again(alice):
    client, page = Client(), reverse("liaisons:mandate_end", args=[alice.mandates.get().pk])
    back = after_signing_in(client.post(page, {"reason": "I move.", "whose": alice.pk}))
    assert "I move." in signed_in_again(client, alice).get(back).text
    assert alice.mandates.get().is_active


def test_new_evidence_stands_in_its_form_again(ending, alice):
    client, page = Client(), reverse("liaisons:mandate_renew", args=[ending.pk])
    typed = {
        "evidence": "explanation",
        "evidence_text": "We agreed again at our meeting in March, all of us.",
        "until": ending.last_day.isoformat(),
        "whose": alice.pk,
    }
    back = after_signing_in(client.post(page, typed))
    assert typed["evidence_text"] in signed_in_again(client, alice).get(back).text
    assert alice.mandates.get().renewed_at is None


@pytest.mark.parametrize("name", ["mandate_answer", "mandate_end", "mandate_renew"])
def test_words_of_somebody_else_do_not_appear(asked, ending, alice, carol, name):
    mandate, person = (asked, carol) if name == "mandate_answer" else (ending, alice)
    client, page = Client(), reverse(f"liaisons:{name}", args=[mandate.pk])
    typed = {"message": "Of another.", "reason": "Of another.", "evidence_text": "Of another."}
    client.post(page, typed | {"whose": 0})
    assert "Of another." not in signed_in_again(client, person).get(page, follow=True).text


@pytest.mark.parametrize(
    "name", ["join_choose_group", "join_discard", "mandate_again", "settings_download"]
)
def test_who_pressed_a_button_comes_back_to_the_page_with_it(alice, name):
    args = [MandateFactory(ended=True, person=alice).pk] if name == "mandate_again" else []
    page = reverse(f"liaisons:{name}", args=args)
    before = "http://testserver/en/join/group/?q=sw"
    answer = Client(headers={"referer": before}).post(page)
    assert after_signing_in(answer) == "/en/join/group/%3Fq%3Dsw"


@pytest.mark.parametrize(
    "before",
    ["", "https://evil.example.org/en/", "http://testserver//evil.example.org/", "http://["],
)
def test_a_page_of_somebody_else_is_no_way_back(db, before):
    answer = Client(headers={"referer": before}).post(reverse("liaisons:join_discard"))
    assert after_signing_in(answer) == "/"
    assert not Mandate.objects.exists()
