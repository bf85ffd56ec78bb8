"""Owing a digest on a Monday and sending it at a time of the test's choice."""

from datetime import UTC, datetime

import time_machine

from mailing import deliver, editions
from tests.mailing.people import assert_figures_add_up, person

MONDAY = datetime(2026, 7, 13, 7, 0, tzinfo=UTC)


def owe(board, *words):
    """Freeze one edition with a delivery for each address."""
    for word in words:
        person("daily", address=f"{word}@example.org")
    board.post("News")
    with time_machine.travel(MONDAY, tick=False):
        editions.make_editions()


def send(at=MONDAY):
    """Send what is due at that time; gives what the round did."""
    with time_machine.travel(at, tick=False):
        result = deliver.send_due()
    assert_figures_add_up()
    return result
