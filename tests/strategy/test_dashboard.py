"""My page: what a liaison, an applicant and a newcomer are shown."""

import datetime

import pytest

from liaisons.models import Mandate
from tests.factories import MandateFactory

from .factories import TopicFactory, UpdateFactory

pytestmark = pytest.mark.django_db
MY = "/en/my/"


def page(browser):
    response = browser.get(MY)
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    return response.content.decode()


def test_anonymous_people_are_asked_to_sign_in_and_come_back(client):
    response = client.get(MY)
    assert response.status_code == 302
    assert response["Location"].endswith("/en/accounts/login/?next=/en/my/")


def test_a_liaison_sees_their_mandate_their_contact_and_what_is_open(as_person, alice, swahili):
    UpdateFactory(published=True, title_en="News for all")
    UpdateFactory(title_en="Not out yet")
    TopicFactory(title_en="Say something")
    shown = page(as_person(alice))
    assert "Primary liaison of:" in shown
    assert swahili.name in shown
    assert "Frank" in shown
    assert "frank@example.org" not in shown
    assert "News for all" in shown
    assert "Not out yet" not in shown
    assert "Say something" in shown
    assert "closes in 12 days" in shown
    assert "Become the liaison of your group" not in shown


def test_a_deputy_is_called_a_deputy(as_person, bob):
    assert "Deputy liaison of:" in page(as_person(bob))


def test_an_applicant_sees_whose_turn_it_is_and_how_long_it_usually_takes(as_person, carol):
    shown = page(as_person(carol))
    assert "It is the Core Team’s turn." in shown
    assert "A review usually takes 7 days." in shown
    assert "liaison of:" not in shown


def test_an_applicant_who_is_asked_for_more_sees_that_it_is_their_turn(as_person, dave):
    MandateFactory(more_asked=True, person=dave)
    shown = page(as_person(dave))
    assert "It is your turn." in shown
    assert "It is the Core Team’s turn." not in shown


def test_a_draft_waits_to_be_finished(as_person, dave):
    MandateFactory(draft=True, person=dave)
    shown = page(as_person(dave))
    assert "Your application is not sent yet" in shown
    assert 'href="/en/join/"' in shown


def test_a_newcomer_is_told_how_to_become_a_liaison(as_person, dave):
    assert "Become the liaison of your group" in page(as_person(dave))


def test_whose_mandate_is_over_is_no_liaison_here(as_person, alice):
    yesterday = datetime.date.today() - datetime.timedelta(days=1)  # noqa: DTZ011
    Mandate.objects.filter(person=alice).update(last_day=yesterday)
    shown = page(as_person(alice))
    assert "liaison of:" not in shown
    assert "Your Core Team contact" not in shown


def test_nobody_sees_the_mandates_of_others(as_person, alice, grace, swahili):
    assert swahili.name not in page(as_person(grace))


def test_twenty_of_everything_take_as_many_queries_as_one(
    as_person, alice, django_assert_num_queries, django_assert_max_num_queries
):
    def more():
        MandateFactory(confirmed=True, person=alice)
        UpdateFactory(published=True)
        TopicFactory()

    browser = as_person(alice)
    more()
    browser.get(MY)
    with django_assert_max_num_queries(12) as one:
        page(browser)
    for _ in range(19):
        more()
    with django_assert_num_queries(len(one)):
        page(browser)


def test_the_core_team_is_led_to_its_own_pages(as_person, erin):
    shown = page(as_person(erin))
    assert 'href="/admin/"' in shown
    assert "Become the liaison of your group" not in shown
