"""What the digest says of updates and topics."""

import datetime

import pytest
from django.utils import timezone, translation

from mailing import positions, sections
from strategy import topics, updates
from strategy.sections import TOPICS, topic_options
from tests.harness.corpus import XSS

from .factories import TopicFactory, UpdateFactory

pytestmark = pytest.mark.django_db


def section(key):
    return next(found for found in sections.registered() if found.key == key)


def block(key, language="en", after=0):
    found = section(key)
    items = found.items(after, positions.current())
    with translation.override(language):
        return found.render(items, language)


def test_what_has_a_deadline_comes_first_and_what_is_over_last():
    assert [found.key for found in sections.registered()] == [
        "closing", "updates", "topics", "region_reports", "closed",
    ]  # fmt: skip
    assert [found.key for found in sections.registered_personal()] == ["replies", "next_steps"]


def test_updates_come_by_position_each_once():
    first, second = UpdateFactory(published=True), UpdateFactory(published=True)
    UpdateFactory()
    found = section("updates")
    assert found.items(0, second.position) == [first, second]
    assert found.items(first.position, second.position) == [second]
    assert found.items(0, first.position) == [first]
    assert found.items(second.position, positions.current()) == []


def test_a_correction_is_not_sent_again():
    update = UpdateFactory(published=True)
    update.title_en = "Right"
    updates.save(update, actor=None)
    assert section("updates").items(update.position, positions.current()) == []


def test_the_newest_update_stands_first_in_both_forms():
    UpdateFactory(published=True, title_en="Old news")
    UpdateFactory(published=True, title_en="New news")
    shown = block("updates")
    assert shown.count == 2
    for form in (shown.html, shown.text):
        assert form.index("New news") < form.index("Old news")
        assert "http://testserver/en/updates/" in form


def test_the_digest_speaks_the_readers_language_and_says_where_it_cannot():
    UpdateFactory(published=True, in_arabic=True)
    UpdateFactory(published=True, title_en="Only English")
    shown = block("updates", "ar")
    assert "أسئلة جديدة" in shown.html
    assert 'lang="ar" dir="rtl"' in shown.html
    assert 'lang="en" dir="ltr"' in shown.html
    for form in (shown.html, shown.text):
        assert "http://testserver/ar/updates/" in form
        # The name of English, in Arabic: the label of the text in a fallback language.
        assert form.count("الإنجليزية") == 1


def test_plain_text_holds_no_markup_and_no_entities():
    UpdateFactory(published=True, title_en="Money & people <here>", short_en='"It\'s" short')
    text = block("updates").text
    assert "Money & people <here>" in text
    assert '"It\'s" short' in text
    assert "&amp;" not in text
    assert "<time" not in text


@pytest.mark.parametrize("hostile", XSS)
def test_hostile_text_stays_text_in_the_mail(hostile):
    UpdateFactory(published=True, title_en=hostile, short_en=hostile)
    TopicFactory(title_en=hostile, short_en=hostile)
    topics.announce_due()
    for key in ("updates", "topics"):
        html = block(key).html
        for markup in ("<script", "<img", "<svg", "<iframe", "<math", "<b "):
            assert markup not in html


def test_topics_come_once_they_open_with_their_deadline():
    TopicFactory(title_en="Later", closes_at=timezone.now() + datetime.timedelta(days=30))
    TopicFactory(title_en="Soon", closes_at=timezone.now() + datetime.timedelta(days=9))
    TopicFactory(title_en="Ahead", ahead=True, closes_at=None)
    topics.announce_due()
    shown = block("topics")
    assert shown.count == 2
    for form in (shown.html, shown.text):
        assert form.index("Soon") < form.index("Later")
        assert "Open until" in form
        assert "Ahead" not in form
    assert block("topics", after=positions.current()).count == 0


def test_a_topic_that_closed_meanwhile_is_left_out():
    topic = TopicFactory()
    topics.announce_due()
    topic.refresh_from_db()
    topic.closes_at = timezone.now()
    topic.save()
    assert block("topics").count == 0


def test_whoever_chose_topics_gets_those_only():
    wanted, other = TopicFactory(), TopicFactory(working_group__slug="capacity")
    topics.announce_due()
    found = section("topics")
    items = found.items(0, positions.current())
    assert set(items) == {wanted, other}
    assert found.chosen(items, {TOPICS: [wanted.working_group.slug]}) == [wanted]
    assert found.chosen(items, {}) == items
    assert wanted.working_group.slug in dict(topic_options())
