"""What people do at the moment an edition is frozen: the two wait, and neither ends the other."""

import threading
import time
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction

from mailing import editions, pauses, recipients
from mailing.models import Delivery, Recipient
from tests.mailing.people import person
from tests.mailing.sending import MONDAY

pytestmark = pytest.mark.django_db(transaction=True)


def freeze_meanwhile(act):
    """Do something after an edition was frozen and before that is committed."""
    is_frozen, failed = threading.Event(), []

    def freeze():
        try:
            with transaction.atomic():
                editions.make_editions(MONDAY)
                is_frozen.set()
                wait_until_somebody_waits()
        except Exception as error:
            failed.append(error)
        finally:
            is_frozen.set()
            connection.close()

    freezing = threading.Thread(target=freeze)
    freezing.start()
    is_frozen.wait(20)
    try:
        act()
    finally:
        freezing.join()
    assert not failed


def wait_until_somebody_waits(seconds=5):
    ends = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while time.monotonic() < ends:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)


def test_a_person_is_forgotten(only_board):
    leaving = person("daily").user
    only_board.post("Old news, of which a cursor tells")
    with time_machine.travel(MONDAY - timedelta(days=1), tick=True):
        editions.make_editions()
    only_board.post("News")
    with time_machine.travel(MONDAY, tick=True):
        freeze_meanwhile(lambda: recipients.forget_user(leaving))
    assert Delivery.objects.count() == 2
    assert Recipient.objects.get().address == ""


@pytest.mark.parametrize("by_itself", [False, True])
def test_a_pause_ends(only_board, by_itself):
    reader = person("at_once")
    person("daily")
    only_board.post("News")
    Recipient.objects.filter(pk=reader.pk).update(paused_until=MONDAY + timedelta(seconds=1))
    act = pauses.end_over if by_itself else lambda: pauses.set_pause(reader, None)
    with time_machine.travel(MONDAY, tick=True):
        freeze_meanwhile(lambda: (time.sleep(1.1), act()))
    assert Recipient.objects.get(pk=reader.pk).paused_until is None
    assert Delivery.objects.filter(recipient=reader).exclude(state="skipped").count() == 1
