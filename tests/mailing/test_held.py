"""What waits for a translation is left out for its readers, never lost and never told twice."""

from datetime import timedelta

import pytest
from django.core import mail

from mailing import recipients
from mailing.models import Delivery, SectionCursor
from tests.mailing.people import person, titles_sent
from tests.mailing.test_editions import MONDAY, run

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def told(reader) -> list[str]:
    """What was told to one person, mail by mail."""
    return titles_sent([message for message in mail.outbox if message.to == [reader.address]])


@pytest.fixture
def held(only_board):
    """One piece of news waits for French, between two others."""
    only_board.waiting = {"fr": {"Waits"}}
    return only_board


def test_other_languages_get_it_at_once_and_its_readers_all_the_rest(held):
    english, french = person("daily"), person("daily", language="fr")
    for title in ("First", "Waits", "Last"):
        held.post(title)
    run(MONDAY)
    assert told(english) == ["First\nWaits\nLast"]
    assert told(french) == ["First\nLast"]


def test_it_comes_when_it_is_translated_and_only_once(held):
    french = person("daily", language="fr")
    for title in ("First", "Waits", "Last"):
        held.post(title)
    run(MONDAY)
    run(MONDAY + DAY)
    held.release("fr", "Waits")
    run(MONDAY + 2 * DAY)
    held.post("Newer")
    run(MONDAY + 3 * DAY)
    run(MONDAY + 4 * DAY)
    assert told(french) == ["First\nLast", "Waits", "Newer"]
    assert SectionCursor.objects.get(section="board").owed == []


def test_what_waits_alone_is_no_reason_for_a_mail(held):
    french = person("daily", language="fr")
    held.post("Waits")
    run(MONDAY)
    assert told(french) == []
    assert Delivery.objects.get().reason == "empty"
    held.release("fr", "Waits")
    run(MONDAY + DAY)
    assert told(french) == ["Waits"]


def test_who_leaves_the_waiting_language_is_told_what_was_left_out(held):
    reader = person("daily", language="fr")
    for title in ("Waits", "Last"):
        held.post(title)
    run(MONDAY)
    recipients.sync_user(reader.user, reader.address, "de", "UTC")
    run(MONDAY + DAY)
    held.release("fr", "Waits")
    run(MONDAY + 2 * DAY)
    assert told(reader) == ["Last", "Waits"]


def test_who_comes_to_the_waiting_language_is_not_told_again(held):
    reader = person("daily")
    held.post("Waits")
    run(MONDAY)
    recipients.sync_user(reader.user, reader.address, "fr", "UTC")
    held.post("Last")
    run(MONDAY + DAY)
    held.release("fr", "Waits")
    run(MONDAY + 2 * DAY)
    assert told(reader) == ["Waits", "Last"]


def test_who_goes_to_and_fro_between_languages_is_told_once(held):
    held.waiting["ar"] = {"Waits"}
    reader = person("daily", language="fr")
    held.post("Waits")
    held.post("Last")
    for day, language in enumerate(["ar", "fr", "ar", "en", "fr", "ar"]):
        run(MONDAY + day * DAY)
        recipients.sync_user(reader.user, reader.address, language, "UTC")
    held.release("fr", "Waits")
    held.release("ar", "Waits")
    run(MONDAY + 7 * DAY)
    assert told(reader) == ["Last", "Waits"]


def test_what_was_frozen_as_left_out_stays_so_until_the_next_digest(held):
    """A translation that comes between freezing and sending is told next time, not twice."""
    from mailing import deliver, editions

    reader = person("daily", language="fr")
    held.post("Waits")
    held.post("Last")
    editions.make_editions(MONDAY)
    held.release("fr", "Waits")
    deliver.send_due()
    assert told(reader) == ["Last"]
    run(MONDAY + DAY)
    assert told(reader) == ["Last", "Waits"]


def test_at_once_means_once_translated(held):
    reader = person("at_once", language="fr")
    held.post("Waits")
    run(MONDAY)
    held.post("Last")
    run(MONDAY)
    held.release("fr", "Waits")
    run(MONDAY)
    run(MONDAY)
    assert told(reader) == ["Last", "Waits"]


def test_a_newcomer_is_not_told_what_was_published_before(held):
    held.post("Waits")
    reader = person("daily", language="fr")
    held.post("Last")
    run(MONDAY)
    held.release("fr", "Waits")
    run(MONDAY + DAY)
    assert told(reader) == ["Last"]


def test_who_comes_back_is_owed_nothing_from_before(held):
    reader = person("daily", language="fr")
    held.post("Waits")
    held.post("Last")
    run(MONDAY)
    recipients.set_rhythm(reader.user, "none")
    recipients.set_rhythm(reader.user, "daily")
    reader.preferences.update(effective_at="2000-01-01T00:00Z")
    held.release("fr", "Waits")
    run(MONDAY + DAY)
    assert told(reader) == ["Last"]


def test_several_that_wait_come_each_when_its_turn_is(held):
    held.waiting["fr"].add("Waits too")
    reader = person("daily", language="fr")
    for title in ("Waits", "One", "Waits too", "Two"):
        held.post(title)
    run(MONDAY)
    held.release("fr", "Waits too")
    run(MONDAY + DAY)
    held.post("Three")
    held.release("fr", "Waits")
    run(MONDAY + 2 * DAY)
    assert told(reader) == ["One\nTwo", "Waits too", "Waits\nThree"]
