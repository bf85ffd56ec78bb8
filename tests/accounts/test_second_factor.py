"""The Core Team's second step: asked for before the admin opens, and at each sign-in after."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.urls import reverse

from liaisons.accounts import second_factor
from liaisons.models import User
from web.models import Installation

from .conftest import code_in

ADMIN = "/admin/"
CONFIRM = "account_confirm_login_code"


def app_code(secret, offset=0):
    """What the app shows at this moment."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + offset))


@pytest.fixture
def core_team(erin, client, come_in):
    """Erin of the Core Team, just signed in with a code by mail."""
    come_in(erin.email)
    return erin


@pytest.fixture
def secret(core_team, client):
    """Erin's app is set up; this is its secret."""
    page = client.get(reverse("mfa_activate_totp"))
    found = page.context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": app_code(found)})
    return found


def test_the_admin_asks_for_the_second_step_first(client, core_team):
    response = client.get(ADMIN + "liaisons/user/")
    assert response.url == f"{reverse('mfa_index')}?next={ADMIN}liaisons/user/"
    choice = client.get(response.url).content.decode()
    app_url = f"{reverse('mfa_activate_totp')}?next={ADMIN}liaisons/user/"
    assert app_url in choice
    assert "data:image/svg+xml" in client.get(app_url).content.decode()


def test_the_admin_opens_once_the_app_is_set_up(client, secret):
    assert client.get(ADMIN).status_code == 200


def test_a_wrong_code_does_not_set_up_the_app(client, core_team):
    client.get(reverse("mfa_activate_totp"))
    response = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert response.context["form"].errors["code"]
    assert not Authenticator.objects.exists()


def test_signing_in_asks_for_the_app_afterwards(client, secret, core_team, come_in):
    client.post(reverse("account_logout"))
    response = come_in(core_team.email)
    assert response.url == reverse("mfa_authenticate")
    assert client.get(ADMIN).status_code == 302
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "not right" in wrong.content.decode()
    assert "_auth_user_id" not in client.session
    client.post(reverse("mfa_authenticate"), {"code": app_code(secret, 1)})
    assert client.get(ADMIN).status_code == 200


def recovery_codes(client):
    """New recovery codes, as the page shows them once."""
    return client.post(reverse("mfa_view_recovery_codes")).context["codes"]


def test_a_recovery_code_opens_too_and_works_once(client, secret, core_team, come_in):
    codes = recovery_codes(client)
    assert len(codes) == 10
    for expected in (True, False):
        client.post(reverse("account_logout"))
        come_in(core_team.email)
        mail.outbox.clear()
        client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert ("_auth_user_id" in client.session) is expected
        assert ["A recovery code was used." in m.body for m in mail.outbox] == [True] * expected


def test_recovery_codes_are_offered_right_after_setting_up_and_shown_once(client, core_team):
    page = client.get(reverse("mfa_activate_totp") + "?next=/admin/")
    data = {"code": app_code(page.context["form"].secret), "next": ADMIN}
    answer = client.post(reverse("mfa_activate_totp"), data)
    assert answer.url == f"{reverse('mfa_view_recovery_codes')}?next={ADMIN}"
    assert "codes" not in client.get(answer.url).context
    shown = client.post(answer.url, {"next": ADMIN})
    codes = shown.context["codes"]
    page = shown.content.decode()
    assert all(f"<code>{code}</code>" in page for code in codes)
    # The download holds the same, and needs no script and no second request.
    assert f'href="data:text/plain;charset=utf-8,{"".join(code + "%0A" for code in codes)}"' in page
    assert f'href="{ADMIN}"' in page
    assert shown["Cache-Control"].count("no-store") == 1
    assert not any(code in client.get(answer.url).content.decode() for code in codes)


def test_new_recovery_codes_end_the_old_ones(client, secret, core_team, come_in):
    old = recovery_codes(client)
    assert set(recovery_codes(client)).isdisjoint(old)
    client.post(reverse("account_logout"))
    come_in(core_team.email)
    client.post(reverse("mfa_authenticate"), {"code": old[0]})
    assert "_auth_user_id" not in client.session


def test_the_number_of_codes_left_is_shown_with_a_warning_when_few_are_left(client, secret):
    codes = recovery_codes(client)
    person = Authenticator.objects.first().user
    index = reverse("mfa_index")
    assert "10 codes left" in client.get(index).content.decode()
    for code in codes[:7]:
        assert second_factor.take_code(person, code)
    page = client.get(index).content.decode()
    assert "Only 3 recovery codes are left" in page


def test_no_recovery_codes_without_a_second_step(client, come_in):
    come_in("ada@example.org")
    assert client.post(reverse("mfa_view_recovery_codes")).url == reverse("mfa_index")
    assert not Authenticator.objects.exists()


def test_a_code_of_the_app_works_once_in_digits_of_any_script(client, secret, core_team, come_in):
    code = app_code(secret, 1)
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for typed, expected in ((arabic, True), (code, False)):
        client.post(reverse("account_logout"))
        come_in(core_team.email)
        client.post(reverse("mfa_authenticate"), {"code": typed})
        assert ("_auth_user_id" in client.session) is expected


def test_the_code_that_set_up_the_app_does_not_sign_in(client, core_team, come_in):
    found = client.get(reverse("mfa_activate_totp")).context["form"].secret
    code = app_code(found)
    client.post(reverse("mfa_activate_totp"), {"code": code})
    client.post(reverse("account_logout"))
    come_in(core_team.email)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert "_auth_user_id" not in client.session


def test_secrets_are_kept_encrypted(secret):
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept


def test_setting_up_the_app_is_told_by_mail_in_our_words(client, core_team):
    page = client.get(reverse("mfa_activate_totp"))
    mail.outbox.clear()
    client.post(reverse("mfa_activate_totp"), {"code": app_code(page.context["form"].secret)})
    assert [m.to for m in mail.outbox] == [[core_team.email]]
    assert "code from an app was turned on" in mail.outbox[0].body


def test_the_core_team_cannot_turn_it_off(client, secret):
    answer = client.post(reverse("mfa_deactivate_totp"), follow=True)
    assert "cannot do without" in answer.content.decode()
    assert Authenticator.objects.filter(type="totp").exists()


def test_others_may_turn_it_on_and_off(client, come_in):
    come_in("ada@example.org")
    page = client.get(reverse("mfa_activate_totp"))
    client.post(reverse("mfa_activate_totp"), {"code": app_code(page.context["form"].secret)})
    assert Authenticator.objects.filter(type="totp").exists()
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 200
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert "undefined:" not in client.get(reverse("mfa_index")).content.decode()


def test_a_forgotten_password_does_not_go_around_the_second_step(client, secret, core_team):
    client.post(reverse("account_logout"))
    mail.outbox.clear()
    client.post(reverse("account_reset_password"), {"email": core_team.email})
    response = client.post(reverse(CONFIRM), {"code": code_in(mail.outbox[0])})
    assert response.url == reverse("mfa_authenticate")


def test_a_demo_does_not_force_it(client, core_team):
    Installation.objects.update(is_demo=True)
    assert client.get(ADMIN).status_code == 200


def test_the_admin_has_no_sign_in_of_its_own(client, erin):
    response = client.get(ADMIN + "login/", follow=False)
    assert response.url.startswith(reverse("account_login"))
    response = client.post(ADMIN + "login/", {"username": erin.username, "password": "x"})
    assert response.status_code == 302
    assert "_auth_user_id" not in client.session


def test_members_do_not_enter_the_admin(client, come_in):
    come_in("ada@example.org")
    assert client.get(ADMIN, follow=True).status_code in (403, 404)
    assert not User.objects.get(email="ada@example.org").is_staff


def test_the_admin_shows_no_addresses_tokens_or_secrets(client, frank, come_in):
    Installation.objects.update(is_demo=True)
    come_in(frank.email)
    page = client.get(ADMIN).content.decode()
    for path in ("account/emailaddress", "mfa/authenticator", "socialaccount/socialtoken"):
        assert path not in page
        assert client.get(f"{ADMIN}{path}/").status_code == 404
