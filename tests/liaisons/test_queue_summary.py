"""The daily mail to reviewers: once a day, in their morning, when something is new."""

import datetime
import threading

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates, queue_summary
from liaisons.models import Mandate, QueueSummary, User
from mailing import deliver, recipients
from mailing.models import Notice
from mailing.press import Press
from tests.factories import GroupFactory, MandateFactory, UserFactory

pytestmark = pytest.mark.django_db
# A Tuesday, and the Monday after.
TUESDAY = datetime.datetime(2026, 12, 1, 7, 2, tzinfo=datetime.UTC)
MONDAY = datetime.datetime(2026, 12, 7, 7, 2, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def morning(time_machine):
    """It is Tuesday, two minutes past seven in UTC; ``morning(MONDAY)`` moves on."""
    time_machine.move_to(TUESDAY, tick=False)
    return lambda moment: time_machine.move_to(moment, tick=False)


@pytest.fixture
def rita(db):
    """A reviewer whose morning is that of UTC."""
    return reviewer("Rita")


def reviewer(name, **more):
    person = UserFactory(admin=True, display_name=name, **more)
    recipients.sync_user(person, person.email, "en", "UTC")
    return person


def told() -> list[str]:
    notices = Notice.objects.filter(kind="queue_summary").order_by("pk")
    return [notice.recipient.user.display_name for notice in notices]


def mail_to(person, mailoutbox):
    deliver.send_due()
    (message,) = [one for one in mailoutbox if one.to == [person.email]]
    return message


def test_two_hundred_that_wait_are_one_mail(rita, mailoutbox):
    MandateFactory.create_batch(199, group=GroupFactory(name="One of many"))
    MandateFactory(group=GroupFactory(name="The last one"))
    assert queue_summary.send_due() == 1
    message = mail_to(rita, mailoutbox)
    assert message.subject == "200 new applications or messages for the Core Team"
    for text in (message.body, message.alternatives[0].content):
        assert "The last one" in text
        assert "and 195 more" in text
        assert "whose=nobody" in text
        assert reverse("liaisons:settings_queue_summary") in text
    assert "Waiting for a decision: 200." in message.body


def test_it_counts_as_many_queries_for_one_as_for_many(rita):
    since = timezone.now() - DAY
    MandateFactory()
    with CaptureQueriesContext(connection) as few:
        queue_summary.of(rita, since=since)
    MandateFactory.create_batch(30)
    with CaptureQueriesContext(connection) as many:
        queue_summary.of(rita, since=since)
    assert len(few) == len(many)


def test_once_a_morning_whatever_comes_in(rita, morning):
    MandateFactory()
    queue_summary.send_due()
    for hours in range(1, 23):
        morning(TUESDAY + hours * HOUR)
        MandateFactory()
        queue_summary.send_due()
    assert told() == ["Rita"]
    morning(TUESDAY + DAY)
    queue_summary.send_due()
    assert told() == ["Rita", "Rita"]


def test_no_news_no_mail_but_on_mondays_what_is_late(rita, morning):
    MandateFactory()
    queue_summary.send_due()
    for days in range(1, 6):
        morning(TUESDAY + days * DAY)
        assert queue_summary.send_due() == 0
    morning(MONDAY)
    assert queue_summary.send_due() == 0
    Mandate.objects.update(submitted_at=MONDAY - 100 * DAY)
    morning(MONDAY + 7 * DAY)
    assert queue_summary.send_due() == 1


def test_a_monday_s_mail_says_what_it_is_about(rita, morning, mailoutbox):
    morning(MONDAY - 100 * DAY)
    MandateFactory(group=GroupFactory(name="Forgotten"))
    morning(MONDAY)
    queue_summary.send_due()
    message = mail_to(rita, mailoutbox)
    assert message.subject == "1 application waits far too long"
    assert "Forgotten: waits 100 days" in message.body
    assert "New since" not in message.body


@pytest.mark.parametrize("verb", [mandates.add, mandates.ask])
def test_what_an_applicant_wrote_is_new(rita, carol, morning, verb):
    application = Mandate.objects.get(person=carol)
    queue_summary.send_due()
    morning(TUESDAY + 5 * HOUR)
    verb(mandate=application, by=carol, message="May I ask?")
    morning(TUESDAY + DAY)
    assert queue_summary.send_due() >= 1
    assert told().count("Rita") == 2
    assert queue_summary.of(rita, since=TUESDAY).number_new == 1


def test_of_what_is_somebody_s_only_they_hear(rita, carol, morning):
    application = Mandate.objects.get(person=carol)
    owner = reviewer("Otto")
    mandates.take(mandate=application, by=owner)
    morning(TUESDAY + HOUR)
    mandates.ask(mandate=application, by=carol, message="May I ask?")
    for person in (rita, owner):
        assert queue_summary.of(person, since=TUESDAY).number_new == 0
    User.objects.filter(pk=owner.pk).update(away_until=(TUESDAY + 5 * DAY).date())
    assert queue_summary.of(rita, since=TUESDAY).number_new == 1


def test_a_contested_mandate_is_new(rita, alice, bob, morning):
    morning(TUESDAY + HOUR)
    mandates.say(
        mandate=alice.mandates.get(), by=bob, verdict="contests", reason="Nobody asked us."
    )
    Mandate.objects.update(reviewer=None)
    assert queue_summary.of(rita, since=TUESDAY).number_new == 1


def test_what_waits_for_the_applicant_is_not_what_waits_longest(rita, morning):
    morning(TUESDAY - 50 * DAY)
    MandateFactory(more_asked=True, reviewer=rita, group=GroupFactory(name="Asked"))
    MandateFactory(group=GroupFactory(name="Ours"))
    morning(TUESDAY)
    found = queue_summary.of(rita, since=TUESDAY - DAY)
    assert [line.group for line in found.longest] == ["Ours"]


def test_nobody_is_told_of_their_own_application(rita):
    MandateFactory(person=rita)
    assert queue_summary.of(rita, since=TUESDAY - DAY).total == 0
    assert queue_summary.send_due() == 0


def test_in_whose_morning(rita, morning):
    tokyo = reviewer("Tokio", time_zone="Asia/Tokyo")
    MandateFactory()
    morning(TUESDAY - 9 * HOUR)
    MandateFactory()
    queue_summary.send_due()
    # Rita's morning of Monday was missed, and is made up for.
    assert sorted(told()) == ["Rita", tokyo.display_name]
    morning(TUESDAY)
    queue_summary.send_due()
    assert sorted(told()) == ["Rita", "Rita", "Tokio"]


def test_who_gets_none(rita, erin, morning):
    reviewer("Away", away_until=(TUESDAY + DAY).date())
    off = reviewer("Off")
    queue_summary.choose(person=off, is_wanted=False)
    UserFactory(admin=True, display_name="No address", email="")
    reviewer("Left", is_staff=False)
    MandateFactory()
    queue_summary.send_due()
    assert told() == ["Rita"]


@pytest.mark.parametrize("gone", ["off", "role"])
def test_asked_again_before_it_is_sent(rita, gone, mailoutbox):
    MandateFactory()
    queue_summary.send_due()
    if gone == "off":
        queue_summary.choose(person=rita, is_wanted=False)
    else:
        User.objects.filter(pk=rita.pk).update(is_staff=False)
    deliver.send_due()
    assert mailoutbox == []


def test_it_is_switched_off_and_on_again(rita, as_person):
    client, page = as_person(rita), reverse("liaisons:settings_queue_summary")
    assert page in client.get(reverse("liaisons:settings")).content.decode()
    assert "checked" in client.get(page).content.decode()
    client.post(page, {})
    assert not queue_summary.is_wanted(rita)
    assert "checked" not in client.get(page).content.decode()
    client.post(page, {"is_wanted": "on"})
    assert queue_summary.is_wanted(rita)


def test_for_others_there_is_no_such_page(as_person, alice, erin):
    for person in (alice, erin):
        client, page = as_person(person), reverse("liaisons:settings_queue_summary")
        assert client.get(page).status_code == 404
        assert client.post(page, {}).status_code == 404
        assert page not in client.get(reverse("liaisons:settings")).content.decode()
    assert not QueueSummary.objects.exists()


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_it_is_written_in_every_language(rita, language):
    MandateFactory()
    queue_summary.send_due()
    notice = Notice.objects.get(kind="queue_summary")
    notice.language = language
    assert Press().notice(notice)


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_send_one(rita):
    MandateFactory()

    def run():
        queue_summary.send_due()
        connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert told() == ["Rita"]
