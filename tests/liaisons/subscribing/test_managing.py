"""Managing a subscription by the link in each mail: no account, no cookie, no full address."""

import http.client
import re
import threading
from datetime import timedelta
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import time_machine
from django.core import mail
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.test import Client
from django.utils import timezone

from liaisons import retention
from liaisons.accounts.people import sync_recipient
from mailing import deliver, editions, positions, preferences, recipients, unsubscribe
from mailing.addresses import masked
from mailing.models import Delivery, Notice, Preference, Recipient, Suppression
from strategy import updates
from tests.factories import UserFactory
from tests.meanwhile import uncommitted
from tests.strategy.factories import UpdateFactory

from .conftest import ADDRESS

pytestmark = pytest.mark.django_db


def saved(client, page, path, **typed):
    """Send the form as the page shows it, with this changed."""
    form = page.context["form"]
    data = {field.html_name: field.value() for field in form if field.value() is not None}
    return client.post(path, {**data, **typed})


@pytest.fixture
def subscriber(reader):
    recipient = reader.subscribe()
    mail.outbox.clear()
    return recipient


def test_the_page_is_for_whoever_holds_the_link_and_names_no_address(reader, subscriber):
    client = Client(enforce_csrf_checks=True)
    page = client.get(reader.manage(subscriber))
    text = page.content.decode()
    assert page.status_code == 200
    assert ADDRESS not in text
    assert masked(ADDRESS) in text
    assert not page.cookies
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["X-Robots-Tag"] == "noindex"
    assert "no-store" in page["Cache-Control"]


def test_everything_can_be_changed(reader, subscriber):
    client = Client(enforce_csrf_checks=True)
    path = reader.manage(subscriber)
    day = timezone.localdate() + timedelta(days=20)
    response = saved(
        client, client.get(path), path,
        rhythm="weekly", language="ar", time_zone="Africa/Cairo", only_topics=["advocacy"],
        paused_until=day.isoformat(),
    )  # fmt: skip
    assert response.status_code == 302
    page = client.get(response.url)
    assert "Your changes are saved." in page.content.decode()
    subscriber.refresh_from_db()
    preference = subscriber.preferences.get()
    assert (subscriber.language, subscriber.time_zone) == ("ar", "Africa/Cairo")
    assert (preference.rhythm, preference.choices) == ("weekly", {"topics": ["advocacy"]})
    assert page.context["form"]["paused_until"].value() == day
    saved(client, page, path, paused_until="")
    subscriber.refresh_from_db()
    assert subscriber.paused_until is None


@pytest.mark.parametrize("days", [0, -3, 85])
def test_a_pause_that_cannot_be_says_why_and_keeps_what_was_typed(reader, subscriber, days):
    path = reader.manage(subscriber)
    client = Client()
    day = (timezone.localdate() + timedelta(days=days)).isoformat()
    page = saved(client, client.get(path), path, rhythm="monthly", paused_until=day)
    assert page.status_code == 200
    assert set(page.context["form"].errors) == {"paused_until"}
    assert page.context["form"]["rhythm"].value() == "monthly"
    assert subscriber.preferences.get().rhythm == "daily"


def test_whom_mail_does_not_reach_is_told_what_can_be_done_without_an_account(reader, subscriber):
    Suppression.objects.create(address_hash=subscriber.address_hash, reason="bounced")
    page = reader.client.get(reader.manage(subscriber)).content.decode()
    assert "Subscribe again, with this address or another one." in page
    assert "your settings" not in page


def test_urgent_news_can_be_done_without(reader, subscriber):
    """Without ending the digest; and whoever switched it off is not taken for one who left."""
    client, path = Client(), reader.manage(subscriber)
    page = client.get(path)
    # Nothing stands there that goes to accounts only.
    assert [option[0] for option in page.context["form"].fields["kinds_call"].choices] == ["urgent"]
    assert [field.html_name for field in page.context["form"].kind_fields] == ["kinds_call"]
    assert saved(client, page, path, kinds_call=[]).status_code == 302
    assert [one.is_on for one in preferences.switches(subscriber)] == [False]
    update = UpdateFactory(kind="urgent", title_en="The vote is tomorrow")
    updates.agree(update, actor=UserFactory(core_team=True))
    updates.publish(update, actor=None)
    editions.make_editions()
    deliver.send_due()
    assert mail.outbox == []
    assert Delivery.objects.get(edition__rhythm="urgent").reason == "switched_off"
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert retention.forget_what_is_old()["left_subscriptions"] == 0
    page = client.get(path)
    saved(client, page, path, kinds_call=["urgent"])
    assert [one.is_on for one in preferences.switches(subscriber)] == [True]


def test_a_month_without_news_is_told_to_whoever_asks(reader, subscriber):
    client, path = Client(), reader.manage(subscriber)
    saved(client, client.get(path), path, tells_when_quiet="on")
    assert client.get(path).context["form"]["tells_when_quiet"].value()
    with time_machine.travel(timezone.now() + timedelta(days=60)):
        editions.make_editions()
        deliver.send_due()
    [message] = mail.outbox
    assert "nothing new for you in the last month" in message.body
    client.post(path, {"rhythm": "daily", "language": "en", "time_zone": "UTC"})
    assert not client.get(path).context["form"]["tells_when_quiet"].value()


def test_how_a_digest_looks_can_be_seen(reader, subscriber):
    client, path = Client(enforce_csrf_checks=True), f"{reader.manage(subscriber)}sample/"
    assert path in client.get(reader.manage(subscriber)).text
    assert "Nothing is published yet" in client.get(path).text
    updates.publish(UpdateFactory(title_en="A first draft"), actor=None)
    page = client.get(path)
    assert "if it were sent now" in page.text
    assert page.text.count("A first draft") >= 3
    assert ADDRESS not in page.text
    assert not page.cookies
    assert "no-store" in page["Cache-Control"]
    assert not Delivery.objects.exists()
    assert client.post(path).status_code == 405
    assert client.get("/en/subscribe/manage/sl-u1-x/sample/").status_code == 404


def test_leaving_and_coming_back(reader, subscriber):
    client, path = Client(enforce_csrf_checks=True), reader.manage(subscriber)
    page = client.post(path, {"action": "leave"}, follow=True)
    assert subscriber.preferences.get().rhythm == "none"
    saved(client, page, path)
    assert subscriber.preferences.get().rhythm == "weekly"


def test_deleting_leaves_nothing_of_the_address(reader, subscriber):
    client, path = Client(enforce_csrf_checks=True), reader.manage(subscriber)
    assert client.get(f"{path}delete/").status_code == 200
    assert Recipient.objects.exclude(address="").exists()
    page = client.post(f"{path}delete/", follow=True)
    assert page.status_code == 200
    assert not Recipient.objects.exclude(address="").exists()
    assert not Notice.objects.exclude(address="").exists()
    assert not Preference.objects.exists()
    for method in ("get", "post"):
        assert getattr(client, method)(path).status_code == 404
        assert getattr(client, method)(f"{path}delete/").status_code == 404
    # Nothing stands in the way of asking again.
    assert reader.subscribe().pk != subscriber.pk


def news():
    """An update, published now."""
    updates.publish(UpdateFactory(), actor=None)


def digest_for(recipient):
    """The digest a worker sends now."""
    news()
    editions.make_edition_for(recipient)
    deliver.send_due()
    return mail.outbox[-1]


@pytest.mark.django_db(transaction=True)
def test_what_is_saved_while_all_is_being_deleted_is_not_kept(reader, subscriber):
    client, path = Client(enforce_csrf_checks=True), reader.manage(subscriber)
    page = client.get(path)
    with uncommitted(lambda: recipients.forget(subscriber)):
        answer = saved(client, page, path, language="fr")
    assert answer.status_code == 404
    assert not Preference.objects.exists()
    assert Recipient.objects.get().language == "en"


def test_each_digest_leads_to_the_page(reader, subscriber):
    message = digest_for(subscriber)
    path = reader.manage(subscriber)
    assert f"http://testserver{path}" in message.body
    assert f'href="http://testserver{path}"' in message.alternatives[0][0]
    assert message.extra_headers["List-Help"] == f"<http://testserver{path}>"
    assert ADDRESS not in message.body


def test_each_digest_says_truly_why_it_comes(subscriber, alice):
    sync_recipient(alice)
    mails = [digest_for(one) for one in (subscriber, alice.mail_recipient)]
    said = ["because you asked for news", "because news by e-mail is switched on in your account"]
    for message, why in zip(mails, said, strict=True):
        for form in (message.body, message.alternatives[0][0]):
            assert [one for one in said if one in form] == [why]


def test_who_has_left_is_forgotten_after_a_while(reader, subscriber):
    unsubscribe.unsubscribe(subscriber)
    days = timezone.now() + timedelta(days=29)
    with time_machine.travel(days):
        assert retention.forget_what_is_old()["left_subscriptions"] == 0
    with time_machine.travel(days + timedelta(days=2)):
        assert retention.forget_what_is_old()["left_subscriptions"] == 1
    subscriber.refresh_from_db()
    assert (subscriber.address, subscriber.forgotten_at is not None) == ("", True)


def test_whose_server_takes_no_mail_is_forgotten_a_while_after_both(reader, subscriber):
    """The wait is counted from the refusal or from the wish, whichever is newer."""
    old = timezone.now() - timedelta(days=300)
    Suppression.objects.create(
        address_hash=subscriber.address_hash, reason="by_hand", created_at=old
    )
    for days, forgotten in ((29, 0), (31, 1)):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            assert retention.forget_what_is_old()["left_subscriptions"] == forgotten


def test_nobody_else_is_forgotten(reader, subscriber, dave):
    from liaisons.accounts import people
    from mailing import recipients

    people.sync_recipient(dave)
    recipients.set_rhythm(dave, "none")
    with time_machine.travel(timezone.now() + timedelta(days=300)):
        assert retention.forget_what_is_old()["left_subscriptions"] == 0
    assert Recipient.objects.exclude(address="").count() == 2


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        """Tests say enough."""


@pytest.fixture
def bare_server(transactional_db):
    """The application behind a real socket."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server.server_address
    server.shutdown()
    thread.join()
    server.server_close()


def bare(address, method, path, body=None):
    """One request by nothing but http.client: no cookie, no redirect followed."""
    connection = http.client.HTTPConnection(*address, timeout=30)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request(method, path, body, {"Host": "testserver", **headers})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content


@pytest.mark.django_db(transaction=True)
def test_a_mail_program_unsubscribes_with_one_click(bare_server, reader):
    """RFC 8058 as a mail program does it, from the header of a mail that was sent."""
    recipient = reader.subscribe()
    message = digest_for(recipient)
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = urlsplit(re.fullmatch(r"<([^>]+)>", message.extra_headers["List-Unsubscribe"])[1])
    for method in ("GET", "HEAD"):
        response, _content = bare(bare_server, method, url.path)
        assert response.status == 200
        assert response.getheader("Set-Cookie") is None
    assert recipient.preferences.get().rhythm == "daily"
    for _time in range(2):
        response, content = bare(bare_server, "POST", url.path, "List-Unsubscribe=One-Click")
        assert response.status == 200
        assert response.getheader("Set-Cookie") is None
        assert response.getheader("Location") is None
        assert ADDRESS.encode() not in content
    assert recipient.preferences.get().rhythm == "none"
    news()
    [frozen] = editions.make_editions(timezone.now() + timedelta(days=2)) or [None]
    assert frozen is None or frozen.edition.audience == 0
    assert Delivery.objects.filter(recipient=recipient).count() == 1


def test_what_is_published_after_coming_is_news_and_nothing_before(reader):
    news()
    recipient = reader.subscribe()
    assert recipient.joined_position == positions.current()
    with transaction.atomic():
        editions.make_edition_for(recipient)
    assert Delivery.objects.get().reason == "empty"
