"""Before a digest goes out: who would get it."""

import csv
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qsl

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.db.models import Value

from mailing import editions
from mailing.seeing import dry_run, splits
from mailing.seeing.dry_run import Chosen
from tests.factories import MandateFactory
from tests.mailing.people import person

from .pages import TUESDAY, get, rows

pytestmark = pytest.mark.django_db


def test_the_next_edition_is_planned_and_nothing_is_written(core_team, everybody):
    before = rows()
    page = get(core_team, "edition_dry_run")
    assert "2 people would get it." in page
    assert "2 would be skipped." in page
    assert "The address takes no mail" in page
    assert "No e-mail address" in page
    assert rows() == before
    assert mail.outbox == []


def test_who_gets_the_real_edition_is_who_the_dry_run_named(everybody):
    hour = datetime(2026, 7, 15, 7, tzinfo=UTC)
    plan = dry_run.run(Chosen("daily", hour))
    planned = {delivery.recipient_id for delivery in plan.people}
    with time_machine.travel(hour, tick=False):
        frozen = next(one for one in editions.make_editions() if one.edition.hour == hour)
    made = set(
        frozen.edition.deliveries.filter(state="pending").values_list("recipient", flat=True)
    )
    assert planned == made != set()
    assert (plan.get, plan.skipped) == (frozen.figures["pending"], frozen.figures["skipped"])


def test_each_reason_shows_its_people(core_team, everybody):
    page = get(core_team, "edition_dry_run", rhythm="daily", hour="2026-07-15T07:00",
               reason="suppressed")  # fmt: skip
    people = page.split('id="people"')[1]
    assert f"?person={everybody['gone'].pk}" in people
    assert f"?person={everybody['daily'].pk}" not in people
    assert "gone@example.org" not in page


def test_a_page_of_people_that_is_not_there_any_more_shows_the_last_one(core_team, everybody):
    page = get(core_team, "edition_dry_run", rhythm="daily", hour="2026-07-15T07:00", page="7")
    assert f"?person={everybody['daily'].pk}" in page.split('id="people"')[1]


def test_people_are_split_by_language_and_by_what_apps_above_register(core_team, everybody):
    splits.register(
        "half", label="Half", expression=lambda path: Value("x"), names=lambda codes: {"x": "Left"}
    )
    try:
        plan = dry_run.run(Chosen("daily", datetime(2026, 7, 15, 7, tzinfo=UTC)))
    finally:
        splits.unregister("half")
    tables = {table.key: [(row.name, row.get, row.skipped) for row in table.rows]
              for table in plan.tables}  # fmt: skip
    assert tables["language"] == [("English", 1, 2), ("Arabic", 1, 0)]
    assert tables["half"] == [("Left", 2, 2)]


def test_regions_are_those_of_the_groups(core_team, everybody, alice, armenia):
    MandateFactory(person=everybody["daily"].user, group=armenia, confirmed=True)
    page = get(core_team, "edition_dry_run", rhythm="daily", hour="2026-07-15T07:00")
    assert str(armenia.country.region) in page


def test_counts_come_as_csv_without_people(core_team, everybody):
    text = get(core_team, "edition_dry_run", rhythm="daily", hour="2026-07-15T07:00", format="csv")
    lines = list(csv.reader(text.splitlines()))
    assert lines[:2] == [["Split", "Part", "Would get it", "Skipped"], ["All", "", "2", "2"]]
    assert ["Language", "Arabic", "1", "0"] in lines
    assert ["Reason", "No e-mail address", "0", "1"] in lines
    assert "example.org" not in text
    assert "reader-" not in text


def test_an_hour_that_is_nobody_s_or_made_already_says_so(core_team, everybody):
    page = get(core_team, "edition_dry_run", rhythm="weekly", hour="2026-07-15T07:00")
    assert "nobody is due then" in page
    with time_machine.travel(TUESDAY + timedelta(hours=2), tick=False):
        editions.make_editions()
    page = get(core_team, "edition_dry_run", rhythm="daily", hour="2026-07-14T07:00")
    assert "nobody is due then" in page


def test_a_preview_from_the_dry_run_is_of_its_edition(core_team, only_board):
    reader = person("daily", zone="Pacific/Auckland")
    only_board.post("News")
    page = get(core_team, "edition_dry_run", rhythm="daily", hour="2026-07-16T19:00")
    [query] = re.findall(rf'preview/\?(person={reader.pk}\S*)"', page)
    page = get(core_team, "delivery_preview", **dict(parse_qsl(unescape(query))))
    assert "2026-07-16T19:00" in page.split("is due on")[1]


def test_everybody_comes_as_csv_without_addresses(core_team, everybody):
    get_user_model().objects.filter(mail_recipient=everybody["gone"]).update(display_name="=1+1")
    hour = "2026-07-15T07:00"
    before = rows()
    text = get(core_team, "edition_dry_run", rhythm="daily", hour=hour, format="people")
    heading, *lines = csv.reader(text.splitlines())
    assert heading == ["Recipient", "Person", "Language", "Would get it", "Reason"]
    assert {int(line[0]): line[2:] for line in lines} == {
        everybody["daily"].pk: ["English", "1", ""],
        everybody["arabic"].pk: ["Arabic", "1", ""],
        everybody["nowhere"].pk: ["English", "0", "No e-mail address"],
        everybody["gone"].pk: ["English", "0", "The address takes no mail"],
    }
    assert "'=1+1" in text
    assert "example.org" not in text
    assert rows() == before


@pytest.mark.parametrize(
    "query",
    [{"rhythm": "x", "hour": "y"}, {"rhythm": "daily", "hour": "0001-01-01T00:00"},
     {"rhythm": "daily", "hour": "9999-12-31T23:59"}, {"rhythm": "none", "hour": ""},
     {"page": "999999999999"}, {"reason": "\x7f' OR 1=1"}],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_error(query, core_team, everybody):
    get(core_team, "edition_dry_run", **query)
