"""The digest of a liaison: calls to act, answers, next steps, what opened and what closed."""

import datetime
import re

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from liaisons import digest as steps_of_digest
from liaisons.accounts.people import sync_recipient
from liaisons.models import Mandate
from mailing import deliver, editions, recipients
from mailing.models import Delivery, Notice, ToldItem
from strategy import notices, responses, tasks, topics
from tests.factories import MandateFactory

from .factories import TimelineEntryFactory, TopicFactory, UpdateFactory, drafted, reported

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
NARROW = "\u202f"


@pytest.fixture
def reader(alice):
    """Alice speaks for a group and gets a digest every day."""
    sync_recipient(alice)
    recipients.set_rhythm(alice, "daily")
    alice.mail_recipient.preferences.update(effective_at="2000-01-01T00:00Z")
    return alice


def run(days=0):
    """What beat and the workers do so many days from now; gives the digests sent."""
    mail.outbox.clear()
    at = timezone.now().replace(hour=7, minute=30) + (days + 1) * DAY
    with time_machine.travel(at, tick=False):
        tasks.announce_due_topics()
        tasks.publish_due_updates()
        editions.make_editions()
        deliver.send_due()
    return [message for message in mail.outbox if "List-Id" in message.extra_headers]


def headings(message):
    return re.findall(r"(?m)^\* (.+) \*$", message.body)


def said_by(mandate):
    """A report of this group on a topic of which everyone was told."""
    report = reported(mandate)
    run()
    return report


def answer(by, report, text="We agree."):
    return responses.answer(statements=report.statements.all(), texts={"text_en": text}, by=by)


def test_deadlines_stand_first_and_say_until_when(reader):
    closes = timezone.now() + 5 * DAY
    TopicFactory(title_en="Closes soon", closes_at=closes)
    TopicFactory(title_en="Open for long", closes_at=timezone.now() + 40 * DAY)
    UpdateFactory(published=True, title_en="The news")
    [message] = run()
    first, *others = headings(message)
    assert first == f"1 thing to do, by {_said(closes)}"
    assert others == ["Open for your view", "New updates"]
    assert message.subject == "Closes soon"
    assert message.body.count("Closes soon") == 1
    assert "/en/my/reports/new/?topic=" in message.body


def test_a_topic_is_told_when_it_opens_soon_closes_and_closed_each_once(reader):
    topic = TopicFactory(title_en="The topic", closes_at=timezone.now() + 20 * DAY)
    told = [headings(message) for days in range(30) for message in run(days)]
    assert [one[0] for one in told] == [
        "Open for your view",
        f"1 thing to do, by {_said(topic.closes_at)}",
        "Closed",
    ]


def _said(moment):
    clock = f"{moment:%I:%M} {'am' if moment.hour < 12 else 'pm'}".lstrip("0")
    # A narrow no-break space, as CLDR writes it.
    return f"{moment.day} {moment:%B %Y}, {clock.replace(' ', NARROW)} UTC"


@pytest.mark.parametrize(
    ("hour", "said"),
    [
        ("12:00", f"20 July 2026, 12:00{NARROW}pm UTC"),
        # Typed as a day without its hour: it is over as that day begins.
        ("00:00", f"19 July 2026, 11:59{NARROW}pm UTC"),
        ("23:59", f"20 July 2026, 11:59{NARROW}pm UTC"),
    ],
)
def test_what_can_be_done_says_its_hour_as_its_page_does(reader, client, hour, said):
    due = datetime.datetime.fromisoformat(f"2026-07-20T{hour}+00:00")
    with time_machine.travel(due - 3 * DAY, tick=False):
        alone = UpdateFactory(published=True, kind="act", deadline=due, title_en="The call")
        [message] = run()
        assert headings(message) == [f"1 thing to do, by {said}"]
        assert f"The call\nBy {said}\n" in message.body
        assert f">{said}</time>" in client.get(alone.get_absolute_url()).text
        topic = TopicFactory(title_en="The topic", closes_at=due)
        [message] = run(1)
        assert f"The topic\nOpen until {said}\n" in message.body
        assert f">{said}</time>" in client.get(topic.get_absolute_url()).text


def test_a_deadline_of_the_timeline_is_a_whole_day(reader):
    last = timezone.localdate() + 3 * DAY
    TimelineEntryFactory(kind="deadline", title_en="Grants close", starts_on=last)
    topic = TopicFactory(closes_at=timezone.now() + 2 * DAY)
    [message] = run()
    assert headings(message) == [f"2 things to do, the last by {last.day} {last:%B %Y}"]
    assert message.body.index(topic.title_en) < message.body.index("Grants close")


def test_a_deadline_that_moves_is_told_again(reader):
    topic = TopicFactory(title_en="The topic", closes_at=timezone.now() + 4 * DAY)
    assert len(run()) == 1
    topic.refresh_from_db()
    topic.closes_at += 30 * DAY
    topics.save(topic, actor=None)
    [message] = run(1)
    assert headings(message) == ["Open for your view"]


def test_a_topic_that_closed_long_ago_is_no_news(reader):
    TopicFactory(opens_at=timezone.now() - 90 * DAY, closes_at=timezone.now() - 60 * DAY)
    assert run() == []


def test_an_answer_that_was_mailed_is_not_repeated(reader, frank):
    answer(frank, said_by(Mandate.objects.get(person=reader)))
    sent = run(1)
    assert Notice.objects.filter(kind=notices.ANSWERED, state="sent").exists()
    assert sent == []


def test_an_answer_whose_mail_waited_for_the_digest_comes_with_it_once(reader, frank):
    report = said_by(Mandate.objects.get(person=reader))
    answer(frank, report, "We **agree** with you.")
    Notice.objects.filter(kind=notices.ANSWERED).update(state="skipped", reason="not_eligible")
    [message] = run(1)
    assert headings(message) == ["Answers to what your group said"]
    assert "We agree with you." in message.body
    assert report.statements.first().ref in message.body
    assert run(2) == []
    assert ToldItem.objects.filter(section="replies").count() == 1


def test_whose_mandate_ended_meanwhile_is_told_no_answer(reader, frank):
    mandate = Mandate.objects.get(person=reader)
    answer(frank, reported(mandate))
    Notice.objects.filter(kind=notices.ANSWERED).update(state="skipped", reason="not_eligible")
    at = timezone.now().replace(hour=7, minute=30) + DAY
    with time_machine.travel(at, tick=False):
        editions.make_editions()
        Mandate.objects.filter(pk=mandate.pk).update(
            status="ended", end_reason="stepped_down", ended_at=at
        )
        deliver.send_due()
    assert [delivery.reason for delivery in Delivery.objects.all()] == ["empty"]


def test_nobody_is_told_the_answers_to_another_group(reader, frank):
    other = MandateFactory(confirmed=True)
    answer(frank, said_by(other))
    Notice.objects.filter(kind=notices.ANSWERED).update(state="skipped", reason="not_eligible")
    assert run(1) == []


def test_next_steps_stand_beside_news_and_are_told_once(reader):
    mandate = Mandate.objects.get(person=reader)
    drafted(mandate)
    assert run() == []
    UpdateFactory(published=True, title_en="The news")
    [message] = run(1)
    assert headings(message) == ["Your next steps", "New updates"]
    assert "Finish the report" in message.body
    assert "/en/my/reports/" in message.body
    UpdateFactory(published=True, title_en="More news")
    [message] = run(2)
    assert "Finish the report" not in message.body


def test_a_step_about_an_update_comes_a_week_after_it(reader):
    UpdateFactory(published=True, title_en="The news")
    [message] = run()
    assert "Read an update, and pass it on" not in message.body
    UpdateFactory(published=True, title_en="More news")
    [message] = run(8)
    assert message.body.count("Read an update, and pass it on") == 2


def test_a_step_that_comes_near_is_told_once_more():
    far = steps_of_digest.NextStep("renew-1", "Renew", "/", "Renew", due=timezone.now() + 20 * DAY)
    near = steps_of_digest.NextStep("renew-1", "Renew", "/", "Renew", due=timezone.now() + 2 * DAY)
    assert steps_of_digest._name(far) == "renew-1"
    assert steps_of_digest._name(near) == "renew-1-soon"
