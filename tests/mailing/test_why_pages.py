"""Why did somebody (not) get it? The Core Team's answer, by person and by edition."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group as Role
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.roles import REVIEWER, make_roles
from mailing import deliver, editions, notices, pauses, preferences, recipients
from mailing.models import Delivery, Edition, Notice, Preference, Recipient, State, Suppression
from tests.cast import pass_second_step
from tests.factories import UserFactory
from tests.mailing.kinds_for_tests import a_kind
from tests.mailing.people import person
from tests.mailing.provider_events import bounced, complained, full, told
from tests.mailing.test_editions import MONDAY

pytestmark = pytest.mark.django_db
ASK = "admin:mailing_recipient_ask"


@pytest.fixture
def core_team(client):
    user = UserFactory(email="core@example.org", is_staff=True, is_superuser=True)
    client.force_login(user)
    pass_second_step(client, user)
    return client


@pytest.fixture
def edition(only_board):
    """A daily edition of a Monday morning, sent."""
    with time_machine.travel(MONDAY - timedelta(days=30), tick=False):
        person("daily", address="gets-it@example.org")
        person("weekly", address="weekly@example.org")
        person("daily", address="far@example.org", zone="America/Lima")
    only_board.post("News")
    with time_machine.travel(MONDAY, tick=False):
        editions.make_editions()
        deliver.send_due()
    return Edition.objects.get(rhythm="daily", hour=MONDAY)


def ask(client, address, edition=None):
    """Look somebody up; the text of the page that answers."""
    response = client.post(
        reverse(ASK), {"address": address, "edition": edition.pk if edition else ""}, follow=True
    )
    assert response.status_code == 200
    return " ".join(re.sub(r"</?time[^>]*>", "", response.content.decode()).split())


def of(address) -> Recipient:
    return Recipient.objects.get(address=address)


def test_who_got_an_edition_and_who_is_not_in_it(core_team, edition):
    assert "Sent, 13 July 2026" in ask(core_team, "GETS-IT@example.org", edition)
    assert "in another rhythm" in ask(core_team, "weekly@example.org", edition)
    assert "morning is in another hour" in ask(core_team, "far@example.org", edition)
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        person("daily", address="late@example.org")
        recipients.set_rhythm(of("gets-it@example.org").user, "none")
    assert "came after this edition" in ask(core_team, "late@example.org", edition)
    # What was sent stays true, whatever was chosen afterwards.
    assert "Sent, 13 July 2026" in ask(core_team, "gets-it@example.org", edition)


def test_who_chose_after_the_hour_is_told_apart_from_who_wants_none(core_team, edition):
    reader = of("weekly@example.org")
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=False):
        recipients.set_rhythm(reader.user, "daily")
    assert "chosen after the hour" in ask(core_team, reader.address, edition)
    Preference.objects.filter(recipient=reader).update(
        rhythm="none", effective_at=MONDAY - timedelta(days=3)
    )
    assert "chose to get no digest" in ask(core_team, reader.address, edition)


def test_an_edition_made_by_hand_is_for_one_person(core_team, edition):
    editions.make_edition_for(of("gets-it@example.org"))
    by_hand = Edition.objects.get(rhythm="by_hand")
    assert "for one other person" in ask(core_team, "weekly@example.org", by_hand)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r: recipients.set_rhythm(r.user, "none"), "chose to get no digest"),
        (lambda r: pauses.set_pause(r, (MONDAY + timedelta(days=9)).date()), "asked for a pause"),
        (
            lambda r: Suppression.objects.create(address_hash=r.address_hash, reason="bounced"),
            "list of addresses that take no mail",
        ),
        (
            lambda r: recipients.sync_user(r.user, r.address, "en", "UTC", is_verified=False),
            "not confirmed the address",
        ),
    ],
    ids=["none", "paused", "suppressed", "unconfirmed"],
)
def test_what_is_in_the_way_now_is_said_first(core_team, edition, change, words):
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=False):
        assert "Nothing is in the way" in ask(core_team, "gets-it@example.org")
        change(of("gets-it@example.org"))
        page = ask(core_team, "gets-it@example.org")
    assert "No digest comes:" in page
    assert words in page
    assert "gets-it@example.org" not in page


@pytest.mark.usefixtures("call_templates")
def test_the_page_of_a_person_lists_what_came_and_what_not(core_team, edition):
    reader = of("gets-it@example.org")
    with a_kind("a_call"), a_kind("another"), time_machine.travel(MONDAY, tick=False):
        preferences.switch_off(reader, "another")
        notices.send("another", reader.user)
        for thing in range(4):
            notices.send("a_call", reader.user, {"thing": thing})
        deliver.send_due()
        page = ask(core_team, reader.address)
    assert page.count("<td>Sent</td>") == 4  # three calls and the digest
    assert "<td>Waits</td>" in page
    assert "From 20 July 2026" in page
    assert "The person switched this kind of message off." in page
    assert "<div>Kind another</div>" in page
    assert "3 of 3" in page
    assert "room again from 20 July 2026" in page


@pytest.mark.parametrize(
    ("report", "outcome", "words"),
    [
        (bounced, "Came back", "says that the address does not exist"),
        (full, "Came back", "could not deliver it this time"),
        (complained, "Sent", "A complaint about it came from"),
    ],
    ids=["hard", "soft", "complaint"],
)
def test_what_came_back_is_said_by_person_and_by_edition(
    core_team, edition, settings, report, outcome, words
):
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=False):
        told(settings, report(edition.deliveries.get(state=State.SENT)))
    page = ask(core_team, "gets-it@example.org", edition)
    assert f"{outcome}, 13 July 2026" in page
    assert f"<td>{outcome}</td>" in page
    assert page.count(words) == 2


@pytest.mark.usefixtures("call_templates")
def test_what_went_with_a_digest_shares_its_fate(core_team, edition, settings):
    reader = of("gets-it@example.org")
    with a_kind("a_call"), time_machine.travel(MONDAY, tick=False):
        for thing in range(4):
            notices.send("a_call", reader.user, {"thing": thing})
        deliver.send_due()
    with a_kind("a_call"), time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        editions.make_editions()
        deliver.send_due()
        assert "<td>Sent with a digest</td>" in ask(core_team, reader.address)
        carrier = Notice.objects.get(reason="in_digest").delivery
        Delivery.objects.filter(pk=carrier.pk).update(
            state=State.UNCERTAIN, reason="connection_lost"
        )
        page = ask(core_team, reader.address)
        assert page.count("<td>Perhaps delivered</td>") == 2
        assert page.count("It may have arrived or not") == 2
        Delivery.objects.filter(pk=carrier.pk).update(state=State.SENT, reason="")
        told(settings, bounced(carrier))
        assert ask(core_team, reader.address).count("<td>Came back</td>") == 2


def test_an_address_nobody_has_is_said_beside_it_and_stands_in_no_url(core_team, edition):
    response = core_team.post(reverse(ASK), {"address": "nobody@example.org", "edition": ""})
    assert "Nobody has this address now." in response.content.decode()
    found = core_team.post(reverse(ASK), {"address": "weekly@example.org", "edition": edition.pk})
    assert found.url.endswith(f"/change/?edition={edition.pk}")
    assert "@" not in found.url


def test_for_whom_no_digest_is_kept_none_comes(core_team, edition):
    reader = of("gets-it@example.org")
    reader.preferences.all().delete()
    assert "No digest comes:" in ask(core_team, reader.address)


def test_an_edition_leads_to_the_question(core_team, edition):
    page = core_team.get(reverse("admin:mailing_edition_change", args=[edition.pk]))
    link = f"{reverse(ASK)}?edition={edition.pk}"
    assert link in page.content.decode()
    form = core_team.get(link).content.decode()
    assert f'<option value="{edition.pk}" selected' in form


def test_the_reasons_of_an_edition_lead_to_those_who_have_them(core_team, only_board):
    with time_machine.travel(MONDAY - timedelta(days=30), tick=False):
        person("daily", address="")
        person("daily", address="nothing-new@example.org")
    with time_machine.travel(MONDAY, tick=False):
        editions.make_editions()
    edition = Edition.objects.get(rhythm="daily")
    page = core_team.get(reverse("admin:mailing_edition_change", args=[edition.pk]))
    query = f"?edition__id__exact={edition.pk}&amp;reason__exact=no_address"
    assert query in page.content.decode()
    listed = core_team.get(
        reverse("admin:mailing_delivery_changelist") + query.replace("&amp;", "&")
    )
    assert listed.content.decode().count('class="field-person"') == 1


@pytest.mark.parametrize("asked", ["abc", "0", "99999999999999999999", "٣", "%00"])
def test_an_edition_that_is_none_is_said(core_team, edition, asked):
    reader = of("weekly@example.org")
    page = reverse("admin:mailing_recipient_change", args=[reader.pk])
    response = core_team.get(f"{page}?edition={asked}")
    assert response.status_code in (200, 400)
    if response.status_code == 200:
        assert "no such edition" in response.content.decode()


def test_the_list_shows_no_address_and_finds_by_the_whole_one(core_team, edition):
    listed = reverse("admin:mailing_recipient_changelist")
    page = core_team.get(listed).content.decode()
    assert page.count('class="field-person"') >= 3
    assert "gets-it@example.org" not in page
    page = core_team.get(listed, {"q": "gets-it@example.org"}).content.decode()
    assert page.count('class="field-person"') == 1


def test_somebody_without_an_account_and_somebody_who_was_deleted(core_team, edition):
    reader = of("weekly@example.org")
    page = reverse("admin:mailing_recipient_change", args=[reader.pk])
    Recipient.objects.filter(pk=reader.pk).update(user=None)
    assert "A reader without an account" in core_team.get(page).content.decode()
    recipients.forget(reader)
    text = core_team.get(page).content.decode()
    assert "Somebody who was deleted" in text
    assert "The account is closed or deleted." in text


def test_reviewers_may_ask_and_see_no_ledger(client, edition):
    """Messages themselves, and those without a person, are for administrators."""
    make_roles()
    reviewer = UserFactory(core_team=True)
    reviewer.groups.add(Role.objects.get(name=REVIEWER))
    client.force_login(reviewer)
    pass_second_step(client, reviewer)
    assert "in another rhythm" in ask(client, "weekly@example.org", edition)
    assert client.get(reverse("admin:mailing_notice_changelist")).status_code == 403


def test_the_page_takes_the_same_number_of_queries_for_few_and_many(core_team, edition):
    page = reverse("admin:mailing_recipient_change", args=[of("gets-it@example.org").pk])

    def queries():
        with CaptureQueriesContext(connection) as captured:
            core_team.get(page)
        return len(captured)

    queries()
    before = queries()
    for days in range(1, 15):
        with time_machine.travel(MONDAY + timedelta(days=days), tick=False):
            editions.make_editions()
    assert queries() == before
