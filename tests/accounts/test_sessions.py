"""Where one is signed in: the list, ending one, ending all others."""

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from liaisons.accounts import browser_names
from liaisons.models import Session

from .conftest import code_in

PAGE = "liaisons:settings_sessions"
PHONE = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
LAPTOP = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36"
)


@pytest.fixture
def signs_in(dave):
    """``signs_in(PHONE)``: Dave signs in with that browser."""

    def _signs_in(user_agent):
        client = Client(headers={"user-agent": user_agent}, REMOTE_ADDR="192.0.2.77")
        client.post(reverse("account_login"), {"email": dave.email})
        client.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])})
        assert "_auth_user_id" in client.session
        return client

    return _signs_in


def devices(client):
    return client.get(reverse(PAGE)).context["devices"]


def is_signed_in(client):
    return client.get(reverse("liaisons:settings")).status_code == 200


def test_each_browser_is_listed_by_a_readable_name_this_one_first(signs_in):
    signs_in(PHONE)
    laptop = signs_in(LAPTOP)
    assert [(d.browser, d.is_this) for d in devices(laptop)] == [
        ("Chrome, Linux", True),
        ("Firefox, Android", False),
    ]
    page = laptop.get(reverse(PAGE)).content.decode()
    assert "Signed in" in page
    assert "Last used" in page


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (PHONE, "Firefox, Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
            "Edge, Windows",
        ),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_a_browser_is_named_without_its_version(user_agent, name):
    assert browser_names.name_of(user_agent) == name


def test_ending_one_ends_it_at_once(signs_in):
    phone, laptop = signs_in(PHONE), signs_in(LAPTOP)
    handle = devices(laptop)[1].handle
    laptop.post(reverse(PAGE), {"session": handle})
    assert not is_signed_in(phone)
    assert is_signed_in(laptop)
    again = laptop.post(reverse(PAGE), {"session": handle}, follow=True)
    assert "already" in again.content.decode()


def test_ending_all_others_leaves_this_one(signs_in):
    phone, tablet, laptop = signs_in(PHONE), signs_in(PHONE), signs_in(LAPTOP)
    answer = laptop.post(reverse(PAGE), {"action": "others"}, follow=True)
    assert "2 other browsers" in answer.content.decode()
    assert [is_signed_in(client) for client in (phone, tablet, laptop)] == [False, False, True]


def test_nobody_ends_the_session_of_another_person(signs_in, as_person, grace):
    phone = signs_in(PHONE)
    other = as_person(grace)
    other.post(reverse(PAGE), {"session": devices(phone)[0].handle})
    other.post(reverse(PAGE), {"action": "others"})
    assert is_signed_in(phone)


def test_the_page_does_not_hold_the_key_of_a_session(signs_in):
    phone, laptop = signs_in(PHONE), signs_in(LAPTOP)
    page = laptop.get(reverse(PAGE)).content.decode()
    assert phone.session.session_key not in page
    assert laptop.session.session_key not in page


def test_no_network_address_and_no_version_is_kept(signs_in):
    signs_in(LAPTOP)
    row = Session.objects.get(person__isnull=False)
    kept = json.dumps([row.get_decoded(), str(row.seen_at)])
    assert "192.0.2.77" not in kept
    assert "141" not in kept
    assert "Chrome, Linux" in kept


def test_a_new_password_takes_the_other_browsers_off_the_list(signs_in):
    phone, laptop = signs_in(PHONE), signs_in(LAPTOP)
    laptop.post(reverse("liaisons:settings_password"), {"password": "a long enough one"})
    assert not is_signed_in(phone)
    assert len(devices(laptop)) == 1


def test_use_is_noted_at_most_once_an_hour(signs_in):
    laptop = signs_in(LAPTOP)
    before = timezone.now() - timedelta(hours=3)
    Session.objects.update(seen_at=before)
    with CaptureQueriesContext(connection) as first:
        laptop.get(reverse("liaisons:settings"))
    assert Session.objects.get(person__isnull=False).seen_at > before + timedelta(hours=2)
    with CaptureQueriesContext(connection) as second:
        laptop.get(reverse("liaisons:settings"))
    assert len(second) == len(first) - 1


def test_a_public_page_asks_nothing_of_sessions(client, db):
    client.get(reverse("about"))
    with CaptureQueriesContext(connection) as queries:
        response = client.get(reverse("about"))
    assert not [q for q in queries if "session" in q["sql"]]
    assert not response.cookies


def test_sessions_are_in_the_download(signs_in):
    laptop = signs_in(LAPTOP)
    from liaisons import personal_data

    person = Session.objects.get(person__isnull=False).person
    assert personal_data.held_on(person)["sessions"][0]["browser"] == "Chrome, Linux"
    assert laptop


def test_the_names_of_passkeys_are_in_the_download(dave):
    from allauth.mfa.models import Authenticator

    from liaisons import personal_data

    data = {"name": "My laptop", "credential": {}}
    Authenticator.objects.create(user=dave, type="webauthn", data=data)
    steps = personal_data.held_on(dave)["account"]["second_step"]
    assert [(step["type"], step["name"]) for step in steps] == [("webauthn", "My laptop")]


def test_sessions_go_with_the_account(signs_in, dave):
    phone, laptop = signs_in(PHONE), signs_in(LAPTOP)
    laptop.post(reverse("liaisons:settings_delete"), {"is_sure": "on"})
    assert not Session.objects.filter(person=dave).exists()
    assert not is_signed_in(phone)


def test_a_session_that_is_over_is_forgotten(signs_in):
    from liaisons.tasks import clear_what_is_over

    signs_in(LAPTOP)
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    clear_what_is_over()
    assert not Session.objects.exists()
