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
from strategy import tasks, update_rhythm
from strategy.models import Update
from tests.cast import pass_second_step
from tests.harness.world import translated

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
    assert told(30) == ["No update has gone out for 30 days. More than 28 were not to pass."]


def test_before_the_first_update_nothing_was_promised(db, told):
    assert told(400) == []
    assert update_rhythm.warn() == 0


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
