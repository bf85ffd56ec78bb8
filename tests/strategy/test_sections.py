"""What the digest says of updates and topics."""

import datetime

import pytest
from django.utils import timezone, translation

from mailing import positions, sections
from strategy import topics, updates
from strategy.excerpts import beginning
from strategy.topic_choices import TOPICS, topic_options
from tests.harness.corpus import XSS

from .factories import TopicFactory, UpdateFactory
from .test_urgent_updates import urgent

pytestmark = pytest.mark.django_db


def section(key):
    return next(found for found in sections.registered() if found.key == key)


def block(key, language="en", after=0):
    found = section(key)
    items = found.items(after, positions.current())
    with translation.override(language):
        return found.render(items, language)


def test_what_there_is_to_do_comes_before_what_there_is_to_read():
    assert [found.key for found in sections.registered()] == [
        "urgent", "closing", "topics", "closed", "updates", "region_reports",
    ]  # fmt: skip
    assert [found.key for found in sections.registered_personal()] == ["next_steps", "replies"]


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
    assert 'lang="ar"' not in shown.html
    # Mail programs align a cell; what runs the other way has to say its side.
    assert 'lang="en" dir="ltr" align="left"' in shown.html
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


def test_what_has_no_room_in_full_is_named_and_then_counted():
    for number in range(40):
        UpdateFactory(published=True, title_en=f"Number {number}.", short_en="Said. " * 130)
    shown = block("updates")
    assert shown.count == 40
    in_full = shown.text.count("Said.") // 130
    named = shown.text.count("Number ") - in_full
    assert in_full >= 3
    assert named >= 4
    assert f"and {40 - in_full - named} more" in shown.text
    assert shown.html.count("Number ") == in_full + named


def test_one_that_is_left_is_named_instead_of_counted():
    def said(number):
        for _number in range(number):
            UpdateFactory(published=True, title_en="Long " * 35, short_en="Said. " * 130)
        return block("updates")

    # Three have room in full, and three by name.
    seven = said(7)
    assert "more" not in seven.text
    assert seven.text.count("Read it:") == 3
    assert seven.text.count("/updates/update-") == 7
    assert "and 2 more" in said(1).text


@pytest.mark.parametrize(
    ("text", "letters", "most_bytes", "shown"),
    [
        ("Short.", 20, 0, "Short."),
        ("One two three four", 12, 0, "One two…"),
        ("One two, three four", 12, 0, "One two…"),
        ("Longwordwithoutanyspace", 10, 0, "Longwordw…"),
        ("作業グループが最初の草案を公開し", 300, 30, "作業グループが最初…"),
        ("कार्य समूहों ने", 300, 20, "कार्य…"),
    ],
)
def test_a_text_is_cut_between_words_and_says_so(text, letters, most_bytes, shown):
    found = beginning(text, letters, most_bytes)
    assert found == shown
    assert len(found) <= letters
    assert not most_bytes or len(found.encode()) <= most_bytes + 2


def test_what_has_no_room_for_all_its_words_is_cut_unless_it_stands_alone():
    urgent(short_en=" ".join(["Word"] * 160), title_en="T" * 200)
    found = section("urgent")
    items = found.items(0, positions.current())
    among, alone = (
        found.render_for(items, "en", has_account=True, is_alone=is_alone)
        for is_alone in (False, True)
    )
    for form in (among.text, among.html):
        assert 30 < form.count("Word") < 120
        assert "…" in form
    for form in (alone.text, alone.html):
        assert form.count("Word") == 160
