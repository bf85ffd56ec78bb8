"""Every way round the Core Team's second step that we know of, each tried.

The ways: other ways in (a code, a password, a forgotten password, Wikimedia); sessions that began
before (without any second step, in another browser, copied); opening addresses directly; the
admin's own sign-in and password pages; the page that asks who it is; changing the address; taking
the second step away or adding one's own; codes and answers used twice; a request that says it is
for another host; what waits halfway through the sign-in.
"""

import json
import re
import time

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client
from django.urls import reverse

from liaisons.accounts import freshness
from liaisons.models import User
from tests.cast import pass_second_step
from tests.harness.addresses import all_addresses
from web.models import Installation

from .conftest import code_in
from .test_second_factor import app_code
from .wiki import ADA, signed_in_person, through_wikimedia

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "a long enough one"
ADMIN = "/admin/"
ENTER = "mfa_authenticate"
PROBE = "liaisons:settings"


@pytest.fixture
def erin_with_app(erin):
    """Erin of the Core Team; her app's secret is ``SECRET``, and she has a password."""
    TOTP.activate(erin, SECRET)
    erin.set_password(PASSWORD)
    erin.save()
    return erin


@pytest.fixture
def halfway(client, erin_with_app, come_in):
    """Erin gave a code from her mail; the second step is still to come."""
    come_in(erin_with_app.email)
    return client


def is_in(client):
    return "_auth_user_id" in client.session


def opens(client, path=ADMIN):
    return client.get(path).status_code == 200


# --- Other ways in ------------------------------------------------------------------------------


def by_code(client, person):
    client.post(reverse("account_login"), {"email": person.email})
    return client.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])})


def by_signing_up_again(client, person):
    client.post(reverse("account_signup"), {"email": person.email, "password": "another long one"})
    return client.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])})


def by_password(client, person):
    return client.post(reverse("account_login"), {"email": person.email, "password": PASSWORD})


def by_forgotten_password(client, person):
    client.post(reverse("account_reset_password"), {"email": person.email})
    return client.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])})


@pytest.mark.parametrize("way", [by_code, by_signing_up_again, by_password, by_forgotten_password])
def test_every_way_in_meets_the_second_step(client, erin_with_app, way):
    assert way(client, erin_with_app).url == reverse(ENTER)
    assert not is_in(client)
    assert not opens(client)


@pytest.mark.parametrize("way", [by_code, by_signing_up_again, by_password, by_forgotten_password])
@pytest.mark.parametrize("has_app", [True, False])
def test_a_session_that_somebody_else_began_does_not_become_theirs(
    client, erin_with_app, way, has_app
):
    if not has_app:
        Authenticator.objects.all().delete()
        User.objects.update(is_staff=False)
    begun = client.session
    begun["begun by"] = "somebody else"
    begun.save()
    other = Client()
    client.cookies["sessionid"] = other.cookies["sessionid"] = begun.session_key
    way(client, erin_with_app)
    assert client.session.session_key != begun.session_key
    assert dict(other.session) == {}
    if has_app:
        client.post(reverse(ENTER), {"code": app_code(SECRET)})
    assert is_in(client)
    assert not is_in(other)
    assert other.get(reverse(PROBE)).status_code == 302


def test_wikimedia_meets_the_second_step(client, wiki):
    wiki.profile.update(ADA)
    through_wikimedia(client)
    person = signed_in_person(client)
    TOTP.activate(person, SECRET)
    User.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)
    client.post(reverse("account_logout"))
    assert through_wikimedia(client).url == reverse(ENTER)
    assert not is_in(client)
    client.post(reverse(ENTER), {"code": app_code(SECRET)})
    assert opens(client)


def test_a_forgotten_password_cannot_be_set_before_the_second_step(client, erin_with_app):
    by_forgotten_password(client, erin_with_app)
    answer = client.post(reverse("liaisons:settings_password"), {"password": "my own new one"})
    assert answer.url.startswith(reverse("account_login"))
    erin_with_app.refresh_from_db()
    assert erin_with_app.check_password(PASSWORD)


# --- Halfway through the sign-in ----------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "account_reauthenticate",
        "liaisons:settings_email",
        "liaisons:settings_password",
        "liaisons:settings_delete",
        "liaisons:settings_sessions",
        "liaisons:settings_sign_in",
    ],
)
def test_halfway_nothing_can_be_set_up_or_taken_away(halfway, name):
    for answer in (halfway.get(reverse(name)), halfway.post(reverse(name), {"is_sure": "on"})):
        assert answer.url.startswith(reverse("account_login"))
    assert Authenticator.objects.count() == 1
    assert User.objects.filter(erased_at=None, email="erin@example.org").exists()


def test_an_own_passkey_made_for_the_occasion_does_not_pass(halfway):
    for credential in ("{}", "[]", "null", '"x"', json.dumps({"id": "x", "rawId": "eA"}), "{"):
        answer = halfway.post(reverse(ENTER), {"credential": credential})
        assert answer.status_code in (200, 429)
    assert not is_in(halfway)


# --- Sessions that began before -----------------------------------------------------------------


def test_a_session_from_before_the_core_team_is_asked(client, come_in):
    come_in("ada@example.org")
    User.objects.update(is_staff=True, is_superuser=True)
    assert client.get(ADMIN).url.startswith(reverse("mfa_index"))
    assert client.get(reverse(PROBE)).url.startswith(reverse("mfa_index"))


def test_a_session_that_never_passed_is_asked_though_the_account_has_one(as_person, dave):
    elsewhere = as_person(dave)
    TOTP.activate(dave, SECRET)
    User.objects.filter(pk=dave.pk).update(is_staff=True, is_superuser=True)
    answer = elsewhere.get(ADMIN)
    assert answer.url.startswith(reverse("account_reauthenticate"))
    elsewhere.post(answer.url, {"code": app_code(SECRET)})
    assert opens(elsewhere)


def test_passing_once_and_losing_it_is_not_enough(as_person, dave):
    """A member passes, takes the second step away, and joins the Core Team."""
    browser = as_person(dave)
    pass_second_step(browser, dave, ago=0)
    browser.post(reverse("mfa_deactivate_totp"))
    User.objects.filter(pk=dave.pk).update(is_staff=True, is_superuser=True)
    assert browser.get(ADMIN).url.startswith(reverse("mfa_index"))


def test_recovery_codes_alone_are_no_second_step(client, erin, come_in):
    RecoveryCodes.activate(erin)
    come_in(erin.email)
    assert client.get(ADMIN).url.startswith(reverse("mfa_index"))


def test_setting_it_up_signs_out_who_came_in_without(client, erin, come_in):
    come_in(erin.email)
    elsewhere = client.__class__()
    by_code(elsewhere, erin)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": app_code(secret)})
    assert opens(client)
    assert elsewhere.get(reverse(PROBE)).url.startswith(reverse("account_login"))


def test_a_copy_of_the_session_from_before_does_not_pass_along(client, erin, come_in):
    come_in(erin.email)
    copied = Client()
    copied.cookies["sessionid"] = client.cookies["sessionid"].value
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": app_code(secret)})
    assert opens(client)
    assert copied.get(ADMIN).url.startswith("/admin/login/")
    assert copied.get(reverse(PROBE)).url.startswith(reverse("account_login"))


def test_removing_a_second_step_signs_out_who_came_in_with_it(as_person, dave):
    TOTP.activate(dave, SECRET)
    here, thief = as_person(dave), as_person(dave)
    pass_second_step(here, dave, ago=0)
    here.post(reverse("mfa_deactivate_totp"))
    assert opens(here, reverse(PROBE))
    assert not opens(thief, reverse(PROBE))


def test_what_another_account_passed_in_this_browser_does_not_count(as_person, dave, erin):
    browser = as_person(dave)
    pass_second_step(browser, dave, ago=0)
    TOTP.activate(erin, SECRET)
    browser.force_login(erin, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get(ADMIN).status_code == 302


# --- Addresses opened directly ------------------------------------------------------------------


def admin_paths():
    """Every address of the admin, with something for each of its parameters."""
    found = {}
    for address in all_addresses():
        if address.is_admin and address.name not in ("admin:login",):
            found[address.name or address.route] = _path(address)
    return found


def _path(address):
    if address.name == "admin:app_list":
        return reverse(address.name, kwargs={"app_label": "liaisons"})
    if not address.name:
        return ADMIN + "no/such/page/"
    values = {name: _value(name) for name in address.parameters}
    return reverse(address.name, kwargs=values)


def _value(name):
    return {"app_label": "liaisons", "url": "x/"}.get(name, "1")


def test_no_address_of_the_admin_opens_without_it(as_person, frank):
    """All of them: lists, autocompletion, the catalogue of messages, passwords, signing out."""
    TOTP.activate(frank, SECRET)
    browser = Client()
    browser.force_login(frank, backend="django.contrib.auth.backends.ModelBackend")
    paths = admin_paths()
    assert {"admin:autocomplete", "admin:jsi18n", "admin:password_change"} <= paths.keys()
    assert len(paths) > 60
    way = reverse("account_reauthenticate")
    for name, path in paths.items():
        for answer in (browser.get(path), browser.post(path, {"_save": "1"})):
            assert answer.status_code == 302, name
            assert answer.url.startswith(way), name
    # The same walk as somebody who has passed finds real pages.
    passed = as_person(frank)
    assert passed.get(reverse("admin:jsi18n")).status_code == 200
    assert passed.get(reverse("admin:liaisons_user_changelist")).status_code == 200


def test_no_page_of_ones_own_opens_without_it(erin):
    TOTP.activate(erin, SECRET)
    browser = Client()
    browser.force_login(erin, backend="django.contrib.auth.backends.ModelBackend")
    through = re.compile("/accounts/(second-step|reauthenticate|logout)/")
    checked = 0
    for address in all_addresses():
        if address.policy not in ("signed_in", "liaison", "core_team") or address.parameters:
            continue
        path = reverse(address.name)
        if through.search(path):
            continue
        answer = browser.get(path)
        assert answer.url.startswith(reverse("account_reauthenticate")), address.name
        checked += 1
    assert checked > 20


def test_the_admin_s_own_sign_in_takes_no_password(client, erin_with_app):
    data = {"username": erin_with_app.username, "password": PASSWORD, "next": ADMIN}
    answer = client.post(ADMIN + "login/", data)
    assert answer.url.startswith(reverse("account_login"))
    assert not is_in(client)


def test_the_admin_s_own_sign_in_does_not_change_who_one_is(as_person, erin, frank):
    frank.set_password(PASSWORD)
    frank.save()
    browser = as_person(erin)
    browser.post(ADMIN + "login/", {"username": frank.username, "password": PASSWORD})
    assert browser.session["_auth_user_id"] == str(erin.pk)


def test_the_admin_has_no_page_for_a_password(as_person, frank):
    browser = as_person(frank)
    for name in ("admin:password_change", "admin:password_change_done"):
        for answer in (browser.get(reverse(name)), browser.post(reverse(name), {})):
            assert answer.url == reverse("liaisons:settings_password")
    assert browser.get(f"{ADMIN}liaisons/user/{frank.pk}/password/").status_code in (302, 404)


# --- Who is it? ---------------------------------------------------------------------------------


@pytest.fixture
def stale(as_person, erin_with_app):
    """Erin passed the second step an hour ago."""
    return as_person(erin_with_app)


def test_neither_mail_nor_password_prove_who_has_a_second_step(stale, erin_with_app):
    ask = reverse("account_reauthenticate")
    stale.post(ask, {"action": "code"})
    assert mail.outbox == []
    stale.post(ask, {"password": PASSWORD})
    assert stale.get(reverse("account_reauthenticate_code")).url == ask
    for name in ("mfa_view_recovery_codes", "mfa_deactivate_totp", "liaisons:settings_email"):
        assert stale.get(reverse(name)).url.startswith(ask)
    stale.post(ask, {"code": app_code(SECRET)})
    assert opens(stale, reverse("mfa_view_recovery_codes"))


def test_a_code_by_mail_asked_for_before_does_not_prove_it_either(as_person, dave):
    browser = as_person(dave)
    ask = reverse("account_reauthenticate")
    browser.post(ask, {"action": "code"})
    TOTP.activate(dave, SECRET)
    answer = browser.post(
        reverse("account_reauthenticate_code"), {"code": code_in(mail.outbox[-1])}
    )
    assert answer.url == ask
    assert browser.get(reverse("mfa_deactivate_totp")).url.startswith(ask)


@pytest.mark.parametrize("method", ["password", "code", "socialaccount"])
def test_another_proof_of_just_now_does_not_make_an_old_second_step_new(stale, method):
    session = stale.session
    records = session[AUTHENTICATION_METHODS_SESSION_KEY]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        *records,
        {"method": method, "at": time.time(), "reauthenticated": True},
    ]
    session.save()
    for name in ("mfa_deactivate_totp", "mfa_view_recovery_codes", "liaisons:settings_email"):
        assert stale.get(reverse(name)).url.startswith(reverse("account_reauthenticate"))


def test_an_account_without_an_address_proves_it_too(as_person, dave):
    User.objects.filter(pk=dave.pk).update(email="")
    TOTP.activate(dave, SECRET)
    dave.refresh_from_db()
    assert freshness.can_prove(dave)
    browser = as_person(dave)
    assert browser.get(reverse("mfa_deactivate_totp")).url.startswith(
        reverse("account_reauthenticate")
    )


def test_changing_the_address_needs_it_and_does_not_take_it_away(stale, erin_with_app):
    page = reverse("liaisons:settings_email")
    assert stale.post(page, {"email": "new@example.org"}).url.startswith(
        reverse("account_reauthenticate")
    )
    stale.post(reverse("account_reauthenticate"), {"code": app_code(SECRET)})
    stale.post(page, {"email": "new@example.org"})
    stale.post(reverse("liaisons:settings_email_code"), {"code": code_in(mail.outbox[-1])})
    erin_with_app.refresh_from_db()
    assert erin_with_app.email == "new@example.org"
    assert by_code(Client(), erin_with_app).url == reverse(ENTER)


# --- Taking it away, adding one's own -----------------------------------------------------------


def test_the_last_one_stays_and_one_of_two_may_go(stale, erin_with_app):
    app = Authenticator.objects.get(type="totp")
    data = {"name": "Key", "credential": {}}
    key = Authenticator.objects.create(user=erin_with_app, type="webauthn", data=data)
    stale.post(reverse("account_reauthenticate"), {"code": app_code(SECRET)})
    stale.post(reverse("mfa_remove_webauthn", args=[key.pk]))
    stale.post(reverse("mfa_deactivate_totp"))
    assert list(Authenticator.objects.all()) == [app]


def test_nobody_reaches_the_passkey_of_another_person(as_person, erin_with_app, grace):
    key = Authenticator.objects.create(
        user=erin_with_app, type="webauthn", data={"name": "Key", "credential": {}}
    )
    browser = as_person(grace)
    pass_second_step(browser, grace, ago=0)
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        path = reverse(name, args=[key.pk])
        assert browser.get(path).status_code == 404
        assert browser.post(path, {"name": "Mine"}).status_code == 404
    key.refresh_from_db()
    assert key.data["name"] == "Key"


def test_a_second_app_does_not_replace_the_first(stale, erin_with_app):
    stale.post(reverse("account_reauthenticate"), {"code": app_code(SECRET)})
    assert stale.get(reverse("mfa_activate_totp")).url == reverse("mfa_index")
    before = Authenticator.objects.get().data["secret"]
    stale.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert Authenticator.objects.get().data["secret"] == before


# --- Codes used twice, other hosts, other places ------------------------------------------------


def test_a_code_read_over_the_shoulder_does_not_work_again(client, erin_with_app):
    code = app_code(SECRET)
    for expected in (True, False):
        browser = Client()
        by_code(browser, erin_with_app)
        browser.post(reverse(ENTER), {"code": code})
        assert is_in(browser) is expected


def test_passkeys_are_for_the_installation_s_own_address_only(as_person, dave, settings):
    settings.BASE_URL = "https://liaisons.example.org"
    settings.ALLOWED_HOSTS = ["*"]
    browser = as_person(dave)
    pass_second_step(browser, dave, ago=0)
    page = browser.get(reverse("mfa_add_webauthn"), headers={"host": "evil.example.org"})
    options = page.context["passkey_options"]["publicKey"]
    assert options["rp"]["id"] == "liaisons.example.org"
    assert "evil" not in page.content.decode()


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8000", "http://liaisons.example.org"])
def test_where_browsers_have_no_passkeys_none_are_offered(as_person, dave, settings, base_url):
    settings.BASE_URL = base_url
    browser = as_person(dave)
    pass_second_step(browser, dave, ago=0)
    assert browser.get(reverse("mfa_add_webauthn")).status_code == 404
    assert reverse("mfa_add_webauthn") not in browser.get(reverse("mfa_index")).content.decode()


def test_it_does_not_lead_to_other_sites(client, erin, come_in):
    come_in(erin.email)
    away = "?next=https://evil.example.org/"
    secret = client.get(reverse("mfa_activate_totp") + away).context["form"].secret
    data = {"code": app_code(secret), "next": "//evil.example.org/"}
    answer = client.post(reverse("mfa_activate_totp") + away, data)
    assert "evil" not in answer.url
    codes = client.get(reverse("mfa_view_recovery_codes") + away)
    assert codes.context["next_url"] == reverse("mfa_index")


def test_a_cookie_that_says_trust_me_is_not_read(client, erin_with_app):
    client.cookies["mfa_trusted"] = "1"
    assert by_code(client, erin_with_app).url == reverse(ENTER)


def test_only_a_demo_goes_without(client, erin, come_in):
    come_in(erin.email)
    assert not opens(client)
    Installation.objects.update(is_demo=True)
    assert opens(client)
