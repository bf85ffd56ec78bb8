"""Whether mail works: what the Core Team is told on each page of the admin, and the page on it."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mailing import deliver, editions, pauses, recipients, tasks
from mailing.health import watch
from mailing.models import Delivery, Edition, Pulse, Recipient, State
from tests.cast import pass_second_step
from tests.factories import UserFactory
from tests.mailing.people import person
from tests.mailing.processes import free_port
from tests.mailing.provider_events import bounced, complained, told
from tests.mailing.test_editions import MONDAY
from web.templatetags.web import moment_text

pytestmark = pytest.mark.django_db
NEVER = "have never run"
LATE = "have not run since"
WAITING = ("though its time", "cannot be used", "could not be delivered yet")


def index(client):
    """The first page of the admin, with nothing kept from an earlier look."""
    caches["figures"].clear()
    return client.get(reverse("admin:index")).content.decode()


def health(client):
    caches["figures"].clear()
    response = client.get(reverse("admin:mailing_edition_health"))
    assert response.status_code == 200
    return response.content.decode()


def row_of(page, name):
    """The figures of one row. Of a domain: people, sent, came back, deferred, waiting, failed,
    complaints.
    """
    cells = re.split(rf"{re.escape(name)}(?:</bdi>)?</th>", page)[1].split("</tr>")[0]
    return [cell.split("<")[0] for cell in cells.split('<td class="figure">')[1:]]


def test_the_core_team_is_told_when_no_worker_runs(core_team):
    assert NEVER in index(core_team)
    tasks.sweep()
    assert NEVER not in index(core_team)
    assert LATE not in index(core_team)
    Pulse.objects.update(at=timezone.now() - timedelta(seconds=301))
    assert LATE in index(core_team)
    tasks.sweep()
    assert LATE not in index(core_team)


def test_nobody_else_is_told(client, core_team):
    client.force_login(UserFactory())
    assert NEVER not in client.get(reverse("strategy:dashboard")).content.decode()


def test_what_nobody_takes_is_late_and_what_waits_for_its_time_is_not(core_team, only_board):
    tasks.sweep()
    person("daily")
    only_board.post("News")
    editions.make_editions(MONDAY)
    assert "though its time" not in index(core_team)
    long_ago = timezone.now() - timedelta(seconds=901)
    Delivery.objects.update(next_attempt_at=long_ago, created_at=long_ago)
    said = f"1 message waits though its time came at {moment_text(long_ago)}."
    assert said in index(core_team)
    assert "UTC" in said
    Delivery.objects.update(
        next_attempt_at=timezone.now() + timedelta(hours=1),
        created_at=timezone.now() - timedelta(hours=5),
    )
    assert not any(words in index(core_team) for words in WAITING)


def test_urgent_news_is_not_late_from_the_start(core_team, only_board, monkeypatch):
    """It counts as due since yesterday, so that it goes first."""
    tasks.sweep()
    person("daily")
    alarm = only_board.post("Alarm")
    monkeypatch.setattr(only_board, "at_once", lambda until, at: [alarm.position])
    editions.make_editions()
    [delivery] = Delivery.objects.filter(edition__rhythm="urgent")
    assert delivery.next_attempt_at < timezone.now() - timedelta(hours=23)
    assert not any(words in index(core_team) for words in WAITING)
    since = timezone.now() - timedelta(seconds=901)
    Delivery.objects.update(created_at=since)
    said = f"1 message waits though its time came at {moment_text(since)}."
    assert said in index(core_team)


def test_what_is_tried_for_hours_is_told_and_what_waits_on_purpose_is_not(
    core_team, only_board, sink
):
    tasks.sweep()
    reader = person("daily", address="busy@example.org")
    only_board.post("News")
    editions.make_editions(MONDAY)
    deliver.send_due()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == (State.RETRY, 1)
    day_ago = timezone.now() - timedelta(days=1)
    Delivery.objects.update(created_at=day_ago)
    said = f"1 message could not be delivered yet. It has waited since {moment_text(day_ago)}."
    assert said in index(core_team)
    with time_machine.travel(delivery.next_attempt_at + timedelta(seconds=1), tick=False):
        pauses.set_pause(reader, (timezone.now() + timedelta(days=20)).date())
        deliver.send_due()
        assert Delivery.objects.get().reason == "paused"
    assert not any(words in index(core_team) for words in WAITING)
    # Tried again when the pause was over: from then on it counts.
    Delivery.objects.update(reason="", next_attempt_at=timezone.now() + timedelta(hours=1))
    Recipient.objects.update(paused_until=timezone.now() - timedelta(hours=5))
    assert not any(words in index(core_team) for words in WAITING)
    Recipient.objects.update(paused_until=timezone.now() - timedelta(hours=7))
    assert "could not be delivered yet" in index(core_team)


def test_a_mail_server_that_cannot_be_used_is_told(core_team, only_board, settings, mailoutbox):
    tasks.sweep()
    person("daily")
    only_board.post("News")
    editions.make_editions(MONDAY)
    by_hand = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    deliver.send_due()
    assert not any(words in index(core_team) for words in WAITING)
    Delivery.objects.update(created_at=timezone.now() - timedelta(seconds=901))
    assert "The mail server cannot be used. 1 message waits" in index(core_team)
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert "could not be delivered yet" not in index(core_team)
    settings.EMAIL_BACKEND = by_hand
    person("daily", address="next@example.org")
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        deliver.send_due()
    assert len(mailoutbox) == 1
    assert not any(words in index(core_team) for words in WAITING)


def test_one_domain_that_defers_is_not_our_mail_server(core_team, only_board, sink):
    tasks.sweep()
    sink.domain_answers["slow.example.org"] = "421 4.7.0 too much from you"
    for number in range(5):
        person("daily", address=f"ok.{number}@slow.example.org")
    person("daily", address="ok.5@example.org")
    only_board.post("News")
    editions.make_editions(MONDAY)
    deliver.send_due()
    waiting = Delivery.objects.exclude(state=State.SENT)
    assert waiting.filter(attempts=0).exclude(error="").count() == 3
    waiting.update(created_at=timezone.now() - timedelta(hours=1))
    assert not any(words in index(core_team) for words in WAITING)


def test_figures_that_do_not_add_up_are_told(core_team, only_board):
    tasks.sweep()
    person("daily")
    only_board.post("News")
    editions.make_editions(MONDAY)
    tasks.watch()
    assert "do not add up" not in index(core_team)
    edition = Edition.objects.get()
    Edition.objects.update(audience=2)
    tasks.watch()
    page = index(core_team)
    assert f"The figures of edition {edition.pk} do not add up" in page
    assert reverse("admin:mailing_edition_change", args=[edition.pk]) in page
    Edition.objects.update(audience=1)


def test_two_of_one_edition_to_one_address_are_told(core_team, only_board):
    tasks.sweep()
    first, second = person("daily"), person("daily")
    only_board.post("News")
    editions.make_editions(MONDAY)
    deliver.send_due()
    assert watch.watch()["doubles"] == []
    Recipient.objects.filter(pk=second.pk).update(
        address=first.address, address_hash=first.address_hash
    )
    assert watch.watch()["doubles"] == [Edition.objects.get().pk]
    assert "twice" in index(core_team)


def test_the_banner_is_kept_for_a_minute(core_team):
    """It costs no query on most pages, however much there is to count."""
    index(core_team)
    with CaptureQueriesContext(connection) as kept:
        core_team.get(reverse("admin:index"))
    assert not [query for query in kept if "mailing_" in query["sql"]]
    with CaptureQueriesContext(connection) as asked:
        index(core_team)
    assert len([query for query in asked if "mailing_" in query["sql"]]) == 6


def test_domains_are_named_and_people_are_not(core_team, only_board, settings):
    settings.MAIL_SMALL_DOMAIN = 2
    for number in range(3):
        person("daily", address=f"reader{number}@Many.example.org")
    person("daily", address="somebody@alone.example.org")
    only_board.post("News")
    with time_machine.travel(timezone.now(), tick=False):
        editions.make_editions(MONDAY)
        deliver.send_due()
    late = Delivery.objects.filter(recipient__address="reader0@Many.example.org")
    late.update(
        state=State.RETRY, finished_at=None, next_attempt_at=timezone.now() + timedelta(hours=1)
    )
    page = health(core_team)
    assert row_of(page, "many.example.org") == ["3", "2", "0", "1", "0", "0", "0"]
    assert "alone.example.org" not in page
    assert "somebody" not in page
    assert "All other domains" in page


def test_what_came_back_is_counted_by_the_domain_it_came_back_from(core_team, only_board, settings):
    settings.MAIL_SMALL_DOMAIN = 3
    readers = [person("daily", address=f"reader{number}@many.example.org") for number in range(5)]
    left = person("daily", address="left@closed.example.org")
    only_board.post("News")
    editions.make_editions(MONDAY)
    deliver.send_due()
    for reader in (*readers[:3], left):
        told(settings, bounced(reader.deliveries.get()))
    told(settings, complained(readers[4].deliveries.get()))
    page = health(core_team)
    assert row_of(page, "many.example.org") == ["5", "5", "3", "0", "0", "0", "1"]
    assert row_of(page, "All other domains") == ["1", "1", "1", "0", "0", "0", "0"]
    # Who has another address now: it is not the new one that came back, nor do we know the old one.
    recipients.sync_user(readers[0].user, "reader0@new.example.org", "en", "UTC")
    recipients.sync_user(left.user, "left@many.example.org", "en", "UTC")
    page = health(core_team)
    assert row_of(page, "many.example.org") == ["5", "5", "2", "0", "0", "0", "1"]
    assert row_of(page, "All other domains") == ["1", "1", "2", "0", "0", "0", "0"]


def test_what_came_back_counts_where_nothing_was_sent_since(core_team, only_board, settings):
    reader = person("daily")
    only_board.post("News")
    editions.make_editions(MONDAY)
    deliver.send_due()
    told(settings, bounced(reader.deliveries.get()))
    Delivery.objects.update(finished_at=timezone.now() - timedelta(days=8))
    assert row_of(health(core_team), "All other domains") == ["0", "0", "1", "0", "0", "0", "0"]


def test_the_page_says_how_long_things_have_waited(core_team, only_board):
    person("daily")
    only_board.post("News")
    editions.make_editions(MONDAY)
    Delivery.objects.update(created_at=timezone.now() - timedelta(hours=3))
    assert row_of(health(core_team), "Deliveries") == ["0", "0", "1", "0"]


def test_what_waits_on_purpose_has_a_row_of_its_own(core_team, only_board, settings):
    settings.MAIL_SMALL_DOMAIN = 1
    reader = person("daily")
    only_board.post("News")
    editions.make_editions(MONDAY)
    pauses.set_pause(reader, (timezone.now() + timedelta(days=20)).date())
    deliver.send_due()
    assert Delivery.objects.get().reason == "paused"
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=3))
    page = health(core_team)
    assert row_of(page, "Deliveries") == ["0", "0", "0", "0"]
    assert row_of(page, "Held back: a pause, or enough mail for this week") == ["0", "0", "0", "1"]
    assert row_of(page, "example.org") == ["1", "0", "0", "0", "0", "0", "0"]


def test_an_editor_without_the_right_is_told_and_not_let_in(client, erin):
    client.force_login(erin)
    pass_second_step(client, erin)
    assert NEVER in index(client)
    assert reverse("admin:mailing_edition_health") not in index(client)
    assert client.get(reverse("admin:mailing_edition_health")).status_code == 403
