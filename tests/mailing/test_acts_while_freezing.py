"""What people do at the moment an edition is frozen: the two wait, and neither ends the other."""

import time
from datetime import timedelta

import pytest
import time_machine

from mailing import editions, pauses, recipients
from mailing.models import Delivery, Recipient
from tests.mailing.people import person
from tests.mailing.sending import MONDAY
from tests.meanwhile import uncommitted

pytestmark = pytest.mark.django_db(transaction=True)


def freeze():
    editions.make_editions(MONDAY)


def test_a_person_is_forgotten(only_board):
    leaving = person("daily").user
    only_board.post("Old news, of which a cursor tells")
    with time_machine.travel(MONDAY - timedelta(days=1), tick=True):
        editions.make_editions()
    only_board.post("News")
    with time_machine.travel(MONDAY, tick=True), uncommitted(freeze):
        recipients.forget_user(leaving)
    assert Delivery.objects.count() == 2
    assert Recipient.objects.get().address == ""


@pytest.mark.parametrize("by_itself", [False, True])
def test_a_pause_ends(only_board, by_itself):
    reader = person("at_once")
    person("daily")
    only_board.post("News")
    Recipient.objects.filter(pk=reader.pk).update(paused_until=MONDAY + timedelta(seconds=1))
    act = pauses.end_over if by_itself else lambda: pauses.set_pause(reader, None)
    with time_machine.travel(MONDAY, tick=True), uncommitted(freeze):
        time.sleep(1.1)
        act()
    assert Recipient.objects.get(pk=reader.pk).paused_until is None
    assert Delivery.objects.filter(recipient=reader).exclude(state="skipped").count() == 1
