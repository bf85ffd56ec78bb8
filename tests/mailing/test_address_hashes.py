"""What is kept of an address that wants no mail: a hash under a key of its own."""

import hashlib
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from mailing import recipients
from mailing.addresses import address_hash
from mailing.models import Recipient, Suppression
from mailing.unsubscribe import token_for

pytestmark = pytest.mark.django_db
ADDRESS = "Guest@example.org"
migration = import_module("mailing.migrations.0003_address_hashes_are_keyed")


def as_of_old(address: str) -> str:
    """The hash as it was before it had a key."""
    return hashlib.sha256(address.lower().encode()).hexdigest()


@pytest.fixture
def guest():
    user = get_user_model().objects.create(username="guest")
    return recipients.sync_user(user, ADDRESS, "en", "UTC")


def test_nobody_without_the_key_can_make_the_hash(settings):
    with_this_key = address_hash(ADDRESS)
    settings.ADDRESS_HASH_KEY = "another key"
    assert address_hash(ADDRESS) != with_this_key
    assert as_of_old(ADDRESS) not in with_this_key


def test_it_outlives_a_new_secret_key(settings):
    before = address_hash(ADDRESS)
    settings.SECRET_KEY = "new" * 20
    assert address_hash(ADDRESS) == before


def test_case_and_blanks_make_no_difference():
    assert address_hash(" guest@EXAMPLE.org ") == address_hash(ADDRESS) != ""
    assert address_hash(" ") == ""


def test_the_rows_of_old_are_the_ones_the_code_looks_for(guest):
    Recipient.objects.update(address_hash=as_of_old(ADDRESS))
    Suppression.objects.create(address_hash=as_of_old(ADDRESS), reason="bounced")
    for _time in range(2):
        migration.put_the_key_over(apps, None)
        assert Suppression.objects.get().address_hash == address_hash(ADDRESS)
        assert Recipient.objects.get().address_hash == address_hash(ADDRESS)


def test_back_and_forth_loses_no_suppression(guest):
    Suppression.objects.create(address_hash=address_hash(ADDRESS), reason="bounced")
    migration.take_the_key_away(apps, None)
    assert Recipient.objects.get().address_hash == as_of_old(ADDRESS)
    migration.put_the_key_over(apps, None)
    assert Suppression.objects.get().address_hash == Recipient.objects.get().address_hash


def test_an_empty_recipient_stays_empty():
    Recipient.objects.create()
    migration.put_the_key_over(apps, None)
    assert Recipient.objects.get().address_hash == ""


def test_links_in_mails_of_old_still_unsubscribe(guest):
    old = token_for(guest.pk, as_of_old(ADDRESS))
    url = reverse("mailing:unsubscribe", args=[old])
    assert Client().post(url).status_code == 200
    assert recipients.preference_of(guest.user).rhythm == "none"
