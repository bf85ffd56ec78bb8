"""The contact budget while several plan and several send at the same moment, over real connections.

Each of four planners owes each person three unrequested messages, in its own transactions, while
four workers send what is due. Nobody gets more than three; what waited comes with the next digest,
each thing once.
"""

import re
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from mailing import deliver, editions, notices
from mailing.kinds import Category, Urgency
from mailing.models import Notice, State
from tests.mailing.kinds_for_tests import a_kind
from tests.mailing.people import person

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("call_templates", "only_board"),
]
PLANNERS, WORKERS, EACH, PEOPLE = 4, 4, 3, 5
MOST = 3


def at_once(*works):
    """Run these side by side, each with a connection of its own; raises what one of them raised."""
    together, failed = threading.Barrier(len(works)), []

    def run(work):
        try:
            together.wait(timeout=60)
            work()
        except Exception as error:  # handed on below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    assert not any(thread.is_alive() for thread in threads)
    if failed:
        raise failed[0]


def planner(number, readers, kind="a_call"):
    """Owes each reader EACH messages, half of them one by one, half many at once."""

    def plan():
        for turn in range(EACH):
            things = [(one.user, {"thing": f"{number}-{turn}-of-{one.pk}"}) for one in readers]
            with transaction.atomic():
                if turn % 2:
                    notices.send_many(kind, things)
                else:
                    for user, context in things:
                        notices.send(kind, user, context)

    return plan


def worker(done):
    def work():
        while not done.is_set():
            deliver.send_due()
        deliver.send_due()

    return work


def in_mails(messages):
    """For each person what stands in these mails, with its number of times."""
    told = {}
    for message in messages:
        found = re.findall(r"(\d+-\d+-of-\d+)\.", message.body)
        told.setdefault(message.to[0], Counter()).update(found)
    return told


def test_planners_and_workers_at_once_never_send_more_and_lose_nothing():
    readers = [person("weekly") for _number in range(PEOPLE)]
    planned, done = threading.Semaphore(0), threading.Event()

    def and_count(plan):
        def planning():
            try:
                plan()
            finally:
                planned.release()

        return planning

    def end_when_all_planned():
        for _planner in range(PLANNERS):
            planned.acquire(timeout=200)
        done.set()

    with a_kind("a_call"):
        at_once(
            *(and_count(planner(number, readers)) for number in range(PLANNERS)),
            *(worker(done) for _number in range(WORKERS)),
            end_when_all_planned,
        )
        alone = in_mails(mail.outbox)
        assert {address: told.total() for address, told in alone.items()} == {
            one.address: MOST for one in readers
        }
        waiting = Notice.objects.waiting_for_room()
        assert waiting.count() == PEOPLE * (PLANNERS * EACH - MOST)
        assert Notice.objects.filter(has_place=True, state=State.SENT).count() == PEOPLE * MOST
        mail.outbox.clear()
        # Two beats freeze at once; the digest of each person takes along what waits.
        for one in readers:
            at_once(lambda one=one: editions.make_edition_for(one), editions.make_editions)
        at_once(*[deliver.send_due] * WORKERS)
        with_digest = in_mails(mail.outbox)
        assert len(mail.outbox) == PEOPLE
        for one in readers:
            both = alone[one.address] + with_digest[one.address]
            assert both.total() == len(both) == PLANNERS * EACH
            assert {thing.rpartition("-")[2] for thing in both} == {str(one.pk)}
        assert not waiting.exists()
        # Nothing of it comes again, also not once there is room.
        mail.outbox.clear()
        Notice.objects.filter(state=State.SENT).update(
            finished_at=timezone.now() - timedelta(days=8)
        )
        deliver.sweep()
        at_once(*[deliver.send_due] * WORKERS)
        for one in readers:
            editions.make_edition_for(one)
        deliver.send_due()
        assert mail.outbox == []


def test_workers_that_hold_one_message_each_do_not_pass_each_other(settings):
    """All for one person: each worker asks for the last place at the same moment."""
    settings.MAIL_BATCH = 1
    [reader] = [person("none")]
    with a_kind("a_call"):
        for _round in range(4):
            for number in range(PLANNERS):
                planner(number, [reader])()
            at_once(*[deliver.send_due] * 6)
            assert in_mails(mail.outbox)[reader.address].total() == MOST
            # A week later there is room again.
            mail.outbox.clear()
            Notice.objects.filter(has_place=True).update(has_place=False)
            Notice.objects.waiting_for_room().delete()


@pytest.mark.parametrize("most", [1, 5])
def test_the_setting_is_honoured_by_all_of_them(settings, most):
    settings.MAIL_UNREQUESTED_A_WEEK = most
    readers = [person("none") for _number in range(2)]
    with a_kind("a_call"):
        at_once(*(planner(number, readers) for number in range(2)))
        at_once(*[deliver.send_due] * WORKERS)
    assert {address: told.total() for address, told in in_mails(mail.outbox).items()} == {
        one.address: most for one in readers
    }


@pytest.mark.parametrize(
    "terms",
    [{"category": Category.RECEIPT}, {"urgency": Urgency.URGENT}],
    ids=["receipts", "urgent"],
)
def test_receipts_and_what_is_urgent_pass_beside_it(terms):
    """However many come at once, and they take no place from the others."""
    readers = [person("weekly") for _number in range(2)]
    with a_kind("a_call"), a_kind("free", **terms):
        at_once(planner(1, readers), planner(2, readers, "free"), planner(3, readers, "free"))
        at_once(*[deliver.send_due] * WORKERS)
        planner(4, readers)()
        at_once(*[deliver.send_due] * WORKERS)
    for one in readers:
        told = in_mails(mail.outbox)[one.address]
        by_planner = Counter(thing[0] for thing in told)
        assert by_planner == {"1": MOST, "2": EACH, "3": EACH}
    assert Notice.objects.waiting_for_room().count() == len(readers) * EACH
