"""Fifty people hand over, take, decline and close at the same moment: one wins."""

import pytest

from liaisons import mandates
from liaisons.errors import AlreadyDone, SeatTaken
from liaisons.models import Endorsement, Handover, Mandate
from tests.factories import MandateFactory, UserFactory

from .test_races import MANY, all_at_once, version_row, winners_and_others

__all__ = ["version_row"]
pytestmark = pytest.mark.django_db(transaction=True)


def run(people, verb):
    """What came of it when all these people do the same thing at once."""
    return winners_and_others(all_at_once([lambda by=by: verb(by) for by in people]))


def reviewers():
    return UserFactory.create_batch(MANY, admin=True)


def texts(errors):
    return {(type(error), str(error)) for error in errors}


def test_fifty_people_use_the_same_link():
    held = MandateFactory(confirmed=True)
    token = mandates.invite_successor(mandate=held, by=held.person)[1]
    people = UserFactory.create_batch(MANY)
    won, others = run(people, lambda by: mandates.take_over(token=token, by=by))
    assert len(won) == 1
    assert texts(others) == {(AlreadyDone, "Somebody has used this link already.")}
    assert Mandate.objects.filter(predecessor=held).count() == 1
    assert held.events.filter(kind="successor_named").count() == 1


def test_one_person_uses_the_link_in_twenty_windows():
    held = MandateFactory(confirmed=True)
    token = mandates.invite_successor(mandate=held, by=held.person)[1]
    person = UserFactory()
    drafts, others = run([person] * 20, lambda by: mandates.take_over(token=token, by=by))
    assert others == []
    assert {draft.pk for draft in drafts} == {person.mandates.get().pk}


def test_one_liaison_makes_a_link_in_twenty_windows():
    held = MandateFactory(confirmed=True)
    run([held.person] * 20, lambda by: mandates.invite_successor(mandate=held, by=by))
    assert Handover.objects.filter(revoked_at=None).count() == 1


def tied_application():
    held = MandateFactory(confirmed=True, private_notes="The keys.")
    return held, MandateFactory(group=held.group, predecessor=held)


def test_fifty_reviewers_confirm_a_successor():
    held, application = tied_application()
    seen = mandates.state_of(application)
    won, others = run(
        reviewers(), lambda by: mandates.confirm(mandate=application, by=by, seen=seen)
    )
    assert len(won) == 1
    assert texts(others) == {(AlreadyDone, "This mandate has already been confirmed.")}
    held.refresh_from_db()
    application.refresh_from_db()
    assert (held.end_reason, held.private_notes) == ("replaced", "")
    assert application.private_notes == "The keys."
    assert held.events.filter(kind="ended").count() == 1


def test_a_successor_is_confirmed_while_the_link_is_taken_back():
    """Either the seat passed, or it did not: never both, never neither."""
    for _ in range(5):
        held, application = tied_application()
        frank = UserFactory(admin=True)
        results = all_at_once(
            [
                lambda application=application, frank=frank: mandates.confirm(
                    mandate=application, by=frank
                ),
                lambda held=held: mandates.revoke_handover(mandate=held, by=held.person),
            ]
        )
        held.refresh_from_db()
        application.refresh_from_db()
        refused = {type(result) for result in results if isinstance(result, Exception)}
        assert refused <= {AlreadyDone, SeatTaken}
        assert held.is_active is not application.is_active


def test_fifty_reviewers_decline():
    application = MandateFactory()
    won, others = run(
        reviewers(), lambda by: mandates.decline(mandate=application, by=by, message="No.")
    )
    assert len(won) == 1
    assert texts(others) == {(AlreadyDone, "This application has already been declined.")}


def test_fifty_reviewers_take_the_same_application():
    application = MandateFactory()
    seen = mandates.state_of(application)
    won, others = run(reviewers(), lambda by: mandates.take(mandate=application, by=by, seen=seen))
    assert len(won) == 1
    assert texts(others) == {(AlreadyDone, "Meanwhile a reviewer took this application.")}
    application.refresh_from_db()
    assert application.reviewer == application.events.get(kind="taken").actor


def test_fifty_reviewers_reply_to_the_same_question():
    application = MandateFactory()
    mandates.ask(mandate=application, by=application.person, message="Is anything missing?")
    seen = mandates.state_of(application)
    won, others = run(
        reviewers(),
        lambda by: mandates.reply(mandate=application, by=by, message="No.", seen=seen),
    )
    assert len(won) == 1
    assert texts(others) == {(AlreadyDone, "Meanwhile the Core Team replied.")}


def test_fifty_members_contest_and_fifty_reviewers_close():
    held = MandateFactory(confirmed=True)
    people = UserFactory.create_batch(MANY)
    won, others = run(
        people,
        lambda by: mandates.say(mandate=held, by=by, verdict="contests", reason="Nobody asked us."),
    )
    assert (len(won), others) == (MANY, [])
    assert Endorsement.objects.count() == MANY
    assert held.events.filter(kind="review_opened").count() == 1
    won, others = run(
        reviewers(), lambda by: mandates.close_review(mandate=held, by=by, message="Stays.")
    )
    assert len(won) == 1
    assert texts(others) == {
        (AlreadyDone, "The Core Team has already looked at this mandate again.")
    }


def test_one_person_says_it_in_twenty_windows():
    held = MandateFactory(confirmed=True)
    person = UserFactory()
    run([person] * 20, lambda by: mandates.say(mandate=held, by=by, verdict="confirms"))
    assert held.endorsements.count() == 1


@pytest.mark.parametrize("name", ["add", "ask"])
def test_one_message_sent_twenty_times_arrives_once(name):
    application = MandateFactory()
    verb = getattr(mandates, name)
    won, others = run(
        [application.person] * 20, lambda by: verb(mandate=application, by=by, message="Hello.")
    )
    assert len(won) == 1
    assert texts(others) == {(AlreadyDone, "You have sent this already.")}


def test_two_people_who_change_seats_are_confirmed_at_once():
    """Each confirmation ends what the other one holds: they take turns at the group."""
    for _ in range(5):
        first = MandateFactory(confirmed=True)
        second = MandateFactory(confirmed=True, group=first.group, seat="deputy")
        up = MandateFactory(group=first.group, person=second.person, predecessor=first)
        down = MandateFactory(
            group=first.group, person=first.person, predecessor=second, seat="deputy"
        )
        frank = UserFactory(admin=True)
        results = all_at_once(
            [
                lambda one=one, frank=frank: mandates.confirm(mandate=one, by=frank)
                for one in (up, down)
            ]
        )
        assert [result for result in results if isinstance(result, Exception)] == []
        active = Mandate.objects.active().filter(group=first.group)
        assert set(active.values_list("pk", flat=True)) == {up.pk, down.pk}
