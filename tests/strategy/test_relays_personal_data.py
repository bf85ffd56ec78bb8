"""A person's relays: in the download of their data, and without a name after they are gone."""

import pytest

from liaisons import personal_data
from liaisons.accounts import erasure
from liaisons.models import Mandate, User
from strategy import relays
from strategy.models import Relay, UpdateRead

from .factories import UpdateFactory, passed_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def relay(alice):
    update = UpdateFactory(published=True, slug="news", title_en="News for all")
    return passed_on(update, Mandate.objects.get(person=alice), url="https://lists.example.org/1")


def test_the_download_holds_ones_relays_withdrawn_ones_too_and_what_one_read(alice, bob, relay):
    passed_on(relay.update, Mandate.objects.get(person=bob), channel="meeting")
    relays.withdraw(relay=relay, by=alice)
    held = personal_data.held_on(alice)
    assert [(one["update__slug"], one["channel"], one["url"]) for one in held["relays"]] == [
        ("news", "village_pump", "https://lists.example.org/1")
    ]
    assert held["relays"][0]["withdrawn_at"]
    assert [one["update__slug"] for one in held["updates"]["read"]] == ["news"]
    assert [one["channel"] for one in personal_data.held_on(bob)["relays"]] == ["meeting"]


def test_relays_stay_with_the_group_when_the_account_goes(client, alice, relay):
    name = alice.display_name
    erasure.erase(alice)
    relay.refresh_from_db()
    assert User.objects.get(pk=relay.person_id).name_for_core_team == "Former account"
    assert Relay.objects.current().count() == 1
    assert not UpdateRead.objects.exists()
    page = client.get("/en/groups/swahili/").content.decode()
    assert "News for all" in page
    assert name not in page
    assert relays.reach_of(relay.update).groups == 1
