"""The list of groups and the page of each."""

import re
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaisons import group_search
from liaisons.models import Group, MandateEvent
from tests.factories import MandateFactory, UserFactory

from .conftest import placed

pytestmark = pytest.mark.django_db


def found(client, query):
    """The names in the table, in order."""
    text = client.get("/en/groups/", {"q": query}).content.decode()
    return re.findall(r'<th scope="row"><a [^>]*><bdi>(.*?)</bdi>', text)


@pytest.mark.parametrize(
    "query",
    [
        "swahili wikipedia",
        "SWWIKI",
        "sw.wikipedia.org",
        "https://sw.m.wikipedia.org/wiki/Mwanzo",
        "Kiswahili",
        "السواحلية",
        "سواحيلي",
        "суахили",
        "斯瓦希里语维基百科",
        "スワヒリ語",
        "स्वाहिली",
        "Swahli wikipeda",
        "wikipedia swahili",
    ],
)
def test_a_group_is_found_by_any_of_its_words(client, directory, query):
    assert found(client, query)[0] == "Swahili Wikipedia"


def test_an_exact_code_comes_first(client, directory):
    assert found(client, "NA")[0] == "Wikimedia Namibia"


def test_a_country_is_found_in_another_language(client, directory):
    assert found(client, "ナミビア") == ["Wikimedia Namibia"]


@pytest.mark.parametrize("query", ["%", "_", "\\", "'", '"', "()", "a" * 5000, "🙂"])
def test_signs_of_the_database_are_only_text(client, directory, query):
    assert client.get("/en/groups/", {"q": query}).status_code == 200


def test_a_search_and_filters_work_together(client, directory):
    text = client.get("/en/groups/?q=wikipedia&language=eo").content.decode()
    assert "Esperanto Wikipedia" in text
    assert "Swahili Wikipedia" not in text


def test_nothing_found_offers_to_propose_the_group(client, directory):
    text = client.get("/en/groups/?q=zzzzqqqq").content.decode()
    assert "No group fits" in text
    assert "/en/join/" in text


def test_search_words_follow_a_change(directory):
    directory.libraries.name = "Bücherei Łódź"
    directory.libraries.save()
    assert group_search.refresh_search_text([directory.libraries.pk]) == 1
    assert list(group_search.search("bucherei lodz")) == [directory.libraries]
    assert group_search.refresh_search_text() == 0


def test_one_group_and_twenty_cost_the_same(client, directory):
    MandateFactory(confirmed=True, group=directory.tanzania)

    def count(address):
        client.get(address)
        caches["pages"].clear()
        caches["figures"].clear()
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    addresses = ["/en/groups/", "/en/groups/?q=wikimedia", "/en/groups/tanzania/"]
    few = [count(address) for address in addresses]
    for number in range(20):
        group = placed(
            directory.tanzania.country, name=f"Wikimedia Club {number}", slug=f"club-{number}"
        )
        MandateFactory(confirmed=True, group=group)
        MandateFactory(ended=True, group=directory.tanzania)
    group_search.refresh_search_text()
    assert [count(address) for address in addresses] == few
    assert max(few) <= 12


def test_a_page_names_who_wants_to_be_named_and_counts_the_others(client, alice, bob, swahili):
    text = client.get(swahili.get_absolute_url()).content.decode()
    assert "Alice" in text
    assert "has a liaison, not shown by name" in text
    assert "Bob" not in text
    assert f"/en/join/?group={swahili.slug}" in text
    assert "Become a deputy or follow" in text


def test_a_group_without_a_liaison_asks_for_one(client, directory):
    text = client.get("/en/groups/tanzania/").content.decode()
    assert "Become the liaison" in text
    assert "There has been no liaison yet." in text


def test_history_tells_seats_days_and_how_each_ended_and_no_message(client, directory):
    reason = "PRIVATE-REASON"
    started = timezone.now() - timedelta(days=800)
    ended_by = {
        "stepped_down": "Ended by the liaison.",
        "person_left": "Ended by the liaison.",
        "expired": "The time of the mandate was over.",
        "withdrawn_by_group": "Withdrawn by the group.",
        "ended_by_core_team": "Ended by the Core Team.",
        "replaced": "Handed over to the next liaison.",
    }
    for why in ended_by:
        person = UserFactory(by_name=True, display_name=f"Asha {why}")
        mandate = MandateFactory(
            ended=True, group=directory.tanzania, person=person, decided_at=started, end_reason=why
        )
        MandateEvent.objects.create(mandate=mandate, kind="ended", actor=person, message=reason)
    hidden = UserFactory(display_name="Hidden Person")
    MandateFactory(ended=True, group=directory.tanzania, person=hidden)
    text = client.get("/en/groups/tanzania/").content.decode()
    for why, words in ended_by.items():
        [row] = [row for row in text.split("<tr>") if f"Asha {why}<" in row]
        assert words in row
        assert str(started.year) in row
        assert "Primary" in row
    assert "A liaison, not shown by name" in text
    assert "Hidden Person" not in text
    assert "deleted" not in text
    assert reason not in text


def test_history_says_that_a_seat_was_handed_over(client, directory):
    before = MandateFactory(
        ended=True, group=directory.tanzania, person=UserFactory(by_name=True, display_name="Asha")
    )
    MandateFactory(
        confirmed=True,
        group=directory.tanzania,
        predecessor=before,
        person=UserFactory(by_name=True, display_name="Baraka"),
    )
    text = client.get("/en/groups/tanzania/").content.decode()
    rows = text.split("<tr>")
    assert "Handed over to the next liaison." in next(row for row in rows if "Asha" in row)
    assert "holds it now" in next(row for row in rows if "Baraka" in row and "From" in row)


def test_an_application_that_waits_hands_nothing_over(client, directory):
    before = MandateFactory(ended=True, group=directory.tanzania)
    MandateFactory(group=directory.tanzania, predecessor=before)
    assert "Handed over" not in client.get("/en/groups/tanzania/").content.decode()


def test_an_archived_group_keeps_its_page_and_takes_no_liaison(client, directory):
    text = client.get("/en/groups/atlantis/").content.decode()
    assert "no longer active" in text
    assert "/en/join/" not in text


def test_a_proposed_group_is_not_there(client, directory, as_person):
    missing = client.get("/en/groups/nowhere/")
    assert client.get("/en/groups/utopia/").status_code == missing.status_code == 404
    assert as_person(directory.proposed.proposed_by).get("/en/groups/utopia/").status_code == 404


def test_a_page_of_a_group_links_only_to_the_web(client, directory):
    Group.objects.filter(pk=directory.tanzania.pk).update(page_url="javascript:alert(1)")
    assert "javascript:" not in client.get("/en/groups/tanzania/").content.decode()


def test_a_group_that_was_renamed_out_of_latin_letters_has_its_own_direction(client, directory):
    Group.objects.filter(pk=directory.tanzania.pk).update(local_name="ويكيميديا تنزانيا")
    text = client.get("/en/groups/tanzania/").content.decode()
    assert "<bdi>ويكيميديا تنزانيا</bdi>" in text
