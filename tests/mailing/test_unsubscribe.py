"""The link in each mail (RFC 8058): GET shows, POST acts, nothing redirects."""

import re
from dataclasses import replace
from html import unescape

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mailing import deliver, kinds, links, notices, preferences, recipients
from mailing.models import Recipient, Rhythm
from mailing.unsubscribe import recipient_of, token_for
from tests.mailing.kinds_for_tests import a_kind
from tests.mailing.people import person
from tests.mailing.test_editions import MONDAY, run

pytestmark = pytest.mark.django_db

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def link(recipient, slash="/"):
    url = reverse("mailing:unsubscribe", args=[token_for(recipient.pk, recipient.address_hash)])
    return url.rstrip("/") + slash


def rhythm(recipient):
    return recipient.preferences.get().rhythm


@pytest.fixture
def reader():
    return person("weekly")


@pytest.fixture
def stranger():
    """Someone's mail program: no session, no cookie, CSRF checked as for everyone."""
    return Client(enforce_csrf_checks=True)


def test_looking_changes_nothing(stranger, reader):
    for _time in range(2):
        response = stranger.get(link(reader))
        assert response.status_code == 200
        assert "<form" in response.content.decode()
    assert stranger.head(link(reader)).status_code == 200
    assert rhythm(reader) == Rhythm.WEEKLY
    assert not response.cookies


@pytest.mark.parametrize("slash", ["/", ""])
@pytest.mark.parametrize("times", [1, 3])
def test_one_click_ends_the_digest_however_often(stranger, reader, slash, times):
    for _time in range(times):
        response = stranger.post(link(reader, slash), ONE_CLICK)
        assert response.status_code == 200
        assert not response.cookies
    preference = reader.preferences.get()
    assert (preference.rhythm, preference.source) == (Rhythm.NONE, "unsubscribe_link")


def test_the_answer_is_for_nobody_else(stranger, reader):
    response = stranger.post(link(reader))
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex"
    assert reader.address not in response.content.decode()


def test_the_page_speaks_the_language_of_the_mail(stranger):
    reader = person("weekly", language="ar")
    page = stranger.get(link(reader)).content.decode()
    assert '<html lang="ar" dir="rtl">' in page


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "token", ["x", "sl-u1-000000000001-" + "0" * 32, "sl-u1-ffffffffffff-" + "0" * 32, "é", "%00"]
)
def test_a_wrong_link_says_so(stranger, reader, method, token):
    response = getattr(stranger, method)(f"/mail/unsubscribe/{token}/")
    assert response.status_code in (400, 404)
    assert rhythm(reader) == Rhythm.WEEKLY


def test_a_link_sent_to_an_earlier_address_has_no_force(stranger, reader):
    old = link(reader)
    recipients.sync_user(reader.user, "new@example.org", "en", "UTC")
    assert stranger.post(old).status_code == 404
    assert rhythm(reader) == Rhythm.WEEKLY


def test_links_outlive_a_new_secret_key(stranger, reader, settings):
    old = link(reader)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "new" * 20
    assert link(reader) != old
    assert stranger.post(old).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert stranger.get(old).status_code == 404


def test_whoever_clicks_the_link_in_a_mail_gets_no_more(stranger, only_board, reader):
    only_board.post("One")
    run(MONDAY)
    header = mail.outbox[0].extra_headers["List-Unsubscribe"]
    url = re.fullmatch(r"<http://testserver(/mail/unsubscribe/[^>]+)>", header)[1]
    assert url in mail.outbox[0].body
    assert stranger.post(url, ONE_CLICK).status_code == 200
    only_board.post("Two")
    run(MONDAY.replace(day=20))
    deliver.send_due()
    assert len(mail.outbox) == 1


@pytest.mark.usefixtures("call_templates")
def test_one_click_switches_off_the_kind_of_a_mail_and_no_other(stranger, reader):
    with a_kind() as kind, a_kind("another") as another:
        for one in (kind, another):
            notices.send(one.name, reader.user, {"thing": "this"})
        deliver.send_due()
        for message, name in zip(mail.outbox, ("a_call", "another"), strict=True):
            html = message.alternatives[0].content
            for form in (message.body, unescape(html)):
                assert f"(“Kind {name}”) go to: Whoever the test wants." in form
                assert links.settings_url() in form
        header = mail.outbox[0].extra_headers["List-Unsubscribe"]
        url = re.fullmatch(r"<http://testserver(/mail/unsubscribe/.+)>", header)[1]
        assert mail.outbox[0].extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert url in mail.outbox[0].body
        assert url in unescape(mail.outbox[0].alternatives[0].content)
        page = stranger.get(url).text
        assert "Get no more of these mails?" in page
        assert "Kind a_call" in page
        assert preferences.switches(reader) == still_on(reader)
        for _time in range(2):
            page = stranger.post(url, ONE_CLICK)
            assert page.status_code == 200
            assert "You get no more of these mails" in page.text
        off = [one.kind for one in preferences.switches(reader) if not one.is_on]
        assert off == [kind]
        assert reader.preferences.get(kind="digest").rhythm == Rhythm.WEEKLY
        for one in (kind, another):
            notices.send(one.name, reader.user, {"thing": "that"})
        deliver.send_due()
        assert [message.subject for message in mail.outbox[2:]] == ["Subject that"]


def still_on(reader):
    return [replace(one, is_on=True) for one in preferences.switches(reader)]


@pytest.mark.usefixtures("call_templates")
def test_what_always_comes_names_no_way_to_end_it(stranger, reader):
    with a_kind(category=kinds.Category.RECEIPT) as kind:
        notices.send(kind.name, reader.user, {"thing": "this"})
        deliver.send_due()
        [message] = mail.outbox
        assert "List-Unsubscribe" not in message.extra_headers
        assert "go to:" not in message.body
        for name in (kind.name, "nothing_like_it", ""):
            for method in (stranger.get, stranger.post):
                assert method(f"{link(reader)}?kind={name}").status_code == 404
    assert rhythm(reader) == Rhythm.WEEKLY


@hypothesis_settings(deadline=None)
@given(st.text())
def test_no_text_is_taken_for_a_token(text):
    assert recipient_of(text) is None


@hypothesis_settings(deadline=None)
@given(st.integers(1, 2**40), st.text())
def test_tokens_have_one_length_and_fit_a_line(number, address_hash):
    token = token_for(number, address_hash)
    assert len(token) == 51
    assert token.isascii()
    assert not Recipient.objects.filter(pk=number).exists() or recipient_of(token) is None
