"""Renewing a mandate: one page, a full term, once."""

import datetime

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates
from liaisons.errors import AlreadyDone, NotAllowed, Refused
from liaisons.models import Mandate
from mailing import deliver, recipients
from tests.factories import MandateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ending(alice):
    """Alice's mandate, which ends in twenty days."""
    recipients.sync_user(alice, alice.email, "en", "UTC")
    held = alice.mandates.get()
    held.last_day = timezone.localdate() + datetime.timedelta(days=20)
    held.save()
    return held


def at(mandate):
    return reverse("liaisons:mandate_renew", args=[mandate.pk])


def unchanged(mandate, **answers):
    return {
        "until": mandate.last_day.isoformat(),
        "evidence": "unchanged",
        "is_attested": "on",
    } | answers


def test_renewing_adds_a_full_term_to_the_old_last_day(ending, alice, as_person):
    before = ending.last_day
    page = as_person(alice).post(at(ending), unchanged(ending), follow=True)
    assert "Your mandate is renewed." in page.text
    ending.refresh_from_db()
    assert ending.last_day == before + datetime.timedelta(days=365)
    event = ending.events.last()
    assert (event.kind, event.actor, event.message) == ("renewed", alice, "")
    deliver.send_due()
    [letter] = mail.outbox
    assert letter.to == [alice.email]
    assert "is renewed" in letter.subject


@pytest.mark.parametrize(
    ("first", "after"),
    [("2027-02-28", "2028-02-28"), ("2028-02-29", "2029-02-28"), ("2027-03-01", "2028-02-29")],
)
def test_a_term_is_counted_in_days_also_over_29_february(alice, first, after):
    held = alice.mandates.get()
    last_day = datetime.date.fromisoformat(first)
    Mandate.objects.filter(pk=held.pk).update(last_day=last_day)
    with time_machine.travel(datetime.datetime.combine(last_day, datetime.time(23, 59, 59))):
        mandate = mandates.renew(mandate=held, by=alice, until=last_day)
    assert mandate.last_day.isoformat() == after


def test_it_is_offered_from_sixty_days_before(alice, as_person):
    held = alice.mandates.get()
    browser = as_person(alice)
    for days, is_offered in ((61, False), (60, True), (0, True)):
        held.last_day = timezone.localdate() + datetime.timedelta(days=days)
        held.save()
        page = browser.get(at(held))
        assert page.status_code == 200
        assert ('name="evidence"' in page.text) is is_offered
        own = browser.get(reverse("liaisons:mandate", args=[held.pk])).text
        assert (at(held) in own) is is_offered
        assert (at(held) in browser.get(reverse("strategy:dashboard")).text) is is_offered


def test_too_early_is_refused_by_the_verb_too(alice):
    held = alice.mandates.get()
    with pytest.raises(Refused, match="You can renew this mandate from"):
        mandates.renew(mandate=held, by=alice, until=held.last_day)


def test_new_evidence_is_in_the_history_for_the_core_team(ending, alice, frank, as_person):
    given = ending.evidence_url
    as_person(alice).post(
        at(ending),
        unchanged(
            ending,
            evidence="link",
            evidence_url="https://meta.example.org/wiki/We_agree_again",
            agreed_on="2026-05-01",
        ),
    )
    words = "https://meta.example.org/wiki/We_agree_again (2026-05-01)"
    assert ending.events.last().message == words
    ending.refresh_from_db()
    assert ending.evidence_url == given
    desk = as_person(frank).get(reverse("admin:liaisons_mandate_change", args=[ending.pk]))
    assert "We_agree_again" in desk.text


def test_an_explanation_may_be_new(ending, alice, as_person):
    text = "We talked about it at our meeting in May and all agreed."
    as_person(alice).post(at(ending), unchanged(ending, evidence="explanation", evidence_text=text))
    assert ending.events.last().message == text


@pytest.mark.parametrize(
    ("gap", "field"),
    [
        ({"is_attested": ""}, "is_attested"),
        ({"evidence": ""}, "evidence"),
        ({"evidence": "link"}, "evidence_url"),
        ({"evidence": "explanation", "evidence_text": "short"}, "evidence_text"),
        ({"until": "never"}, "until"),
    ],
)
def test_something_missing_renews_nothing(ending, alice, as_person, gap, field):
    page = as_person(alice).post(at(ending), unchanged(ending, **gap))
    assert page.context["form"].errors[field]
    assert ending.events.last().kind != "renewed"


def test_the_same_form_sent_twice_renews_once(ending, alice, as_person):
    browser = as_person(alice)
    form = unchanged(ending)
    browser.post(at(ending), form)
    page = browser.post(at(ending), form, follow=True)
    assert "has already been renewed" in page.text
    assert ending.events.filter(kind="renewed").count() == 1


def test_a_form_from_before_renews_no_short_term_again(ending, alice, settings):
    """Where a term is shorter than the time in which it can be renewed."""
    settings.MANDATE_LENGTH_DAYS = 10
    until = ending.last_day
    mandates.renew(mandate=ending, by=alice, until=until)
    with pytest.raises(AlreadyDone):
        mandates.renew(mandate=ending, by=alice, until=until)


def test_only_the_liaison_renews(ending, bob, frank, as_person):
    for person in (bob, frank):
        assert as_person(person).post(at(ending), unchanged(ending)).status_code == 404
        with pytest.raises(NotAllowed):
            mandates.renew(mandate=ending, by=person, until=ending.last_day)


def test_what_is_over_is_not_renewed(ending, alice, as_person):
    Mandate.objects.filter(pk=ending.pk).update(last_day="2020-01-01")
    ending.refresh_from_db()
    page = as_person(alice).post(at(ending), unchanged(ending), follow=True)
    assert "its last day has passed" in page.text
    ended = MandateFactory(ended=True, person=alice)
    page = as_person(alice).post(at(ended), unchanged(ended), follow=True)
    assert "already been ended" in page.text


def test_a_contested_mandate_is_renewed_and_looked_at_further(ending, alice, as_person):
    Mandate.objects.filter(pk=ending.pk).update(review_opened_at=timezone.now())
    assert "they go on looking" in as_person(alice).get(at(ending)).text
    as_person(alice).post(at(ending), unchanged(ending))
    ending.refresh_from_db()
    assert ending.events.last().kind == "renewed"
    assert ending.review_opened_at


def test_a_mandate_for_an_archived_group_is_not_renewed(ending, alice, as_person):
    type(ending.group).objects.filter(pk=ending.group_id).update(status="archived")
    page = as_person(alice).post(at(ending), unchanged(ending), follow=True)
    assert "not active" in page.text
