"""Filling a demo: when it is refused, what the command says, and completing an earlier one."""

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.demo import process
from config.demo.applications import APPLICATIONS
from config.demo.people import ACCOUNTS, LIAISONS
from config.demo.seed import seed
from liaisons.models import Mandate, User
from mailing import editions
from mailing.models import Delivery, Notice
from strategy.models import Relay, Report, Topic
from web.models import Installation

from .empty_demo import PASSWORD, make_empty_demo

OPEN = ["pending", "claimed", "retry"]


def seed_by_command():
    out = io.StringIO()
    call_command("seed_demo", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("mark", [None, False])
def test_any_database_that_is_no_demo_is_refused(mark):
    if mark is not None:
        Installation.objects.create(pk=1, is_demo=mark)
    with pytest.raises(CommandError, match="was not made as a demo"):
        seed_by_command()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_without_reference_data_it_says_what_comes_first():
    Installation.objects.create(pk=1, is_demo=True)
    with pytest.raises(CommandError, match=r"First: manage\.py import_reference_data"):
        seed_by_command()


@pytest.mark.django_db
def test_the_command_says_who_may_be_tried(monkeypatch):
    make_empty_demo()
    monkeypatch.setattr("config.management.commands.seed_demo.seed", lambda password: [])
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    said = seed_by_command()
    assert PASSWORD not in said
    assert all(account.address in said for account in ACCOUNTS)


@pytest.mark.django_db
def test_a_password_is_made_up_and_printed_where_none_is_given(monkeypatch):
    given = []
    Installation.objects.create(pk=1, is_demo=True)
    monkeypatch.setattr("config.management.commands.seed_demo.seed", given.append)
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    assert re.search(r"Password of all: (\S+)", seed_by_command())[1] == given[0]


@pytest.mark.long
@pytest.mark.django_db
def test_an_earlier_and_smaller_demo_is_completed(monkeypatch):
    make_empty_demo()
    with monkeypatch.context() as earlier:
        earlier.setattr("config.demo.seed.LIAISONS", LIAISONS[:34])
        earlier.setattr("config.demo.seed.APPLICATIONS", APPLICATIONS[:6])
        earlier.setattr("config.demo.seed.BEGINNERS", [])
        earlier.setattr("config.demo.seed.due_hours", lambda now: [])
        for later in ("relays", "reports", "responses"):
            earlier.setattr(f"config.demo.seed.plan_{later}", lambda: [])
        earlier.setattr("config.demo.post.editions.make_editions", lambda: [])
        seed(PASSWORD)
    editions.make_editions()
    of_its_own = Delivery.objects.figures()
    assert of_its_own["pending"]
    owed = Notice.objects.create(
        kind="mandate_received", message_id="<real@example.org>", next_attempt_at=timezone.now()
    )

    assert seed(PASSWORD) == []
    assert Report.objects.published().count() == 18
    assert Relay.objects.current().count() >= 60
    assert Mandate.objects.waiting().count() >= 20
    assert Delivery.objects.figures() == of_its_own
    assert list(Notice.objects.filter(state__in=OPEN)) == [owed]


@pytest.mark.django_db
def test_the_dates_move_on_with_the_day(time_machine):
    make_empty_demo()
    moved = {}
    for day in ("2027-03-01 12:00Z", "2027-03-05 12:00Z"):
        time_machine.move_to(day)
        process.shift_timeline()
        process.date_topics()
        closes = Topic.objects.get(slug="diversity").closes_at
        moved[day] = (closes, Installation.objects.get().shift_days)
    (closes, shift), (closes_later, shift_later) = moved.values()
    assert (closes_later - closes).days == 4
    assert shift_later == shift + 4
