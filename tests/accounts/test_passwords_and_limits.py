"""Signing in with a password, and the limits on every way in."""

import contextlib
import socket

import pytest
from django.core import mail
from django.test import Client, TestCase
from django.urls import reverse

from liaisons.models import User
from tests.factories import UserFactory

from .conftest import code_in

PASSWORD = "a long enough one"
LOGIN, SIGNUP, CODE = "account_login", "account_signup", "account_confirm_login_code"


@pytest.fixture
def member(db):
    person = UserFactory(email="member@example.org")
    person.set_password(PASSWORD)
    person.save()
    return person


def test_a_password_signs_in(client, member):
    response = client.post(reverse(LOGIN), {"email": "Member@example.org", "password": PASSWORD})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(member.pk)
    assert mail.outbox == []


def test_a_new_person_may_choose_a_password(client, db):
    client.post(reverse(SIGNUP), {"email": "ada@example.org", "password": PASSWORD})
    client.post(reverse(CODE), {"code": code_in(mail.outbox[0])})
    assert User.objects.get().check_password(PASSWORD)
    client.logout()
    client.post(reverse(LOGIN), {"email": "ada@example.org", "password": PASSWORD})
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize("weak", ["short", "1234567890123", "password1234"[:8]])
def test_a_weak_password_is_refused(client, db, weak):
    response = client.post(reverse(SIGNUP), {"email": "ada@example.org", "password": weak})
    assert response.context["form"].errors["password"]
    assert mail.outbox == []


def test_an_account_made_by_a_command_signs_in_too(client, db):
    person = User.objects.create(email="made@example.org")
    person.set_password(PASSWORD)
    person.save()
    client.post(reverse(LOGIN), {"email": "made@example.org", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(person.pk)


def test_a_user_name_does_not_sign_in(client, member):
    client.post(reverse(LOGIN), {"email": member.username, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_a_right_password_is_no_try_and_hides_no_wrong_ones(member):
    def answer_to(password):
        return Client().post(reverse(LOGIN), {"email": member.email, "password": password})

    assert [answer_to(PASSWORD).status_code for _ in range(7)] == [302] * 7
    asked = ["wrong"] * 4 + [PASSWORD] * 3 + ["wrong"] * 2
    assert [answer_to(word).status_code for word in asked] == [200] * 4 + [302] * 3 + [200, 429]


def test_guessing_passwords_ends_in_a_page_that_says_wait(client, member):
    answers = [
        client.post(reverse(LOGIN), {"email": member.email, "password": f"wrong {n}"})
        for n in range(7)
    ]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert "too often" in answers[-1].content.decode()
    assert answers[-1]["Retry-After"]
    # The right one does not get through either, or the limit would tell.
    right = client.post(reverse(LOGIN), {"email": member.email, "password": PASSWORD})
    assert right.status_code == 429


@pytest.mark.parametrize("name", [LOGIN, SIGNUP, "account_reset_password"])
def test_only_so_many_codes_go_to_one_address(client, db, settings, name):
    for _time in range(settings.CODES_FOR_ADDRESS[0]):
        assert client.post(reverse(name), {"email": "ada@example.org"}).status_code == 302
    response = client.post(reverse(name), {"email": "ADA@example.org"})
    assert response.status_code == 429
    assert len(mail.outbox) == settings.CODES_FOR_ADDRESS[0]
    # Other people are not kept out by it.
    assert client.post(reverse(name), {"email": "bea@example.org"}).status_code == 302


def test_asking_again_on_the_code_page_counts_too(client, db, settings):
    client.post(reverse(LOGIN), {"email": "ada@example.org"})
    answers = [client.post(reverse(CODE), {"action": "resend"}).status_code for _time in range(5)]
    assert answers == [302, 302, 302, 302, 429]


def test_only_so_many_codes_are_asked_for_from_one_network(client, db, settings):
    settings.CODES_FROM_NETWORK = (3, 600)
    answers = [
        client.post(reverse(LOGIN), {"email": f"p{n}@example.org"}).status_code for n in range(4)
    ]
    assert answers == [302, 302, 302, 429]


def test_only_so_many_codes_are_tried_from_one_network(client, db, settings):
    settings.CODE_TRIES_FROM_NETWORK = (2, 600)
    for n in range(3):
        client.post(reverse(LOGIN), {"email": f"p{n}@example.org"})
        answer = client.post(reverse(CODE), {"code": "0000 0000"})
    assert answer.status_code == 429


@pytest.fixture
def silent_redis(broker):
    """A Redis that takes connections and never answers; counts those who call."""
    calls = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        broker(f"redis://127.0.0.1:{listener.getsockname()[1]}/0")

        def count():
            with contextlib.suppress(TimeoutError):
                while True:
                    calls.append(listener.accept())
            return len(calls)

        yield count


def test_coming_in_and_settings_never_ask_redis(client, db, silent_redis):
    client.post(reverse(LOGIN), {"email": "ada@example.org"})
    client.post(reverse(CODE), {"code": code_in(mail.outbox[0])})
    assert "_auth_user_id" in client.session
    with TestCase.captureOnCommitCallbacks(execute=True):
        answers = [
            client.post(
                reverse("liaisons:settings_digest"),
                {"channel": "mail", "rhythm": "daily", "language": "fr", "time_zone": "UTC"},
            ),
            client.post(
                reverse("liaisons:settings_profile"),
                {"display_name": "Ada", "is_public_by_name": "no"},
            ),
        ]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert silent_redis() == 0
