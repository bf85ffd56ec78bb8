"""Why did I (not) get it? The page of one's own mail."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from liaisons.accounts import people
from mailing import deliver, editions, kinds, notices, recipients
from mailing.models import Notice
from tests.factories import UserFactory
from tests.mailing.conftest import call_templates  # noqa: F401 (a fixture)
from tests.mailing.kinds_for_tests import a_kind
from tests.mailing.provider_events import bounced, told

pytestmark = pytest.mark.django_db
PAGE = "liaisons:settings_received"
MONDAY = datetime(2026, 7, 13, 7, tzinfo=UTC)


@pytest.fixture
def ada(db):
    person = UserFactory(display_name="Ada", email="ada@example.org", time_zone="Asia/Tokyo")
    people.sync_recipient(person)
    return person


def read(as_person, person):
    page = as_person(person).get(reverse(PAGE))
    assert page.status_code == 200
    return " ".join(page.content.decode().split())


@pytest.mark.usefixtures("call_templates")
def test_a_person_reads_what_came_and_what_did_not_and_why(as_person, ada):
    recipients.set_rhythm(ada, "none")
    with a_kind("gone", eligible=kinds.one_by_one(lambda notice: False)):
        notices.send("gone", ada)
        page = read(as_person, ada)
    assert "Kind gone" in page
    assert "Not sent" in page
    assert "did not concern you any more" in page
    assert "You chose to get no digest." in page
    other = UserFactory(email="b@example.org")
    people.sync_recipient(other)
    assert "gone" not in read(as_person, other)


@pytest.mark.usefixtures("call_templates")
def test_what_waits_says_until_when_and_what_went_with_a_digest_says_so(as_person, ada):
    with a_kind("a_call"), time_machine.travel(MONDAY, tick=False):
        for thing in range(4):
            notices.send("a_call", ada, {"thing": thing})
        assert read(as_person, ada).count("On its way") == 4
        deliver.send_due()
        page = read(as_person, ada)
        assert page.count("<span>Sent</span>") == 3
        assert "<span>Waits</span>" in page
        assert "You had enough mail from us for a week." in page
        # In one's own time zone.
        assert "20 July 2026, 4:00" in page.replace("\u202f", " ")
        assert ">Asia/Tokyo<" in page
        assert "you got 3 of them" in page
        editions.make_edition_for(Notice.objects.first().recipient)
        assert read(as_person, ada).count("On its way") == 2
        deliver.send_due()
        assert "Sent with a digest" in read(as_person, ada)


@pytest.mark.usefixtures("call_templates")
def test_what_the_server_took_and_sent_back_later_is_not_called_sent(as_person, ada, settings):
    with a_kind("a_call"):
        notices.send("a_call", ada)
        deliver.send_due()
        assert "<span>Sent</span>" in read(as_person, ada)
        told(settings, bounced(Notice.objects.get()))
        page = read(as_person, ada)
    assert "<span>Came back</span>" in page
    assert "Your mail server says that your address does not exist." in page
    assert "<span>Sent</span>" not in page


def test_the_same_reason_again_and_again_is_told_once(as_person, ada):
    with time_machine.travel(MONDAY, tick=False):
        recipients.set_rhythm(ada, "daily")
    for day in range(1, 6):
        with time_machine.travel(MONDAY + timedelta(days=day), tick=False):
            editions.make_editions()
    page = read(as_person, ada)
    assert page.count("There was nothing new for you") == 1
    assert "5 times, the first on" in page


def test_whoever_got_nothing_yet_is_told_so(as_person):
    page = read(as_person, UserFactory(email=""))
    assert "not sent you anything yet" in page
