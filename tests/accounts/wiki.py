"""What tests of Wikimedia accounts share: somebody, and the way through the wiki and back."""

import time
from datetime import timedelta
from urllib.parse import urlsplit

import requests
from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from liaisons.models import User
from tests.factories import UserFactory

LONG_AGO = timedelta(days=3)

ADA = {
    "sub": 4711,
    "username": "Ada Lovelace",
    "editcount": 1,
    "confirmed_email": True,
    "blocked": False,
    "groups": ["user"],
    "rights": [],
    "realname": "",
    "email": "Ada@example.org",
}


def through_wikimedia(client, language="en", **data):
    """Leave by our button, go through the wiki, and come back; the last answer."""
    start = client.post(f"/{language}/accounts/wikimedia/", data)
    assert start.status_code == 302
    away = requests.get(start.url, allow_redirects=False, timeout=5)
    assert away.status_code == 302, away.text
    back = urlsplit(away.headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def signed_in_person(client):
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key) if key else None


def at_the_wiki(client):
    """Leave by our button and allow it there: the address by which one comes back."""
    return back_from_the_wiki(client.post("/en/accounts/wikimedia/"))


def back_from_the_wiki(start):
    """Follow our redirect to the wiki, allow it, and say where the wiki sends the browser."""
    away = requests.get(start.url, allow_redirects=False, timeout=5)
    back = urlsplit(away.headers["Location"])
    return f"{back.path}?{back.query}"


def prove_lately(client, person=None):
    """Let a signed-in browser count as proved just now."""
    person = person or signed_in_person(client)
    session = client.session
    session["account_authentication_methods"] = [{"method": "code", "at": time.time()}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()


def linked(wiki, uid, name="Ada Lovelace", *, checked=LONG_AGO, **more):
    """Somebody whose Wikimedia account is known here, and at the wiki."""
    person = UserFactory(
        wiki_username=name,
        display_name=more.pop("display_name", ""),
        wiki_checked_at=None if checked is None else timezone.now() - checked,
        **more,
    )
    SocialAccount.objects.create(
        user=person, provider="mediawiki", uid=str(uid), extra_data={"username": name}
    )
    wiki.accounts[str(uid)] = {"name": name}
    return person


def state_of(person):
    """What the wiki's word can change."""
    return User.objects.values(
        "wiki_username", "wiki_checked_at", "wiki_locked_at", "wiki_suppressed_at"
    ).get(pk=person.pk)
