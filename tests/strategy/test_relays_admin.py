"""The Core Team's table of relays: to find and read, not to change."""

import datetime

import pytest
from django.contrib.auth.models import Group as Role

from config import roles
from liaisons.models import Mandate
from strategy import relays
from strategy.models import Relay
from tests.factories import LanguageFactory, MandateFactory, UserFactory

from .factories import UpdateFactory, passed_on

pytestmark = pytest.mark.django_db
TABLE = "/admin/strategy/relay/"


@pytest.fixture
def editor(as_person):
    roles.make_roles()
    person = UserFactory(core_team=True)
    person.groups.set([Role.objects.get(name=roles.EDITOR)])
    return as_person(person)


@pytest.fixture
def three(alice, grace):
    """Two relays of one group and one of another; the first of them withdrawn."""
    news, more = (UpdateFactory(published=True, title_en=title) for title in ("News", "More"))
    of_alice = Mandate.objects.get(person=alice)
    found = [
        passed_on(news, of_alice),
        passed_on(more, of_alice, channel="meeting", url="https://lists.example.org/x"),
        passed_on(
            news,
            Mandate.objects.get(person=grace),
            channel="newsletter",
            language=LanguageFactory(code="hy"),
        ),
    ]
    relays.withdraw(relay=found[0], by=alice)
    return found


def shown(browser, query=""):
    response = browser.get(f"{TABLE}{query}")
    assert response.status_code == 200
    return [relay.pk for relay in response.context["cl"].result_list]


def test_an_editor_finds_relays(editor, three):
    first, second, third = (relay.pk for relay in three)
    assert sorted(shown(editor)) == [first, second, third]
    assert shown(editor, "?channel__exact=meeting") == [second]
    assert shown(editor, f"?update__id__exact={three[1].update_id}") == [second]
    assert shown(editor, "?language__code__exact=hy") == [third]
    assert shown(editor, "?group__kind__exact=chapter") == [third]
    assert shown(editor, "?state=withdrawn") == [first]
    assert sorted(shown(editor, "?state=counts")) == [second, third]
    assert shown(editor, "?q=Armenia") == [third]
    assert shown(editor, "?q=More") == [second]
    assert shown(editor, "?q=lists.example.org") == [second]
    year = three[0].relayed_on.year
    assert len(shown(editor, f"?relayed_on__year={year}")) == 3
    assert shown(editor, "?relayed_on__year=2001") == []


def test_the_table_shows_the_host_of_a_link(editor, three):
    table = editor.get(TABLE).content.decode()
    link = '<a href="https://lists.example.org/x" rel="noopener nofollow ugc" dir="ltr">{}</a>'
    assert link.format("lists.example.org") in table
    assert link.format("https://lists.example.org/x") not in table


def test_an_editor_reads_a_relay_and_cannot_change_it(editor, three):
    path = f"{TABLE}{three[1].pk}/change/"
    page = editor.get(path).content.decode()
    assert 'href="https://lists.example.org/x"' in page
    assert 'name="channel"' not in page
    assert editor.post(path, {"channel": "other"}).status_code == 403
    assert editor.get(f"{TABLE}add/").status_code == 403
    assert editor.post(f"{TABLE}{three[1].pk}/delete/", {"post": "yes"}).status_code == 403
    assert Relay.objects.get(pk=three[1].pk).channel == "meeting"


def test_a_superuser_cannot_change_what_groups_recorded_either(as_person, frank, three):
    browser = as_person(frank)
    assert browser.post(f"{TABLE}{three[1].pk}/change/", {"channel": "other"}).status_code == 403
    assert browser.post(f"{TABLE}{three[1].pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_reviewer_without_that_right_does_not_see_the_table(as_person, three):
    roles.make_roles()
    reviewer = UserFactory(core_team=True)
    reviewer.groups.set([Role.objects.get(name=roles.REVIEWER)])
    assert as_person(reviewer).get(TABLE).status_code == 403


def test_twenty_relays_need_as_many_queries_as_one(
    editor, django_assert_num_queries, django_assert_max_num_queries
):
    def more():
        mandate = MandateFactory(confirmed=True)
        passed_on(UpdateFactory(published=True), mandate, relayed_on=datetime.date.today())  # noqa: DTZ011

    more()
    editor.get(TABLE)
    with django_assert_max_num_queries(20) as one:
        editor.get(TABLE)
    for _ in range(19):
        more()
    with django_assert_num_queries(len(one)):
        editor.get(TABLE)
