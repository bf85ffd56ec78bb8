"""Whoever leaves at the moment another choice of theirs is saved has left."""

import pytest
from django.test import Client
from django.urls import reverse

from mailing import recipients
from mailing.models import Preference, Rhythm
from mailing.unsubscribe import token_for
from tests.mailing.people import person
from tests.meanwhile import uncommitted

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_click_ends_the_digest_also_where_another_way_is_being_chosen(db):
    reader = person("weekly")

    def choose():
        recipients.set_channel(reader.user, Preference.Channel.TALK_PAGE, "weekly")

    link = reverse("mailing:unsubscribe", args=[token_for(reader.pk, reader.address_hash)])
    with uncommitted(choose):
        assert Client().post(link).status_code == 200
    assert set(reader.preferences.values_list("rhythm", flat=True)) == {Rhythm.NONE}
