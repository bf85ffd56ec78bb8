"""Nobody waits for somebody who waits for them: people, groups, mandates, then the version.

Each test holds one row, lets a verb run until it waits for that row, and looks whether the rows
that come later in the order are free.
"""

import contextlib
import threading
import time

import pytest
from django.db import connection, transaction
from django.urls import reverse

from liaisons import groups, mandates
from liaisons.accounts import erasure
from liaisons.errors import Refused
from liaisons.models import ContactRule, Group, Mandate, User
from tests.factories import MandateFactory, UserFactory
from tests.liaisons.test_races import version_row  # noqa: F401
from web.models import ContentVersion

pytestmark = pytest.mark.django_db(transaction=True)


@contextlib.contextmanager
def waiting_for(held, act):
    """Hold these rows, and let ``act`` wait for them in a thread; gives what it came to."""
    came_to = []

    def run():
        try:
            came_to.append(act())
        except Exception as error:
            came_to.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    try:
        with transaction.atomic():
            list(held.select_for_update(of=("self",), no_key=True))
            thread.start()
            _let_it_wait(thread)
            yield came_to
    finally:
        thread.join()


def _let_it_wait(thread):
    while thread.is_alive():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
            if cursor.fetchone():
                return
        time.sleep(0.01)
    raise AssertionError("It did not wait.")


def require_free(rows):
    """Fails where somebody holds one of these rows."""
    list(rows.select_for_update(of=("self",), no_key=True, nowait=True))


def of(*rows):
    return type(rows[0]).objects.filter(pk__in=[row.pk for row in rows])


def linked(mandate):
    """The token of a link to a seat, and somebody with a draft for something else."""
    person = UserFactory()
    draft = MandateFactory(draft=True, person=person)
    _handover, token = mandates.invite_successor(mandate=mandate, by=mandate.person)
    return token, person, draft


def test_who_says_something_holds_no_mandate_while_their_account_is_taken():
    mandate, member = MandateFactory(confirmed=True), UserFactory()
    said = lambda: mandates.say(mandate=mandate, by=member, verdict="confirms")  # noqa: E731
    with waiting_for(of(member), said):
        require_free(of(mandate))


def test_who_takes_over_holds_no_mandate_while_their_account_is_taken():
    mandate = MandateFactory(confirmed=True)
    token, person, draft = linked(mandate)
    with waiting_for(of(person), lambda: mandates.take_over(token=token, by=person)):
        require_free(of(mandate, draft))


@pytest.mark.parametrize("verb", ["take_over", "revoke", "confirm"])
def test_who_needs_two_mandates_of_a_group_waits_for_the_group_first(verb):
    mandate = MandateFactory(confirmed=True)
    token, person, draft = linked(mandate)
    rows = [mandate, draft]
    if verb != "take_over":
        rows = [mandate, MandateFactory(group=mandate.group, predecessor=mandate)]
    acts = {
        "take_over": lambda: mandates.take_over(token=token, by=person),
        "revoke": lambda: mandates.revoke_handover(mandate=mandate, by=mandate.person),
        "confirm": lambda: mandates.confirm(mandate=rows[1], by=UserFactory(admin=True)),
    }
    with waiting_for(Group.objects.filter(pk=mandate.group_id), acts[verb]):
        require_free(of(*rows))


def test_a_link_taken_back_while_it_is_used_ends_no_seat():
    mandate = MandateFactory(confirmed=True)
    token, person, _draft = linked(mandate)
    revoke = lambda: mandates.revoke_handover(mandate=mandate, by=mandate.person)  # noqa: E731
    with waiting_for(of(mandate.group), revoke):
        application = mandates.take_over(token=token, by=person)
    application.refresh_from_db()
    assert application.predecessor is None


def test_who_deletes_their_account_holds_no_version_while_a_liaison_is_taken():
    leaving = UserFactory(admin=True)
    MandateFactory(confirmed=True, person=leaving)
    theirs = MandateFactory(confirmed=True, contact=leaving)
    ContactRule.objects.create(contact=UserFactory(core_team=True))
    with waiting_for(of(theirs), lambda: erasure.erase(leaving)):
        require_free(ContentVersion.objects.all())
    assert User.objects.get(pk=leaving.pk).erased_at
    assert Mandate.objects.get(pk=theirs.pk).contact != leaving


def test_closing_an_account_holds_no_version_while_a_liaison_is_taken(as_person):
    leaving = UserFactory(core_team=True)
    theirs = MandateFactory(confirmed=True, contact=leaving)
    ContactRule.objects.create(contact=UserFactory(core_team=True))
    client = as_person(UserFactory(admin=True))
    close = lambda: client.post(  # noqa: E731
        reverse("admin:liaisons_user_change", args=[leaving.pk]),
        {"language_skills-TOTAL_FORMS": 0, "language_skills-INITIAL_FORMS": 0},
    )
    with waiting_for(of(theirs), close) as answers:
        require_free(ContentVersion.objects.all())
    assert answers[0].status_code == 302
    assert Mandate.objects.get(pk=theirs.pk).contact != leaving


# --- An account that is deleted meanwhile -----------------------------------------------------


def deleted_meanwhile(person, act):
    """Let ``act`` begin while the account is being deleted; gives what it came to."""
    with waiting_for(of(person), act) as came_to:
        erasure.erase(person)
    return came_to[0]


def test_a_deleted_account_takes_nothing_over():
    mandate = MandateFactory(confirmed=True)
    token, person, _draft = linked(mandate)
    act = lambda: mandates.take_over(token=token, by=person)  # noqa: E731
    assert isinstance(deleted_meanwhile(person, act), Refused)
    assert not Mandate.objects.open().filter(person=person).exists()
    assert mandates.open_handover(mandate)


def test_a_deleted_account_begins_no_draft():
    person = UserFactory()
    act = lambda: mandates.start_draft(person=person)  # noqa: E731
    assert isinstance(deleted_meanwhile(person, act), Refused)
    assert not Mandate.objects.filter(person=person).exists()


def test_a_deleted_account_keeps_no_notes():
    mandate = MandateFactory(ended=True)
    act = lambda: mandates.keep_notes(mandate=mandate, by=mandate.person, notes="Ask Ben.")  # noqa: E731
    with waiting_for(of(mandate), act) as results:
        erasure.erase(mandate.person)
    assert isinstance(results[0], Refused)
    assert Mandate.objects.get().private_notes == ""


def test_a_deleted_account_proposes_no_group():
    person = UserFactory()
    act = lambda: groups.propose(  # noqa: E731
        by=person, name="New", kind="user_group", country=None, languages=[], page_url=""
    )
    assert isinstance(deleted_meanwhile(person, act), Refused)
    assert not Group.objects.exists()
