"""Who chose a region reads in the digest what groups there reported; nobody else does."""

import re

import pytest
from django.core import mail
from django.utils import translation

from liaisons.accounts.people import sync_recipient
from mailing import choices, deliver, editions, positions, recipients, sections
from strategy import reports
from strategy.region_reports import REGIONS, region_options
from tests.factories import MandateFactory, RegionFactory
from tests.harness.corpus import XSS
from tests.strategy.factories import reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(dave):
    sync_recipient(dave)
    return dave


@pytest.fixture
def armenian(grace):
    """Grace's group, whose region is its country's."""
    mandate = grace.mandates.get()
    mandate.group.region = mandate.group.country.region
    mandate.group.save()
    return mandate


def choose(reader, *codes):
    recipients.set_rhythm(reader, "daily", choices={REGIONS: list(codes)})


def digest_of(reader):
    mail.outbox.clear()
    editions.make_edition_for(reader.mail_recipient)
    deliver.send_due()
    return [m for m in mail.outbox if "List-Id" in m.extra_headers]


def test_reports_of_ones_region_come_once(reader, armenian, alice):
    choose(reader, "CEECA")
    ours = reported(armenian, "One.", "Two.")
    theirs = reported(alice.mandates.get(), "Three.")
    [message] = digest_of(reader)
    assert "* From groups of your region *" in message.body
    assert message.subject.startswith("Wikimedia Armenia: ")
    assert f"{ours.ref} · 2 statements" in message.body
    assert f"http://testserver{ours.get_absolute_url()}" in message.body
    assert theirs.ref not in re.findall(r"R\d+", message.body)
    html = message.alternatives[0].content
    assert "<bdi>Wikimedia Armenia</bdi>" in html
    assert digest_of(reader) == []


def test_whoever_chose_no_region_hears_of_none(reader, armenian):
    recipients.set_rhythm(reader, "daily")
    reported(armenian, "One.")
    assert digest_of(reader) == []
    # Who chooses later reads what came since their last digest, as with all news.
    choose(reader, "CEECA")
    assert len(digest_of(reader)) == 1


def test_a_correction_is_no_news(reader, armenian, alice):
    choose(reader, "CEECA")
    report = reported(armenian, "One.")
    digest_of(reader)
    before = report.position
    draft = reports.start_correction(report=report, by=armenian.person, data={})
    content = reports.Content(
        topic=report.topic, place="Elsewhere", page_url="", held_on=report.held_on,
        form=report.form, language=report.language, people=report.people,
        overview=report.overview, note="The place.",
    )  # fmt: skip
    reports.publish(report=report, by=armenian.person, content=content, seen=draft.revision)
    report.refresh_from_db()
    assert (report.version, report.position) == (2, before)
    assert digest_of(reader) == []


def test_many_reports_are_named_and_the_rest_is_linked(reader, armenian):
    choose(reader, "CEECA")
    for number in range(23):
        reported(armenian, f"Statement {number}.")
    [message] = digest_of(reader)
    named = message.body.count("1 statement\n")
    assert 3 < named < 23
    assert f"and {23 - named} more\nhttp://testserver/en/reports/" in message.body


@pytest.mark.parametrize("attack", XSS[:4])
def test_nothing_somebody_wrote_is_markup(reader, armenian, attack):
    choose(reader, "CEECA")
    armenian.group.name = attack
    armenian.group.save()
    reported(armenian, attack)
    [message] = digest_of(reader)
    assert attack in message.body
    assert "<script" not in message.alternatives[0].content.lower()
    assert "<img" not in message.alternatives[0].content.lower()


def test_the_same_stands_on_a_talk_page(armenian):
    report = reported(armenian, "One.")
    [section] = [one for one in sections.registered() if one.key == "region_reports"]
    items = section.items(0, positions.current())
    with translation.override("en"):
        text = section.wikitext(items, "en")
    assert text.startswith(f"* [http://testserver{report.get_absolute_url()} Wikimedia Armenia]: ")
    assert text.endswith(report.ref)


def test_all_regions_can_be_chosen_by_their_names(db):
    RegionFactory(code="B", name_en="Beta")
    RegionFactory(code="A", name_en="Älpha")
    assert region_options() == [("A", "Älpha"), ("B", "Beta")]
    assert [one.name for one in choices.registered()] == ["topics", "regions"]


def test_a_region_that_is_no_more_is_taken_for_none(reader, armenian):
    choose(reader, "GONE")
    reported(armenian, "One.")
    assert digest_of(reader) == []
    assert recipients.preference_of(reader).choices == {REGIONS: ["GONE"]}


def test_a_liaison_gets_each_thing_once(alice, swahili):
    """One's own report, in one's own region: named once, and not as an answer."""
    swahili.region = RegionFactory(code="SSA")
    swahili.save()
    sync_recipient(alice)
    choose(alice, "SSA")
    report = reported(alice.mandates.get(), "One.")
    MandateFactory(group=swahili)
    [message] = digest_of(alice)
    assert message.body.count(report.get_absolute_url()) == 1
