"""What goes by itself: each kind at the edge of its period, and all of them on the privacy page."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.celery import app
from liaisons import mandates, retention, tasks
from liaisons.mandates import rules
from liaisons.models import DataExport, Endorsement, Letter, Mandate, MandateEvent
from mailing import notices, subscriptions
from mailing.models import Bounce, Notice, Recipient, SubscriptionRequest
from tests.factories import MandateFactory, UserFactory

DAY = timedelta(days=1)
# A night in which clocks change in many places.
NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


def touched(mandate, at):
    """The mandate as if last changed, and its events made, at this moment."""
    Mandate.objects.filter(pk=mandate.pk).update(changed_at=at)


def draft(at):
    mandate = MandateFactory(complete_draft=True, evidence_text="Said in private")
    touched(mandate, at)
    return lambda: Mandate.objects.get(pk=mandate.pk).evidence_text == ""


def application(at):
    mandate = MandateFactory(declined=True, evidence_text="Said in private")
    MandateEvent.objects.create(mandate=mandate, kind="replied", message="Dear you", at=at)
    return lambda: (
        Mandate.objects.get(pk=mandate.pk).evidence_text == ""
        and not mandate.events.exclude(message="").exists()
    )


def endorsement(at):
    mandate = MandateFactory(ended=True)
    Mandate.objects.filter(pk=mandate.pk).update(ended_at=at)
    said = Endorsement.objects.create(
        mandate=mandate, person=UserFactory(), verdict="contests", reason="Why", said_at=at - DAY
    )
    return lambda: Endorsement.objects.get(pk=said.pk).reason == ""


def letter(at):
    mandate = MandateFactory(confirmed=True)
    sent = Letter.objects.create(mandate=mandate, group=mandate.group, body="Dear you", sent_at=at)
    return lambda: Letter.objects.get(pk=sent.pk).body == ""


def notice(at):
    owed = notices.send("mandate_received", "a@example.org", {"mandate_id": 1})
    Notice.objects.filter(pk=owed.pk).update(
        created_at=at, state="sent", finished_at=at, next_attempt_at=None
    )
    return lambda: Notice.objects.get(pk=owed.pk).address == ""


def came_back(at):
    owed = notices.send("mandate_received", "a@example.org", {"mandate_id": 1})
    bounce = Bounce.objects.create(
        kind="soft", source="mailbox", notice=owed, address_hash="0" * 64, reported_at=at,
        key=str(owed.pk),
    )  # fmt: skip
    return lambda: not Bounce.objects.filter(pk=bounce.pk).exists()


def export(at):
    made = DataExport.objects.create(
        person=UserFactory(), ready_at=at, expires_at=at + timedelta(hours=24), archive=b"all"
    )
    return lambda: not DataExport.objects.filter(pk=made.pk).exists()


def subscription_request(at):
    wish = subscriptions.Wish("weekly", "en", "UTC", {})
    asked = subscriptions.ask(f"asked{at.timestamp()}@example.org", wish)
    SubscriptionRequest.objects.filter(pk=asked.pk).update(asked_at=at)
    return lambda: not SubscriptionRequest.objects.filter(pk=asked.pk).exists()


def left_subscription(at):
    wish = subscriptions.Wish("weekly", "en", "UTC", {})
    left = subscriptions.confirm(subscriptions.ask(f"left{at.timestamp()}@example.org", wish))
    left.preferences.update(rhythm="none", effective_at=at)
    return lambda: Recipient.objects.get(pk=left.pk).address == ""


MADE = {
    "drafts": draft,
    "applications": application,
    "endorsements": endorsement,
    "letters": letter,
    "notices": notice,
    "bounces": came_back,
    "exports": export,
    "subscription_requests": subscription_request,
    "left_subscriptions": left_subscription,
}


@pytest.fixture
def no_events_of_today(monkeypatch):
    """What the factories write into histories happened long before."""
    # Django keeps the function in the field once it was used.
    at = MandateEvent._meta.get_field("at")
    monkeypatch.setitem(vars(at), "_get_default", lambda: NOW - 3000 * DAY)


def test_each_period_is_tested_here(db):
    assert set(MADE) == {one.name for one in retention.periods() if one.forget}


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12"])
@pytest.mark.parametrize("name", MADE)
def test_it_goes_when_its_time_is_over_and_not_a_moment_before(name, zone, no_events_of_today):
    period = next(one for one in retention.periods() if one.name == name)
    with timezone.override(zone):
        is_gone = MADE[name](NOW - period.kept_for)
        stays = MADE[name](NOW - period.kept_for + DAY / 2)
        period.forget(NOW - DAY / 24)
        assert not is_gone()
        assert period.forget(NOW + timedelta(seconds=1)) == 1
        assert is_gone()
        assert not stays()
        assert period.forget(NOW + timedelta(seconds=1)) == 0


@pytest.mark.django_db
def test_an_abandoned_draft_is_closed_by_the_calendar_and_owes_no_mail(no_events_of_today):
    mandate = MandateFactory(draft=True)
    touched(mandate, NOW - 400 * DAY)
    retention.forget_what_is_old(NOW)
    mandate.refresh_from_db()
    assert mandate.status == Mandate.Status.WITHDRAWN
    last = mandate.events.order_by("-pk").first()
    assert (last.kind, last.actor) == ("withdrawn", None)
    assert not Notice.objects.exists()
    assert mandates.start_draft(person=mandate.person).pk != mandate.pk


@pytest.mark.django_db
def test_what_is_still_open_keeps_its_words(no_events_of_today):
    for traits in ({}, {"more_asked": True}, {"confirmed": True}, {"ended": True}):
        touched(MandateFactory(evidence_text="Said", **traits), NOW - 4000 * DAY)
    retention.forget_what_is_old(NOW)
    assert Mandate.objects.exclude(evidence_text="Said").count() == 0


@pytest.mark.django_db
def test_many_go_in_small_batches(monkeypatch, no_events_of_today):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for _number in range(5):
        touched(MandateFactory(draft=True), NOW - 400 * DAY)
    assert retention.forget_what_is_old(NOW)["drafts"] == 5


@pytest.mark.django_db(transaction=True)
def test_somebody_at_work_on_a_draft_is_not_disturbed(no_events_of_today):
    busy, free = MandateFactory(draft=True), MandateFactory(draft=True)
    for mandate in (busy, free):
        touched(mandate, NOW - 400 * DAY)
    done = []

    def forget():
        done.append(retention.forget_what_is_old(NOW)["drafts"])
        connections.close_all()

    with transaction.atomic():
        rules.locked(busy)
        job = threading.Thread(target=forget)
        job.start()
        job.join(20)
    assert done == [1]
    free.refresh_from_db()
    assert free.status == Mandate.Status.WITHDRAWN


@pytest.mark.django_db
def test_each_has_a_job_that_is_on_the_schedule():
    planned = {line["task"] for line in app.conf.beat_schedule.values()}
    assert {one.job for one in retention.periods()} <= planned
    tasks.forget_what_is_old()


@pytest.mark.django_db
def test_the_privacy_page_says_the_periods_of_the_settings(settings):
    settings.ABANDONED_DRAFT_DAYS = 123
    page = Client().get(reverse("privacy")).content.decode()
    assert "123 days" in page
    for one in retention.periods():
        assert str(one.what) in page
