"""Redis away, hung or emptied: people notice nothing, and no mail is lost."""

import socket
import time

import kombu.transport.redis  # noqa: F401 (loaded before the clock runs, as in config/wsgi.py)
import pytest
from celery import current_app
from django.core import mail
from django.db import transaction

from mailing import deliver, notices, nudges
from mailing.models import Notice
from tests.mailing.people import person

pytestmark = pytest.mark.django_db(transaction=True)


def send_and_time(reader) -> float:
    began = time.monotonic()
    with transaction.atomic():
        notices.send("a_receipt", reader.user, {"thing": "letter"})
    return time.monotonic() - began


def test_a_refused_redis_costs_nobody_anything(receipt, broker):
    with socket.socket() as taken:  # bound and not listening
        taken.bind(("127.0.0.1", 0))
        broker(f"redis://127.0.0.1:{taken.getsockname()[1]}/0")
        reader = person()
        assert send_and_time(reader) < 2
    deliver.send_due()
    assert mail.outbox[0].subject == "Received: letter"


def test_a_hung_redis_costs_a_request_less_than_two_seconds_and_only_one(receipt, broker):
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        broker(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        assert send_and_time(person()) < 2
        assert nudges._quiet_until > time.monotonic()
        assert send_and_time(person()) < 0.5
    deliver.send_due()
    assert len(mail.outbox) == 2


def test_nothing_is_queued_for_what_was_rolled_back(receipt, monkeypatch):
    queued = []
    monkeypatch.setattr(nudges, "_queue", lambda name, args: queued.append(name))
    reader = person()
    queued.clear()
    with transaction.atomic():
        notices.send("a_receipt", reader.user, {"thing": "letter"})
        transaction.set_rollback(True)
    assert queued == []
    assert not Notice.objects.exists()
    with transaction.atomic():
        notices.send("a_receipt", reader.user, {"thing": "letter"})
        assert queued == []
    assert queued == ["mailing.send_due"]


def test_a_task_that_only_workers_have_loaded_is_queued_all_the_same():
    """Web processes know few tasks; which ones should not decide who is woken."""
    name = "liaisons.tasks.known_to_no_web_process"
    nudges._quiet_until = 0.0
    nudges.nudge(name)
    with current_app.connection_for_read() as connection:
        queue = connection.default_channel.client.lrange("celery", 0, -1)
    current_app.control.purge()
    assert any(name in message.decode() for message in queue)
    assert nudges._quiet_until == 0.0
