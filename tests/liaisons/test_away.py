"""Being away: shown to everyone, the deputy named if they wish, over by itself."""

import datetime

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates, notices
from liaisons.models import User
from mailing import deliver, recipients
from mailing.models import Notice
from tests.factories import MandateFactory, UserFactory

pytestmark = pytest.mark.django_db

AWAY = "/en/my/away/"


def in_days(days):
    return timezone.localdate() + datetime.timedelta(days=days)


def leave(browser, days=10):
    return browser.post(AWAY, {"until": in_days(days).isoformat()}, follow=True)


def group_page(client, group):
    return " ".join(client.get(group.get_absolute_url()).text.split())


def test_the_group_page_says_until_when_and_who_answers(alice, bob, swahili, client, as_person):
    assert "Away until" not in group_page(client, swahili)
    leave(as_person(alice))
    page = group_page(client, swahili)
    assert "Away until" in page
    assert "The deputy answers meanwhile." in page
    assert "Bob" not in page


def test_a_deputy_who_is_public_is_named(alice, bob, swahili, client, as_person):
    User.objects.filter(pk=bob.pk).update(is_public_by_name=True)
    leave(as_person(alice))
    assert "<bdi>Bob</bdi> answers meanwhile." in group_page(client, swahili)


def test_nobody_answers_where_no_deputy_is_there(alice, bob, swahili, client, as_person):
    leave(as_person(alice))
    leave(as_person(bob))
    page = group_page(client, swahili)
    assert page.count("Away until") == 2
    assert "answers meanwhile" not in page
    assert "Nobody: the group has no deputy who is there." in as_person(alice).get(AWAY).text


def test_it_ends_by_itself(alice, swahili, client, as_person):
    leave(as_person(alice), days=3)
    for days, is_away in ((3, True), (4, False)):
        with time_machine.travel(timezone.now() + datetime.timedelta(days=days)):
            assert ("Away until" in group_page(client, swahili)) is is_away
            browser = as_person(alice)
            assert ("You are away until" in browser.get("/en/my/").text) is is_away
            own = browser.get(reverse("liaisons:mandate", args=[alice.mandates.get().pk])).text
            assert ("You are away until" in own) is is_away


def test_one_comes_back_at_once(alice, swahili, client, as_person):
    browser = as_person(alice)
    leave(browser)
    assert "Come back now" in browser.get("/en/my/").text
    answer = browser.post(AWAY, {"back": "1"}, follow=True)
    assert "Welcome back." in answer.text
    assert "Away until" not in group_page(client, swahili)


@pytest.mark.parametrize("until", ["", "yesterday", "2020-01-01", "2999-01-01"])
def test_a_day_that_makes_no_sense_is_refused(alice, as_person, until):
    page = as_person(alice).post(AWAY, {"until": until})
    assert page.context["form"].errors["until"]
    alice.refresh_from_db()
    assert alice.away_until is None


def test_deputies_are_told_once_without_a_name(alice, bob, as_person):
    recipients.sync_user(bob, bob.email, "en", "UTC")
    User.objects.filter(pk=alice.pk).update(is_public_by_name=False)
    browser = as_person(alice)
    leave(browser, days=5)
    leave(browser, days=9)
    deliver.send_due()
    [letter] = mail.outbox
    assert letter.to == [bob.email]
    assert "is away" in letter.subject
    assert "Alice" not in letter.body + letter.subject
    assert f"{in_days(9).year}" in letter.body


def test_who_comes_and_goes_all_day_sends_three_mails(alice, bob):
    for _time in range(6):
        mandates.go_away(person=alice, until=in_days(3))
        mandates.come_back(person=alice)
    assert Notice.objects.filter(kind=notices.AWAY).count() == 3


def test_a_deputy_who_is_away_or_goes_tells_nobody(alice, bob, as_person):
    leave(as_person(bob))
    leave(as_person(alice))
    assert not Notice.objects.filter(kind=notices.AWAY).exists()


def back(alice, bob):
    mandates.come_back(person=alice)


def no_deputy(alice, bob):
    mandates.end_mandate(mandate=bob.mandates.get(), by=bob, reason="x")


def no_primary(alice, bob):
    mandates.end_mandate(mandate=alice.mandates.get(), by=alice, reason="x")


@pytest.mark.parametrize("change", [back, no_deputy, no_primary])
def test_it_is_asked_again_right_before_the_mail(alice, bob, change):
    recipients.sync_user(bob, bob.email, "en", "UTC")
    mandates.go_away(person=alice, until=in_days(3))
    change(alice, bob)
    deliver.send_due()
    assert Notice.objects.get(kind=notices.AWAY).state == "skipped"


def test_a_deputy_of_two_groups_is_told_of_both(alice, bob, frank):
    second = MandateFactory(confirmed=True, person=alice, reviewer=frank).group
    MandateFactory(confirmed=True, deputy=True, group=second, person=bob, reviewer=frank)
    mandates.go_away(person=alice, until=in_days(3))
    assert Notice.objects.filter(kind=notices.AWAY).count() == 2


def test_the_core_team_sees_it(alice, frank, as_person):
    mandates.go_away(person=alice, until=in_days(3))
    page = as_person(frank).get(
        reverse("admin:liaisons_mandate_change", args=[alice.mandates.get().pk])
    )
    assert "Away until" in page.text


def test_a_member_of_no_group_may_be_away_too():
    person = UserFactory(core_team=True)
    mandates.go_away(person=person, until=in_days(3))
    person.refresh_from_db()
    assert person.is_away
