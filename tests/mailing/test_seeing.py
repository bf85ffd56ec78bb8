"""Before a digest goes out: who would get it, what one person would get, and a test to oneself."""

import csv
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html import unescape
from urllib.parse import parse_qsl

import psycopg2
import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.db.models import Value
from django.urls import reverse

from mailing import deliver, editions, notices, pauses, recipients, sections, upcoming
from mailing.addresses import address_hash
from mailing.models import (
    ContentClock,
    Delivery,
    Edition,
    Notice,
    Recipient,
    SectionCursor,
    Suppression,
    ToldItem,
)
from mailing.seeing import comparison, dry_run, splits
from mailing.seeing.dry_run import Chosen
from tests.cast import pass_second_step
from tests.factories import MandateFactory
from tests.mailing.conftest import url_of_this_database
from tests.mailing.kinds_for_tests import a_kind
from tests.mailing.people import Letterbox, person
from tests.mailing.test_editions import MONDAY
from web.models import Installation

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)


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


def get(client, name, **query):
    response = client.get(reverse(f"admin:mailing_{name}"), query)
    assert response.status_code == 200
    return b"".join(response).decode("utf-8-sig")


def rows():
    """Everything that a dry run must leave as it was."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Edition, Delivery, SectionCursor, ContentClock, Notice, ToldItem)
    ]


# --- The dry run ------------------------------------------------------------------------------


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


@pytest.fixture
def freezing():
    """Somebody else freezes an edition right now, and does not end."""
    other = psycopg2.connect(url_of_this_database())
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [0x6D61696C])
    yield
    other.close()


def test_who_looks_while_an_edition_is_made_is_asked_to_come_again(
    core_team, everybody, monkeypatch, freezing
):
    monkeypatch.setattr(upcoming, "WAIT", "50ms")
    busy = "Digests are being prepared right now."
    core = get_user_model().objects.get(username="core")
    recipients.sync_user(core, core.email, "en", "UTC")
    assert busy in get(core_team, "edition_dry_run")
    assert busy in get(core_team, "edition_dry_run", rhythm="daily", hour="2026-07-15T07:00",
                       format="people")  # fmt: skip
    page = preview(core_team, everybody["daily"])
    assert busy in page
    assert 'type="date"' in page
    assert mail_of(core_team, everybody["daily"]).status_code == 503
    assert busy in send_test(core_team, everybody["daily"]).content.decode()


@pytest.mark.parametrize(
    "query",
    [{"rhythm": "x", "hour": "y"}, {"rhythm": "daily", "hour": "0001-01-01T00:00"},
     {"rhythm": "daily", "hour": "9999-12-31T23:59"}, {"rhythm": "none", "hour": ""},
     {"page": "999999999999"}, {"reason": "\x7f' OR 1=1"}],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_error(query, core_team, everybody):
    get(core_team, "edition_dry_run", **query)


# --- Compared with the edition before -------------------------------------------------------------


def test_a_jump_is_told_in_the_dry_run_and_on_the_edition(core_team, only_board, settings):
    settings.MAIL_JUMP_PEOPLE = 3
    for _number in range(8):
        person("daily")
    only_board.post("News")
    editions.make_editions()
    deliver.send_due()
    page = get(core_team, "edition_dry_run", rhythm="daily", hour="2026-07-15T07:00")
    # Nothing is new since: nobody would get it, and that is a jump.
    assert "A jump since the edition before: Would get it, from 8 to 0" in page
    only_board.post("More news")
    page = get(core_team, "edition_dry_run", rhythm="daily", hour="2026-07-15T07:00")
    assert "A jump" not in page
    settings.MAIL_JUMP_PEOPLE = 9
    only_board.posted.pop()
    page = get(core_team, "edition_dry_run", rhythm="daily", hour="2026-07-15T07:00")
    assert "A jump" not in page


def test_who_left_after_the_freeze_was_to_get_it_all_the_same(only_board):
    reader = person("daily")
    only_board.post("News")
    editions.make_editions()
    recipients.set_rhythm(reader.user, "none")
    deliver.send_due()
    planned = comparison.planned(Edition.objects.get())
    assert (planned.get, planned.reasons) == (1, {})


def test_an_edition_is_compared_with_the_one_of_the_same_morning(only_board):
    person("daily", zone="Africa/Nairobi")
    person("daily", zone="Asia/Tokyo")
    for day in (0, 1):
        only_board.post(f"News {day}")
        with time_machine.travel(TUESDAY + timedelta(days=day, hours=2), tick=False):
            editions.make_editions()
    late = Edition.objects.get(hour=datetime(2026, 7, 15, 4, tzinfo=UTC))
    assert comparison.with_the_one_before(late).before.hour == datetime(2026, 7, 14, 4, tzinfo=UTC)


WEEKLY = [
    # A week apart, without a change of clocks.
    ("2026-07-13", "2026-07-20", {"Africa/Lagos": (6, 6), "Africa/Johannesburg": (5, 5)}),
    # Clocks go back between, so that each is in the hour in which the other was.
    ("2026-10-19", "2026-10-26", {"Europe/Berlin": (5, 6), "Europe/Helsinki": (4, 5)}),
    ("2026-03-23", "2026-03-30", {"Europe/Berlin": (6, 5), "Europe/Helsinki": (5, 4)}),
]


@pytest.mark.usefixtures("only_board")
@pytest.mark.parametrize(("before", "now", "hours"), WEEKLY)
def test_a_weekly_edition_is_compared_with_the_same_people_s_a_week_ago(before, now, hours):
    for zone in hours:
        person("weekly", zone=zone)
    for monday in (before, now):
        with time_machine.travel(f"{monday}T08:00Z", tick=False):
            editions.make_editions()
    for then, later in hours.values():
        edition = Edition.objects.get(hour=f"{now}T{later:02}:00Z")
        found = comparison.with_the_one_before(edition).before
        assert f"{found.hour:%Y-%m-%d %H}" == f"{before} {then:02}"


@pytest.mark.usefixtures("only_board")
def test_where_clocks_join_two_zones_the_larger_one_is_compared():
    for zone in ("Europe/Berlin", "Africa/Lagos", "Europe/Berlin"):
        person("weekly", zone=zone)
    for monday in ("2026-10-19", "2026-10-26"):
        with time_machine.travel(f"{monday}T08:00Z", tick=False):
            editions.make_editions()
    edition = Edition.objects.get(hour="2026-10-26T06:00Z")
    assert comparison.with_the_one_before(edition).before.hour.hour == 5


@pytest.mark.usefixtures("only_board")
def test_an_edition_of_other_people_is_nothing_to_compare_with():
    person("weekly", zone="Africa/Lagos")
    with time_machine.travel("2026-07-13T08:00Z", tick=False):
        editions.make_editions()
    person("weekly", zone="Africa/Johannesburg")
    with time_machine.travel("2026-07-20T08:00Z", tick=False):
        editions.make_editions()
    edition = Edition.objects.get(hour="2026-07-20T05:00Z")
    assert comparison.with_the_one_before(edition).before is None


# --- One person's preview -----------------------------------------------------------------------


def preview(client, reader, **query):
    return get(client, "delivery_preview", person=reader.pk, **query)


def test_a_person_is_found_by_the_admin_s_own_search(core_team, everybody):
    get_user_model().objects.filter(mail_recipient=everybody["weekly"]).update(
        display_name="Demo liaison 7"
    )
    page = find(core_team, "liaison 7")
    assert page.count(f"?person={everybody['weekly'].pk}") == 1
    assert "Nobody was found" in find(core_team, "nobody at all")


def find(client, typed):
    """Looked for from the page's own form, whose answer is no address with what was typed."""
    form = get(client, "delivery_preview").split('role="search"')[0].rpartition("<form")[2]
    assert 'method="post"' in form
    response = client.post(reverse("admin:mailing_delivery_preview"), {"q": typed})
    assert response.status_code == 200
    return response.content.decode()


def test_an_address_is_found_without_an_account_and_stands_in_no_url(core_team, only_board):
    reader = Recipient.objects.create(
        address="news@example.org", address_hash=address_hash("news@example.org"), is_verified=True
    )
    page = find(core_team, " News@example.org")
    assert "A reader without an account" in page
    assert f"?person={reader.pk}" in page
    assert "Nobody was found" in find(core_team, "other@example.org")
    # An old link with an address looks for nobody.
    page = get(core_team, "delivery_preview", q="news@example.org")
    assert f"?person={reader.pk}" not in page
    assert "news@example.org" not in page


def test_what_somebody_would_get_and_why(core_team, everybody):
    before = rows()
    page = preview(core_team, everybody["weekly"])
    assert "July 20" in page or "20 July" in page
    assert "It was published, or changed, after this person began to get the digest." in page
    assert rows() == before


def test_the_day_that_is_chosen_counts(core_team, everybody):
    assert "27 July" in preview(core_team, everybody["weekly"], day="2026-07-21")
    page = preview(core_team, everybody["weekly"], day="2026-07-13")
    assert "Choose a person, and a day from today on" in page


def test_a_day_that_is_none_can_be_chosen_anew(core_team, everybody):
    page = preview(core_team, everybody["weekly"], day="")
    assert "Choose a person, and a day from today on" in page
    assert 'type="date"' in page
    assert f'name="person" value="{everybody["weekly"].pk}"' in page


def test_what_the_last_digest_told_is_not_told_again(core_team, only_board):
    reader = person("daily")
    only_board.post("Old news")
    editions.make_editions()
    deliver.send_due()
    only_board.post("New news")
    page = preview(core_team, reader)
    fresh, _caption, told = page.partition("Told by the last digest")
    assert "New news" in fresh
    assert "Old news" not in fresh
    assert "It was published, or changed, after the last digest." in fresh
    assert "Old news" in told


def test_looking_leaves_what_arose_since_to_the_next_digest(core_team, only_board):
    steps = sections.register_personal(Letterbox("steps", is_news=False))
    reader = person("daily")
    steps.standing = {reader.user_id: ["Finish"]}
    only_board.post("Old news")
    editions.make_editions()
    deliver.send_due()
    steps.standing = {reader.user_id: ["Finish", "Renew"]}
    before = rows()
    preview(core_team, reader)
    only_board.post("New news")
    fresh, _caption, told = preview(core_team, reader).partition("Told by the last digest")
    assert "Renew" in fresh
    assert "Finish" not in fresh
    assert "Finish" in told
    assert "Renew" not in told
    assert rows()[:3] == before[:3]
    assert rows()[4:] == before[4:]
    with time_machine.travel(TUESDAY + timedelta(days=1, hours=2), tick=False):
        editions.make_editions()
        deliver.send_due()
    assert "Renew" in mail.outbox[-1].body


@pytest.mark.usefixtures("call_templates")
def test_what_waits_for_the_digest_is_in_the_preview(core_team, only_board, settings):
    settings.MAIL_UNREQUESTED_A_WEEK = 1
    reader = person("daily")
    with a_kind():
        for thing in ("Goes", "Waits"):
            notices.send("a_call", reader.user, {"thing": thing})
            deliver.send_due()
        before = rows()
        page = preview(core_team, reader)
        assert "There would be no mail" not in page
        assert "Kind a_call" in page
        assert "The person had as many unrequested messages in seven days" in page
        assert "act: Waits." in mail_of(core_team, reader, format="text").content.decode()
        # It has room by itself in a week.
        assert "There would be no mail" in preview(core_team, reader, day="2026-07-22")
        assert rows() == before
        with time_machine.travel(TUESDAY + timedelta(days=1, hours=2), tick=False):
            editions.make_editions()
            deliver.send_due()
            assert "act: Waits." in mail.outbox[-1].body
            told = preview(core_team, reader).split("Told by the last digest")[1]
        assert "Kind a_call" in told


def test_a_pause_that_is_over_by_the_chosen_day_is_in_no_way(core_team, only_board):
    reader = person("at_once", zone="Asia/Kolkata")
    pauses.set_pause(reader, (TUESDAY + timedelta(days=6)).date())
    only_board.post("News")
    editions.make_editions()
    assert "A pause was asked for" in preview(core_team, reader)
    page = preview(core_team, reader, day="2026-07-19")
    assert "A pause was asked for" in page
    page = preview(core_team, reader, day="2026-07-20")
    assert "On the board" in page
    assert "2026-07-19T18:30" in page.split("is due on")[1]


def test_a_time_zone_that_is_none_counts_as_utc(core_team, only_board):
    reader = person("daily")
    reader.preferences.update(time_zone="Mars/Olympus")
    only_board.post("News")
    assert "On the board" in preview(core_team, reader)


def test_an_obstacle_is_said_in_words(core_team, everybody):
    assert "The address takes no mail" in preview(core_team, everybody["gone"])
    assert "No e-mail address" in preview(core_team, everybody["nowhere"])
    recipients.set_rhythm(everybody["daily"].user, "none")
    assert "chose to get no digest" in preview(core_team, everybody["daily"])


def mail_of(client, reader, **query):
    return client.get(
        reverse("admin:mailing_delivery_preview_mail"), {"person": reader.pk, **query}
    )


def test_the_mail_is_shown_as_it_would_be_under_our_security_policy(core_team, everybody):
    response = mail_of(core_team, everybody["daily"])
    html = response.content.decode()
    assert "On the board" in html
    assert ' style="' not in html
    nonce = html.split('<style nonce="')[1].split('"')[0]
    policy_said = response["Content-Security-Policy"]
    assert f"'nonce-{nonce}'" in policy_said
    assert "unsafe" not in policy_said
    assert "On the board" in mail_of(core_team, everybody["daily"], format="text").content.decode()


def test_the_links_of_a_preview_are_nobody_s(core_team, everybody):
    raw = mail_of(core_team, everybody["daily"], format="eml").content
    parsed = message_from_bytes(raw, policy=policy.default)
    link = parsed["List-Unsubscribe"].strip("<>").replace("http://testserver", "")
    assert core_team.post(link).status_code == 404
    assert "daily@example.org" not in raw.decode()
    assert everybody["daily"].preferences.get().rhythm == "daily"


def send_test(client, reader):
    return client.post(
        reverse("admin:mailing_delivery_preview_send"), {"person": reader.pk}, follow=True
    )


def test_a_test_from_a_demonstration_says_so_once(core_team, everybody):
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})
    core = get_user_model().objects.get(username="core")
    recipients.sync_user(core, core.email, "en", "UTC")
    for reader in ("daily", "arabic"):
        send_test(core_team, everybody[reader])
    deliver.send_due()
    [english, arabic] = [message.subject for message in mail.outbox]
    assert english == "[Demo] [Test] What is new in the strategy process"
    assert arabic.count("[") == 2


def test_a_test_goes_to_who_asks_and_to_nobody_else(core_team, everybody):
    core = get_user_model().objects.get(username="core")
    own = recipients.sync_user(core, core.email, "en", "UTC")
    before = rows()[:4]
    assert "The test is on its way" in send_test(core_team, everybody["arabic"]).content.decode()
    assert Notice.objects.get().context == {
        "recipient": everybody["arabic"].pk, "day": "2026-07-14",
    }  # fmt: skip
    deliver.send_due()
    (sent,) = mail.outbox
    assert sent.to == ["core@example.org"]
    assert sent.subject.startswith("[Test] ")
    assert "This is a test that you asked for" in sent.body
    html = sent.alternatives[0][0]
    assert "This is a test" in html
    assert 'dir="rtl"' in html
    assert rows()[:4] == before
    # The link that ends the digest is the reader's own.
    assert f"sl-u1-{own.pk:012x}-" in sent.body
    assert f"sl-u1-{everybody['arabic'].pk:012x}-" not in sent.body


def test_a_test_to_somebody_who_left_the_core_team_is_not_sent(core_team, everybody):
    core = get_user_model().objects.get(username="core")
    recipients.sync_user(core, core.email, "en", "UTC")
    send_test(core_team, everybody["daily"])
    get_user_model().objects.filter(pk=core.pk).update(is_staff=False)
    deliver.send_due()
    assert mail.outbox == []


def test_what_cannot_be_tested_says_so(core_team, everybody):
    assert "no e-mail address" in send_test(core_team, everybody["daily"]).content.decode()
    core = get_user_model().objects.get(username="core")
    recipients.sync_user(core, core.email, "en", "UTC")
    assert "nothing to test" in send_test(core_team, everybody["gone"]).content.decode()


def test_a_test_to_an_address_that_takes_no_mail_says_so(core_team, everybody):
    core = get_user_model().objects.get(username="core")
    own = recipients.sync_user(core, core.email, "en", "UTC", is_verified=False)
    page = send_test(core_team, everybody["daily"]).content.decode()
    assert "You have not confirmed your e-mail address yet." in page
    assert "on its way" not in page
    recipients.sync_user(core, core.email, "en", "UTC")
    Suppression.objects.create(address_hash=own.address_hash, reason="bounced")
    page = send_test(core_team, everybody["daily"]).content.decode()
    assert "Mail to your address came back" in page
    assert "on its way" not in page


def test_only_who_may_see_deliveries_sees_any_of_it(client, erin, everybody):
    client.force_login(erin)
    pass_second_step(client, erin)
    for name in ("edition_dry_run", "delivery_preview", "delivery_preview_mail"):
        query = {"person": everybody["daily"].pk}
        assert client.get(reverse(f"admin:mailing_{name}"), query).status_code == 403
    sent = client.post(
        reverse("admin:mailing_delivery_preview_send"), {"person": everybody["daily"].pk}
    )
    assert sent.status_code == 403


def test_a_preview_of_nobody_is_no_error(core_team, everybody):
    for wrong in ("", "x", "0", "99999999999999999999", "-1", "1 OR 1"):
        assert "Choose a person" in get(core_team, "delivery_preview", person=wrong)
        assert mail_of_number(core_team, wrong).status_code == 404


def mail_of_number(client, number):
    return client.get(reverse("admin:mailing_delivery_preview_mail"), {"person": number})
