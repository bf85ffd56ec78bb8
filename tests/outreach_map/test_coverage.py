"""Figures: who has a liaison, who had one, who never."""

import re
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from liaisons.models import Group
from outreach_map import coverage
from tests.factories import LanguageFactory, MandateFactory
from web import content_version


def states():
    """Each group's state as filters and figures know it, and as lists of groups do."""
    groups = coverage.with_state(Group.objects.all())
    found = dict(groups.values_list("pk", "state"))
    assert found == {pk: state for pk, (state, _seats) in coverage.standing_of(found).items()}
    return {group.slug: group.state for group in groups}


def test_a_group_has_a_liaison_had_one_or_never_did(directory):
    MandateFactory(confirmed=True, group=directory.tanzania)
    MandateFactory(ended=True, group=directory.namibia)
    MandateFactory(group=directory.wikidata)
    MandateFactory(declined=True, group=directory.libraries)
    found = states()
    assert found["tanzania"] == "has"
    assert found["namibia"] == "lapsed"
    assert found["wikidata"] == found["libraries"] == "none"


def test_a_mandate_past_its_last_day_has_lapsed(directory):
    yesterday = timezone.localdate() - timedelta(days=1)
    MandateFactory(confirmed=True, group=directory.tanzania, last_day=yesterday)
    assert states()["tanzania"] == "lapsed"


def test_all_figures_count_listed_groups_only_and_agree(directory):
    person = MandateFactory(confirmed=True, group=directory.tanzania).person
    MandateFactory(confirmed=True, group=directory.swahili_wikipedia, person=person)
    MandateFactory(confirmed=True, group=directory.archived)
    MandateFactory(ended=True, group=directory.namibia)
    totals = coverage.totals()
    assert (totals.groups, totals.with_liaison, totals.lapsed, totals.without) == (6, 2, 1, 3)
    assert coverage.people() == 1
    assert coverage.languages_with_liaison() == 1
    assert coverage.countries_with_liaison() == 1
    [africa] = coverage.by_region()
    assert (str(africa.thing), africa.groups, africa.with_liaison) == ("Sub-Saharan Africa", 2, 1)
    outside = coverage.without_region()
    assert africa.groups + outside.groups == totals.groups
    assert sum(share.groups for share in coverage.by_kind()) == totals.groups
    assert sum(share.with_liaison for share in coverage.by_kind()) == totals.with_liaison


def test_the_pages_show_a_new_liaison_at_once_and_agree(client, directory):
    def shown():
        home = client.get("/en/").content.decode()
        table = client.get("/en/groups/?liaison=has").content.decode()
        points = client.get("/map/points.json").json()["groups"]
        return (
            re.search(r"(\d+) of 6 groups ha", home)[1],
            home.count('<circle class="has"'),
            table.count('<th scope="row">'),
            points["state"].count(0),
        )

    assert shown() == ("0", 0, 0, 0)
    MandateFactory(confirmed=True, group=directory.tanzania)
    with transaction.atomic():
        content_version.bump()
    assert shown() == ("1", 1, 1, 1)


def test_a_new_language_of_a_group_can_be_chosen_at_once(client, directory):
    option = '<option value="tlh">Klingon</option>'
    assert option not in client.get("/en/groups/").content.decode()
    directory.libraries.languages.add(LanguageFactory(code="tlh", english_name="Klingon"))
    with transaction.atomic():
        content_version.bump()
    assert option in client.get("/en/groups/").content.decode()
    assert option in client.get("/en/map/").content.decode()
