"""A handful of groups of every sort: in a country, of a language, worldwide, in all languages."""

from dataclasses import dataclass

import pytest

from liaisons import group_search
from liaisons.models import Group
from tests.factories import CountryFactory, GroupFactory, LanguageFactory, RegionFactory


@dataclass
class Directory:
    """The groups by what they stand for."""

    tanzania: Group
    namibia: Group
    swahili_wikipedia: Group
    esperanto_wikipedia: Group
    wikidata: Group
    libraries: Group
    archived: Group
    proposed: Group


def community(name, dbname, language, **values):
    """A wiki in one language (none for a multilingual project)."""
    languages = [LanguageFactory(**language)] if language else []
    return GroupFactory(
        kind=Group.Kind.PROJECT_COMMUNITY,
        country=None,
        name=name,
        slug=name.lower().replace(" ", "-"),
        dbname=dbname,
        languages=languages,
        **values,
    )


def placed(country, **values):
    """An organised group with its country's point."""
    group = GroupFactory(country=country, latitude="-6.2", longitude="34.8", **values)
    group.countries.set([country])
    return group


@pytest.fixture
def directory(db):
    """The groups, with the words by which they are found."""
    africa = RegionFactory(code="SSA", name_en="Sub-Saharan Africa")
    tanzania = CountryFactory(iso2="TZ", english_name="Tanzania", region=africa)
    namibia = CountryFactory(iso2="NA", english_name="Namibia", region=africa)
    CountryFactory(iso2="AM", english_name="Armenia", region=RegionFactory(code="CEECA"))
    made = Directory(
        tanzania=placed(tanzania, name="Wikimedia Tanzania", slug="tanzania", code="TZ"),
        namibia=placed(namibia, name="Wikimedia Namibia", slug="namibia", code="NA"),
        swahili_wikipedia=community(
            "Swahili Wikipedia",
            "swwiki",
            {"code": "sw", "english_name": "Swahili", "autonym": "Kiswahili"},
            project_family="wikipedia",
            host="sw.wikipedia.org",
        ),
        esperanto_wikipedia=community(
            "Esperanto Wikipedia",
            "eowiki",
            {"code": "eo", "english_name": "Esperanto", "autonym": "Esperanto"},
            project_family="wikipedia",
            host="eo.wikipedia.org",
        ),
        wikidata=community(
            "Wikidata", "wikidatawiki", None, project_family="wikidata", host="www.wikidata.org"
        ),
        libraries=GroupFactory(worldwide=True, name="Wikimedia and Libraries", slug="libraries"),
        archived=GroupFactory(archived=True, name="Wikimedia Atlantis", slug="atlantis"),
        proposed=GroupFactory(proposed=True, name="Wikimedia Utopia", slug="utopia"),
    )
    group_search.refresh_search_text()
    return made
