"""Before a digest goes out: what one person would get."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.urls import reverse

from mailing import deliver, editions, notices, pauses, recipients, sections
from mailing.addresses import address_hash
from mailing.models import (
    Recipient,
)
from tests.mailing.kinds_for_tests import a_kind
from tests.mailing.people import Letterbox, person

from .pages import TUESDAY, get, mail_of, mail_of_number, preview, rows

pytestmark = pytest.mark.django_db


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


def test_a_preview_of_nobody_is_no_error(core_team, everybody):
    for wrong in ("", "x", "0", "99999999999999999999", "-1", "1 OR 1"):
        assert "Choose a person" in get(core_team, "delivery_preview", person=wrong)
        assert mail_of_number(core_team, wrong).status_code == 404
