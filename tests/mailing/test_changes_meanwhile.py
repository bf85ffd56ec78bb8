"""What a person changes between planning and sending counts; and what they are told about it."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from mailing import deliver, editions, notices, recipients, why
from mailing.models import Delivery, Edition, Notice
from tests.mailing.kinds_for_tests import a_kind
from tests.mailing.people import person
from tests.mailing.test_editions import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("call_templates")]


@pytest.fixture
def planned(only_board):
    """A person with a digest and a notice on their way."""
    reader = person("daily", address="old@example.org")
    only_board.post("News")
    with a_kind("a_call"), time_machine.travel(MONDAY, tick=False):
        editions.make_editions()
        notices.send("a_call", reader.user, {"thing": "x"})
        yield reader


def test_both_follow_the_language(planned):
    recipients.sync_user(planned.user, "old@example.org", "de", "UTC")
    deliver.send_due()
    assert [m.extra_headers["Content-Language"] for m in mail.outbox] == ["de", "de"]
    assert Delivery.objects.get().language == Notice.objects.get().language == "de"


def test_the_digest_follows_the_language_chosen_for_it(planned):
    recipients.set_rhythm(planned.user, "daily", language="ar")
    deliver.send_due()
    assert Delivery.objects.get().language == "ar"
    assert Notice.objects.get().language == "en"


def test_only_the_new_address_is_written_to(planned):
    recipients.sync_user(planned.user, "new@example.org", "en", "UTC")
    deliver.send_due()
    assert [m.to for m in mail.outbox] == [["new@example.org"]] * 2


def test_a_frozen_digest_goes_once_whatever_the_time_zone(planned):
    recipients.sync_user(planned.user, "old@example.org", "en", "America/Lima")
    deliver.send_due()
    with time_machine.travel(MONDAY + timedelta(hours=6), tick=False):
        editions.make_editions()
        deliver.send_due()
    assert len(mail.outbox) == 2


def test_whoever_withdraws_consent_gets_no_digest_and_is_told_why(planned):
    recipients.set_rhythm(planned.user, "none")
    deliver.send_due()
    assert len(mail.outbox) == 1
    said = {str(fate.what): str(fate.why) for fate in why.recent(planned)}
    assert said == {"Digest": "You chose to get no digest.", "Kind a_call": ""}
    assert str(why.standing(planned).in_the_way) == "You chose to get no digest."
    assert why.standing(planned).used == 1


def test_a_deleted_account_gets_nothing(planned):
    recipients.forget_user(planned.user)
    deliver.send_due()
    assert mail.outbox == []
    assert {Delivery.objects.get().reason, Notice.objects.get().reason} == {"inactive"}


def test_the_core_team_learns_why_somebody_is_not_in_an_edition(planned):
    edition = Edition.objects.get()
    fate, _reason = why.of_edition(edition, planned)
    assert fate.outcome == "on_its_way"
    weekly, never = person("weekly"), person("none")
    for other in (weekly, never):
        other.created_at = MONDAY - timedelta(days=9)
        other.save()
    assert "another rhythm" in str(why.of_edition(edition, weekly)[1])
    assert "no digest" in str(why.of_edition(edition, never)[1])
