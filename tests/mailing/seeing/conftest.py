"""A Tuesday, and readers of many kinds."""

from datetime import timedelta

import pytest
import time_machine

from mailing.models import (
    Suppression,
)
from tests.mailing.people import person

from .pages import TUESDAY


@pytest.fixture(autouse=True)
def on_tuesday():
    """Tuesday 14 July 2026, 9:00 in UTC."""
    with time_machine.travel(TUESDAY + timedelta(hours=2), tick=False):
        yield


@pytest.fixture
def everybody(only_board):
    """Readers of several languages and rhythms, some of whom can get nothing, and news."""
    people = {
        "daily": person("daily", address="daily@example.org"),
        "arabic": person("daily", language="ar"),
        "nowhere": person("daily", address=""),
        "weekly": person("weekly"),
        "gone": person("daily", address="gone@example.org"),
    }
    Suppression.objects.create(address_hash=people["gone"].address_hash, reason="bounced")
    only_board.post("News <b>of</b> today")
    return people
