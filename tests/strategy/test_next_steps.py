"""The next steps a liaison is offered, in which order, and when each is done."""

import datetime
import re

import pytest
from django.utils import timezone

from liaisons.models import Mandate, User
from strategy import reports
from strategy.models import Update
from tests.factories import GroupFactory, MandateFactory

from .factories import TopicFactory, UpdateFactory, drafted, passed_on, reported

pytestmark = pytest.mark.django_db
MY = "/en/my/"


def page(browser):
    return browser.get(MY).content.decode()


def steps_of(browser):
    """The titles of the next steps in their order, each with what it is about."""
    shown = "".join(re.findall(r'<ul class="todo">(.*?)</ul>', page(browser), re.DOTALL))
    found = re.findall(r"<b>([^<]+)</b>\s*(?:<(?:bdi|span)[^>]*>([^<]*)<)?", shown)
    return [(title.strip(), about) for title, about in found]


def mandate_of(person):
    return Mandate.objects.active().get(person=person)


READ, PASS_ON = "Read an update, and pass it on", "Pass on an update, and record it"
REPORT = "Report what your group says on a topic"


def test_an_update_is_to_be_read_then_passed_on_then_done(as_person, alice):
    update = UpdateFactory(published=True, slug="news", title_en="News for all")
    browser = as_person(alice)
    assert steps_of(browser) == [(READ, "News for all")]
    response = browser.get("/en/my/updates/news/")
    assert response["Location"] == "/en/updates/news/"
    assert steps_of(browser) == [(PASS_ON, "News for all")]
    assert "/en/my/relays/new/?update=news&amp;group=swahili" in page(browser)
    passed_on(update, mandate_of(alice))
    assert steps_of(browser) == []
    assert "All done for now." in page(browser)


def test_what_another_liaison_of_the_group_passed_on_is_done(as_person, alice, bob):
    passed_on(UpdateFactory(published=True), mandate_of(bob))
    assert steps_of(as_person(alice)) == []


def test_with_two_groups_the_step_stays_until_both_passed_it_on(as_person, alice):
    second = MandateFactory(confirmed=True, person=alice, group=GroupFactory(name="Second"))
    update = UpdateFactory(published=True, title_en="News")
    browser = as_person(alice)
    assert "for 2 of your groups" in page(browser)
    passed_on(update, Mandate.objects.get(person=alice, group__slug="swahili"))
    assert steps_of(browser) == [(PASS_ON, "News")]
    assert f"update={update.slug}&amp;group={second.group.slug}" in page(browser)
    passed_on(update, second)
    assert steps_of(browser) == []


def test_the_three_newest_updates_are_offered(as_person, alice):
    for number in range(4):
        UpdateFactory(published=True, title_en=f"News {number}")
    assert [about for _, about in steps_of(as_person(alice))] == ["News 3", "News 2", "News 1"]


@pytest.mark.parametrize(("days", "is_news"), [(59, True), (61, False)])
def test_what_is_older_than_sixty_days_is_no_news(as_person, alice, days, is_news):
    UpdateFactory(published=True)
    Update.objects.update(published_at=timezone.now() - datetime.timedelta(days=days))
    assert (steps_of(as_person(alice)) != []) is is_news


def test_topics_are_to_be_reported_on_by_their_deadline(as_person, alice):
    soon = timezone.now() + datetime.timedelta(days=2)
    TopicFactory(title_en="Later")
    TopicFactory(title_en="Sooner", closes_at=soon)
    TopicFactory(title_en="Closed", closed=True)
    UpdateFactory(published=True, title_en="News")
    browser = as_person(alice)
    assert steps_of(browser) == [(REPORT, "Sooner"), (READ, "News"), (REPORT, "Later")]
    assert 'class="when soon"' in page(browser)


def test_a_topic_my_group_reported_on_is_done(as_person, alice, bob):
    topic = TopicFactory(title_en="Say something")
    reported(mandate_of(bob), topic=topic)
    assert steps_of(as_person(alice)) == []


def test_a_draft_is_to_be_finished_and_its_topic_is_no_other_step(as_person, alice, bob):
    report = drafted(mandate_of(bob), topic=TopicFactory(title_en="Say something").slug)
    browser = as_person(alice)
    assert steps_of(browser) == [("Finish the report", "Say something")]
    assert f'href="/en/my/reports/{report.pk}/"' in page(browser)


def test_a_correction_is_to_be_finished(as_person, alice):
    report = reported(mandate_of(alice))
    reports.start_correction(report=report, by=alice, data={})
    assert ("Finish the correction of R1", "Jenga Wikipedia ya Kiswahili") in steps_of(
        as_person(alice)
    )


def test_a_step_about_a_text_not_translated_names_its_language(as_person, alice):
    UpdateFactory(published=True, title_en="News for all")
    shown = as_person(alice).get("/ar/my/").content.decode()
    assert '<span lang="en" dir="ltr">News for all</span>' in shown


def test_the_core_teams_question_comes_first(as_person, alice):
    MandateFactory(more_asked=True, person=alice, group=GroupFactory(name="Asked"))
    TopicFactory(closes_at=timezone.now() + datetime.timedelta(hours=5))
    assert steps_of(as_person(alice))[0] == (
        "Answer the Core Team’s question about your application",
        "Asked",
    )


@pytest.mark.parametrize(("days", "is_there"), [(60, True), (61, False)])
def test_a_mandate_that_ends_is_a_step_sixty_days_before(as_person, alice, days, is_there):
    last_day = timezone.localdate() + datetime.timedelta(days=days)
    Mandate.objects.filter(person=alice).update(last_day=last_day)
    assert (steps_of(as_person(alice)) != []) is is_there


def test_who_never_chose_about_their_name_is_asked(as_person, alice):
    User.objects.filter(pk=alice.pk).update(is_public_by_name=None)
    assert steps_of(as_person(alice)) == [("Choose whether everyone may see your name", "")]


def test_who_speaks_for_nobody_has_no_step_of_a_liaison(as_person, carol, dave):
    UpdateFactory(published=True)
    TopicFactory()
    assert steps_of(as_person(carol)) == steps_of(as_person(dave)) == []


def test_only_the_first_step_is_the_main_action_and_the_rest_is_folded(as_person, alice):
    for _ in range(4):
        UpdateFactory(published=True)
        TopicFactory()
    User.objects.filter(pk=alice.pk).update(is_public_by_name=None)
    shown = page(as_person(alice))
    assert shown.count("cdx-button--weight-primary") == 1
    assert "1 more step" in " ".join(shown.split())
