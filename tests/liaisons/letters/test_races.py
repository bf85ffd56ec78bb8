"""The same thing at the same moment: one letter, one answer, one decision, and limits that hold."""

import contextlib
import threading

import pytest
from django.db import connection

from liaisons import personal_data
from liaisons.accounts import erasure
from liaisons.errors import AlreadyDone, Refused
from liaisons.letters import sending
from liaisons.models import Letter
from mailing.models import Notice
from tests.factories import MandateFactory, UserFactory
from tests.liaisons.test_races import all_at_once, version_row, winners_and_others  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 20


def write(mandate, number=0, key="k", sender=None):
    return sending.send(
        group=mandate.group,
        mandate_id=mandate.pk,
        sender=sender,
        address="reader@example.org",
        name="",
        language="en",
        body="Good day",
        key=f"{key}{number}",
        network="192.0.2.1",
    )


def test_one_form_sent_twenty_times_at_once_is_one_letter():
    mandate = MandateFactory(confirmed=True)
    won, others = winners_and_others(all_at_once([lambda: write(mandate)] * MANY))
    assert len(won) == 1
    assert {type(error) for error in others} == {AlreadyDone}
    assert Letter.objects.count() == Notice.objects.count() == 1


def test_a_limit_holds_for_twenty_letters_at_once(settings):
    settings.LETTERS_FROM_ADDRESS_A_DAY = 3
    mandate = MandateFactory(confirmed=True)
    acts = [lambda number=number: write(mandate, number) for number in range(MANY)]
    won, others = winners_and_others(all_at_once(acts))
    assert len(won) == Letter.objects.count() == 3
    assert {type(error) for error in others} == {sending.TooMany}


def test_two_answers_and_two_decisions_at_once_are_one_each():
    mandate = MandateFactory(confirmed=True)
    letter = write(mandate)
    answers = [lambda: sending.answer(letter=letter, by=mandate.person, text="On Friday.")] * MANY
    won, others = winners_and_others(all_at_once(answers))
    assert (len(won), {type(error) for error in others}) == (1, {AlreadyDone})
    sending.report(letter=letter, by=mandate.person, note="It insults me.")
    deciders = UserFactory.create_batch(MANY, admin=True)
    decisions = [
        lambda by=by, outcome=outcome: sending.close_report(letter=letter, by=by, outcome=outcome)
        for by, outcome in zip(deciders, ["blocked", "nothing_done"] * MANY, strict=False)
    ]
    won, others = winners_and_others(all_at_once(decisions))
    assert (len(won), {type(error) for error in others}) == (1, {AlreadyDone})


@pytest.mark.parametrize("who", ["sender", "liaison"])
def test_a_letter_sent_while_an_account_is_deleted_leaves_no_words(who, monkeypatch):
    mandate = MandateFactory(confirmed=True)
    sender = UserFactory()
    sending_now = threading.Thread(target=_send_and_hang_up, args=[mandate, sender])
    forget = personal_data.forget

    def forget_and_let_another_send(person):
        forget(person)
        sending_now.start()
        # Time enough for the letter, unless it waits for this transaction as it should.
        sending_now.join(timeout=1)

    monkeypatch.setattr(personal_data, "forget", forget_and_let_another_send)
    erasure.erase(sender if who == "sender" else mandate.person)
    sending_now.join()
    assert Letter.objects.exclude(body="").count() == 0


def _send_and_hang_up(mandate, sender):
    with contextlib.suppress(Refused):
        write(mandate, sender=sender)
    connection.close()
