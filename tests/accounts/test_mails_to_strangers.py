"""A mail to an address nobody has proved yet carries nothing that a person wrote.

Else anybody could send words of their own, under our name, to whomever they like.
"""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from liaisons.accounts import mails
from mailing import at_once
from tests.factories import GroupFactory, MandateFactory, UserFactory

from .wiki import signed_in_person

MARK = "Click evil.example.com"
STRANGER = "stranger@example.org"


@pytest.fixture
def marked(client, come_in, db, settings):
    """Somebody, and a group with a liaison, who wrote the words wherever they could."""
    settings.FORM_SECONDS = (-1, 86_400)
    come_in("writer@example.org")
    person = signed_in_person(client)
    person.display_name = person.wiki_username = MARK
    person.is_public_by_name = True
    person.save()
    group = GroupFactory(name=MARK, slug="marked")
    MandateFactory(confirmed=True, group=group, person=UserFactory(display_name=MARK))
    mail.outbox.clear()
    return person


def with_words(client):
    """A browser that says the words where a browser can."""
    client.defaults |= {"HTTP_USER_AGENT": MARK, "HTTP_REFERER": f"http://testserver/?{MARK}"}
    return client


def entrance(name, **more):
    def ask(client):
        data = {"email": STRANGER, "next": f"/en/about/?{MARK}", **more}
        with_words(Client()).post(reverse(name) + f"?next=/{MARK}", data)

    return ask


def new_address(client):
    with_words(client).post(reverse("liaisons:settings_email"), {"email": STRANGER})


def letter(client):
    writer = with_words(Client())
    address = reverse("liaisons:letter_new", args=["marked"])
    stamp = re.search(r'name="stamp" value="([^"]+)"', writer.get(address).text).group(1)
    data = {
        "name": MARK, "address": STRANGER, "language": "en", "body": MARK, "stamp": stamp,
    }  # fmt: skip
    writer.post(address, data)


WAYS = {
    "sign in": entrance("account_login"),
    "sign up": entrance("account_signup"),
    "sign up with a password": entrance("account_signup", password=MARK),
    "forgotten password": entrance("account_reset_password"),
    "another address": new_address,
    "a letter": letter,
}


@pytest.mark.parametrize("way", WAYS)
def test_nobody_elses_words_reach_an_address_that_is_not_proved(client, marked, way):
    WAYS[way](client)
    [message] = mail.outbox
    assert message.to == [STRANGER]
    whole = message.message().as_string() + message.body + message.alternatives[0][0]
    for word in ("evil", "Click"):
        assert word not in whole
    assert not message.attachments
    assert not message.reply_to


def test_every_mail_with_a_code_is_walked_above():
    """A new purpose has a way here, or this fails: its mail goes to a stranger as well."""
    from liaisons.accounts.codes import Purpose

    purposes = {value for name, value in vars(Purpose).items() if name.isupper()}
    # "confirm" goes to the account's own, proved address only.
    assert purposes == {"enter", "address", "letter", "confirm"}


def test_a_mail_with_a_code_can_be_given_nothing_else(monkeypatch):
    """What the templates get is ours: a code, a purpose, minutes, and the operator's names."""
    seen = {}
    monkeypatch.setattr(
        at_once, "render_to_string", lambda _template, context: seen.update(context) or ""
    )
    mails.send_code(STRANGER, "1234 5678", purpose="enter")
    assert set(seen) == {
        "code", "purpose", "minutes", "site_name", "base_url", "contact_email", "mail_language",
        "mail_direction",
    }  # fmt: skip
