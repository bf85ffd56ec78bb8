"""The end of a term, met by many at the same moment."""

import datetime
from functools import partial

import pytest
from django.utils import timezone

from liaisons import mandates, notices
from liaisons.errors import AlreadyDone
from liaisons.models import Mandate, MandateReminder, User
from mailing.models import Notice
from tests.factories import MandateFactory, UserFactory

from .test_races import MANY, all_at_once, version_row, winners_and_others

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["version_row"]


def in_days(days):
    return timezone.localdate() + datetime.timedelta(days=days)


def test_fifty_forms_renew_a_mandate_once():
    held = MandateFactory(confirmed=True, last_day=in_days(20))
    renew = partial(mandates.renew, mandate=held, by=held.person, until=held.last_day)
    won, others = winners_and_others(all_at_once([renew] * MANY))
    assert len(won) == 1
    assert {type(error) for error in others} == {AlreadyDone}
    assert {str(error) for error in others} == {"This mandate has already been renewed."}
    assert held.events.filter(kind="renewed").count() == 1
    assert Notice.objects.filter(kind=notices.RENEWED).count() == 1
    held.refresh_from_db()
    assert held.last_day == in_days(20 + 365)


def test_eight_beats_remind_each_liaison_once():
    MandateFactory.create_batch(30, confirmed=True, last_day=in_days(7))
    reminded = all_at_once([mandates.remind_of_ends] * 8)
    assert not [error for error in reminded if isinstance(error, Exception)]
    # Whoever met a locked row left it to the others; the next run finds what is left.
    mandates.remind_of_ends()
    assert MandateReminder.objects.count() == 30
    assert Notice.objects.filter(kind=notices.ENDS).count() == 30


def test_renewing_while_the_reminder_is_written_leaves_one_term():
    held = MandateFactory(confirmed=True, last_day=in_days(7))
    renew = partial(mandates.renew, mandate=held, by=held.person, until=held.last_day)
    acts = [mandates.remind_of_ends, renew, mandates.end_lapsed] * 5
    _won, others = winners_and_others(all_at_once(acts))
    assert {type(error) for error in others} <= {AlreadyDone}
    assert held.events.filter(kind="renewed").count() == 1
    assert MandateReminder.objects.count() <= 1


def test_renewing_and_ending_at_once_leave_one_state():
    held = MandateFactory(confirmed=True, last_day=in_days(7))
    reviewer = UserFactory(admin=True)
    acts = [
        partial(mandates.renew, mandate=held, by=held.person, until=held.last_day),
        partial(mandates.end_mandate, mandate=held, by=reviewer, reason="x"),
    ]
    _won, others = winners_and_others(all_at_once(acts * 10))
    assert {type(error) for error in others} == {AlreadyDone}
    held.refresh_from_db()
    assert held.status == Mandate.Status.ENDED
    assert held.last_day == timezone.localdate()
    assert held.events.filter(kind="ended").count() == 1


def test_leaving_in_twenty_windows_tells_the_deputy_once():
    held = MandateFactory(confirmed=True)
    MandateFactory(confirmed=True, deputy=True, group=held.group)
    go = partial(mandates.go_away, person=held.person, until=in_days(3))
    won, others = winners_and_others(all_at_once([go] * 20))
    assert not others
    assert len(won) == 20
    assert Notice.objects.filter(kind=notices.AWAY).count() == 1
    assert User.objects.get(pk=held.person_id).is_away


def test_coming_back_by_twenty_clicks_begins_one_application():
    held = MandateFactory(confirmed=True, last_day=in_days(-1))
    again = partial(mandates.apply_again, mandate=held, by=held.person)
    won, others = winners_and_others(all_at_once([again] * 20))
    assert not others
    assert len({draft.pk for draft in won}) == 1
    assert held.events.filter(kind="lapsed").count() == 1
