"""The settings pages: each saves what it shows, for the person who is signed in."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse
from django.utils import translation

from liaisons.accounts import people
from liaisons.models import User
from mailing.models import Recipient
from tests.factories import CountryFactory, UserFactory
from web import content_version

from .conftest import code_in

# What is typed or pasted as a name, and what becomes of it.
HOSTILE_NAMES = {
    "Ada\r\n\r\nThe Core Team: see https://evil.example.org": (
        "Ada The Core Team: see https://evil.example.org"
    ),
    "Ada\u2028Bcc: all": "Ada Bcc: all",
    "Ada \u202egnorw": "Ada gnorw",
    "\u2066Ada": "Ada",
    "A\x1bd\x07a": "A d a",
    "\u200b\u200d\u3164": "",
    # Joiners inside a word are spelling in Persian and in scripts of India.
    "می\u200cخواهم": "می\u200cخواهم",
}


@pytest.fixture
def ada(client, come_in):
    come_in("ada@example.org")
    mail.outbox.clear()
    return User.objects.get(email="ada@example.org")


PAGES = ["settings", "settings_profile", "settings_digest", "settings_sample",
         "settings_received", "settings_email",
         "settings_password", "settings_data", "settings_delete", "settings_languages"]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_each_page_opens_and_is_kept_by_nobody(client, ada, page):
    response = client.get(reverse(f"liaisons:{page}"))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "undefined:" not in response.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_strangers_are_asked_to_sign_in_first(client, db, page):
    path = reverse(f"liaisons:{page}")
    response = client.get(path)
    assert response.status_code == 302
    assert response.url == f"{reverse('account_login')}?next={path}"


def test_the_profile_is_saved_and_what_is_public_is_made_anew(client, ada):
    CountryFactory(iso2="TZ")
    before = content_version.current()
    response = client.post(
        reverse("liaisons:settings_profile"),
        {"display_name": "Ada", "country": "TZ", "is_public_by_name": "yes"},
        follow=True,
    )
    ada.refresh_from_db()
    assert "saved" in response.content.decode()
    assert (ada.display_name, ada.country_id, ada.public_name) == ("Ada", "TZ", "Ada")
    assert content_version.current() > before


def test_countries_stand_where_their_reader_looks_for_them(client, ada):
    for iso2 in ("CI", "EG", "AE", "FR"):
        CountryFactory(iso2=iso2)
    with translation.override("fr"):
        page = client.get(reverse("liaisons:settings_profile")).content.decode()
    names = ["Côte d’Ivoire", "Égypte", "Émirats arabes unis", "France"]
    places = [page.index(name) for name in names]
    assert places == sorted(places)


def test_shown_by_name_must_be_chosen(client, ada):
    CountryFactory(iso2="TZ")
    User.objects.filter(pk=ada.pk).update(country="TZ")
    page = client.get(reverse("liaisons:settings_profile")).content.decode()
    assert "checked" not in page
    response = client.post(reverse("liaisons:settings_profile"), {"display_name": "Ada"})
    assert response.context["form"].errors["is_public_by_name"]


@pytest.mark.parametrize(
    ("traits", "reason"),
    [(None, "do not know your country"), ({"protected": True}, "protection list")],
)
def test_not_by_name_is_preselected_with_the_reason(client, ada, traits, reason):
    country = CountryFactory(**traits) if traits else None
    User.objects.filter(pk=ada.pk).update(country=country)
    response = client.get(reverse("liaisons:settings_profile"))
    assert reason in response.content.decode()
    assert response.context["form"]["is_public_by_name"].value() == "no"


def test_a_choice_once_made_is_what_stands_there(client, ada):
    User.objects.filter(pk=ada.pk).update(is_public_by_name=True, display_name="Ada")
    response = client.get(reverse("liaisons:settings_profile"))
    assert response.context["form"]["is_public_by_name"].value() == "yes"
    assert "Preselected" not in response.content.decode()


def test_nobody_is_shown_by_an_empty_name(client, ada):
    response = client.post(
        reverse("liaisons:settings_profile"), {"display_name": "", "is_public_by_name": "yes"}
    )
    assert response.context["form"].errors["display_name"]


def test_forged_fields_change_nothing(client, ada):
    client.post(
        reverse("liaisons:settings_profile"),
        {"display_name": "Ada", "is_public_by_name": "no", "is_staff": "on", "is_superuser": "on",
         "username": "wm:1", "email": "x@example.org", "wiki_username": "Jimbo"},
    )  # fmt: skip
    ada.refresh_from_db()
    assert ada.display_name == "Ada"
    assert (ada.is_staff, ada.is_superuser, ada.email) == (False, False, "ada@example.org")
    assert ada.wiki_username == ""
    assert ada.username.startswith("p:")


def test_a_new_address_counts_once_its_code_came_back(client, ada):
    client.post(reverse("liaisons:settings_email"), {"email": "new@example.org"})
    ada.refresh_from_db()
    assert ada.email == "ada@example.org"
    code = code_in(mail.outbox[-1])
    assert mail.outbox[-1].to == ["new@example.org"]
    client.post(reverse("liaisons:settings_email_code"), {"code": code})
    ada.refresh_from_db()
    assert ada.email == "new@example.org"
    assert [a.email for a in ada.emailaddress_set.all()] == ["new@example.org"]
    assert Recipient.objects.get(user=ada).address == "new@example.org"
    # The old address is told.
    assert mail.outbox[-1].to == ["ada@example.org"]


def test_the_address_of_another_account_is_not_taken_over(client, ada):
    UserFactory(email="bea@example.org")
    client.post(reverse("liaisons:settings_email"), {"email": "bea@example.org"})
    assert len(mail.outbox) == 1
    code = code_in(mail.outbox[-1])
    response = client.post(reverse("liaisons:settings_email_code"), {"code": code}, follow=True)
    assert "Another account" in response.content.decode()
    ada.refresh_from_db()
    assert ada.email == "ada@example.org"


def test_a_sign_in_code_is_no_proof_for_a_new_address(client, ada):
    client.post(reverse("liaisons:settings_email"), {"email": "new@example.org"})
    code = code_in(mail.outbox[-1])
    client.post(reverse("account_reauthenticate_code"), {"code": code})
    ada.refresh_from_db()
    assert ada.email == "ada@example.org"


def test_a_code_to_an_address_that_was_changed_meanwhile_proves_nothing(client, ada):
    client.post(reverse("account_reauthenticate"), {"action": "code"})
    people.change_address(ada, "new@example.org")
    proofs = client.session["account_authentication_methods"]
    data = {"code": code_in(mail.outbox[-1])}
    answer = client.post(reverse("account_reauthenticate_code"), data)
    assert answer.url == reverse("account_reauthenticate")
    assert client.session["account_authentication_methods"] == proofs


def test_a_new_password_ends_other_sessions_and_is_told_by_mail(client, ada):
    from django.test import Client

    other = Client()
    other.force_login(ada)
    client.post(reverse("liaisons:settings_password"), {"password": "quite a long one"})
    ada.refresh_from_db()
    assert ada.check_password("quite a long one")
    assert client.get(reverse("liaisons:settings")).status_code == 200
    assert other.get(reverse("liaisons:settings")).status_code == 302
    assert mail.outbox[-1].to == ["ada@example.org"]


SENSITIVE = ["liaisons:settings_email", "liaisons:settings_password", "liaisons:settings_delete",
             "mfa_activate_totp"]  # fmt: skip


@pytest.mark.parametrize("name", SENSITIVE)
def test_sensitive_pages_ask_again_who_it_is(client, dave, name):
    client.force_login(dave)
    response = client.get(reverse(name))
    assert response.url == f"{reverse('account_reauthenticate')}?next={reverse(name)}"


def test_a_code_shows_again_who_it_is(client, dave):
    client.force_login(dave)
    ask = reverse("account_reauthenticate")
    client.post(ask, {"action": "code", "next": reverse("liaisons:settings_delete")})
    assert mail.outbox[-1].to == [dave.email]
    code = code_in(mail.outbox[-1])
    response = client.post(reverse("account_reauthenticate_code"), {"code": code})
    assert response.url == reverse("liaisons:settings_delete")
    assert client.get(response.url).status_code == 200


def test_the_password_shows_again_who_it_is(client, dave):
    dave.set_password("a long enough one")
    dave.save()
    client.force_login(dave)
    ask = reverse("account_reauthenticate")
    wrong = client.post(ask, {"password": "another", "next": reverse("liaisons:settings_email")})
    assert wrong.context["form"].errors["password"]
    right = client.post(
        ask, {"password": "a long enough one", "next": reverse("liaisons:settings_email")}
    )
    assert right.url == reverse("liaisons:settings_email")


def test_a_password_without_an_address_locks_nobody_out(client, ada):
    """Such an account came through Wikimedia; its password could not be asked for by address."""
    EmailAddress.objects.filter(user=ada).delete()
    User.objects.filter(pk=ada.pk).update(email="")
    ada.refresh_from_db()
    ada.set_password("a long enough one")
    ada.save()
    client.force_login(ada)
    assert client.get(reverse("liaisons:settings_delete")).status_code == 200


@pytest.mark.parametrize("typed", HOSTILE_NAMES)
def test_a_name_is_one_line_that_can_be_seen(client, ada, typed):
    client.post(
        reverse("liaisons:settings_profile"),
        {"display_name": typed, "country": "", "is_public_by_name": "no"},
    )
    ada.refresh_from_db()
    assert ada.display_name == HOSTILE_NAMES[typed]


def test_a_name_that_nobody_can_see_is_none(client, ada):
    page = client.post(
        reverse("liaisons:settings_profile"),
        {"display_name": "\u200b\u2060", "country": "", "is_public_by_name": "yes"},
    )
    assert list(page.context["form"].errors) == ["display_name"]
