"""The cast: the same people in every test, named for who they are.

Alice is the primary liaison of the group ``swahili`` and Bob its deputy; Carol has applied for
it; Dave has a plain account; Erin edits for the Core Team; Frank reviews as a superuser; Grace is
the liaison of another group, ``armenia``. Alice and Grace are public by name, the others are not.
"""

import inspect
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.test import Client

from liaisons.models import Group

from .factories import (
    CountryFactory,
    GroupFactory,
    LanguageFactory,
    MandateFactory,
    RegionFactory,
    UserFactory,
)

_MAKERS: dict[str, Callable[..., Any]] = {}


def of_the_cast(make):
    """Make a fixture of a function that makes one of the cast; its arguments are others of it."""
    name = make.__name__
    _MAKERS[name] = make

    @pytest.fixture(name=name)
    def one(request, db):
        # Where a test has the small world, its people are those who live there.
        if "world" in request.fixturenames:
            return request.getfixturevalue("world").cast[name]
        return make(*map(request.getfixturevalue, inspect.signature(make).parameters))

    return one


def make_cast() -> dict[str, Any]:
    """All of the cast, by name."""
    cast: dict[str, Any] = {}
    for name, make in _MAKERS.items():
        cast[name] = make(*(cast[other] for other in inspect.signature(make).parameters))
    return cast


@of_the_cast
def swahili():
    """Jenga Wikipedia ya Kiswahili, a user group of Tanzania."""
    return GroupFactory(
        slug="swahili",
        name="Jenga Wikipedia ya Kiswahili",
        kind=Group.Kind.USER_GROUP,
        languages=[LanguageFactory(code="sw", english_name="Swahili", autonym="Kiswahili")],
    )


@of_the_cast
def armenia():
    """Wikimedia Armenia, a chapter."""
    country = CountryFactory(iso2="AM", english_name="Armenia", region=RegionFactory(code="CEECA"))
    return GroupFactory(
        slug="armenia", name="Wikimedia Armenia", kind=Group.Kind.CHAPTER, country=country
    )


@of_the_cast
def frank():
    """Superuser and reviewer."""
    return UserFactory(admin=True, display_name="Frank", email="frank@example.org")


@of_the_cast
def erin():
    """Core Team editor: staff who may publish and not review."""
    erin = UserFactory(core_team=True, display_name="Erin", email="erin@example.org")
    erin.user_permissions.set(Permission.objects.filter(content_type__app_label="strategy"))
    return erin


@of_the_cast
def alice(swahili, frank):
    """Primary liaison of ``swahili``, public by name; her contact is Frank."""
    person = UserFactory(by_name=True, display_name="Alice", email="alice@example.org")
    MandateFactory(person=person, group=swahili, confirmed=True, reviewer=frank)
    return person


@of_the_cast
def bob(swahili, frank):
    """Deputy of ``swahili``, not public by name."""
    person = UserFactory(display_name="Bob", email="bob@example.org")
    MandateFactory(person=person, group=swahili, confirmed=True, deputy=True, reviewer=frank)
    return person


@of_the_cast
def carol(swahili):
    """Has applied to be primary liaison of ``swahili``; not public by name."""
    person = UserFactory(display_name="Carol", email="carol@example.org")
    MandateFactory(person=person, group=swahili)
    return person


@of_the_cast
def dave():
    """A plain member account."""
    return UserFactory(display_name="Dave", email="dave@example.org")


@of_the_cast
def grace(armenia, frank):
    """Primary liaison of another group, ``armenia``; public by name."""
    person = UserFactory(by_name=True, display_name="Grace", email="grace@example.org")
    MandateFactory(person=person, group=armenia, confirmed=True, reviewer=frank)
    return person


def pass_second_step(client, person, *, ago=3600):
    """Give this person a second step, which their browser passed so many seconds ago."""
    Authenticator.objects.get_or_create(
        user=person, type=Authenticator.Type.TOTP, defaults={"data": {"secret": ""}}
    )
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time() - ago}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(person)
    session.save()


@pytest.fixture
def as_person():
    """``as_person(dave)`` gives a browser in which Dave is signed in.

    A member of the Core Team has set up the second step, and passed it some time ago.
    """

    def signed_in(person):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        if person.is_staff:
            pass_second_step(client, person)
        return client

    return signed_in
