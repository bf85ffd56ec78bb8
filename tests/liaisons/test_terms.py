"""How a term ends, and who is reminded of it: once, in time, and only while it is of use."""

import datetime

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates, notices
from liaisons.accounts import erasure
from liaisons.errors import AlreadyDone, NotAllowed
from liaisons.mandates import reminding
from liaisons.models import Mandate, MandateReminder, User
from liaisons.tasks import remind_of_ends
from mailing import deliver, recipients
from mailing.models import Notice
from tests.factories import MandateFactory, UserFactory

pytestmark = pytest.mark.django_db

EndReason = Mandate.EndReason


def ends_in(mandate, days):
    last_day = timezone.localdate() + datetime.timedelta(days=days)
    Mandate.objects.filter(pk=mandate.pk).update(last_day=last_day)
    mandate.refresh_from_db()
    return mandate


def owed():
    """Reminders owed so far, as pairs of person and days before the end."""
    return list(
        MandateReminder.objects.order_by("pk").values_list("mandate__person", "days_before")
    )


@pytest.fixture
def held(alice):
    recipients.sync_user(alice, alice.email, "en", "UTC")
    return alice.mandates.get()


# --- Who may end it, and why ------------------------------------------------


@pytest.mark.parametrize("why", EndReason.values)
def test_a_liaison_gives_no_reason_of_others(alice, held, why):
    own = (EndReason.STEPPED_DOWN, EndReason.PERSON_LEFT)
    if why in own:
        assert mandates.end_mandate(mandate=held, by=alice, reason="x", why=why).end_reason == why
        return
    with pytest.raises(NotAllowed):
        mandates.end_mandate(mandate=held, by=alice, reason="x", why=why)
    held.refresh_from_db()
    assert held.is_active


@pytest.mark.parametrize("why", EndReason.values)
def test_a_reviewer_gives_no_reason_of_others(frank, held, why):
    own = (EndReason.ENDED_BY_CORE_TEAM, EndReason.WITHDRAWN_BY_GROUP)
    if why in own:
        assert mandates.end_mandate(mandate=held, by=frank, reason="x", why=why).end_reason == why
        return
    with pytest.raises(NotAllowed):
        mandates.end_mandate(mandate=held, by=frank, reason="x", why=why)


@pytest.mark.parametrize("forged", ["expired", "person_left", "replaced", "stepped_down", "x"])
def test_the_form_of_the_core_team_takes_its_own_reasons_only(frank, held, as_person, forged):
    form = {"do": "end", "why": forged, "reason": "x", "seen": mandates.state_of(held)}
    page = as_person(frank).post(reverse("admin:liaisons_mandate_change", args=[held.pk]), form)
    assert page.context["end_form"].errors["why"]
    held.refresh_from_db()
    assert held.is_active


def test_a_reviewer_who_is_the_liaison_steps_down_like_everyone(frank):
    own = MandateFactory(person=frank, confirmed=True, reviewer=UserFactory(admin=True))
    with pytest.raises(NotAllowed):
        mandates.end_mandate(mandate=own, by=frank, reason="x", why=EndReason.WITHDRAWN_BY_GROUP)
    assert mandates.end_mandate(mandate=own, by=frank, reason="x").end_reason == "stepped_down"


def test_each_reader_is_told_what_is_theirs(frank, held, as_person, client, alice):
    mandates.end_mandate(
        mandate=held, by=frank, reason="SECRET-VOTE", why=EndReason.WITHDRAWN_BY_GROUP
    )
    deliver.send_due()
    [letter] = mail.outbox
    assert letter.to == [alice.email]
    assert "The group withdrew it" in letter.body
    assert "SECRET-VOTE" in letter.body
    own = as_person(alice).get(reverse("liaisons:mandate", args=[held.pk])).text
    assert "The group withdrew this mandate" in own
    public = client.get(held.group.get_absolute_url()).text
    assert "Withdrawn by the group." in public
    assert "SECRET-VOTE" not in public


def test_a_mandate_that_is_over_is_not_stepped_down_from(alice, held, as_person):
    ends_in(held, -1)
    with pytest.raises(AlreadyDone, match="its last day has passed"):
        mandates.end_mandate(mandate=held, by=alice, reason="x")
    page = as_person(alice).get(reverse("liaisons:mandate_end", args=[held.pk]), follow=True)
    assert "its last day has passed" in page.text
    assert "Why do you end it?" not in page.text


def test_who_leaves_after_the_last_day_did_not_leave_the_mandate(alice, held):
    ends_in(held, -1)
    erasure.erase(alice)
    held.refresh_from_db()
    assert (held.status, held.end_reason) == ("ended", "expired")


def test_who_deletes_the_account_leaves_the_mandate(alice, held):
    erasure.erase(alice)
    held.refresh_from_db()
    assert held.end_reason == "person_left"


# --- Reminders ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "step"), [(31, None), (30, 30), (8, 30), (7, 7), (2, 7), (1, 1), (0, 1), (-1, None)]
)
def test_only_the_nearest_step_is_sent(held, days, step):
    """Also after a time in which nothing ran: not three mails at once."""
    ends_in(held, days)
    assert mandates.remind_of_ends() == (1 if step else 0)
    assert owed() == ([(held.person_id, step)] if step else [])


def test_each_step_comes_once_in_a_term(held):
    last_day = held.last_day
    noon = datetime.time(12)
    for days in range(40, -3, -1):
        day = last_day - datetime.timedelta(days=days)
        with time_machine.travel(datetime.datetime.combine(day, noon, datetime.UTC)):
            remind_of_ends()
            remind_of_ends()
    assert [days for _person, days in owed()] == [30, 7, 1]
    assert Notice.objects.filter(kind=notices.ENDS).count() == 3


def test_a_clock_that_jumps_back_repeats_nothing(held):
    ends_in(held, 1)
    mandates.remind_of_ends()
    with time_machine.travel(timezone.now() - datetime.timedelta(days=20)):
        assert mandates.remind_of_ends() == 0


def test_a_new_term_is_reminded_of_anew(held, alice):
    ends_in(held, 7)
    mandates.remind_of_ends()
    mandates.renew(mandate=held, by=alice, until=held.last_day)
    held.refresh_from_db()
    ends_in(held, 7)
    # The day the other term would have ended is another term's.
    MandateReminder.objects.update(last_day=held.last_day - datetime.timedelta(days=365))
    assert mandates.remind_of_ends() == 1


def has_successor(held):
    MandateFactory(group=held.group, predecessor=held)


def left(held):
    User.objects.filter(pk=held.person_id).update(is_active=False)


def erased(held):
    erasure.erase(held.person)


def away(held):
    mandates.go_away(person=held.person, until=timezone.localdate() + datetime.timedelta(days=3))


def ended(held):
    mandates.end_mandate(mandate=held, by=held.person, reason="x")


def renewed(held):
    mandates.renew(mandate=held, by=held.person, until=held.last_day)


def archived(held):
    type(held.group).objects.filter(pk=held.group_id).update(status="archived")


ACTED = [has_successor, left, erased, away, ended, renewed, archived]


@pytest.mark.parametrize("acted", ACTED)
def test_nobody_is_reminded_who_acted_left_or_is_away(held, acted):
    ends_in(held, 7)
    acted(held)
    assert mandates.remind_of_ends() == 0


@pytest.mark.parametrize("acted", ACTED)
def test_it_is_asked_again_right_before_sending(held, acted):
    ends_in(held, 7)
    mandates.remind_of_ends()
    acted(held)
    deliver.send_due()
    assert not any("ends on" in letter.subject for letter in mail.outbox)


def test_a_successor_who_only_began_or_was_declined_changes_nothing(held):
    ends_in(held, 7)
    MandateFactory(complete_draft=True, group=held.group, predecessor=held)
    MandateFactory(declined=True, group=held.group, predecessor=held)
    assert mandates.remind_of_ends() == 1


def test_who_comes_back_gets_the_nearest_step(held):
    ends_in(held, 10)
    mandates.go_away(person=held.person, until=timezone.localdate() + datetime.timedelta(days=4))
    assert mandates.remind_of_ends() == 0
    with time_machine.travel(timezone.now() + datetime.timedelta(days=5)):
        assert mandates.remind_of_ends() == 1
    assert owed() == [(held.person_id, 7)]


def test_the_reminder_leads_to_the_renewal(held, alice):
    ends_in(held, 30)
    mandates.remind_of_ends()
    deliver.send_due()
    [letter] = mail.outbox
    assert letter.to == [alice.email]
    assert reverse("liaisons:mandate_renew", args=[held.pk]) in letter.body
    assert str(held.last_day.year) in letter.subject


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu"])
def test_the_zone_of_the_person_changes_no_day(held, zone):
    User.objects.filter(pk=held.person_id).update(time_zone=zone)
    for hour, minute in ((0, 1), (23, 59)):
        day = held.last_day - datetime.timedelta(days=7)
        at = datetime.datetime.combine(day, datetime.time(hour, minute), datetime.UTC)
        with time_machine.travel(at, tick=False):
            mandates.remind_of_ends()
    assert owed() == [(held.person_id, 7)]


def test_the_number_of_queries_does_not_grow_with_the_mandates(monkeypatch):
    def run(number):
        for mandate in MandateFactory.create_batch(number, confirmed=True):
            ends_in(mandate, 7)
        with CaptureQueriesContext(connection) as queries:
            assert mandates.remind_of_ends() == number
        return len(queries)

    assert run(1) == run(20)
    monkeypatch.setattr(reminding, "BATCH", 4)
    assert run(9) > run(1)
    assert Notice.objects.filter(kind=notices.ENDS).count() == 31


def test_no_steps_in_the_settings_mean_no_reminder(held, settings):
    settings.MANDATE_REMINDER_DAYS = ()
    ends_in(held, 1)
    assert mandates.remind_of_ends() == 0


# --- Over, and back -----------------------------------------------------------


@pytest.fixture
def lapsed(held):
    ends_in(held, -1)
    mandates.end_lapsed()
    held.refresh_from_db()
    return held


def test_a_lapsed_mandate_makes_the_group_silent_and_says_how_to_come_back(
    lapsed, alice, client, as_person
):
    assert "The time of the mandate was over." in client.get(lapsed.group.get_absolute_url()).text
    deliver.send_due()
    [letter] = mail.outbox
    page = reverse("liaisons:mandate", args=[lapsed.pk])
    assert page in letter.body
    browser = as_person(alice)
    assert reverse("liaisons:mandate_again", args=[lapsed.pk]) in browser.get(page).text
    dashboard = browser.get(reverse("strategy:dashboard")).text
    assert "Your mandate is over. You can come back" in dashboard


def test_one_click_begins_the_same_application(lapsed, alice, as_person):
    browser = as_person(alice)
    again = reverse("liaisons:mandate_again", args=[lapsed.pk])
    assert browser.get(again).status_code == 405
    answer = browser.post(again)
    assert answer.url == reverse("liaisons:join_mandate")
    draft = mandates.draft_of(alice)
    assert (draft.group_id, draft.seat, draft.role) == (lapsed.group_id, lapsed.seat, lapsed.role)
    assert (draft.evidence, draft.is_attested) == ("", False)
    browser.post(again)
    assert Mandate.objects.filter(person=alice, status="draft").count() == 1
    assert "Your mandate is over" not in browser.get(reverse("strategy:dashboard")).text


def test_the_way_back_is_there_before_the_end_was_written_down(held, alice, as_person):
    ends_in(held, -1)
    page = as_person(alice).get(reverse("liaisons:mandate", args=[held.pk])).text
    assert "This mandate was over on" in page
    as_person(alice).post(reverse("liaisons:mandate_again", args=[held.pk]))
    held.refresh_from_db()
    assert held.end_reason == "expired"
    assert mandates.draft_of(alice).group_id == held.group_id


def test_nobody_applies_again_while_they_hold_or_wait(held, alice, as_person):
    again = reverse("liaisons:mandate_again", args=[held.pk])
    page = as_person(alice).post(again, follow=True)
    assert "You already have" in page.text
    assert mandates.draft_of(alice) is None


def test_a_draft_for_another_group_gives_way(lapsed, alice):
    other = MandateFactory(complete_draft=True, person=alice)
    draft = mandates.apply_again(mandate=lapsed, by=alice)
    assert (draft.pk, draft.group_id) == (other.pk, lapsed.group_id)
    assert not draft.evidence_url
    assert not draft.is_attested


def test_an_archived_group_offers_no_way_back(lapsed, alice, as_person):
    type(lapsed.group).objects.filter(pk=lapsed.group_id).update(status="archived")
    page = as_person(alice).get(reverse("liaisons:mandate", args=[lapsed.pk])).text
    assert "Apply again" not in page
    answer = as_person(alice).post(reverse("liaisons:mandate_again", args=[lapsed.pk]), follow=True)
    assert "not active" in answer.text
