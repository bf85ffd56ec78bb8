"""Limits on every way in: many at once, and with Redis refused or hung. They are in PostgreSQL."""

import contextlib
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from liaisons.accounts import second_factor
from tests.cast import pass_second_step
from tests.factories import UserFactory
from web import rate_limits
from web.models import Installation

from .conftest import code_in
from .test_second_factor import app_code

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "a long enough one"


@pytest.fixture(autouse=True)
def one_window(monkeypatch):
    """The windows of limits do not end in the middle of a test."""
    now = timezone.now()
    monkeypatch.setattr(rate_limits, "timezone", SimpleNamespace(now=lambda: now))


@pytest.fixture
def person(db):
    person = UserFactory(email="member@example.org")
    person.set_password(PASSWORD)
    person.save()
    return person


def at_once(times, act):
    """``act(number)`` in so many threads, each with a connection of its own."""

    def one(number):
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=min(times, 25)) as pool:
        return list(pool.map(one, range(times)))


@pytest.fixture
def real(transactional_db):
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": False})


@pytest.mark.django_db(transaction=True)
def test_fifty_passwords_at_once_are_five_tries(real, person, settings):
    def guess(number):
        data = {"email": person.email, "password": f"wrong {number}"}
        return Client().post(reverse("account_login"), data).status_code

    answers = at_once(50, guess)
    assert (answers.count(200), answers.count(429)) == (settings.PASSWORDS_FOR_ADDRESS[0], 45)


@pytest.mark.django_db(transaction=True)
def test_fifty_second_steps_at_once_are_five_tries(real, person, settings):
    TOTP.activate(person, SECRET)
    client = Client()
    client.post(reverse("account_login"), {"email": person.email, "password": PASSWORD})
    key = client.cookies["sessionid"].value

    def guess(number):
        browser = Client()
        browser.cookies["sessionid"] = key
        return browser.post(reverse("mfa_authenticate"), {"code": f"{number:06d}"}).status_code

    answers = at_once(50, guess)
    assert (answers.count(200), answers.count(429)) == (settings.SECOND_STEP_TRIES[0], 45)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["recovery code", "code of the app"])
def test_of_many_who_use_one_code_at_once_one_comes_in(real, person, kind):
    TOTP.activate(person, SECRET)
    codes = RecoveryCodes.activate(person).generate_codes()
    code = codes[0] if kind == "recovery code" else app_code(SECRET)
    used = at_once(20, lambda _: second_factor.take_code(person, code) is not None)
    assert used.count(True) == 1
    left = 9 if kind == "recovery code" else 10
    assert second_factor.codes_left(person) == left


@pytest.mark.django_db(transaction=True)
def test_the_last_two_are_not_taken_away_at_once(real, person, as_person):
    person.is_staff = True
    person.save()
    TOTP.activate(person, SECRET)
    data = {"name": "Key", "credential": {}}
    key = Authenticator.objects.create(user=person, type="webauthn", data=data)
    browsers = [as_person(person), as_person(person)]
    for browser in browsers:
        pass_second_step(browser, person, ago=0)
    paths = [reverse("mfa_deactivate_totp"), reverse("mfa_remove_webauthn", args=[key.pk])]
    at_once(2, lambda number: browsers[number].post(paths[number]).status_code)
    assert Authenticator.objects.filter(user=person).count() == 1


@pytest.mark.django_db(transaction=True)
def test_setting_up_an_app_twice_at_once_sets_up_one(real, person, as_person):
    browser = as_person(person)
    pass_second_step(browser, person, ago=0)
    Authenticator.objects.all().delete()
    secret = browser.get(reverse("mfa_activate_totp")).context["form"].secret
    key = browser.cookies["sessionid"].value

    def turn_on(_number):
        other = Client()
        other.cookies["sessionid"] = key
        data = {"code": app_code(secret)}
        return other.post(reverse("mfa_activate_totp"), data).status_code

    assert set(at_once(4, turn_on)) == {302}
    assert Authenticator.objects.filter(user=person, type="totp").count() == 1


# --- With Redis away ----------------------------------------------------------------------------


@pytest.fixture(params=["refused", "hung"])
def no_redis(request, broker):
    """A Redis that refuses, or takes connections and never answers; counts those who call."""
    calls = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if request.param == "hung":
            listener.listen()
            listener.settimeout(0.2)
        broker(f"redis://127.0.0.1:{listener.getsockname()[1]}/0")

        def count():
            with contextlib.suppress(OSError):
                while True:
                    calls.append(listener.accept())
            return len(calls)

        yield count


def of_the_second_step(prepare, name, data):
    """Tries of a second step: at the sign-in, or where somebody is asked once more."""

    def start(client, person):
        TOTP.activate(person, SECRET)
        RecoveryCodes.activate(person)
        prepare(client, person)
        return lambda number: client.post(reverse(name), data(number))

    return start


def gives_password(client, person):
    client.post(reverse("account_login"), {"email": person.email, "password": PASSWORD})


def came_in_long_ago(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")


def came_in_now(client, person):
    came_in_long_ago(client, person)
    pass_second_step(client, person, ago=0)


def asks_for_codes(name):
    return lambda client, person: lambda number: client.post(reverse(name), {"email": person.email})


def tries_codes(client, person):
    def act(number):
        if number == 0:
            client.post(reverse("account_login"), {"email": person.email})
        return client.post(reverse("account_confirm_login_code"), {"code": "0000 0000"})

    return act


def tries_passwords(client, person):
    return lambda number: client.post(
        reverse("account_login"), {"email": person.email, "password": f"wrong {number}"}
    )


def asks_to_prove(client, person):
    came_in_long_ago(client, person)
    return lambda number: client.post(reverse("account_reauthenticate"), {"action": "code"})


def proves_by_password(client, person):
    came_in_long_ago(client, person)
    return lambda number: client.post(
        reverse("account_reauthenticate"), {"password": f"wrong {number}"}
    )


def makes_passkeys(client, person):
    came_in_now(client, person)
    return lambda number: client.post(reverse("mfa_add_webauthn"), {"credential": "{}"})


WAYS = {
    "sign-in": asks_for_codes("account_login"),
    "sign-up": asks_for_codes("account_signup"),
    "reset": asks_for_codes("account_reset_password"),
    "password": tries_passwords,
    "code of the app": of_the_second_step(
        gives_password, "mfa_authenticate", lambda n: {"code": f"{n:06d}"}
    ),
    "recovery code": of_the_second_step(
        gives_password, "mfa_authenticate", lambda n: {"code": f"{n:08d}"}
    ),
    "passkey": of_the_second_step(
        gives_password, "mfa_authenticate", lambda n: {"credential": "{}"}
    ),
    "once more, by mail": asks_to_prove,
    "once more, by password": proves_by_password,
    "once more, by the second step": of_the_second_step(
        came_in_long_ago, "account_reauthenticate", lambda n: {"code": f"{n:06d}"}
    ),
    "once more, by a passkey": of_the_second_step(
        came_in_long_ago, "account_reauthenticate", lambda n: {"credential": "{}"}
    ),
    "new recovery codes": of_the_second_step(came_in_now, "mfa_view_recovery_codes", lambda n: {}),
    "new passkeys": makes_passkeys,
}


@pytest.mark.parametrize("way", WAYS)
def test_each_limit_holds_with_redis_away(client, person, no_redis, settings, way):
    settings.BASE_URL = "https://liaisons.example.org"
    act = WAYS[way](client, person)
    answers = [act(number) for number in range(6)]
    assert 429 not in [answer.status_code for answer in answers[:5]]
    assert answers[5].status_code == 429
    page = answers[5].content.decode()
    assert "That was too often" in page
    assert "Please wait ten minutes" in page
    assert answers[5]["Retry-After"]
    assert no_redis() == 0


def test_a_code_by_mail_dies_after_five_tries_with_redis_away(client, person, no_redis):
    act = tries_codes(client, person)
    answers = [act(number) for number in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [302]
    # The right one, too late.
    right = code_in(mail.outbox[-1])
    client.post(reverse("account_confirm_login_code"), {"code": right})
    assert "_auth_user_id" not in client.session
    assert no_redis() == 0


def test_the_limit_a_day_holds_too(client, person, settings):
    settings.SECOND_STEP_TRIES = (100, 300)
    settings.SECOND_STEP_TRIES_A_DAY = (3, 86_400)
    act = WAYS["code of the app"](client, person)
    assert [act(number).status_code for number in range(4)] == [200, 200, 200, 429]


@pytest.mark.parametrize("way", ["sign-in", "code of the app"])
def test_what_was_refused_does_not_use_up_the_day(client, person, settings, monkeypatch, way):
    settings.CODES_FOR_ADDRESS_A_DAY = settings.SECOND_STEP_TRIES_A_DAY = (6, 86_400)
    act = WAYS[way](client, person)
    assert [act(number).status_code for number in range(20)].count(429) == 15
    later = rate_limits.timezone.now() + timedelta(minutes=10)
    monkeypatch.setattr(rate_limits, "timezone", SimpleNamespace(now=lambda: later))
    assert act(20).status_code != 429


def test_many_accounts_from_one_network_are_limited(client, settings, db):
    settings.SECOND_STEP_TRIES_FROM_NETWORK = (3, 600)
    settings.PASSWORDS_FROM_NETWORK = (100, 600)
    answers = []
    for number in range(4):
        person = UserFactory(email=f"p{number}@example.org")
        person.set_password(PASSWORD)
        person.save()
        browser = Client()
        act = WAYS["code of the app"](browser, person)
        answers.append(act(number).status_code)
    assert answers == [200, 200, 200, 429]
