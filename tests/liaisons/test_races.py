"""Many people doing the same thing at the same moment: one wins, the others read what happened."""

import threading
import time

import pytest
from django.db import connection, transaction

from liaisons import groups, mandates
from liaisons.accounts import erasure
from liaisons.errors import AlreadyDone, Refused, SeatTaken
from liaisons.models import Group, Mandate, User
from tests.factories import GroupFactory, MandateFactory, UserFactory
from web.models import ContentVersion

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 50
# PostgreSQL allows 100 connections; other tests use some.
AT_ONCE = 10


@pytest.fixture(autouse=True)
def version_row(db):
    """Transactional tests empty every table, this row of a migration too."""
    ContentVersion.objects.get_or_create(pk=1)


def all_at_once(acts):
    """Run all acts in threads, ``AT_ONCE`` in the database at a time; gives their results."""
    results = []
    start = threading.Barrier(len(acts))
    room = threading.BoundedSemaphore(AT_ONCE)

    def run(act):
        start.wait()
        with room:
            try:
                results.append(act() or "done")
            except Exception as error:
                results.append(error)
            finally:
                connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def winners_and_others(results):
    return (
        [result for result in results if not isinstance(result, Exception)],
        [result for result in results if isinstance(result, Exception)],
    )


def test_fifty_reviewers_confirm_the_same_application():
    application = MandateFactory()
    reviewers = UserFactory.create_batch(MANY, admin=True)
    seen = mandates.state_of(application)
    won, others = winners_and_others(
        all_at_once(
            [
                lambda reviewer=reviewer: mandates.confirm(
                    mandate=application, by=reviewer, seen=seen
                )
                for reviewer in reviewers
            ]
        )
    )
    assert len(won) == 1
    assert {type(error) for error in others} == {AlreadyDone}
    assert {str(error) for error in others} == {"This mandate has already been confirmed."}
    assert application.events.filter(kind="confirmed").count() == 1


def test_confirming_and_declining_at_once_do_one_of_both():
    application = MandateFactory()
    seen = mandates.state_of(application)
    reviewers = UserFactory.create_batch(20, admin=True)
    acts = [
        (lambda by=by: mandates.confirm(mandate=application, by=by, seen=seen))
        if number % 2
        else (lambda by=by: mandates.decline(mandate=application, by=by, message="No.", seen=seen))
        for number, by in enumerate(reviewers)
    ]
    won, others = winners_and_others(all_at_once(acts))
    assert len(won) == 1
    assert {type(error) for error in others} == {AlreadyDone}
    assert application.events.filter(kind__in=["confirmed", "declined"]).count() == 1


def test_fifty_applications_for_one_primary_seat_give_one_holder():
    group = GroupFactory()
    applications = MandateFactory.create_batch(MANY, group=group)
    reviewer = UserFactory(admin=True)
    won, others = winners_and_others(
        all_at_once(
            [
                lambda application=application: mandates.confirm(mandate=application, by=reviewer)
                for application in applications
            ]
        )
    )
    assert len(won) == 1
    assert {type(error) for error in others} == {SeatTaken}
    assert Mandate.objects.active().filter(group=group).count() == 1


def test_fifty_people_end_the_same_mandate():
    held = MandateFactory(confirmed=True)
    people = [held.person, *UserFactory.create_batch(MANY - 1, admin=True)]
    won, others = winners_and_others(
        all_at_once(
            [
                lambda by=by: mandates.end_mandate(mandate=held, by=by, reason="Over.")
                for by in people
            ]
        )
    )
    assert len(won) == 1
    assert {str(error) for error in others} == {"This mandate has already been ended."}
    assert held.events.filter(kind="ended").count() == 1


def test_one_person_starts_in_twenty_windows_and_has_one_draft():
    person = UserFactory()
    drafts = all_at_once([lambda: mandates.start_draft(person=person) for _ in range(20)])
    assert {draft.pk for draft in drafts} == {Mandate.objects.get(person=person).pk}
    assert Mandate.objects.get(person=person).events.count() == 1


def test_one_draft_is_sent_twenty_times_and_arrives_once():
    draft = MandateFactory(complete_draft=True)
    won, others = winners_and_others(
        all_at_once([lambda: mandates.submit(mandate=draft, by=draft.person) for _ in range(20)])
    )
    assert len(won) == 1
    assert {type(error) for error in others} == {AlreadyDone}


def test_a_proposal_is_decided_once():
    group = GroupFactory(proposed=True)
    reviewers = UserFactory.create_batch(10, admin=True)
    won, others = winners_and_others(
        all_at_once(
            [
                lambda by=by, verb=verb: verb(group=group, by=by)
                for by in reviewers
                for verb in (groups.accept, groups.decline)
            ]
        )
    )
    assert len(won) == 1
    assert all(isinstance(error, Refused) for error in others)
    group.refresh_from_db()
    assert group.status in (Group.Status.ACTIVE, Group.Status.DECLINED)


def test_two_beats_end_a_lapsed_mandate_once():
    held = MandateFactory.create_batch(5, confirmed=True)
    Mandate.objects.update(last_day="2020-01-01")
    ended = all_at_once([mandates.end_lapsed] * 4)
    assert sum(number for number in ended if isinstance(number, int)) == 5
    assert all(mandate.events.filter(kind="lapsed").count() == 1 for mandate in held)


def test_an_account_is_deleted_while_its_application_is_confirmed():
    """The reviewer holds the application; the deletion waits, then ends what was confirmed."""
    application, reviewer = MandateFactory(), UserFactory(admin=True)
    decided = threading.Event()
    results = []

    def delete():
        decided.wait()
        try:
            erasure.erase(application.person)
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    deleting = threading.Thread(target=delete)
    deleting.start()
    with transaction.atomic():
        mandates.confirm(mandate=application, by=reviewer)
        decided.set()
        _wait_until_someone_waits_for_a_lock()
    deleting.join()
    application.refresh_from_db()
    assert results == []
    assert application.status == Mandate.Status.ENDED
    assert User.objects.get(pk=application.person_id).erased_at


def _wait_until_someone_waits_for_a_lock():
    with connection.cursor() as cursor:
        for _try in range(500):
            # Within a transaction the view would stay as it was first read.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("Nobody waited.")
