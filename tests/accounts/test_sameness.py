"""For a known and for an unknown address everything is the same: answer, mails, queries, hashes."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import UserFactory

from .wiki import prove_lately, signed_in_person, through_wikimedia

KNOWN, UNKNOWN = "known@example.org", "other@example.org"
FORMS = [
    ("account_login", {}),
    ("account_signup", {}),
    ("account_signup", {"password": "a long enough one"}),
    ("account_reset_password", {}),
]


@pytest.fixture
def hashes(monkeypatch):
    """How often a password was hashed."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    counted = []
    encode = MD5PasswordHasher.encode

    def counting(self, *args, **kwargs):
        counted.append(1)
        return encode(self, *args, **kwargs)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    return counted


def without_tokens(html):
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", html)


def seen(name, data, address, hashes, client=None):
    """Everything a stranger can see or measure when they send this address."""
    client = client or Client()
    mail.outbox.clear()
    hashes.clear()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.post(reverse(name), {"email": address, **data}, follow=True)
    page = without_tokens(response.content.decode()).replace(address, "ADDRESS")
    bodies = [re.sub(r"\d{4}\s\d{4}", "CODE", message.body) for message in mail.outbox]
    return {
        "status": response.status_code,
        "way": response.redirect_chain,
        "page": page,
        "mails": bodies,
        "queries": len(queries),
        "hashes": len(hashes),
    }


@pytest.mark.parametrize(("name", "data"), FORMS)
def test_asking_for_a_code_is_the_same_for_every_address(name, data, hashes):
    person = UserFactory(email=KNOWN)
    person.set_password("another long one")
    person.save()
    known, unknown = (seen(name, data, address, hashes) for address in (KNOWN, UNKNOWN))
    assert known == unknown
    assert len(known["mails"]) == 1


@pytest.mark.parametrize("has_password", [True, False])
def test_a_wrong_password_is_the_same_for_every_address(hashes, has_password):
    person = UserFactory(email=KNOWN)
    if has_password:
        person.set_password("another long one")
    else:
        person.set_unusable_password()
    person.save()
    data = {"password": "a wrong one"}
    known, unknown = (seen("account_login", data, a, hashes) for a in (KNOWN, UNKNOWN))
    assert known == unknown
    assert known["hashes"] == 1
    assert known["mails"] == []


def test_signing_up_again_with_a_password_changes_nothing_of_the_account(client, come_in):
    person = UserFactory(email=KNOWN)
    person.set_password("the first long one")
    person.save()
    client.post(reverse("account_signup"), {"email": KNOWN, "password": "a second long one"})
    from .conftest import code_in

    client.post(
        reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])}, follow=True
    )
    person.refresh_from_db()
    assert person.check_password("the first long one")
    assert client.session["_auth_user_id"] == str(person.pk)


def test_asking_for_another_address_is_the_same_for_every_address(come_in, hashes):
    """Whose it is comes out only when its owner types the code."""
    UserFactory(email=KNOWN).set_password("another long one")
    answers = []
    for number, address in enumerate((KNOWN, UNKNOWN)):
        client = Client()
        client.force_login(UserFactory(email=f"asker{number}@example.org"))
        prove_lately(client)
        answers.append(seen("liaisons:settings_email", {}, address, hashes, client=client))
    known, unknown = answers
    assert known == unknown
    assert known["status"] == 200
    assert len(known["mails"]) == 1


PAGES_OF_WAYS = ["settings_sign_in", "settings_sign_in_connect", "settings_sign_in_disconnect",
                 "settings_sign_in_remove_email"]  # fmt: skip


@pytest.mark.parametrize("name", PAGES_OF_WAYS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_learns_nothing_from_the_pages_about_ones_ways(hashes, wiki, name, method):
    """Signed out, whatever address or name is sent along."""
    UserFactory(email=KNOWN, wiki_username="Known")
    address = reverse(f"liaisons:{name}")
    answers = []
    for sent in ({"email": KNOWN, "name": "Known"}, {"email": UNKNOWN, "name": "Unknown"}):
        with CaptureQueriesContext(connection) as queries:
            response = getattr(Client(), method)(address, sent)
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_login"))
        answers.append((len(queries), len(hashes), len(mail.outbox)))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("is_known", [True, False])
def test_a_wikimedia_account_whose_address_is_taken_learns_only_that(client, wiki, is_known):
    """The wiki confirmed the address: its owner may know that it has an account here."""
    if is_known:
        UserFactory(email=wiki.profile["email"].lower())
    with CaptureQueriesContext(connection):
        through_wikimedia(client)
    assert mail.outbox == []
    assert signed_in_person(client).username == "wm:4711"
