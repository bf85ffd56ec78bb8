"""Mails in a real browser: as wide as a phone, in English and Arabic, in light and dark."""

import datetime

import pytest
from django.core import mail
from django.utils import timezone

import liaisons.notices
import strategy.notices
from liaisons import mandates
from liaisons.accounts.people import sync_recipient
from liaisons.models import Group, Mandate
from mailing import deliver, editions, notices, recipients
from mailing.models import Notice
from mailing.seeing.pages import TEST
from strategy import relay_nudges, responses, tasks
from strategy.models import Update
from tests.browser import window
from tests.harness.walk import PHONE, axe, dark_contrast, scrolls_sideways
from web.models import Installation

from .factories import TimelineEntryFactory, TopicFactory, UpdateFactory, drafted, reported
from .test_urgent_updates import urgent

pytestmark = [pytest.mark.heavy, pytest.mark.django_db(transaction=True)]
DAY = datetime.timedelta(days=1)
KINDS = [
    TEST, relay_nudges.KIND, liaisons.notices.DECLINED, liaisons.notices.ANSWERED,
    liaisons.notices.MORE_ASKED, strategy.notices.ANSWERED, strategy.notices.PUBLISHED,
]  # fmt: skip
# Nothing in it where a line could end.
LONG = f"https://example.org/{'x' * 170}"
WORDS = {"title_en": LONG, "short_en": f"{LONG} and words. {LONG}"}


def mails_of_each_sort(language, *, alice, carol, erin, frank):
    """Digests, what is urgent, a test, and single messages; each with what others wrote."""
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})
    for person in (alice, carol, frank):
        person.language = language
        person.save()
        sync_recipient(person)
    now = timezone.now()
    mandate = Mandate.objects.get(person=alice)
    recipients.set_rhythm(alice, "daily")
    alice.mail_recipient.preferences.update(effective_at="2000-01-01T00:00Z")
    urgent(now, **WORDS)
    editions.make_editions()
    deliver.send_due()
    update = UpdateFactory(published=True, **WORDS)
    UpdateFactory(published=True, kind=Update.Kind.ACT, deadline=now + 3 * DAY, **WORDS)
    for days in (3, 40):
        TopicFactory(closes_at=now + days * DAY, **WORDS)
    TimelineEntryFactory(kind="deadline", title_en=LONG, starts_on=timezone.localdate() + 2 * DAY)
    drafted(mandate)
    report = reported(mandate, LONG)
    relay_nudges.nudge(update=update, groups=Group.objects.all(), seen=1, by=erin)
    responses.answer(statements=report.statements.all(), texts={"text_en": LONG}, by=frank)
    application = Mandate.objects.get(person=carol)
    mandates.ask_for_more(mandate=application, by=frank, message=LONG)
    mandates.answer_more(mandate=application, by=carol, message=LONG)
    mandates.decline(mandate=application, by=frank, message=LONG)
    tasks.announce_due_topics()
    day = f"{timezone.localdate() + DAY:%Y-%m-%d}"
    notices.send(TEST, frank, {"recipient": alice.mail_recipient.pk, "day": day})
    deliver.send_due()
    editions.make_edition_for(alice.mail_recipient)
    deliver.send_due()
    return mail.outbox


@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_mail_fits_a_phone_and_can_be_read(chromium, language, alice, carol, erin, frank):
    mails = mails_of_each_sort(language, alice=alice, carol=carol, erin=erin, frank=frank)
    wrong = {}
    with window(chromium, "http://testserver", viewport=PHONE) as context:
        page = context.new_page()
        for message in mails:
            page.set_content(message.alternatives[0].content)
            found = [*scrolls_sideways(page), *axe(page), *dark_contrast(page)]
            found += axe(page, ["heading-order"], "rule")
            if found:
                wrong[message.subject] = found
    assert {message.to[0] for message in mails} == {alice.email, carol.email, frank.email}
    assert set(Notice.objects.values_list("kind", "state")) == {(kind, "sent") for kind in KINDS}
    assert len(mails) == len(KINDS) + 4, "and urgent news to each, and a digest"
    assert not wrong, "\n".join(f"{name[:40]}: {found}" for name, found in wrong.items())
