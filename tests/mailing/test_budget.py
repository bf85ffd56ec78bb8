"""At most three unrequested messages in seven days; what does not fit goes with the digest."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mailing import budget, claims, deliver, editions, notices, recipients
from mailing.kinds import Category, Urgency
from mailing.models import Delivery, Notice, State
from tests.mailing.kinds_for_tests import a_kind
from tests.mailing.people import person
from tests.mailing.test_editions import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("call_templates", "only_board")]
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def call():
    """A kind that counts."""
    with a_kind("a_call") as kind:
        yield kind


def send(reader, *things, kind="a_call"):
    for thing in things:
        notices.send(kind, reader.user, {"thing": thing})
    deliver.send_due()


def subjects():
    return [message.subject for message in mail.outbox]


def test_the_fourth_waits(call):
    reader = person("weekly")
    with time_machine.travel(TUESDAY, tick=False):
        send(reader, 1, 2, 3, 4)
    assert subjects() == ["Subject 1", "Subject 2", "Subject 3"]
    waiting = Notice.objects.waiting_for_room().get()
    assert waiting.context == {"thing": 4}
    assert waiting.next_attempt_at == TUESDAY + timedelta(days=7)


def test_one_that_is_planned_when_there_is_no_room_waits_from_the_beginning(call):
    reader = person("weekly")
    with time_machine.travel(TUESDAY, tick=False):
        send(reader, 1, 2, 3)
        assert notices.send("a_call", reader.user, {"thing": 4}).reason == "over_budget"


def test_what_waits_goes_with_the_next_digest_once(call, only_board):
    reader = person("weekly")
    other = person("weekly")
    with time_machine.travel(TUESDAY, tick=False):
        send(reader, 1, 2, 3, "a < b", "five")
        only_board.post("News")
    mail.outbox.clear()
    with time_machine.travel(MONDAY + timedelta(days=7), tick=False):
        editions.make_editions()
        deliver.send_due()
        deliver.send_due()
    mails = {message.to[0]: message for message in mail.outbox}
    assert len(mail.outbox) == len(mails) == 2
    own = mails[reader.address]
    text, html = own.body, own.alternatives[0].content
    assert "Subject a < b" in text
    assert "Please look & act: five." in text
    assert "Please look: a &lt; b." in html
    assert "<h3 " in html
    # In the part of the digest that is one's own.
    assert text.index("Messages to you") < text.index("On the board")
    # No frame of a mail within the mail.
    assert text.count("Questions?") == 0
    assert html.count("<html") == 1
    assert "Subject" not in mails[other.address].body
    went = Notice.objects.filter(reason="in_digest")
    assert {notice.context["thing"] for notice in went} == {"a < b", "five"}
    assert {notice.delivery.recipient_id for notice in went} == {reader.pk}
    # Long after there is room again nothing comes a second time.
    mail.outbox.clear()
    with time_machine.travel(MONDAY + timedelta(days=30), tick=False):
        deliver.send_due()
    assert mail.outbox == []


def test_a_digest_comes_for_what_waits_alone_and_takes_no_place(call):
    reader = person("weekly")
    with time_machine.travel(TUESDAY, tick=False):
        send(reader, 1, 2, 3, 4)
    mail.outbox.clear()
    with time_machine.travel(MONDAY + timedelta(days=7), tick=False):
        editions.make_editions()
        deliver.send_due()
    assert len(mail.outbox) == 1
    assert "Subject 4" in mail.outbox[0].body
    with time_machine.travel(MONDAY + timedelta(days=8, hours=1), tick=False):
        send(reader, 5, 6, 7, 8)
    # Three in seven days, as if the digest had not been; the first three are a week old.
    assert subjects()[1:] == ["Subject 5", "Subject 6", "Subject 7"]


def test_without_a_digest_it_comes_by_itself_once_there_is_room(call):
    reader = person("none")
    with time_machine.travel(TUESDAY, tick=False):
        send(reader, 1, 2, 3, 4, 5)
    for days in range(1, 7):
        with time_machine.travel(TUESDAY + timedelta(days=days), tick=False):
            editions.make_editions()
            deliver.send_due()
    assert len(mail.outbox) == 3
    with time_machine.travel(TUESDAY + timedelta(days=7), tick=False):
        deliver.send_due()
    assert subjects()[3:] == ["Subject 4", "Subject 5"]


@pytest.mark.parametrize(
    "terms",
    [
        {"category": Category.RECEIPT},
        {"category": Category.MANDATE},
        {"category": Category.PEOPLE},
        {"urgency": Urgency.URGENT},
        {"is_unrequested": False},
    ],
    ids=["receipt", "mandate", "people", "urgent", "requested"],
)
def test_what_was_asked_for_or_cannot_wait_is_sent_and_takes_no_place(call, terms):
    reader = person()
    with a_kind("free", **terms), time_machine.travel(TUESDAY, tick=False):
        send(reader, 1, 2, 3)
        send(reader, *range(10, 20), kind="free")
        send(reader, 4)
    assert len(mail.outbox) == 13
    assert Notice.objects.waiting_for_room().count() == 1


def test_what_was_not_sent_takes_no_place(call):
    from mailing import preferences

    reader = person()
    with a_kind("other"), time_machine.travel(TUESDAY, tick=False):
        notices.send("other", reader.user, {"thing": "switched off"})
        preferences.switch_off(reader, "other")
        send(reader, 1, 2, 3)
    assert len(mail.outbox) == 3
    failed = Notice.objects.filter(state=State.SENT).first()
    Notice.objects.filter(pk=failed.pk).update(state=State.FAILED, reason="refused")
    with time_machine.travel(TUESDAY, tick=False):
        send(reader, 4)
    assert subjects()[3:] == ["Subject 4"]


def test_never_more_than_three_in_any_seven_days(call):
    reader = person("none")
    with time_machine.travel(TUESDAY, tick=False):
        send(reader, *range(12))
    sent = []
    for hours in range(0, 24 * 30, 6):
        now = TUESDAY + timedelta(hours=hours)
        with time_machine.travel(now, tick=False):
            mail.outbox.clear()
            deliver.send_due()
            if hours % 48 == 0:
                send(reader, f"at {hours}")
        sent += [now] * len(mail.outbox)
    # Those of the very first round went before the loop.
    assert len(sent) >= 9
    for at in sent:
        assert len([one for one in sent if at <= one < at + timedelta(days=7)]) <= 3


def test_a_setting_says_how_many(call, settings):
    settings.MAIL_UNREQUESTED_A_WEEK = 1
    with time_machine.travel(TUESDAY, tick=False):
        send(person(), 1, 2)
        settings.MAIL_UNREQUESTED_A_WEEK = 0
        send(person(), 3)
    assert subjects() == ["Subject 1"]


def test_an_address_without_account_has_a_budget_too(call):
    with time_machine.travel(TUESDAY, tick=False):
        for thing, address in enumerate(["a@example.org", "A@example.org"] * 2 + ["b@example.org"]):
            notices.send("a_call", address, {"thing": thing})
        deliver.send_due()
    assert len(mail.outbox) == 4
    assert Notice.objects.waiting_for_room().get().context == {"thing": 3}


def test_taking_places_takes_the_same_number_of_queries_for_few_and_many(call):
    def queries(number):
        readers = [person() for _number in range(number)]
        notices.send_many("a_call", [(reader.user, {"thing": 1}) for reader in readers])
        found = list(Notice.objects.filter(recipient__in=readers))
        with CaptureQueriesContext(connection) as captured:
            budget.take(found)
        return len(captured)

    assert queries(1) == queries(20)


def test_a_digest_that_does_not_go_out_lets_go_what_it_carried(call, only_board):
    reader = person("weekly")
    with time_machine.travel(TUESDAY, tick=False):
        send(reader, 1, 2, 3, 4)
    mail.outbox.clear()
    with time_machine.travel(MONDAY + timedelta(days=7), tick=False):
        editions.make_editions()
        assert Notice.objects.get(context__thing=4).reason == "in_digest"
        recipients.set_rhythm(reader.user, "none")
        deliver.send_due()
        assert Delivery.objects.get(state="skipped").reason == "rhythm_none"
        deliver.sweep()
        deliver.send_due()
        assert mail.outbox == []
    with time_machine.travel(MONDAY + timedelta(days=8), tick=False):
        deliver.send_due()
    assert subjects() == ["Subject 4"]


def test_what_is_gone_by_the_time_of_the_digest_is_not_in_it(only_board):
    from mailing import kinds

    reader = person("weekly")
    gone = set()
    eligible = kinds.one_by_one(lambda notice: notice.context["thing"] not in gone)
    with a_kind("a_call", eligible=eligible):
        with time_machine.travel(TUESDAY, tick=False):
            send(reader, 1, 2, 3, 4, 5)
        mail.outbox.clear()
        with time_machine.travel(MONDAY + timedelta(days=7), tick=False):
            editions.make_editions()
            gone.add(4)
            deliver.send_due()
    assert "Subject 5" in mail.outbox[0].body
    assert "Subject 4" not in mail.outbox[0].body
    assert Notice.objects.get(context__thing=4).reason == "not_eligible"


def test_what_would_make_a_digest_too_long_goes_by_itself(call):
    reader = person("weekly")
    long = "long" * 10_000
    with time_machine.travel(TUESDAY, tick=False):
        send(reader, 1, 2, 3, long, 5)
    mail.outbox.clear()
    with time_machine.travel(MONDAY + timedelta(days=7), tick=False):
        editions.make_editions()
        deliver.send_due()
    [digest] = mail.outbox
    assert "Subject 5" in digest.body
    assert "Subject long" not in digest.body
    mail.outbox.clear()
    with time_machine.travel(TUESDAY + timedelta(days=7, hours=1), tick=False):
        deliver.send_due()
    [alone] = mail.outbox
    assert alone.subject.startswith("Subject long")


def test_one_that_cannot_be_written_keeps_back_no_digest(only_board):
    def broken(notice):
        if notice.context["thing"] == 4:
            raise LookupError("gone")
        return {}

    reader = person("weekly")
    with a_kind("a_call", more_context=broken):
        with time_machine.travel(TUESDAY, tick=False):
            send(reader, 1, 2, 3, 4, 5)
        mail.outbox.clear()
        with time_machine.travel(MONDAY + timedelta(days=7), tick=False):
            editions.make_editions()
            deliver.send_due()
    assert "Subject 5" in mail.outbox[0].body
    assert Notice.objects.get(context__thing=4).state in ("pending", "retry")


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_do_not_all_take_the_last_place(call, settings):
    settings.MAIL_BATCH = 2
    reader = person("none")
    send(reader, 1, 2)
    for thing in range(3, 13):
        notices.send("a_call", reader.user, {"thing": thing})
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent", "pending"}
    together = threading.Barrier(5)
    taken = []

    def work():
        try:
            ids = claims.claim(Notice)
            found = list(Notice.objects.filter(pk__in=ids))
            together.wait(timeout=20)
            taken.extend(until is None for until in budget.take(found))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(taken) == [False] * 9 + [True]
