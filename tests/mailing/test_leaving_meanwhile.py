"""Whoever leaves at the moment another choice of theirs is saved has left."""

import threading

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from mailing import recipients
from mailing.models import Preference, Rhythm
from mailing.unsubscribe import token_for
from tests.mailing.people import person
from tests.mailing.test_acts_while_freezing import wait_until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_click_ends_the_digest_also_where_another_way_is_being_chosen(db):
    reader = person("weekly")
    is_chosen = threading.Event()

    def choose():
        try:
            with transaction.atomic():
                recipients.set_channel(reader.user, Preference.Channel.TALK_PAGE, "weekly")
                is_chosen.set()
                wait_until_somebody_waits()
        finally:
            is_chosen.set()
            connection.close()

    choosing = threading.Thread(target=choose)
    choosing.start()
    is_chosen.wait(20)
    link = reverse("mailing:unsubscribe", args=[token_for(reader.pk, reader.address_hash)])
    assert Client().post(link).status_code == 200
    choosing.join()
    assert set(reader.preferences.values_list("rhythm", flat=True)) == {Rhythm.NONE}
