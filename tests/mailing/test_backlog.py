"""While a long edition goes out, the other jobs of a worker have their turn."""

import pytest
import redis
from django.db import transaction

from mailing import nudges, sections
from mailing.health import pulses
from tests.mailing.audience import owe
from tests.mailing.kill_news import make_section
from tests.mailing.processes import wait_for

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]


def test_however_often_workers_are_woken_to_send_other_jobs_have_their_turn(
    processes, broker, monkeypatch
):
    monkeypatch.setattr(sections, "_sections", {})
    sections.register(make_section())
    processes.environment |= {"MAIL_TASK_SECONDS": "2", "MAIL_LEASE": "60"}
    edition = owe(400, ["slow"])
    url = processes.environment["REDIS_URL"]
    broker(url)
    redis.Redis.from_url(url).flushdb()
    processes.start_worker("worker")
    with transaction.atomic():
        for _number in range(16):
            nudges.nudge("mailing.send_due")
    wait_for(lambda: edition.figures()["sent"], "the first digest", processes)
    with transaction.atomic():
        nudges.nudge("mailing.sweep")
    wait_for(lambda: pulses.SWEEP in pulses.latest(), "the sweep", processes)
    # Two rounds send 40. Each that was asked for took its turn before, and that is more than all.
    assert edition.figures()["sent"] <= 160
    assert redis.Redis.from_url(url).llen("celery") <= 2
    # And sending goes on by itself.
    wait_for(lambda: edition.figures()["sent"] >= 200, "more digests", processes)
