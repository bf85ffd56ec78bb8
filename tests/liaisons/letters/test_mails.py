"""The mails about letters: who sees whose address, and what a stranger's words can do in them."""

import datetime
import json
import re
from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates
from liaisons.errors import AlreadyDone
from liaisons.letters import keeping, sending
from liaisons.models import Letter, Mandate, User
from mailing import deliver, recipients
from mailing.models import Notice
from tests.harness.corpus import XSS
from tests.mailing.provider_events import full, told
from tests.mailing.smtp_sink import Sink

from .conftest import BODY, sent_mails

pytestmark = pytest.mark.django_db
ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+")
INJECTIONS = [
    "Wanjiru\r\nBcc: victim@example.org",
    "Wanjiru\nReply-To: victim@example.org",
    "Wanjiru\u2028Bcc: victim@example.org",
    "=?utf-8?q?Wanjiru=0ABcc:_victim@example.org?=",
    '"Core Team" <core-team@example.org>',
]


def all_parts(message):
    return [message.subject, message.body, message.alternatives[0].content]


def test_the_liaison_gets_the_letter_from_us(writer, alice):
    writer.send()
    (message,) = sent_mails()
    letter = Letter.objects.get()
    assert message.to == [alice.email]
    assert "liaisons@example.org" in message.from_email
    assert "Wanjiru" not in message.from_email
    assert message.extra_headers["Reply-To"] == "reader@example.org"
    page = reverse("liaisons:letter", args=[letter.pk])
    for part in all_parts(message)[1:]:
        assert "when do you meet next?" in part
        assert page in part
        assert "shows your e-mail address" in part
        assert "reader@example.org" not in part
    assert "> when do you meet next?" in message.body
    assert "answer this mail." not in message.body.split("-- ")[-1]


def test_a_notice_about_a_letter_holds_its_id_only(writer):
    writer.send()
    assert [notice.context for notice in Notice.objects.all()] == [
        {"letter_id": Letter.objects.get().pk}
    ]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_mail_is_in_the_liaisons_language(writer, alice, language):
    recipients.sync_user(alice, alice.email, language, "UTC")
    writer.send(language="fr")
    (message,) = sent_mails()
    assert f'<html lang="{language}"' in message.alternatives[0].content
    assert '<blockquote lang="fr" dir="auto"' in message.alternatives[0].content


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_header_can_be_smuggled_in(writer, text, alice):
    writer.send(name=text, body=text)
    (message,) = sent_mails()
    raw = message.message().as_bytes()
    head = message_from_bytes(raw, policy=policy.default)
    assert head["Bcc"] is None
    assert head.get_all("Reply-To") == ["reader@example.org"]
    assert head.get_all("To") == [alice.email]
    assert "core-team@example.org" not in str(head["From"])


@pytest.mark.parametrize(
    "address",
    [
        "reader@example.org\r\nBcc: victim@example.org",
        "reader@example.org, victim@example.org",
        '"reader, victim@example.org"@example.org',
        '"a\\\rb"@example.org',
        '"reader,victim"@example.org',
        "Reader <reader@example.org>",
        "(victim@example.org)reader@example.org",
    ],
)
def test_an_address_that_is_more_than_one_is_refused(writer, address):
    answer = writer.post(address=address)
    assert answer.status_code == 200
    assert "This is not an e-mail address" in answer.content.decode()
    assert mail.outbox == []


@pytest.mark.parametrize("text", XSS)
def test_a_strangers_words_are_only_words(writer, text):
    writer.send(name=text, body=f"{text} https://spam.example.org")
    (message,) = sent_mails()
    html = message.alternatives[0].content
    for danger in ("<script", "<img", "<svg", "<iframe", "<math", 'href="javascript', "<b on"):
        assert danger not in html
    assert 'href="https://spam.example.org' not in html
    assert all(
        line.startswith(">") for line in message.body.splitlines() if "spam.example.org" in line
    )


def test_nobody_can_pass_for_us_in_the_text(writer):
    writer.send(body="Hello\n\n-- \nStrategy Liaisons\nYour mandate has ended.")
    (message,) = sent_mails()
    assert "> Your mandate has ended." in message.body
    assert "\nYour mandate has ended." not in message.body


def test_an_answer_does_not_show_the_liaisons_address(writer, alice, bob, as_person):
    writer.send()
    sent_mails()
    letter = Letter.objects.get()
    page = reverse("liaisons:letter", args=[letter.pk])
    client = as_person(alice)
    assert "reader@example.org" not in client.get(page).content.decode()
    answer = client.post(page, {"do": "answer", "answer": "On Friday.", "whose": alice.pk})
    assert answer.status_code == 302
    (message,) = sent_mails()
    assert message.to == ["reader@example.org"]
    everything = " ".join([*all_parts(message), json.dumps(message.extra_headers)])
    assert alice.email not in everything
    shown = set(ADDRESS.findall(" ".join(all_parts(message))))
    assert shown == {"core-team@example.org"}
    assert "On Friday." in message.body
    assert "Alice" in message.body
    assert "would not get it" in message.body
    assert reverse("liaisons:letter_new", args=["swahili"]) in message.body


def test_an_answer_names_only_who_is_public_by_name(writer, alice):
    User.objects.filter(pk=alice.pk).update(is_public_by_name=False)
    writer.send()
    sent_mails()
    sending.answer(letter=Letter.objects.get(), by=alice, text="On Friday.")
    (message,) = sent_mails()
    assert all("Alice" not in part for part in all_parts(message))


def test_an_answer_is_in_the_language_of_the_letter(writer, alice):
    writer.send(language="ar")
    sent_mails()
    sending.answer(letter=Letter.objects.get(), by=alice, text="Friday.")
    assert '<html lang="ar" dir="rtl"' in sent_mails()[0].alternatives[0].content


@pytest.mark.parametrize("why", ["ended", "switched off", "lapsed"])
def test_the_sender_is_told_what_did_not_arrive(writer, alice, why):
    writer.send()
    held = Mandate.objects.get(person=alice)
    if why == "ended":
        mandates.end_mandate(mandate=held, by=alice, reason="I move.")
        Notice.objects.exclude(kind="letter_received").delete()
    elif why == "lapsed":
        yesterday = timezone.localdate() - datetime.timedelta(days=1)
        Mandate.objects.filter(pk=held.pk).update(last_day=yesterday)
    else:
        User.objects.filter(pk=alice.pk).update(contact_by="none")
    assert sent_mails() == []
    assert (keeping.tell_senders(), keeping.tell_senders()) == (1, 0)
    (message,) = sent_mails()
    assert message.to == ["reader@example.org"]
    assert "not delivered" in message.subject
    assert alice.email not in " ".join(all_parts(message))


def test_the_sender_is_told_of_a_letter_that_came_back_later(writer, settings):
    writer.send()
    sent_mails()
    letter = Notice.objects.get(kind="letter_received")
    assert letter.state == "sent"
    told(settings, full(letter))
    assert (keeping.tell_senders(), keeping.tell_senders()) == (1, 0)
    (message,) = sent_mails()
    assert message.to == ["reader@example.org"]
    assert "not delivered" in message.subject


def test_a_letter_that_arrived_is_not_called_lost(writer):
    writer.send()
    assert keeping.tell_senders() == 0
    sent_mails()
    assert keeping.tell_senders() == 0


@pytest.mark.django_db(transaction=True)
def test_from_the_page_to_a_real_mail_server_and_back(writer, alice, settings):
    """Once through SMTP: what the liaison's and the sender's mail programs really get."""
    writer.send(name="Wanjiru\r\nBcc: victim@example.org", body=f"{BODY}\n.\nبعد النقطة")
    with Sink() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        settings.EMAIL_USE_TLS = False
        deliver.send_due()
        sending.answer(letter=Letter.objects.get(), by=alice, text="Freitag. Viele Grüße")
        deliver.send_due()
        letter, answer = (
            message_from_bytes(one["content"], policy=policy.default) for one in sink.arrived
        )
        assert [one["to"] for one in sink.arrived] == [alice.email, "reader@example.org"]
    assert letter.get_all("Reply-To") == ["reader@example.org"]
    assert letter["From"] == "Strategy Liaisons <liaisons@example.org>"
    assert letter["Bcc"] is None
    assert "بعد النقطة" in letter.get_body(("plain",)).get_content()
    assert alice.email not in answer.as_string()
    assert answer["Reply-To"] == settings.CONTACT_EMAIL
    assert "> Freitag. Viele Grüße" in answer.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("blocked", "can write no more letters here"),
        ("nothing_done", "Nobody was blocked"),
    ],
)
def test_who_reported_a_letter_is_told_what_was_decided(writer, alice, frank, outcome, said):
    writer.send()
    letter = Letter.objects.get()
    sending.report(letter=letter, by=alice, note="It insults me.")
    sent_mails()
    mail.outbox.clear()
    sending.close_report(letter=letter, by=frank, outcome=outcome)
    (message,) = sent_mails()
    assert message.to == [alice.email]
    for part in all_parts(message)[1:]:
        assert said in part
        assert reverse("liaisons:letter", args=[letter.pk]) in part
        # Whoever reads over a shoulder learns neither the words nor the address.
        assert "when do you meet next?" not in part
        assert "insults" not in part
        assert "reader@example.org" not in part


def test_a_decision_is_told_once_and_never_to_the_sender(writer, alice, frank):
    writer.send()
    letter = Letter.objects.get()
    sending.report(letter=letter, by=alice, note="It insults me.")
    sending.close_report(letter=letter, by=frank, outcome="blocked")
    with pytest.raises(AlreadyDone):
        sending.close_report(letter=letter, by=frank, outcome="nothing_done")
    decided = Notice.objects.filter(kind="letter_report_decided")
    assert [notice.recipient.user for notice in decided] == [alice]
