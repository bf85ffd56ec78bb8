"""Before a digest goes out: a test to oneself."""

import pytest
from django.contrib.auth import get_user_model
from django.core import mail

from mailing import deliver, recipients
from mailing.models import (
    Notice,
    Suppression,
)
from web.models import Installation

from .pages import rows, send_test

pytestmark = pytest.mark.django_db


def test_a_test_from_a_demonstration_says_so_once(core_team, everybody):
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})
    core = get_user_model().objects.get(username="core")
    recipients.sync_user(core, core.email, "en", "UTC")
    for reader in ("daily", "arabic"):
        send_test(core_team, everybody[reader])
    deliver.send_due()
    [english, arabic] = [message.subject for message in mail.outbox]
    assert english == "[Demo] [Test] What is new in the strategy process"
    assert arabic.count("[") == 2


def test_a_test_goes_to_who_asks_and_to_nobody_else(core_team, everybody):
    core = get_user_model().objects.get(username="core")
    own = recipients.sync_user(core, core.email, "en", "UTC")
    before = rows()[:4]
    assert "The test is on its way" in send_test(core_team, everybody["arabic"]).content.decode()
    assert Notice.objects.get().context == {
        "recipient": everybody["arabic"].pk, "day": "2026-07-14",
    }  # fmt: skip
    deliver.send_due()
    (sent,) = mail.outbox
    assert sent.to == ["core@example.org"]
    assert sent.subject.startswith("[Test] ")
    assert "This is a test that you asked for" in sent.body
    html = sent.alternatives[0][0]
    assert "This is a test" in html
    assert 'dir="rtl"' in html
    assert rows()[:4] == before
    # The link that ends the digest is the reader's own.
    assert f"sl-u1-{own.pk:012x}-" in sent.body
    assert f"sl-u1-{everybody['arabic'].pk:012x}-" not in sent.body


def test_a_test_to_somebody_who_left_the_core_team_is_not_sent(core_team, everybody):
    core = get_user_model().objects.get(username="core")
    recipients.sync_user(core, core.email, "en", "UTC")
    send_test(core_team, everybody["daily"])
    get_user_model().objects.filter(pk=core.pk).update(is_staff=False)
    deliver.send_due()
    assert mail.outbox == []


def test_what_cannot_be_tested_says_so(core_team, everybody):
    assert "no e-mail address" in send_test(core_team, everybody["daily"]).content.decode()
    core = get_user_model().objects.get(username="core")
    recipients.sync_user(core, core.email, "en", "UTC")
    assert "nothing to test" in send_test(core_team, everybody["gone"]).content.decode()


def test_a_test_to_an_address_that_takes_no_mail_says_so(core_team, everybody):
    core = get_user_model().objects.get(username="core")
    own = recipients.sync_user(core, core.email, "en", "UTC", is_verified=False)
    page = send_test(core_team, everybody["daily"]).content.decode()
    assert "You have not confirmed your e-mail address yet." in page
    assert "on its way" not in page
    recipients.sync_user(core, core.email, "en", "UTC")
    Suppression.objects.create(address_hash=own.address_hash, reason="bounced")
    page = send_test(core_team, everybody["daily"]).content.decode()
    assert "Mail to your address came back" in page
    assert "on its way" not in page
