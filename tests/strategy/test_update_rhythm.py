"""The Core Team is warned when no update goes out for too long, and a little before."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from liaisons.accounts import people
from mailing import deliver
from mailing.models import Notice
from strategy import tasks, update_rhythm, updates
from strategy.models import Update
from tests.cast import pass_second_step
from tests.harness.world import translated
from web.models import Installation

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def update(db):
    """An update of today."""
    return translated(
        Update, slug="first", title_en="First", short_en="x", status="published",
        published_at=timezone.now(), position=1, number=1,
    )  # fmt: skip


@pytest.fixture
def told():
    """``told(days)``: what the admin says after so many days."""

    def said(days):
        with time_machine.travel(timezone.now() + days * DAY, tick=False):
            caches["figures"].clear()
            return [alert.text for alert in update_rhythm.alerts()]

    return said


def test_while_the_rhythm_is_kept_nothing_is_said(update, told):
    assert told(0) == told(22) == []


def test_a_little_before_it_is_said_that_one_is_due(update, told):
    assert "An update is due by" in told(24)[0]
    Update.objects.create(
        slug="next", title_en="Next", short_en="x", status="scheduled",
        publish_at=timezone.now() + 26 * DAY,
    )  # fmt: skip
    assert told(24) == []


def test_when_it_is_over_it_is_said_for_how_long(update, told):
    assert told(30) == ["No update has gone out for 30 days. At most 28 days were promised."]


def test_before_the_first_update_the_days_are_those_since_the_site_was_set_up(db, told, frank):
    Installation.objects.all().delete()
    assert told(400) == []
    assert update_rhythm.warn() == 0
    Installation.objects.create(pk=1)
    assert told(20) == []
    assert "An update is due by" in told(25)[0]
    assert told(30) == ["No update has gone out for 30 days. At most 28 days were promised."]
    with time_machine.travel(timezone.now() + 30 * DAY, tick=False):
        assert (update_rhythm.warn(), update_rhythm.warn()) == (1, 0)


def test_one_that_was_withdrawn_had_gone_out(update, told, frank):
    Update.objects.update(published_at=timezone.now() - 40 * DAY)
    assert "for 40 days" in told(0)[0]
    newest = translated(
        Update, slug="second", title_en="Second", short_en="x", status="published",
        published_at=timezone.now(), position=2, number=2,
    )  # fmt: skip
    assert told(0) == []
    updates.withdraw(newest, why={"en": "It was a mistake."}, actor=frank)
    assert told(0) == []


def test_it_stands_on_every_page_of_the_admin(client, update, frank):
    Update.objects.update(published_at=timezone.now() - 40 * DAY)
    client.force_login(frank)
    pass_second_step(client, frank)
    caches["figures"].clear()
    page = client.get(reverse("admin:strategy_update_changelist")).content.decode()
    assert "No update has gone out for 40 days" in page


def test_those_who_write_get_one_mail_in_each_gap(update, frank, erin, alice, mailoutbox):
    for person in (frank, erin, alice):
        people.sync_recipient(person)
    with time_machine.travel(timezone.now() + 27 * DAY, tick=False):
        tasks.warn_of_silence()
        assert not Notice.objects.exists()
    for days in (29, 30, 60):
        with time_machine.travel(timezone.now() + days * DAY, tick=False):
            tasks.warn_of_silence()
            deliver.send_due()
    assert sorted(mail.to[0] for mail in mailoutbox) == ["erin@example.org", "frank@example.org"]
    assert "No update has gone out for 29 days" in mailoutbox[0].body
    # The next gap is another one.
    Update.objects.update(published_at=timezone.now() + 61 * DAY)
    with time_machine.travel(timezone.now() + 95 * DAY, tick=False):
        tasks.warn_of_silence()
        deliver.send_due()
    assert len(mailoutbox) == 4


def test_a_mail_about_a_gap_that_is_over_is_not_sent(update, frank, mailoutbox):
    people.sync_recipient(frank)
    with time_machine.travel(timezone.now() + 29 * DAY, tick=False):
        tasks.warn_of_silence()
        Update.objects.update(published_at=timezone.now())
        deliver.send_due()
    assert mailoutbox == []
    assert Notice.objects.get().reason == "not_eligible"


def test_who_may_write_no_more_gets_no_mail_about_it(update, frank, erin, mailoutbox):
    for person in (frank, erin):
        people.sync_recipient(person)
    with time_machine.travel(timezone.now() + 29 * DAY, tick=False):
        tasks.warn_of_silence()
        erin.user_permissions.clear()
        deliver.send_due()
    assert [mail.to for mail in mailoutbox] == [["frank@example.org"]]
    assert Notice.objects.get(recipient__user=erin).reason == "not_eligible"
