"""The verbs of a mandate: what they leave behind and whom they refuse."""

import datetime

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from liaisons import mandates
from liaisons.errors import AlreadyDone, Incomplete, NotAllowed, Refused, SeatTaken
from liaisons.models import Group, Mandate, MandateEvent
from tests.factories import GroupFactory, MandateFactory, UserFactory
from web import content_version

pytestmark = pytest.mark.django_db


def kinds(mandate):
    return [event.kind for event in mandate.events.all()]


def test_the_whole_way_leaves_one_event_for_each_step(dave, frank, swahili):
    draft = mandates.start_draft(person=dave)
    mandates.choose_group(mandate=draft, by=dave, group=swahili)
    mandates.save_answers(
        mandate=draft,
        by=dave,
        role="board",
        seat="primary",
        evidence="explanation",
        evidence_text="We all agreed at our meeting.",
        is_attested=True,
        support_answered=True,
    )
    mandates.submit(mandate=draft, by=dave)
    mandates.ask_for_more(mandate=draft, by=frank, message="Which meeting?")
    mandates.answer_more(mandate=draft, by=dave, message="That of May.")
    mandate = mandates.confirm(mandate=draft, by=frank)
    assert mandate.is_active
    assert mandate.contact == frank
    mandates.end_mandate(mandate=mandate, by=dave, reason="I am moving.")
    mandate.refresh_from_db()
    assert mandate.status == "ended"
    assert kinds(mandate) == [
        "started",
        "submitted",
        "more_asked",
        "answered",
        "confirmed",
        "ended",
    ]
    assert [event.actor for event in mandate.events.all()] == [dave, dave, frank, dave, frank, dave]


def test_a_second_start_finds_the_same_draft(dave):
    assert mandates.start_draft(person=dave) == mandates.start_draft(person=dave)


@pytest.mark.parametrize(
    ("gap", "step"),
    [
        ({"group": None}, "group"),
        ({"role": ""}, "mandate"),
        ({"agreed_on": None}, "mandate"),
        ({"is_attested": False}, "mandate"),
        ({"evidence": "explanation", "evidence_text": ""}, "mandate"),
        ({"support_answered": False}, "support"),
    ],
)
def test_an_incomplete_draft_names_the_step_that_is_missing(gap, step):
    draft = MandateFactory(complete_draft=True, **gap)
    with pytest.raises(Incomplete) as refusal:
        mandates.submit(mandate=draft, by=draft.person)
    assert refusal.value.step == step
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_nobody_reviews_their_own_mandate(frank, swahili):
    own = MandateFactory(person=frank, group=swahili)
    for verb in (mandates.confirm, mandates.decline, mandates.ask_for_more):
        arguments = {} if verb is mandates.confirm else {"message": "Because."}
        with pytest.raises(NotAllowed):
            verb(mandate=own, by=frank, **arguments)


def test_the_database_too_refuses_ones_own_review(frank, swahili):
    own = MandateFactory(person=frank, group=swahili)
    with pytest.raises(DatabaseError), transaction.atomic():
        Mandate.objects.filter(pk=own.pk).update(reviewer=frank)


def test_an_editor_without_the_permission_reviews_nothing(erin, dave):
    application = MandateFactory()
    for person in (erin, dave):
        with pytest.raises(NotAllowed):
            mandates.confirm(mandate=application, by=person)


def test_a_role_taken_away_while_the_form_was_open_counts(frank):
    application = MandateFactory()
    type(frank).objects.filter(pk=frank.pk).update(is_staff=False)
    with pytest.raises(NotAllowed):
        mandates.confirm(mandate=application, by=frank)


def test_a_held_primary_seat_is_confirmed_only_after_the_holder_ended(alice, carol, frank):
    application = carol.mandates.get()
    with pytest.raises(SeatTaken):
        mandates.confirm(mandate=application, by=frank)
    mandates.end_mandate(mandate=alice.mandates.get(), by=alice, reason="Done.")
    assert mandates.confirm(mandate=application, by=frank).is_active


def test_a_lapsed_holder_makes_room(alice, carol, frank):
    held = alice.mandates.get()
    Mandate.objects.filter(pk=held.pk).update(
        last_day=timezone.localdate() - datetime.timedelta(days=1)
    )
    assert mandates.confirm(mandate=carol.mandates.get(), by=frank).is_active
    held.refresh_from_db()
    assert held.status == "ended"
    assert kinds(held)[-1] == "lapsed"


def test_a_second_reviewer_is_told_what_happened(carol, frank):
    application = carol.mandates.get()
    seen = mandates.state_of(application)
    mandates.ask_for_more(mandate=application, by=frank, message="Which page?", seen=seen)
    with pytest.raises(AlreadyDone, match="asked for more information"):
        mandates.decline(mandate=application, by=UserFactory(admin=True), message="No.", seen=seen)


def test_confirming_accepts_a_proposed_group(frank):
    application = MandateFactory(group__proposed=True)
    mandates.confirm(mandate=application, by=frank)
    assert Group.objects.get(pk=application.group_id).status == Group.Status.ACTIVE


def test_an_archived_group_gets_no_liaison(frank):
    application = MandateFactory(group__archived=True)
    with pytest.raises(Refused, match="not active"):
        mandates.confirm(mandate=application, by=frank)


def test_a_closed_account_becomes_no_liaison(frank):
    application = MandateFactory(person__is_active=False)
    with pytest.raises(Refused, match="closed"):
        mandates.confirm(mandate=application, by=frank)


@pytest.mark.parametrize("contact", [{}, {"core_team": True, "is_active": False}])
def test_the_contact_is_of_the_core_team(frank, contact):
    with pytest.raises(Refused, match="Core Team"):
        mandates.confirm(mandate=MandateFactory(), by=frank, contact=UserFactory(**contact))


def test_only_the_liaison_or_a_reviewer_ends_a_mandate(alice, bob, erin, frank):
    held = alice.mandates.get()
    for person in (bob, erin):
        with pytest.raises(NotAllowed):
            mandates.end_mandate(mandate=held, by=person, reason="Because.")
    with pytest.raises(Incomplete):
        mandates.end_mandate(mandate=held, by=alice, reason="  ")
    mandates.end_mandate(mandate=held, by=frank, reason="The group asked for it.")
    assert not Mandate.objects.active().filter(person=alice).exists()


def test_ending_and_confirming_change_the_content_version(carol, frank):
    before = content_version.current()
    held = mandates.confirm(mandate=carol.mandates.get(), by=frank)
    confirmed = content_version.current()
    mandates.end_mandate(mandate=held, by=carol, reason="Done.")
    assert before < confirmed < content_version.current()


def test_mandates_lapse_the_day_after_their_last(alice):
    held = alice.mandates.get()
    noon = datetime.datetime.combine(held.last_day, datetime.time(12), datetime.UTC)
    with time_machine.travel(noon):
        assert mandates.end_lapsed() == 0
        assert Mandate.objects.active().filter(pk=held.pk).exists()
    with time_machine.travel(noon + datetime.timedelta(days=1)):
        assert not Mandate.objects.active().filter(pk=held.pk).exists()
        assert mandates.end_lapsed() == 1
        assert mandates.end_lapsed() == 0
    held.refresh_from_db()
    assert held.status == "ended"
    event = held.events.last()
    assert (event.kind, event.actor) == ("lapsed", None)


def test_the_history_cannot_be_changed_or_deleted(carol):
    event = carol.mandates.get().events.first()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        MandateEvent.objects.filter(pk=event.pk).update(message="other")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        MandateEvent.objects.filter(pk=event.pk).delete()


def test_another_persons_draft_is_not_ones_own(dave, carol):
    draft = mandates.start_draft(person=dave)
    with pytest.raises(NotAllowed):
        mandates.save_answers(mandate=draft, by=carol, role="board")
    with pytest.raises(NotAllowed):
        mandates.withdraw(mandate=draft, by=carol)


def test_one_open_mandate_for_each_group(alice, swahili):
    draft = mandates.start_draft(person=alice)
    with pytest.raises(Refused, match="already have"):
        mandates.choose_group(mandate=draft, by=alice, group=swahili)


def test_a_group_proposed_by_someone_else_cannot_be_chosen(dave):
    draft = mandates.start_draft(person=dave)
    with pytest.raises(Refused):
        mandates.choose_group(mandate=draft, by=dave, group=GroupFactory(proposed=True))
