"""The mails of the loop: the receipt of a report, and that the Core Team answered."""

import pytest
from django.core import mail

from liaisons import mandates
from liaisons.models import Language
from mailing import deliver, recipients
from mailing.models import Notice
from strategy import responses
from strategy.notices import ANSWERED, PUBLISHED
from tests.factories import LanguageFactory, MandateFactory
from tests.harness.corpus import XSS
from tests.strategy.factories import reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def with_addresses(alice, bob, grace):
    for person in (alice, bob, grace):
        recipients.sync_user(person, person.email, "en", "UTC")


@pytest.fixture
def arabic(db):
    return LanguageFactory(
        code="ar", english_name="Arabic", direction=Language.Direction.RTL, bcp47="ar"
    )


def sent_to(person):
    return [message for message in mail.outbox if message.to == [person.email]]


def delivered():
    mail.outbox.clear()
    deliver.send_due()


def answered(report, erin, **texts):
    return responses.answer(statements=report.statements.all(), texts=texts, by=erin)


def test_the_writer_gets_a_receipt(alice, with_addresses):
    report = reported(alice.mandates.get(), "One.", "Two.")
    delivered()
    [message] = sent_to(alice)
    assert report.ref in message.subject
    assert "2 statements" in message.body
    assert report.get_absolute_url() in message.body
    assert "/en/groups/swahili/" in message.alternatives[0].content


def test_each_liaison_is_told_once_though_the_answer_is_for_many(
    alice, bob, grace, dave, erin, with_addresses
):
    mandate = alice.mandates.get()
    reports = [reported(mandate, "One.", "Two."), reported(mandate, "Three.")]
    statements = [one for report in reports for one in report.statements.all()]
    responses.answer(statements=statements, texts={"text_en": "We will."}, by=erin)
    delivered()
    for person in (alice, bob):
        [message] = [m for m in sent_to(person) if "We will." in m.body]
        assert all(one.ref in message.body for one in statements)
        assert "Three." in message.body
    assert not sent_to(grace)
    assert not sent_to(erin)


def test_each_group_reads_of_its_own_statements(alice, bob, grace, erin, with_addresses):
    mine, theirs = reported(alice.mandates.get(), "Mine."), reported(grace.mandates.get(), "Ours.")
    statements = [*mine.statements.all(), *theirs.statements.all()]
    responses.answer(statements=statements, texts={"text_en": "Both."}, by=erin)
    delivered()
    [message] = [m for m in sent_to(grace) if "Both." in m.body]
    assert "Ours." in message.body
    assert "Mine." not in message.body


def test_who_leaves_before_it_is_sent_gets_no_mail(alice, bob, erin, with_addresses):
    report = reported(alice.mandates.get(), "One.")
    answered(report, erin, text_en="Yes.")
    mandate = bob.mandates.get()
    mandates.end_mandate(mandate=mandate, by=bob, reason="Moved.", seen=mandates.state_of(mandate))
    delivered()
    assert not [m for m in sent_to(bob) if "Yes." in m.body]
    assert [m for m in sent_to(alice) if "Yes." in m.body]


def test_a_closed_account_gets_no_mail(alice, bob, erin, with_addresses):
    report = reported(alice.mandates.get(), "One.")
    bob.is_active = False
    bob.save()
    answered(report, erin, text_en="Yes.")
    assert [n.recipient.user for n in Notice.objects.filter(kind=ANSWERED)] == [alice]


def test_texts_carry_their_language_and_direction(alice, arabic, erin, with_addresses):
    recipients.sync_user(alice, alice.email, "ar", "UTC")
    report = reported(alice.mandates.get(), "التدريب أولاً.", language=arabic)
    answered(report, erin, text_en="We **train** [here](https://example.org/x).")
    delivered()
    [message] = [m for m in sent_to(alice) if "train" in m.body]
    html = message.alternatives[0].content
    assert '<html lang="ar" dir="rtl"' in html
    assert 'lang="ar" dir="rtl">التدريب' in html
    assert '<div lang="en" dir="ltr"><p>We <strong>train</strong>' in html
    assert "We train here (https://example.org/x)." in message.body


def test_an_answer_in_the_reader_s_language_says_no_fallback(alice, erin, with_addresses):
    recipients.sync_user(alice, alice.email, "ar", "UTC")
    report = reported(alice.mandates.get(), "One.")
    answered(report, erin, text_en="Yes.", text_ar="نعم.")
    delivered()
    [message] = [m for m in sent_to(alice) if "نعم." in m.body]
    assert "Yes." not in message.body


def test_what_is_hostile_stays_text(alice, erin, with_addresses):
    report = reported(alice.mandates.get(), *[text[:500] for text in XSS if text.strip()][:30])
    answered(report, erin, text_en="\n\n".join(XSS)[:4000])
    delivered()
    html = "".join(message.alternatives[0].content for message in mail.outbox)
    for markup in ("<script", "<img", "<svg", "<iframe", 'href="javascript'):
        assert markup not in html.lower()


def test_a_group_that_got_a_new_liaison_tells_the_new_one(alice, bob, dave, erin, frank, swahili):
    report = reported(alice.mandates.get(), "One.")
    mandate = alice.mandates.get()
    mandates.end_mandate(
        mandate=mandate, by=alice, reason="Moved.", seen=mandates.state_of(mandate)
    )
    MandateFactory(group=swahili, person=dave, confirmed=True, reviewer=frank)
    answered(report, erin, text_en="Yes.")
    told = {notice.recipient.user for notice in Notice.objects.filter(kind=ANSWERED)}
    assert told == {bob, dave}
    assert Notice.objects.filter(kind=PUBLISHED).count() == 1
