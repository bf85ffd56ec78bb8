"""What everyone sees of relays: on the update's page, in the list, on the group's page."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from liaisons.models import Mandate
from strategy import relays
from strategy.models import Relay
from tests.factories import GroupFactory, LanguageFactory, MandateFactory

from .factories import UpdateFactory, passed_on

pytestmark = pytest.mark.django_db
UPDATE = "/en/updates/news/"
GROUP = "/en/groups/swahili/"


@pytest.fixture
def update():
    return UpdateFactory(published=True, slug="news", title_en="News for all")


def text(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def plain(response):
    """The words of a page without its marks."""
    return " ".join(re.sub(r"<[^>]+>", "", text(response)).split())


def test_the_page_of_an_update_counts_groups_languages_and_people(client, update):
    languages = [LanguageFactory(code=code) for code in ("sw", "ar", "sw")]
    for language in languages:
        passed_on(update, MandateFactory(confirmed=True), language=language, people=1700)
    assert relays.reach_of(update) == relays.Reach(groups=3, languages=2, people=5100)
    shown = plain(client.get(UPDATE))
    assert "Passed on by 3 groups" in shown
    assert "in 2 languages" in shown
    assert "about 5,100 people" in shown


def test_one_group_in_one_language_without_a_number_of_people(client, update, alice):
    passed_on(update, Mandate.objects.get(person=alice), people=None)
    shown = plain(client.get(UPDATE))
    assert "Passed on by 1 group" in shown
    assert "in 1 language" in shown
    assert "about" not in shown.split("in 1 language")[1].split("As liaisons")[0]


def test_two_places_of_one_group_are_one_group(client, update, alice):
    mandate = Mandate.objects.get(person=alice)
    passed_on(update, mandate)
    passed_on(update, mandate, channel="meeting")
    assert relays.reach_of(update) == relays.Reach(groups=1, languages=1, people=60)


def test_what_is_withdrawn_counts_nowhere(client, update, alice):
    mandate = Mandate.objects.get(person=alice)
    relay = passed_on(update, mandate, url="https://lists.example.org/gone")
    assert "https://lists.example.org/gone" in text(client.get(GROUP))
    relays.withdraw(relay=relay, by=alice)
    assert relays.reach_of(update) == relays.Reach()
    assert "No group has passed this update on yet." in text(client.get(UPDATE))
    assert "https://lists.example.org/gone" not in text(client.get(GROUP))
    assert "passed on by" not in text(client.get("/en/updates/"))


def test_an_update_nobody_passed_on_invites_to_be_first(client, update):
    shown = text(client.get(UPDATE))
    assert "No group has passed this update on yet." in shown
    assert 'href="/en/my/relays/new/?update=news"' in shown


def test_everyone_is_led_to_the_form_by_way_of_signing_in(client, update):
    response = client.get("/en/my/relays/new/?update=news")
    assert response.status_code == 302
    assert "/en/accounts/login/?next=/en/my/relays/new/%3Fupdate%3Dnews" in response["Location"]


def test_the_page_changes_at_once_when_something_is_recorded(client, update, alice):
    assert "No group has passed" in text(client.get(UPDATE))
    passed_on(update, Mandate.objects.get(person=alice))
    assert "No group has passed" not in text(client.get(UPDATE))


def test_the_list_says_in_short_by_how_many_groups_each_was_passed_on(client, update, alice):
    UpdateFactory(published=True, title_en="Other")
    passed_on(update, Mandate.objects.get(person=alice))
    assert text(client.get("/en/updates/")).count("passed on by 1 group") == 1


def test_the_list_counts_all_in_one_query(alice):
    mandate = Mandate.objects.get(person=alice)
    updates = [UpdateFactory(published=True) for _ in range(20)]
    for update in updates:
        passed_on(update, mandate)
    with CaptureQueriesContext(connection) as queries:
        found = relays.reaches(updates)
    assert len(queries) == 1
    assert {reach.groups for reach in found.values()} == {1}


def test_the_page_of_a_group_lists_what_it_passed_on(client, update, alice, grace):
    passed_on(update, Mandate.objects.get(person=alice), url="https://lists.example.org/1")
    passed_on(update, Mandate.objects.get(person=grace), url="https://lists.example.org/2")
    shown = text(client.get(GROUP))
    assert "News for all" in shown
    assert "Village pump" in shown
    assert 'href="https://lists.example.org/1" rel="nofollow ugc external"' in shown
    assert "https://lists.example.org/2" not in shown


def test_the_page_of_a_group_does_not_say_who_recorded_it(client, update, bob):
    relay = passed_on(update, Mandate.objects.get(person=bob))
    assert "Bob" not in text(client.get(GROUP))
    assert relay.person == bob


def test_a_group_with_many_relays_has_a_second_page_of_them(client, alice):
    mandate = Mandate.objects.get(person=alice)
    for number in range(12):
        passed_on(UpdateFactory(published=True, title_en=f"News {number:02}."), mandate)
    first, second = text(client.get(GROUP)), text(client.get(f"{GROUP}?relays=2"))
    assert "Page 1 of 2" in first
    assert "News 11." in first
    assert "News 00." not in first
    assert "News 00." in second
    assert "News 11." not in second
    for odd in ("99999", "-1", "x", "9" * 40):
        assert "Page" in text(client.get(f"{GROUP}?relays={odd}"))


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ({"slug": "silent"}, "A liaison would tell the group"),
        ({"slug": "silent", "archived": True}, "Nothing was recorded."),
    ],
)
def test_a_group_without_relays_says_what_would_stand_there(client, group, words):
    GroupFactory(**group)
    assert words in text(client.get("/en/groups/silent/"))


def test_a_group_with_a_liaison_who_has_not_begun(client, alice):
    assert "When a liaison tells the group about an update" in text(client.get(GROUP))


def test_a_link_can_only_be_one_to_the_web(client, update, alice):
    """However it came into the table, a link that is none is not shown as one."""
    relay = passed_on(update, Mandate.objects.get(person=alice))
    Relay.objects.filter(pk=relay.pk).update(url="javascript:alert(1)")
    assert "javascript:" not in text(client.get(GROUP))
