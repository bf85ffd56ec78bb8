"""Whom one writes to, and how: the liaison's choice, and what the group's page shows of it."""

import datetime
import html
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from liaisons.letters import ways
from liaisons.models import Group, Mandate, User
from web import content_version

pytestmark = pytest.mark.django_db


def set_person(person, **values):
    User.objects.filter(pk=person.pk).update(**values)


def group_page(client, group):
    return client.get(reverse("outreach_map:group_detail", args=[group.slug])).content.decode()


def test_one_writes_to_the_primary(swahili, alice, bob):
    assert ways.of_group(swahili).mandate.person == alice


def test_the_deputy_answers_while_the_primary_is_away(swahili, alice, bob):
    set_person(alice, away_until=timezone.localdate())
    assert ways.of_group(swahili).mandate.person == bob
    set_person(alice, away_until=timezone.localdate() - datetime.timedelta(days=1))
    assert ways.of_group(swahili).mandate.person == alice


def test_the_deputy_answers_where_the_seat_is_free(swahili, alice, bob):
    Mandate.objects.filter(person=alice).update(
        last_day=timezone.localdate() - datetime.timedelta(days=1)
    )
    assert ways.of_group(swahili).mandate.person == bob


def test_somebody_who_is_away_is_better_than_nobody(swahili, alice):
    set_person(alice, away_until=timezone.localdate())
    assert ways.of_group(swahili).mandate.person == alice


def test_there_is_nobody_in_a_group_without_liaison_or_in_the_archive(swahili, alice, armenia):
    assert ways.of_group(armenia) is None
    Group.objects.filter(pk=swahili.pk).update(status="archived")
    assert ways.of_group(Group.objects.get(pk=swahili.pk)) is None


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Alice in Wiki", "Alice_in_Wiki"),
        ("أليس الكاتبة", "%D8%A3%D9%84%D9%8A%D8%B3_%D8%A7%D9%84%D9%83%D8%A7%D8%AA%D8%A8%D8%A9"),
        ("A?b#c&d+e%f", "A%3Fb%23c%26d%2Be%25f"),
        ('"><script>', "%22%3E%3Cscript%3E"),
        ("../../evil", "..%2F..%2Fevil"),
        ("爱丽丝", "%E7%88%B1%E4%B8%BD%E4%B8%9D"),
    ],
)
def test_the_wikis_page_is_found_for_any_name(client, swahili, alice, settings, name, path):
    settings.WIKIMEDIA_ORIGIN = "https://meta.example.org"
    set_person(alice, contact_by="wiki", wiki_username=name)
    page = group_page(client, swahili)
    links = re.findall(r'href="([^"]*Special:EmailUser[^"]*)"', page)
    assert [html.unescape(link) for link in links] == [
        f"https://meta.example.org/wiki/Special:EmailUser/{path}"
    ]


def test_a_wikis_community_is_written_to_on_its_own_wiki(swahili, alice):
    set_person(alice, contact_by="wiki", wiki_username="Alice")
    group = Group.objects.get(pk=swahili.pk)
    group.dbname, group.host = "swwiki", "sw.example.org"
    assert ways.of_group(group).url == "https://sw.example.org/wiki/Special:EmailUser/Alice"
    group.host = "sw.example.org/evil?"
    assert "evil" not in ways.of_group(group).url


@pytest.mark.parametrize(
    "values",
    [
        {"is_public_by_name": False},
        {"is_public_by_name": None},
        {"wiki_username": ""},
        {"wiki_suppressed_at": timezone.now()},
        {"wiki_locked_at": timezone.now()},
    ],
)
def test_a_hidden_name_is_in_no_link(client, swahili, alice, values):
    set_person(alice, **{"contact_by": "wiki", "wiki_username": "Alice_of_the_wiki", **values})
    page = group_page(client, swahili)
    assert "Alice_of_the_wiki" not in page
    assert "takes no letters" in page


def test_not_at_all_names_the_core_team(client, swahili, alice, settings):
    set_person(alice, contact_by="none")
    page = group_page(client, swahili)
    assert "takes no letters" in page
    assert settings.CONTACT_EMAIL in page
    answer = client.get(reverse("liaisons:letter_new", args=[swahili.slug]))
    assert "takes no letters" in answer.content.decode()


def test_without_an_address_there_is_no_form(swahili, alice):
    set_person(alice, email="")
    assert ways.of_group(swahili).by == "none"


def test_the_choice_is_made_in_the_settings(client, as_person, swahili, alice):
    assert "Write to the liaison" in group_page(client, swahili)
    before = content_version.current()
    own = as_person(alice)
    answer = own.post(reverse("liaisons:settings_contact"), {"contact_by": "none"})
    assert answer.status_code == 302
    assert content_version.current() != before
    assert "Write to the liaison" not in group_page(client, swahili)
    assert "Not at all" in own.get(reverse("liaisons:settings")).content.decode()


@pytest.mark.parametrize(
    ("values", "chosen", "said"),
    [
        ({"email": ""}, "form", "no e-mail address yet"),
        ({}, "wiki", "no Wikimedia user name"),
        (
            {"wiki_username": "Alice", "is_public_by_name": False},
            "wiki",
            "First let everyone see your name",
        ),
    ],
)
def test_a_choice_that_cannot_work_says_why(as_person, alice, values, chosen, said):
    set_person(alice, contact_by="none", **values)
    answer = as_person(alice).post(reverse("liaisons:settings_contact"), {"contact_by": chosen})
    assert said in answer.content.decode()
    alice.refresh_from_db()
    assert alice.contact_by == "none"
