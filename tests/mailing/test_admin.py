"""What the Core Team sees of the ledger."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mailing import deliver, editions
from mailing.admin import EditionAdmin
from mailing.models import Delivery, Edition, Notice, State, Suppression
from tests.mailing.people import person
from tests.mailing.test_editions import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(only_board):
    """One sent, one with nothing new, one without an address, one that failed."""
    person("daily", address="gets-it@example.org")
    person("daily", address="")
    only_board.post("News")
    person("daily", address="nothing-new@example.org")
    with time_machine.travel(MONDAY, tick=False):
        editions.make_editions()
        deliver.send_due()
    return Edition.objects.get()


def get(client, name, *args, **query):
    response = client.get(reverse(f"admin:mailing_{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_editions_show_figures_that_add_up(core_team, edition):
    page = get(core_team, "edition_changelist")
    assert "July 13, 2026" in page
    page = get(core_team, "edition_change", edition.pk)
    for words in (
        "Sent: 1",
        "Skipped: 2",
        "No e-mail address: 1",
        "Nothing new for this person: 1",
    ):
        assert words in page


def test_the_list_counts_the_ledger_for_the_editions_on_its_page_only(
    core_team, edition, only_board, monkeypatch
):
    only_board.post("More news")
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        editions.make_editions()
    newest = Edition.objects.latest("hour")
    monkeypatch.setattr(EditionAdmin, "list_per_page", 1)
    with CaptureQueriesContext(connection) as asked:
        page = get(core_team, "edition_changelist")
    counted = dict(re.findall(r'field-(\w+)">(\d+)<', page))
    assert counted["audience"] == "3"
    assert (counted["pending"], counted["sent"], counted["skipped"]) == ("2", "0", "1")
    # The banner asks the ledger too, and of no edition.
    asked_of_editions = re.compile(r"mailing_delivery.*edition", re.DOTALL)
    [of_ledger] = [one["sql"] for one in asked if asked_of_editions.search(one["sql"])]
    assert f"IN ({newest.pk})" in of_ledger


def test_a_delivery_tells_its_story_and_shows_no_address(core_team, edition):
    page = get(core_team, "delivery_changelist", q="gets-it@example.org")
    delivery = Delivery.objects.get(state=State.SENT)
    assert page.count('class="field-person"') == 1
    page = get(core_team, "delivery_change", delivery.pk)
    assert "The server took it" in page
    assert "gets-it@example.org" not in page


def test_history_is_not_edited(core_team, edition):
    delivery = Delivery.objects.get(state=State.SENT)
    url = reverse("admin:mailing_delivery_change", args=[delivery.pk])
    assert core_team.post(url, {"state": "failed"}).status_code == 403
    url = reverse("admin:mailing_edition_delete", args=[edition.pk])
    assert core_team.post(url, {"post": "yes"}).status_code == 403


def test_a_failed_message_can_be_sent_again(core_team, edition):
    delivery = Delivery.objects.get(state=State.SENT)
    Delivery.objects.filter(pk=delivery.pk).update(
        state=State.FAILED, reason="refused", finished_at=timezone.now()
    )
    core_team.post(
        reverse("admin:mailing_delivery_changelist"),
        {"action": "send_again", "_selected_action": [delivery.pk]},
    )
    deliver.send_due()
    delivery.refresh_from_db()
    assert delivery.state == State.SENT
    assert mail.outbox[-1].extra_headers["Message-ID"] == delivery.message_id


def test_an_address_can_be_put_on_the_list_and_taken_off(core_team):
    add = reverse("admin:mailing_suppression_add")
    data = {"address": "No.More@example.org", "reason": "complaint", "detail": ""}
    assert core_team.post(add, data).status_code == 302
    assert "on the list already" in core_team.post(add, data).content.decode()
    suppression = Suppression.objects.get()
    page = get(core_team, "suppression_changelist", q="no.more@example.org")
    assert suppression.address_hash[:8] in page
    core_team.post(
        reverse("admin:mailing_suppression_delete", args=[suppression.pk]), {"post": "yes"}
    )
    assert not Suppression.objects.exists()


def test_the_list_of_notices_shows_kind_and_state(core_team):
    Notice.objects.create(
        kind="receipt", state="skipped", reason="no_address", context={"secret": "CANARY"}
    )
    page = get(core_team, "notice_changelist")
    assert "receipt" in page
    assert "CANARY" not in get(core_team, "notice_change", Notice.objects.get().pk)


def test_send_digests_freezes_and_sends_once(only_board, capsys):
    person("weekly")
    only_board.post("News")
    call_command("send_digests", at="2026-07-13T07:00Z", dry_run=True)
    assert "audience 1 = pending 1" in capsys.readouterr().out
    assert not Edition.objects.exists()
    call_command("send_digests", at="2026-07-13T07:00")
    assert "Sent now: 1 messages." in capsys.readouterr().out
    call_command("send_digests", at="2026-07-13T07:30Z")
    assert "No edition is due" in capsys.readouterr().out
    assert len(mail.outbox) == 1


def test_send_digests_for_one_person_moves_only_their_cursor(only_board, capsys):
    person("weekly", address="one@example.org")
    person("weekly", address="other@example.org")
    only_board.post("News")
    call_command("send_digests", person="ONE@example.org")
    call_command("send_digests", person="one@example.org")
    assert [message.to for message in mail.outbox] == [["one@example.org"]]
    assert "skipped, empty: 1" in capsys.readouterr().out
    with time_machine.travel(MONDAY, tick=False):
        editions.make_editions()
        deliver.send_due()
    assert [message.to for message in mail.outbox] == [["one@example.org"], ["other@example.org"]]


@pytest.mark.parametrize("wrong", [{"at": "tomorrow"}, {"person": "nobody@example.org"}])
def test_send_digests_says_what_is_wrong(wrong):
    with pytest.raises(CommandError):
        call_command("send_digests", **wrong)
