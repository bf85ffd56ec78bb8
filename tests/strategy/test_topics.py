"""Topics: open, announced, closed; whose turn it is; when digests carry them."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from mailing import positions
from strategy import tasks, topics
from strategy.models import Topic

from .factories import TopicFactory, TopicQuestionFactory
from .test_updates import at_once

pytestmark = pytest.mark.django_db


def test_a_topic_says_whose_turn_it_is():
    assert TopicFactory().turn == Topic.Turn.COMMUNITIES
    assert TopicFactory(closes_at=None).turn == Topic.Turn.COMMUNITIES
    assert TopicFactory(ahead=True).turn == Topic.Turn.WORKING_GROUP_PREPARES
    assert TopicFactory(undated=True).turn == Topic.Turn.WORKING_GROUP_PREPARES
    assert TopicFactory(closed=True).turn == Topic.Turn.WORKING_GROUP_READS


def test_open_is_from_the_opening_up_to_the_closing():
    now = timezone.now()
    topic = TopicFactory(opens_at=now, closes_at=now + datetime.timedelta(days=1))
    hour = datetime.timedelta(hours=1)
    assert list(Topic.objects.open(now)) == [topic]
    assert not Topic.objects.open(now - hour).exists()
    assert not Topic.objects.open(topic.closes_at).exists()


def test_a_topic_cannot_close_before_it_opens():
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        TopicFactory(opens_at=now, closes_at=now - datetime.timedelta(days=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        TopicFactory(opens_at=None, closes_at=now)


def test_the_soonest_deadline_comes_first_and_none_last():
    now = timezone.now()
    never = TopicFactory(closes_at=None)
    late = TopicFactory(closes_at=now + datetime.timedelta(days=9))
    soon = TopicFactory(closes_at=now + datetime.timedelta(days=2))
    assert list(Topic.objects.open().by_deadline()) == [soon, late, never]


def test_the_list_has_a_place_for_each_state(client):
    TopicFactory(title_en="Open one")
    TopicFactory(title_en="Coming one", ahead=True)
    TopicFactory(title_en="Closed one", closed=True)
    TopicFactory(title_en="Hidden one", is_public=False)
    page = client.get("/en/topics/").content.decode()
    assert page.index("Open one") < page.index("Coming one") < page.index("Closed one")
    assert "Hidden one" not in page
    assert "closes in 12 days" in page


def test_the_list_says_when_there_is_nothing(client):
    assert "No topic is announced yet" in client.get("/en/topics/").content.decode()


def test_the_page_groups_the_questions_by_kind_in_their_order(client):
    topic = TopicFactory(slug="advocacy")
    TopicQuestionFactory(topic=topic, position=2, text_en="Second question?")
    TopicQuestionFactory(topic=topic, position=1, text_en="First question?")
    TopicQuestionFactory(topic=topic, position=3, kind="sub_scope", text_en="Part of it")
    page = client.get("/en/topics/advocacy/").content.decode()
    assert "Groups and communities." in page
    assert page.index("First question?") < page.index("Second question?") < page.index("Part of it")
    assert "Working Group:" in page


def test_a_hidden_topic_is_not_there(client):
    TopicFactory(slug="kept-back", is_public=False)
    hidden, missing = client.get("/en/topics/kept-back/"), client.get("/en/topics/nothing/")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content.replace(b"kept-back", b"nothing") == missing.content


def test_a_topic_that_opens_gets_its_place_in_the_digests():
    topic = TopicFactory(ahead=True, closes_at=None)
    tasks.announce_due_topics()
    topic.refresh_from_db()
    assert topic.position is None
    with time_machine.travel(topic.opens_at + datetime.timedelta(minutes=1), tick=False):
        tasks.announce_due_topics()
        tasks.announce_due_topics()
    topic.refresh_from_db()
    assert topic.position == positions.current()


def test_a_deadline_that_moves_is_news_and_other_changes_are_not():
    topic = TopicFactory()
    topics.announce_due()
    topic.refresh_from_db()
    first = topic.position

    topic.title_en = "Better words"
    topics.save(topic, actor=None)
    assert topics.announce_due() == 0

    topic.closes_at += datetime.timedelta(days=7)
    topics.save(topic, actor=None)
    assert topics.announce_due() == 1
    topic.refresh_from_db()
    assert topic.position > first


def test_a_hidden_topic_is_not_announced():
    TopicFactory(is_public=False)
    assert topics.announce_due() == 0


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_announce_once():
    TopicFactory()
    assert sum(at_once(topics.announce_due, times=4)) == 1
