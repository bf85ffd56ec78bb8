"""After an account is deleted, nothing of the person is left in the whole database.

Everything is looked for, not what we think of: each column of each table, as text.
"""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from liaisons.accounts import erasure
from liaisons.models import Mandate, MandateEvent, Session, User
from mailing import deliver, notices, recipients, transport
from mailing.addresses import address_hash
from mailing.models import Notice, Recipient, Suppression
from mailing.transport import Temporary

from .canaries import ADDRESS, MARK

# What was published speaks for the group and stays; the rest says nothing about who it was.
STAYS = {
    "strategy_report",
    "strategy_reportversion",
    "strategy_statement",
    "strategy_relay",
}


def dump() -> dict[str, str]:
    """Every table of the database, each of its rows as text; sessions as what is in them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for name in tables:
            cursor.execute(f'SELECT row::text FROM "{name}" AS row')  # noqa: S608
            found[name] = "\n".join(text for (text,) in cursor.fetchall())
    found["sessions, opened"] = str([row.get_decoded() for row in Session.objects.all()])
    return found


def left(word: str = MARK) -> set[str]:
    """The tables in which a word stands, in any case."""
    return {name for name, text in dump().items() if word.lower() in text.lower()} - STAYS


def test_nothing_of_the_person_is_left_in_any_table(leaving):
    erasure.erase(leaving)
    assert left() == set()


def test_it_can_be_found_before(leaving):
    """The search above would find what it looks for, in all these places."""
    assert {"liaisons_user", "liaisons_mandate", "liaisons_mandateevent", "liaisons_endorsement",
            "account_emailaddress", "socialaccount_socialaccount", "mailing_recipient",
            "mailing_notice", "django_admin_log", "sessions, opened", "strategy_reportdraft",
            "liaisons_letter", "liaisons_secondstepreset"} <= left()  # fmt: skip


def test_an_address_that_wants_no_mail_is_remembered_and_cannot_be_read(leaving):
    Suppression.objects.create(address_hash=address_hash(ADDRESS), reason="complaint")
    erasure.erase(leaving)
    assert left() == set()
    assert Suppression.objects.filter(address_hash=address_hash(ADDRESS.upper())).exists()


def test_erased_while_a_worker_is_sending(leaving, monkeypatch):
    """The worker has the mail in its hands; what it notes afterwards names nobody."""
    Notice.objects.all().delete()
    event = MandateEvent.objects.filter(mandate__person=leaving).first()
    context = {"mandate_id": event.mandate_id, "event_id": event.pk}
    notices.send("mandate_received", leaving, context)

    def meanwhile(self, *args, **kwargs):
        erasure.erase(leaving)
        raise Temporary(f"450 4.2.1 <{ADDRESS}> is busy")

    monkeypatch.setattr(transport.BackendTransport, "send", meanwhile)
    deliver.send_due()
    monkeypatch.undo()
    assert left() == set()
    mail.outbox.clear()
    Notice.objects.filter(state="retry").update(next_attempt_at=timezone.now() - timedelta(1))
    deliver.send_due()
    assert [letter for letter in mail.outbox if MARK in str(letter.to)] == []


@pytest.mark.django_db(transaction=True)
def test_deleted_twice_at_once(alice, monkeypatch):
    recipients.sync_user(alice, alice.email, "en", "UTC")
    gone = []

    def delete():
        gone.append(erasure.erase(User.objects.get(pk=alice.pk), with_pseudonym=True).pseudonym)
        connections.close_all()

    threads = [threading.Thread(target=delete) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(gone) == 4
    assert len(set(gone)) == 1
    assert MandateEvent.objects.filter(mandate__person=alice, kind="ended").count() == 1
    assert Recipient.objects.exclude(forgotten_at=None).count() == 1


def test_the_pseudonym_stands_in_the_history_and_beside_reports(leaving, world):
    # The report was published in her name; this says no more than that both are the same person's.
    person = erasure.erase(leaving, with_pseudonym=True)
    name = person.public_name
    assert name.startswith("Former liaison ")
    group = Client().get(reverse("outreach_map:group_detail", args=[world.group.slug]))
    report = Client().get(reverse("strategy:report_detail", args=[world.report.number]))
    assert name in group.content.decode()
    assert name in report.content.decode()
    with translation.override("ar"):
        assert person.pseudonym in User.objects.get(pk=person.pk).public_name
    assert left() == set()


def test_without_the_wish_there_is_no_name(leaving, world):
    assert erasure.erase(leaving).public_name == ""
    report = Client().get(reverse("strategy:report_detail", args=[world.report.number]))
    assert "Former liaison" not in report.content.decode()


def test_no_two_people_get_the_same_pseudonym(alice, grace, monkeypatch):
    codes = iter(["AAAA", "AAAA", "BBBB"])
    erasure.erase(alice, with_pseudonym=True)
    User.objects.filter(pk=alice.pk).update(pseudonym="AAAA")
    monkeypatch.setattr(erasure, "_any_code", lambda: next(codes))
    assert erasure.erase(grace, with_pseudonym=True).pseudonym == "BBBB"


def test_what_waits_for_a_reviewer_who_left_is_free_again(carol, frank):
    application = carol.mandates.get()
    Mandate.objects.filter(pk=application.pk).update(reviewer=frank, contact=frank)
    erasure.erase(frank)
    application.refresh_from_db()
    assert (application.reviewer, application.contact) == (None, None)


@pytest.fixture
def page(client, alice, monkeypatch):
    monkeypatch.setattr("liaisons.accounts.freshness.is_fresh", lambda request: True)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    return reverse("liaisons:settings_delete")


def test_the_page_asks_to_hand_the_seat_over_and_does_not_insist(client, alice, page):
    mandate = alice.mandates.get()
    text = client.get(page).content.decode()
    assert reverse("liaisons:mandate_successor", args=[mandate.pk]) in text
    client.post(page, {"is_sure": "on"})
    alice.refresh_from_db()
    assert alice.erased_at
    assert alice.pseudonym == ""


def test_the_pseudonym_is_told_once(client, alice, page):
    answer = client.post(page, {"is_sure": "on", "called": "pseudonym"}, follow=True)
    alice.refresh_from_db()
    assert len(alice.pseudonym) == erasure.CODE_LENGTH
    assert alice.public_name in answer.content.decode()


def test_who_never_held_a_seat_is_not_asked(client, dave, page):
    client.force_login(dave, backend="django.contrib.auth.backends.ModelBackend")
    assert "called" not in client.get(page).context["form"].fields
    client.post(page, {"is_sure": "on", "called": "pseudonym"})
    dave.refresh_from_db()
    assert (bool(dave.erased_at), dave.pseudonym) == (True, "")
