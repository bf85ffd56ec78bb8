"""A Redis that takes connections and never answers: every form answers as ever, and in time."""

import re
import socket
import time

import kombu.transport.redis  # noqa: F401 (loaded before the clock runs, as in config/wsgi.py)
import pytest
from django.db import transaction
from django.test import TestCase

from mailing import nudges

from .addresses import all_addresses
from .corpus import BODIES
from .test_hostile_input import quiet
from .test_hostile_soak import everything_at_once
from .visits import path_of

LONGEST = 2  # seconds


@pytest.fixture
def hung_redis(broker):
    """Points Celery at the silent server when called, and back at the end."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as silent:
        yield lambda: broker(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")


def answers(client, places, bodies):
    """Status and place of each answer, and the seconds of the slowest, with all it queues."""
    found, slowest = {}, (0, "")
    for address, path in places:
        for number, body in enumerate(bodies):
            response, taken = timed(client, path, body)
            if taken >= LONGEST:
                # Other programs can slow down one try; Redis slows down each.
                response, again = timed(client, path, body)
                taken = min(taken, again)
            slowest = max(slowest, (taken, address.name))
            found[address.name, number] = (response.status_code, place_of(response))
    return found, slowest


def place_of(response):
    """Where it leads, without numbers and tokens: what was taken back keeps its number."""
    return re.sub(r"[0-9a-f]{12,}|\d+", "N", response.get("Location", ""))


def timed(client, path, body):
    """One request, taken back afterwards, and its seconds."""
    # Each is the first of its process that meets Redis in this state.
    nudges._quiet_until = 0.0
    with transaction.atomic():
        began = time.monotonic()
        with TestCase.captureOnCommitCallbacks(execute=True):
            response = client.post(path, body)
        taken = time.monotonic() - began
        transaction.set_rollback(True)
    return response, taken


@pytest.mark.soak
@pytest.mark.serial
@pytest.mark.parametrize("role", ["anonymous", "member", "applicant", "liaison", "superuser"])
def test_every_form_answers_in_time_and_as_ever(role, world, browser, hung_redis):
    places = [
        (address, path_of(address, world)) for address in all_addresses() if not address.is_admin
    ]
    bodies = [*BODIES, everything_at_once("1")]
    client = quiet(browser(role))
    usual, _slowest = answers(client, places, bodies)
    client = quiet(browser(role))
    hung_redis()
    while_it_hangs, slowest = answers(client, places, bodies)
    assert while_it_hangs == usual
    assert slowest[0] < LONGEST, slowest
