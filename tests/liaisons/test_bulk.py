"""Several at once: what will happen is shown first, and then exactly that is done."""

import datetime
import re

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates, notices
from liaisons.admin import bulk
from liaisons.models import ContactRule, Endorsement, Mandate, MandateEvent
from mailing.models import Notice
from tests.factories import MandateFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(frank, as_person):
    """Frank's browser."""
    return as_person(frank)


@pytest.fixture
def ana(db):
    return UserFactory(core_team=True, display_name="Ana")


def look(desk, act, chosen, **more):
    return desk.get(bulk.address(act, [one.pk for one in chosen], **more))


def press(desk, page, act):
    """Send the form of the preview as the browser would."""
    found = re.findall(r'name="row" value="([^"]+)"', page.text)
    return desk.post(reverse("admin:liaisons_mandate_together"), {"act": act, "row": found})


def of(found):
    return {row.mandate for row in found}


def asked(frank, days):
    """An application to which the Core Team asked something so many days ago."""
    mandate = MandateFactory(submitted_at=timezone.now() - datetime.timedelta(days=days + 1))
    moment = timezone.now() - datetime.timedelta(days=days)
    Mandate.objects.filter(pk=mandate.pk).update(status="more_asked", reviewer=frank)
    event = MandateEvent.objects.create(
        mandate=mandate, kind="more_asked", actor=frank, message="Who?", at=moment
    )
    notices.tell(event)
    Notice.objects.filter(context__event_id=event.pk).update(created_at=moment)
    mandate.refresh_from_db()
    return mandate


# --- From the list ---------------------------------------------


def test_an_action_of_the_list_leads_to_the_preview_and_changes_nothing(desk):
    first, second = MandateFactory.create_batch(2)
    answer = desk.post(
        reverse("admin:liaisons_mandate_changelist"),
        {"action": "take", "_selected_action": [first.pk, second.pk]},
    )
    assert answer.url == bulk.address("take", [first.pk, second.pk])
    assert of(desk.get(answer.url).context["rows"].done) == {first, second}
    assert not MandateEvent.objects.filter(kind="taken").exists()


def test_too_many_at_once_are_refused(desk, monkeypatch):
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 2)
    chosen = [one.pk for one in MandateFactory.create_batch(3)]
    answer = desk.post(
        reverse("admin:liaisons_mandate_changelist"),
        {"action": "take", "_selected_action": chosen},
        follow=True,
    )
    assert "Choose at most 2 at once." in answer.text


def test_only_reviewers_come_here(as_person, erin, frank):
    address = bulk.address("take", [MandateFactory().pk])
    assert as_person(erin).get(address).status_code == 403
    assert as_person(erin).post(address, {"act": "take"}).status_code == 403
    assert as_person(frank).get(address.replace("take", "steal")).status_code == 404


# --- Taking ---------------------------------------------


def test_what_is_shown_is_done_and_what_is_left_says_why(desk, frank):
    free, taken, over = MandateFactory(), MandateFactory(reviewer=frank), MandateFactory(ended=True)
    own = MandateFactory(person=frank)
    page = look(desk, "take", [free, taken, over, own])
    assert of(page.context["rows"].done) == {free}
    assert {row.mandate: str(row.why_not) for row in page.context["rows"].left} == {
        taken: "You have taken this already.",
        over: "Nothing waits for a decision here.",
        own: "No one reviews their own mandate. Please ask another reviewer.",
    }
    done = press(desk, page, "take")
    assert of(done.context["rows"].done) == {free}
    free.refresh_from_db()
    assert free.reviewer == frank


def test_what_changed_meanwhile_is_left_and_said(desk, frank):
    first, second = MandateFactory.create_batch(2)
    page = look(desk, "take", [first, second])
    other = UserFactory(admin=True)
    mandates.take(mandate=second, by=other)
    done = press(desk, page, "take")
    assert of(done.context["rows"].done) == {first}
    (left,) = done.context["rows"].left
    assert "Meanwhile a reviewer took this" in str(left.why_not)
    assert "Meanwhile a reviewer took this" in done.text
    second.refresh_from_db()
    assert second.reviewer == other


def test_pressing_twice_does_it_once(desk):
    application = MandateFactory()
    page = look(desk, "take", [application])
    press(desk, page, "take")
    again = press(desk, page, "take")
    assert not again.context["rows"].done
    assert application.events.filter(kind="taken").count() == 1


# --- Reminding and declining ---------------------------------------------


def test_a_question_is_sent_again_once_a_week(desk, frank):
    young, old, new = asked(frank, 3), asked(frank, 8), MandateFactory()
    page = look(desk, "remind", [young, old, new])
    assert of(page.context["rows"].done) == {old}
    press(desk, page, "remind")
    sent = Notice.objects.filter(kind="mandate_more_asked", context__mandate_id=old.pk)
    assert sent.count() == 2
    assert sent.latest("pk").context == sent.earliest("pk").context
    assert not press(desk, page, "remind").context["rows"].done
    assert sent.count() == 2


def test_what_was_not_answered_for_long_is_declined_in_the_applicants_language(desk, frank):
    young, old = asked(frank, 29), asked(frank, settings.UNANSWERED_AFTER_DAYS + 1)
    old.person.language = "de"
    old.person.save()
    page = look(desk, "decline_unanswered", [young, old])
    assert of(page.context["rows"].done) == {old}
    assert "less than 30 days old" in page.text
    press(desk, page, "decline_unanswered")
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.status, young.status) == ("declined", "more_asked")
    assert "keine Antwort" in old.events.last().message


def test_an_answer_that_came_after_the_preview_counts(desk, frank):
    application = asked(frank, 40)
    page = look(desk, "decline_unanswered", [application])
    mandates.answer_more(mandate=application, by=application.person, message="Here.")
    assert not press(desk, page, "decline_unanswered").context["rows"].done
    application.refresh_from_db()
    assert application.status == "submitted"


def test_a_form_made_by_hand_declines_nothing_before_its_time(desk, frank):
    young = asked(frank, 3)
    row = f"{young.pk}:{mandates.state_of(young)}:0"
    done = desk.post(
        reverse("admin:liaisons_mandate_together"), {"act": "decline_unanswered", "row": [row]}
    )
    assert [one.mandate for one in done.context["rows"].left] == [young]
    young.refresh_from_db()
    assert young.status == "more_asked"


def test_what_one_has_a_part_in_is_left_and_says_why(desk, frank):
    named = MandateFactory(predecessor=MandateFactory(ended=True, person=frank))
    contested = MandateFactory()
    Endorsement.objects.create(mandate=contested, person=frank, verdict="contests", reason="No.")
    page = look(desk, "take", [named, contested])
    assert {row.mandate: str(row.why_not) for row in page.context["rows"].left} == {
        named: "You named this person yourself. Please ask another reviewer.",
        contested: "You contested this yourself. Please ask another reviewer.",
    }


# --- Reassigning ---------------------------------------------


def test_all_liaisons_of_a_contact_go_to_another(desk, frank, ana):
    held = MandateFactory.create_batch(3, confirmed=True, contact=frank)
    waiting = MandateFactory()
    asks = look(desk, "reassign", [*held, waiting])
    assert not asks.context["shows_rows"]
    page = look(desk, "reassign", [*held, waiting], to=ana.pk)
    assert of(page.context["rows"].done) == set(held)
    assert "Frank → Ana" in page.text
    press(desk, page, "reassign")
    assert Mandate.objects.filter(contact=ana).count() == 3
    assert MandateEvent.objects.filter(kind="contact_changed", actor=frank).count() == 3
    assert Notice.objects.filter(kind="mandate_contact_changed").count() == 3


def test_the_rules_choose_and_what_they_chose_stays_as_shown(desk, frank, ana):
    held = MandateFactory(confirmed=True, contact=frank)
    assert "name nobody" in look(desk, "reassign", [held], to="rules").text
    rule = ContactRule.objects.create(contact=ana)
    page = look(desk, "reassign", [held], to="rules")
    assert "Frank → Ana" in page.text
    rule.contact = UserFactory(core_team=True, display_name="Ben")
    rule.save()
    press(desk, page, "reassign")
    held.refresh_from_db()
    assert held.contact == ana


def test_a_contact_changed_after_the_preview_stays(desk, frank, ana):
    held = MandateFactory(confirmed=True, contact=frank)
    page = look(desk, "reassign", [held], to=ana.pk)
    ben = UserFactory(core_team=True, display_name="Ben")
    mandates.change_contact(mandate=held, by=frank, contact=ben)
    assert not press(desk, page, "reassign").context["rows"].done
    held.refresh_from_db()
    assert held.contact == ben


def test_as_many_as_are_allowed_are_given_another_contact_in_one_go(desk, frank, ana, swahili):
    """The full number of rows passes the limits on what a form may carry."""
    MandateFactory.create_batch(
        bulk.MOST_AT_ONCE + 1, confirmed=True, deputy=True, group=swahili, contact=frank
    )
    page = desk.get(bulk.address("reassign", of=frank.pk, to=ana.pk))
    assert len(page.context["rows"].done) == bulk.MOST_AT_ONCE
    done = press(desk, page, "reassign")
    assert len(done.context["rows"].done) == bulk.MOST_AT_ONCE
    assert Mandate.objects.filter(contact=ana).count() == bulk.MOST_AT_ONCE
    assert Notice.objects.filter(kind="mandate_contact_changed").count() == bulk.MOST_AT_ONCE
    rest = desk.get(bulk.address("reassign", of=frank.pk, to=ana.pk))
    assert len(rest.context["rows"].done) == 1


def test_who_left_the_core_team_meanwhile_gets_nobody(desk, frank, ana):
    held = MandateFactory(confirmed=True, contact=frank)
    page = look(desk, "reassign", [held], to=ana.pk)
    ana.is_staff = False
    ana.save()
    assert not press(desk, page, "reassign").context["rows"].done
    held.refresh_from_db()
    assert held.contact == frank


@pytest.mark.parametrize("rows", [["x"], ["1:2"], ["1:2:3:4"], ["9" * 30 + ":1:1"], ["1:-1:1"], []])
def test_rows_that_are_no_rows_change_nothing(desk, rows):
    page = desk.post(reverse("admin:liaisons_mandate_together"), {"act": "reassign", "row": rows})
    assert page.status_code == 200
    assert not page.context["rows"].all


@pytest.mark.parametrize("act", ["take", "remind", "decline_unanswered", "reassign"])
def test_the_preview_asks_as_much_for_many(desk, frank, act, questions):
    ContactRule.objects.create(contact=frank)
    chosen = []
    for number in (1, 30):
        chosen += [
            *MandateFactory.create_batch(number),
            *MandateFactory.create_batch(number, more_asked=True, reviewer=frank),
            *MandateFactory.create_batch(number, confirmed=True),
        ]
        questions(desk, bulk.address(act, [one.pk for one in chosen], to="rules"))
    assert questions.are_the_same


# --- By month ---------------------------------------------


def test_mandates_are_listed_by_the_month_of_their_end(desk):
    today = timezone.localdate()
    soon = MandateFactory(confirmed=True, last_day=today, deputy=True)
    later = MandateFactory(confirmed=True, last_day=today + datetime.timedelta(days=70))
    MandateFactory(ended=True)
    page = desk.get(reverse("admin:liaisons_mandate_expiring"))
    assert [row["number"] for row in page.context["months"]] == [1, 1]
    assert list(page.context["ending"]) == [soon]
    page = desk.get(page.request["PATH_INFO"], {"month": f"{later.last_day:%Y-%m}"})
    assert list(page.context["ending"]) == [later]
    for nonsense in ("x", "2026-99", "0000-00"):
        page = desk.get(page.request["PATH_INFO"], {"month": nonsense, "page": "x"})
        assert list(page.context["ending"]) == [soon]


def test_the_months_ask_as_much_for_many(desk, questions):
    for number in (1, 30):
        MandateFactory.create_batch(number, confirmed=True)
        questions(desk, reverse("admin:liaisons_mandate_expiring"))
    assert questions.are_the_same
