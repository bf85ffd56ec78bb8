"""The map page as everyone gets it, without any script: filters, table, country, groups beside."""

import re

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from liaisons.models import Group
from tests.factories import CountryFactory, LanguageFactory, MandateFactory, UserFactory

from .conftest import community, placed

pytestmark = pytest.mark.django_db


def page(client, query=""):
    response = client.get(f"/en/map/{query}")
    assert response.status_code == 200
    return response.content.decode()


def part(text, heading_id):
    """The section with that heading."""
    return re.search(rf'<section[^>]*aria-labelledby="{heading_id}".*?</section>', text, re.S)[0]


def test_the_table_lists_every_active_group_and_no_other(client, directory):
    table = part(page(client), "all")
    for group in Group.objects.listed():
        assert group.name in table
    assert "Atlantis" not in table
    assert "Utopia" not in table
    assert "6 groups" in table


@pytest.mark.parametrize("address", ["/en/map/", "/en/groups/"])
def test_before_there_are_groups_no_filter_is_blamed(client, db, address):
    text = client.get(address).content.decode()
    assert "No groups are listed yet." in text
    assert "No group fits" not in text
    assert "No group fits" in client.get(f"{address}?kind=chapter").content.decode()


def test_a_country_leads_to_its_groups_and_to_the_communities_of_its_languages(client, directory):
    person = UserFactory(by_name=True, display_name="Asha")
    MandateFactory(confirmed=True, group=directory.swahili_wikipedia, person=person)
    here = part(page(client, "?country=TZ"), "here")
    assert "Wikimedia Tanzania" in here
    assert "Swahili Wikipedia" in here
    assert "Asha" in here
    assert "90%" in here
    assert "Namibia" not in here
    assert "Esperanto" not in here


def test_a_language_group_without_a_country_is_found_through_its_language(client, directory):
    group = community("Swahili Writers", None, {"code": "sw"})
    Group.objects.filter(pk=group.pk).update(kind=Group.Kind.USER_GROUP)
    assert "Swahili Writers" in part(page(client, "?country=TZ"), "here")


def test_namibia_is_a_country(client, directory):
    text = page(client, "?country=NA")
    assert "Wikimedia Namibia" in part(text, "here")
    assert '<option value="NA" selected>Namibia</option>' in text


def test_a_country_without_groups_says_so(client, directory):
    assert "No group of this country is listed" in page(client, "?country=AM")


def test_groups_without_a_place_stand_beside_every_choice(client, directory):
    for query in ("", "?country=TZ", "?country=AM"):
        beside = part(page(client, query), "beside")
        for name in ("Wikimedia and Libraries", "Wikidata", "Esperanto Wikipedia"):
            assert name in beside
        assert "Swahili" not in beside


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("?region=SSA", "Wikimedia Tanzania", "Wikidata"),
        ("?kind=project_community", "Swahili Wikipedia", "Wikimedia Tanzania"),
        ("?language=sw", "Swahili Wikipedia", "Esperanto"),
        ("?liaison=has", "Wikimedia Tanzania", "Namibia"),
        ("?liaison=lapsed", "Namibia", "Wikimedia Tanzania"),
        ("?liaison=none", "Wikidata", "Wikimedia Tanzania"),
        ("?country=none", "Wikimedia and Libraries", "Wikimedia Tanzania"),
        ("?kind=user_group&liaison=has&region=SSA", "Wikimedia Tanzania", "Wikidata"),
    ],
)
def test_each_filter_narrows_the_table(client, directory, query, shown, hidden):
    MandateFactory(confirmed=True, group=directory.tanzania)
    MandateFactory(ended=True, group=directory.namibia)
    table = part(page(client, query), "all")
    assert shown in table
    assert hidden not in table


def test_an_unknown_value_of_a_filter_is_left_out(client, directory):
    assert "6 groups" in page(client, "?region=MOON&country=QQ&language=tlh&liaison=maybe&page=x")


def test_nothing_found_says_how_to_go_on(client, directory):
    assert "No group fits" in page(client, "?liaison=has")


def test_the_table_goes_on_over_pages_and_keeps_its_filters(
    client, directory, django_assert_num_queries
):
    for number in range(60):
        placed(directory.tanzania.country, name=f"Club {number:02}", slug=f"club-{number}")
    first = page(client, "?region=SSA")
    assert "Page 1 of 2" in first
    assert re.search(r'href="\?region=SSA&amp;page=2"', first)
    assert "Wikimedia Tanzania" in part(page(client, "?region=SSA&page=2"), "all")


@pytest.mark.parametrize("query", ["", "?country=TZ"])
def test_one_group_and_twenty_cost_the_same(
    client, directory, query, django_assert_max_num_queries
):
    MandateFactory(confirmed=True, group=directory.tanzania)
    page(client, query)
    caches["pages"].clear()
    caches["figures"].clear()
    with CaptureQueriesContext(connection) as few:
        page(client, query)
    for number in range(20):
        group = placed(directory.tanzania.country, name=f"Club {number}", slug=f"club-{number}")
        group.languages.set([LanguageFactory(code="sw")])
        MandateFactory(confirmed=True, group=group)
        community(f"Swahili {number}", f"sw{number}", {"code": "sw"})
    caches["pages"].clear()
    caches["figures"].clear()
    with django_assert_max_num_queries(len(few)):
        page(client, query)
    assert len(few) <= 12


def test_countries_and_languages_are_named_and_sorted_in_the_readers_language(client, directory):
    german = client.get("/de/map/").content.decode()
    assert '<option value="TZ">Tansania</option>' in german
    assert german.index(">Armenien<") < german.index(">Namibia<") < german.index(">Tansania<")
    arabic = client.get("/ar/map/?country=TZ").content.decode()
    assert "تنزانيا" in arabic
    assert "السواحلية" in arabic


def test_an_accent_does_not_move_a_name_to_the_end(client, directory):
    CountryFactory(iso2="AX", english_name="Åland")
    CountryFactory(iso2="BR", english_name="Brazil")
    text = page(client)
    assert text.index(">Åland Islands<") < text.index(">Brazil<")


def test_the_same_page_is_kept_for_everyone_and_not_sent_twice(client, directory):
    first = client.get("/en/map/?country=TZ&utm=1")
    assert first["Cache-Control"].startswith("public")
    assert not first.cookies
    again = client.get("/en/map/?country=TZ", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
