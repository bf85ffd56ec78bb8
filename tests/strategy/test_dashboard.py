"""My page: what a liaison, an applicant and a newcomer are shown."""

import datetime
import re

import pytest
from django.utils import timezone

from liaisons.models import Mandate
from strategy import responses
from strategy.models import Statement
from tests.factories import MandateFactory

from .factories import (
    TimelineEntryFactory,
    TopicFactory,
    UpdateFactory,
    drafted,
    passed_on,
    reported,
)

pytestmark = pytest.mark.django_db
MY = "/en/my/"


def words(markup):
    """What a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


def mandate_of(person):
    return Mandate.objects.active().get(person=person)


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
    assert "in 12 days" in shown
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
    assert "Finish and send your application" in shown
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
        mandate = MandateFactory(confirmed=True, person=alice)
        MandateFactory(more_asked=True, person=alice)
        passed_on(UpdateFactory(published=True), mandate)
        UpdateFactory(published=True)
        TopicFactory()
        reported(mandate, topic=TopicFactory())
        drafted(mandate, topic=TopicFactory().slug)
        TimelineEntryFactory(starts_on=timezone.localdate() + datetime.timedelta(days=9))

    browser = as_person(alice)
    more()
    browser.get(MY)
    with django_assert_max_num_queries(35) as one:
        page(browser)
    for _ in range(19):
        more()
    with django_assert_num_queries(len(one)):
        page(browser)


def test_the_core_team_is_led_to_its_own_pages(as_person, erin):
    shown = page(as_person(erin))
    assert 'href="/admin/"' in shown
    assert "Become the liaison of your group" not in shown


# --- Updates read and not -------------------------------------------------------------------------


def test_unread_updates_are_the_newest_and_the_others_are_counted(as_person, dave):
    for number in range(7):
        UpdateFactory(published=True, title_en=f"News {number}.")
    browser = as_person(dave)
    shown = page(browser)
    assert "News 6." in shown
    assert "News 1." not in shown
    assert "2 more, and all updates" in shown


def test_reading_one_and_marking_all(as_person, dave):
    for slug in ("first", "second"):
        UpdateFactory(published=True, slug=slug, title_en=slug)
    browser = as_person(dave)
    browser.get("/en/my/updates/first/")
    shown = page(browser)
    assert "/my/updates/second/" in shown
    assert "/my/updates/first/" not in shown
    response = browser.post("/en/my/updates/", follow=True)
    assert "You have read them all." in response.content.decode()
    assert "Marked as read." in response.content.decode()


def test_one_update_can_be_marked(as_person, dave):
    for slug in ("first", "second"):
        UpdateFactory(published=True, slug=slug)
    browser = as_person(dave)
    browser.post("/en/my/updates/", {"update": "first"})
    assert [read.update.slug for read in dave.updates_read.all()] == ["first"]


def test_what_one_read_another_has_not(as_person, dave, carol):
    UpdateFactory(published=True, slug="news")
    as_person(dave).get("/en/my/updates/news/")
    assert "/my/updates/news/" in page(as_person(carol))


def test_a_draft_cannot_be_opened_and_nobody_marks_without_an_account(as_person, client, dave):
    UpdateFactory(slug="draft")
    assert as_person(dave).get("/en/my/updates/draft/").status_code == 404
    assert client.get("/en/my/updates/draft/").status_code == 302
    assert client.post("/en/my/updates/").status_code == 302
    assert as_person(dave).get("/en/my/updates/").status_code == 405


def test_opening_again_and_again_notes_it_once(as_person, dave):
    UpdateFactory(published=True, slug="news")
    browser = as_person(dave)
    for _ in range(3):
        browser.get("/en/my/updates/news/")
    assert dave.updates_read.count() == 1


# --- What my groups did ---------------------------------------------------------------------------


def test_the_newest_three_relays_and_a_way_to_all(as_person, alice, bob):
    browser = as_person(alice)
    assert "Nothing yet. Tell your group" in page(browser)
    for number in range(4):
        passed_on(UpdateFactory(published=True, title_en=f"News {number}."), mandate_of(bob))
    shown = page(browser)
    assert "News 3." in shown
    assert "/en/my/relays/" in shown
    relays_shown = shown.split('id="relays"')[1].split("</section>")[0]
    assert relays_shown.count("<li>") == 3


def test_reports_say_how_far_the_core_team_came(as_person, alice, erin):
    report = reported(mandate_of(alice), "One.", "Two.", "Three.")
    statements = list(Statement.objects.filter(report=report).order_by("number"))
    responses.receive(statements=statements[:2], by=erin)
    responses.answer(statements=statements[:1], by=erin, texts={"text_en": "We take it up."})
    shown = words(page(as_person(alice)))
    assert "3 statements · 2 received · 1 answered" in shown  # of this report
    assert "3 statements 2 received 1 answered" in shown  # of all of them


def test_nobody_sees_what_other_groups_did(as_person, alice, grace):
    report = reported(mandate_of(alice), topic=TopicFactory(title_en="Only ours", closed=True))
    passed_on(UpdateFactory(published=True), mandate_of(alice), url="https://lists.example.org/x")
    shown = page(as_person(grace))
    assert "Only ours" not in shown
    assert report.get_absolute_url() not in shown
    assert "lists.example.org" not in shown


# --- Everyone else --------------------------------------------------------------------------------


def test_an_applicant_sees_since_when_and_whom_to_ask(as_person, carol):
    Mandate.objects.filter(person=carol).update(
        submitted_at=timezone.now() - datetime.timedelta(days=4)
    )
    shown = words(page(as_person(carol)))
    assert "4 days ago" in shown
    assert "You need not do anything." in shown
    assert "You can ask:" in shown


def test_everyone_sees_the_last_update_and_what_comes_next(as_person, dave):
    UpdateFactory(published=True)
    TimelineEntryFactory(
        title_en="First drafts", starts_on=timezone.localdate() + datetime.timedelta(days=9)
    )
    shown = words(page(as_person(dave)))
    assert "Last update:" in shown
    assert "First drafts" in shown


def test_the_empty_page_says_what_will_stand_there(as_person, alice, dave):
    for person in (alice, dave):
        shown = page(as_person(person))
        assert "The first update will stand here." in shown
        assert "No update is published yet." in shown


def test_a_reviewer_sees_how_many_applications_wait_and_since_when(as_person, frank, carol):
    MandateFactory(more_asked=True)  # waits for the applicant
    MandateFactory(person=frank)  # one's own
    shown = page(as_person(frank))
    assert "1 application waits for a review" in words(shown)
    assert "No statement waits to be received" in words(shown)
    assert "/admin/liaisons/mandate/" in shown


def test_an_editor_sees_what_statements_wait_and_no_applications(as_person, erin, alice, carol):
    reported(mandate_of(alice), "One.", "Two.")
    shown = page(as_person(erin))
    assert "2 statements wait to be received" in words(shown)
    assert "/admin/strategy/statement/" in shown
    assert "/admin/liaisons/mandate/" not in shown
