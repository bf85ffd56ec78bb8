"""Asking for the digest: the same for every address, and nothing before it is confirmed."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from liaisons import retention
from mailing import deliver, editions, recipients
from mailing.addresses import address_hash, masked
from mailing.models import Notice, Preference, Recipient, SubscriptionRequest, Suppression
from mailing.subscriptions import request_token
from strategy import updates
from tests.factories import UserFactory
from tests.mailing import events_of_providers
from tests.mailing.provider_events import told
from tests.strategy.factories import UpdateFactory

from .conftest import ADDRESS

pytestmark = pytest.mark.django_db


def test_whoever_confirms_gets_the_digest_as_asked_for(reader):
    response = reader.ask(only_topics=["advocacy"], rhythm="monthly", time_zone="Asia/Tokyo")
    assert response.url == reverse("liaisons:subscribe_sent")
    assert not Recipient.objects.exists()
    assert reader.confirm().status_code == 302
    recipient = Recipient.objects.get()
    preference = recipient.preferences.get()
    assert (recipient.address, recipient.user, recipient.is_verified) == (ADDRESS, None, True)
    assert (recipient.language, recipient.time_zone) == ("en", "Asia/Tokyo")
    assert (preference.rhythm, preference.choices) == ("monthly", {"topics": ["advocacy"]})
    assert not SubscriptionRequest.objects.exists()


def test_looking_at_the_link_confirms_nothing(reader):
    reader.ask()
    [path] = [link for link in reader.links() if "/confirm/" in link]
    for _time in range(2):
        page = Client().get(path)
        assert page.status_code == 200
        assert not page.cookies
    assert ADDRESS not in page.content.decode()
    assert masked(ADDRESS) in page.content.decode()
    assert not Recipient.objects.exists()


def kinds_of_addresses():
    """Of nobody, of a subscriber, of an account, one that bounced, one entered by hand."""
    account, known = "account@example.org", "known@example.org"
    recipients.sync_user(UserFactory(email=account), account, "en", "UTC")
    Recipient.objects.create(address=known, address_hash=address_hash(known), is_verified=True)
    bounced, refused = "bounced@example.org", "refused@example.org"
    Suppression.objects.create(address_hash=address_hash(bounced), reason="bounced")
    Suppression.objects.create(address_hash=address_hash(refused), reason="by_hand")
    return ["new@example.org", known, account, bounced, refused]


def test_the_same_is_said_and_done_for_every_address(reader):
    answers = []
    addresses = kinds_of_addresses()
    for address in addresses:
        form = reader.form(address=address)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            response = reader.client.post(reader.url, form)
        statements = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in asked]
        page = reader.client.get(response.url).content.decode()
        answers.append((response.status_code, response.url, page, statements))
    assert all(answer == answers[0] for answer in answers)
    deliver.send_due()
    # Whoever wants no mail gets none, and nobody who asks can see it.
    assert [m.to[0] for m in mail.outbox] == addresses[:4]
    assert len({re.sub(r"sl-s1\S+", "", m.body) for m in mail.outbox}) == 1


def test_an_address_with_an_account_gets_each_digest_once(reader):
    account = UserFactory(email=ADDRESS, language="fr")
    mine = recipients.sync_user(account, ADDRESS, "fr", "Africa/Nairobi")
    recipients.set_rhythm(account, "none")
    reader.ask(rhythm="daily")
    page = reader.confirm()
    assert page.status_code == 200
    assert "account" in page.content.decode()
    assert Recipient.objects.get() == mine
    mine.refresh_from_db()
    assert (mine.language, mine.time_zone) == ("fr", "Africa/Nairobi")
    assert mine.preferences.get().rhythm == "daily"


def test_an_account_that_had_it_on_its_talk_page_has_it_by_mail_then(reader):
    """By one way, without a gap, and of what it had chosen."""
    account = UserFactory(email=ADDRESS, prefers_talk_page=True, wiki_username="Ada Example")
    mine = recipients.sync_user(account, ADDRESS, "en", "UTC")
    chosen = {"topics": ["advocacy"]}
    recipients.set_channel(account, "talk_page", "weekly", choices=chosen)
    updates.publish(UpdateFactory(title_en="Between the ways"), actor=None)
    reader.ask(rhythm="daily")
    assert reader.confirm().status_code == 200
    preference = mine.preferences.exclude(rhythm="none").get()
    assert (preference.channel, preference.rhythm) == ("email", "daily")
    assert preference.choices == chosen
    account.refresh_from_db()
    assert not account.prefers_talk_page
    editions.make_edition_for(mine)
    deliver.send_due()
    assert "Between the ways" in mail.outbox[-1].body


def test_asking_again_changes_what_comes_only_once_it_is_confirmed(reader):
    recipient = reader.subscribe(rhythm="daily")
    reader.ask(rhythm="weekly")
    assert recipient.preferences.get().rhythm == "daily"
    reader.confirm()
    assert recipient.preferences.get().rhythm == "weekly"
    assert Recipient.objects.count() == 1


def test_a_link_works_once_and_not_for_ever(reader):
    reader.ask()
    asked = SubscriptionRequest.objects.get()
    path = reverse("liaisons:subscribe_confirm", args=[request_token(asked)])
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert Client().post(path).status_code == 404
    assert Client().post(path).status_code == 302
    assert Client().post(path).status_code == 404
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("token", ["x", "sl-s1-000000000001-" + "0" * 32, "é", "sl-u1-1-2"])
def test_a_wrong_link_says_so(reader, token):
    reader.ask()
    for method in ("get", "post"):
        assert getattr(Client(), method)(f"/en/subscribe/confirm/{token}/").status_code == 404
    assert not Recipient.objects.exists()


def test_what_nobody_confirms_is_forgotten(reader):
    reader.ask()
    deliver.send_due()
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        done = retention.forget_what_is_old()
    assert done["subscription_requests"] == 1
    assert not SubscriptionRequest.objects.exists()
    notice = Notice.objects.get()
    assert (notice.address, notice.context) == ("", {})


def test_programs_are_stopped_and_what_was_typed_comes_back(reader, settings):
    page = reader.ask(website="https://spam.example.org", only_topics=["advocacy"])
    assert page.status_code == 200
    form = page.context["form"]
    assert form["address"].value() == ADDRESS
    assert form["website"].value() == ""
    assert form["only_topics"].value() == ["advocacy"]
    settings.FORM_SECONDS = (60, 86_400)
    assert reader.ask().status_code == 200
    settings.FORM_SECONDS = (-2, -1)
    page = reader.ask()
    assert page.context["form"]["stamp"].value() != reader.form()["stamp"]
    assert not SubscriptionRequest.objects.exists()


def test_a_stamp_of_another_form_is_not_taken(reader):
    from liaisons import form_stamps

    assert reader.ask(stamp=form_stamps.make("mandate 7")).status_code == 200
    assert not SubscriptionRequest.objects.exists()


def test_an_old_token_of_the_form_loses_nothing(reader):
    page = reader.ask(csrfmiddlewaretoken="x" * 64, rhythm="monthly")
    assert page.status_code == 200
    assert page.context["form"]["rhythm"].value() == "monthly"
    assert not SubscriptionRequest.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"address": "no address"},
        {"address": "two@example.org, three@example.org"},
        {"rhythm": "none"},
        {"rhythm": "by_hand"},
        {"language": "xx"},
        {"time_zone": "Mars/Olympus"},
        {"only_topics": ["unknown"]},
    ],
)
def test_what_is_wrong_is_said_beside_its_field(reader, typed):
    page = reader.ask(**typed)
    assert page.status_code == 200
    assert set(page.context["form"].errors) == set(typed)
    assert not SubscriptionRequest.objects.exists()


def test_one_address_is_not_written_to_again_and_again(reader, settings):
    settings.SUBSCRIPTIONS_FOR_ADDRESS = (2, 86_400)
    assert [reader.ask().status_code for _time in range(3)] == [302, 302, 429]
    assert reader.ask(address="other@example.org").status_code == 302
    # Two wishes for one address are one: the newer.
    assert SubscriptionRequest.objects.count() == 2


def test_who_never_confirms_is_asked_a_few_times_only(reader, settings):
    settings.SUBSCRIPTION_MAILS_FOR_A_REQUEST = 2
    for day in range(4):
        with time_machine.travel(timezone.now() + timedelta(days=day)):
            assert reader.ask().status_code == 302
            deliver.send_due()
    assert len(mail.outbox) == 2
    # The links they have still work, and then it begins anew.
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert reader.confirm().status_code == 302
        assert reader.ask().status_code == 302
        mail.outbox.clear()
        deliver.send_due()
    assert ["/confirm/" in message.body for message in mail.outbox] == [False, True]


@pytest.mark.parametrize("reason", ["bounced", "soft", "complaint"])
def test_whose_mail_came_back_comes_back(reader, reason):
    recipient = reader.subscribe()
    Suppression.objects.create(address_hash=recipient.address_hash, reason=reason)
    assert reader.ask().status_code == 302
    assert reader.confirm().status_code == 302
    assert not Suppression.objects.exists()
    deliver.send_due()
    assert "/confirm/" not in mail.outbox[-1].body


def test_what_was_entered_by_hand_is_lifted_by_nobody_else(reader):
    reader.ask()
    Suppression.objects.create(address_hash=address_hash(ADDRESS), reason="by_hand")
    request = SubscriptionRequest.objects.get()
    Client().post(reverse("liaisons:subscribe_confirm", args=[request_token(request)]))
    assert Suppression.objects.exists()


def test_who_complains_of_a_question_is_left_alone_for_a_month(reader, settings):
    now = timezone.now()
    complaint = events_of_providers.postmark(ADDRESS, "SpamComplaint", "", record="SpamComplaint")
    for days, mails in ((0, 1), (29, 0), (31, 1), (60, 0), (62, 1)):
        with time_machine.travel(now + timedelta(days=days)):
            mail.outbox.clear()
            assert reader.ask().status_code == 302
            deliver.send_due()
            assert len(mail.outbox) == mails
            if mails:
                told(settings, {**complaint, "ID": days, "BouncedAt": str(timezone.now())})


def test_one_network_does_not_ask_for_everybody(reader, settings):
    settings.SUBSCRIPTIONS_FROM_NETWORK = (2, 3_600)
    codes = [reader.ask(address=f"r{number}@example.org").status_code for number in range(3)]
    assert codes == [302, 302, 429]


def test_nothing_a_person_wrote_is_in_the_mail_to_confirm(reader):
    client = reader.client
    client.defaults |= {"HTTP_USER_AGENT": "Click evil", "HTTP_REFERER": "http://testserver/evil"}
    reader.ask()
    deliver.send_due()
    [message] = mail.outbox
    whole = message.message().as_string() + message.body + message.alternatives[0][0]
    assert "evil" not in whole


def test_who_has_an_account_is_led_to_the_settings(as_person, dave):
    response = as_person(dave).get(reverse("liaisons:subscribe"))
    assert response.url == reverse("liaisons:settings_digest")


def test_public_pages_lead_there_and_set_no_cookie(client):
    for name in ("home", "strategy:update_list"):
        page = client.get(reverse(name))
        assert reverse("liaisons:subscribe") in page.content.decode()
        assert not page.cookies


def test_a_later_account_takes_the_subscription_over(reader):
    recipient = reader.subscribe(rhythm="monthly", only_topics=["advocacy"], language="fr")
    account = UserFactory(email=ADDRESS, language="ar")
    recipients.sync_user(account, ADDRESS, "ar", "Asia/Tokyo")
    mine = Recipient.objects.get()
    assert (mine.pk, mine.user, mine.language) == (recipient.pk, account, "ar")
    preference = Preference.objects.get()
    assert (preference.rhythm, preference.choices) == ("monthly", {"topics": ["advocacy"]})
    # The link in earlier mails no longer manages it; it can still end it.
    response = Client().get(reader.manage(mine))
    assert response.url == reverse("liaisons:settings_digest")


def test_an_account_that_comes_to_a_subscribed_address_gets_nothing_twice(reader):
    account = UserFactory(email="old@example.org")
    mine = recipients.sync_user(account, "old@example.org", "en", "UTC")
    reader.subscribe(rhythm="daily")
    recipients.sync_user(account, ADDRESS, "en", "UTC")
    assert Recipient.objects.exclude(address="").get() == mine


def test_an_unproved_address_of_an_account_takes_nothing_over(reader):
    recipient = reader.subscribe()
    recipients.sync_user(UserFactory(), ADDRESS, "en", "UTC", is_verified=False)
    recipient.refresh_from_db()
    assert (recipient.user, recipient.address) == (None, ADDRESS)
