"""Drafts become scheduled and published; what readers saw is corrected, never taken back."""

import datetime
import threading

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from strategy import tasks, updates
from strategy.models import Update, UpdateEvent
from web import content_version

from .factories import UpdateFactory

Kind = UpdateEvent.Kind


def kinds(update):
    return list(update.events.values_list("kind", flat=True))


def test_publishing_shows_the_update_at_once_and_remembers_who(client, erin):
    update = UpdateFactory()
    assert client.get("/en/updates/").content.find(b"Update") >= 0
    assert client.get(f"/en/updates/{update.slug}/").status_code == 404
    before = content_version.current()

    updates.publish(update, actor=erin)

    page = client.get(f"/en/updates/{update.slug}/")
    assert page.status_code == 200
    assert update.title_en in page.content.decode()
    assert update.title_en in client.get("/en/updates/").content.decode()
    update.refresh_from_db()
    assert update.position is not None
    assert content_version.current() > before
    event = update.events.get(kind=Kind.PUBLISHED)
    assert event.actor == erin
    assert event.at is not None


def test_later_updates_have_later_positions(db):
    first, second = UpdateFactory(), UpdateFactory()
    updates.publish(second, actor=None)
    updates.publish(first, actor=None)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.position > second.position


def test_publishing_twice_is_refused(db, erin):
    update = UpdateFactory(published=True)
    with pytest.raises(ValidationError, match="published already"):
        updates.publish(update, actor=erin)
    assert kinds(update).count(Kind.PUBLISHED) == 1


@pytest.mark.parametrize("missing", ["title_en", "short_en"])
def test_nothing_is_published_without_english_text(db, missing):
    update = UpdateFactory(**{missing: None}, title_fr="Titre", short_fr="Court")
    with pytest.raises(ValidationError, match="in English"):
        updates.publish(update, actor=None)
    # The database holds the same rule.
    with pytest.raises(IntegrityError), transaction.atomic():
        Update.objects.filter(pk=update.pk).update(
            status="published", published_at=timezone.now(), position=1
        )


def test_a_short_version_is_short_in_every_language(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        UpdateFactory(title_ja="題", short_ja="あ" * 801)
    UpdateFactory(title_ja="題", short_ja="あ" * 800)


def test_an_update_waits_for_its_time(client, erin):
    update = UpdateFactory()
    at = timezone.now() + datetime.timedelta(hours=2)
    updates.schedule(update, at=at, actor=erin)
    assert updates.publish_due() == 0
    assert client.get(f"/en/updates/{update.slug}/").status_code == 404

    with time_machine.travel(at + datetime.timedelta(seconds=1), tick=False):
        tasks.publish_due_updates()
        assert client.get(f"/en/updates/{update.slug}/").status_code == 200
    assert kinds(update) == [Kind.SCHEDULED, Kind.PUBLISHED]
    assert update.events.get(kind=Kind.PUBLISHED).actor is None


def test_an_update_due_while_beat_was_down_is_published_when_it_is_back(client, db):
    update = UpdateFactory(overdue=True)
    assert updates.publish_due() == 1
    update.refresh_from_db()
    # It says when it was really published, so that nobody seems to have overlooked it.
    assert timezone.now() - update.published_at < datetime.timedelta(hours=1)
    assert client.get(f"/en/updates/{update.slug}/").status_code == 200


def test_one_update_that_cannot_be_published_does_not_hold_up_the_others(db, monkeypatch):
    bad, good = UpdateFactory(overdue=True, slug="bad"), UpdateFactory(overdue=True)
    put_out = updates._put_out

    def failing(update, *, actor):
        if update.slug == "bad":
            raise RuntimeError("disk full")
        put_out(update, actor=actor)

    monkeypatch.setattr(updates, "_put_out", failing)
    assert updates.publish_due() == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert bad.status == Update.Status.SCHEDULED
    assert good.is_published


def test_a_time_that_is_past_is_refused(db, erin):
    with pytest.raises(ValidationError, match="lies ahead"):
        updates.schedule(UpdateFactory(), at=timezone.now(), actor=erin)


def test_an_update_can_be_taken_off_the_schedule(db, erin):
    update = UpdateFactory(overdue=True)
    updates.unschedule(update, actor=erin)
    assert updates.publish_due() == 0
    with pytest.raises(ValidationError, match="not scheduled"):
        updates.unschedule(update, actor=erin)


def test_a_correction_keeps_the_update_published_and_says_when(client, erin):
    update = UpdateFactory(published=True)
    client.get(f"/en/updates/{update.slug}/")
    place = update.position

    update.title_en = "The right title"
    updates.save(update, actor=erin)

    page = client.get(f"/en/updates/{update.slug}/").content.decode()
    assert "The right title" in page
    assert "corrected on" in page
    update.refresh_from_db()
    assert update.position == place
    event = update.events.get(kind=Kind.CORRECTED)
    assert (event.actor, event.fields) == (erin, ["title_en"])


def test_a_translation_added_later_is_no_correction(client, erin):
    update = UpdateFactory(published=True)
    fallback = f'<h1 lang="en" dir="ltr">{update.title_en}'
    assert fallback in client.get(f"/fr/updates/{update.slug}/").content.decode()
    update.title_fr, update.short_fr = "Titre français", "En bref"
    updates.save(update, actor=erin)
    page = client.get(f"/fr/updates/{update.slug}/").content.decode()
    assert "Titre français" in page
    assert fallback not in page
    update.refresh_from_db()
    assert update.corrected_at is None
    assert kinds(update)[-1] == Kind.TRANSLATED


def test_an_open_form_cannot_take_a_publication_back(db, erin):
    update = UpdateFactory()
    opened_before = Update.objects.get(pk=update.pk)
    updates.publish(update, actor=erin)
    opened_before.body_en = "More"
    updates.save(opened_before, actor=erin)
    assert Update.objects.get(pk=update.pk).is_published


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_publish_once():
    update = UpdateFactory(overdue=True)
    counts = at_once(updates.publish_due, times=4)
    assert sum(counts) == 1
    assert kinds(update).count(Kind.PUBLISHED) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_people_publishing_at_once_one_wins_and_the_other_is_told():
    update = UpdateFactory()

    def publish():
        try:
            updates.publish(update, actor=None)
        except ValidationError as error:
            return error.messages[0]
        return "done"

    said = at_once(publish, times=5)
    assert sorted(said) == sorted(["done"] + ["This update is published already."] * 4)
    assert kinds(update).count(Kind.PUBLISHED) == 1


@pytest.mark.django_db(transaction=True)
def test_many_updates_published_at_once_get_a_place_each():
    drafts = [UpdateFactory() for _ in range(6)]
    waiting = iter(drafts)
    at_once(lambda: updates.publish(next(waiting), actor=None), times=6)
    assert len(set(Update.objects.values_list("position", flat=True))) == 6


def at_once(work, *, times):
    """Run ``work`` in threads that start together; returns what each returned."""
    gate, results = threading.Barrier(times), []

    def run():
        try:
            gate.wait(10)
            results.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(results) == times
    return results


def test_a_draft_is_seen_by_nobody(erin, as_person):
    """Not even at its address by the Core Team: they have the preview."""
    update = UpdateFactory()
    scheduled = UpdateFactory(scheduled=True)
    for client in (Client(), as_person(erin)):
        for hidden in (update, scheduled):
            assert client.get(f"/en/updates/{hidden.slug}/").status_code == 404
            assert hidden.title_en not in client.get("/en/").content.decode()
            assert hidden.title_en not in client.get("/en/updates/feed/").content.decode()
            assert hidden.slug not in client.get("/sitemap-updates.xml").content.decode()
