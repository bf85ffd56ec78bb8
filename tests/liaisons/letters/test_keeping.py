"""What is kept of a letter, for how long, and what goes with an account."""

import datetime

import pytest
from django.utils import timezone

from liaisons import personal_data, tasks
from liaisons.accounts import erasure
from liaisons.letters import keeping, sending
from liaisons.models import Letter
from mailing.models import Notice

from .conftest import Writer, sent_mails

pytestmark = pytest.mark.django_db
EMPTIED = ("sender_name", "sender_address", "body", "answer", "report_note")


@pytest.fixture
def answered(writer, alice):
    """A letter with everything in it."""
    writer.send()
    sent_mails()
    letter = Letter.objects.get()
    sending.answer(letter=letter, by=alice, text="On Friday.")
    sending.report(letter=letter, by=alice, note="It insults me.")
    return Letter.objects.get()


def words_of(letter):
    letter = Letter.objects.get(pk=letter.pk)
    return [getattr(letter, name) for name in EMPTIED if getattr(letter, name)]


def test_the_words_go_after_their_days_and_the_row_stays(answered, settings):
    Letter.objects.update(sent_at=timezone.now() - datetime.timedelta(days=89, hours=23))
    assert keeping.forget_old() == 0
    assert len(words_of(answered)) == 5
    Letter.objects.update(sent_at=timezone.now() - datetime.timedelta(days=90, hours=1))
    tasks.forget_old_letters()
    assert words_of(answered) == []
    assert keeping.forget_old() == 0


def test_an_emptied_letter_is_said_to_be_so(answered, alice, as_person):
    Letter.objects.update(**dict.fromkeys(EMPTIED, ""))
    page = as_person(alice).get(f"/en/my/letters/{answered.pk}/").content.decode()
    assert "no longer kept" in page


def test_each_side_downloads_its_part(as_person, dave, reachable, swahili):
    Writer(as_person(dave), swahili).send()
    sending.answer(letter=Letter.objects.get(), by=reachable, text="On Friday.")
    (sent,) = personal_data.held_on(dave)["letters"]["sent"]
    (received,) = personal_data.held_on(reachable)["letters"]["received"]
    assert sent["sender_address"] == dave.email
    assert sent["answer"] == received["answer"] == "On Friday."
    assert dave.email not in str(received)
    assert reachable.email not in str(sent)


def test_what_was_written_without_signing_in_belongs_to_the_address(writer, dave):
    writer.send(address=dave.email)
    assert len(personal_data.held_on(dave)["letters"]["sent"]) == 1


@pytest.mark.parametrize("who", ["sender", "liaison"])
def test_the_words_go_with_the_account_of_either(who, as_person, dave, alice, reachable, swahili):
    Writer(as_person(dave), swahili).send()
    sent_mails()
    letter = Letter.objects.get()
    sending.answer(letter=letter, by=alice, text="On Friday.")
    erasure.erase(dave if who == "sender" else alice)
    assert words_of(letter) == []
    assert Letter.objects.get().sender is None


def test_who_wrote_a_minute_ago_is_told_when_the_liaison_leaves(writer, alice):
    writer.send()
    erasure.erase(alice)
    mails = [one for one in sent_mails() if one.to == ["reader@example.org"]]
    assert ["not delivered" in one.subject for one in mails] == [True]


def test_no_mail_remembers_the_address_of_who_left(writer, dave, alice):
    writer.send(address=dave.email)
    sent_mails()
    sending.answer(letter=Letter.objects.get(), by=alice, text="On Friday.")
    assert Notice.objects.filter(address=dave.email).exists()
    erasure.erase(dave)
    assert not Notice.objects.filter(address=dave.email).exists()
    assert sent_mails() == []
