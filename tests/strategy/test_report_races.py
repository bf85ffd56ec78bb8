"""Several people do something to one report at the same moment: one wins, nothing is lost."""

import datetime
import uuid

import pytest

from liaisons.errors import AlreadyDone, Refused
from strategy import reports
from strategy.models import Report, ReportDraft
from tests.factories import LanguageFactory
from web.models import ContentVersion

from .factories import TopicFactory, drafted
from .test_updates import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def rows_of_a_new_database(transactional_db):
    """Tests of this kind empty every table."""
    ContentVersion.objects.get_or_create(pk=1)


@pytest.fixture
def content(transactional_db):
    return reports.Content(
        topic=TopicFactory(), place="Arusha", page_url="", held_on=datetime.date(2019, 7, 1),
        form="online", language=LanguageFactory(code="sw"), people=3, overview="We talked.",
        statements=["One.", "Two."],
    )  # fmt: skip


def outcome(work):
    """What a verb gave, or the name of its refusal."""
    try:
        work()
    except Refused as refusal:
        return type(refusal).__name__
    return "done"


def test_two_who_publish_at_once_publish_one(alice, content):
    report = drafted(alice.mandates.get())
    found = at_once(
        lambda: outcome(lambda: reports.publish(report=report, by=alice, content=content, seen=1)),
        times=4,
    )
    assert sorted(found) == ["AlreadyDone", "AlreadyDone", "AlreadyDone", "done"]
    report.refresh_from_db()
    assert report.statements.count() == 2
    assert report.versions.count() == 1


def test_reports_published_at_once_get_numbers_without_a_gap(alice, content):
    several = [drafted(alice.mandates.get()) for _ in range(4)]
    at_once(
        lambda: outcome(
            lambda: reports.publish(report=several.pop(), by=alice, content=content, seen=1)
        ),
        times=4,
    )
    assert sorted(Report.objects.values_list("number", flat=True)) == [1, 2, 3, 4]


def test_a_first_save_sent_at_once_begins_one_report(alice, swahili):
    key = uuid.uuid4()
    page = reports.Opened(page="the same page", step=1)
    found = at_once(
        lambda: outcome(
            lambda: reports.start(
                key=key, group=swahili, by=alice, data={"overview": "x"}, opened=page
            )
        ),
        times=4,
    )
    assert found == ["done"] * 4
    assert ReportDraft.objects.get().data == {"overview": "x"}


def test_of_two_who_save_at_once_one_hears_of_the_other(alice, bob):
    report = drafted(alice.mandates.get())
    texts = ["Alice's words", "Bob's words"]
    found = at_once(
        lambda: outcome(
            lambda: reports.save_draft(
                report=report, by=alice, data={"overview": texts.pop()}, seen=1
            )
        ),
        times=2,
    )
    assert sorted(found) == ["Changed", "done"]


def test_publishing_and_saving_at_once_lose_no_words(alice, bob, content):
    report = drafted(alice.mandates.get())
    works = [
        lambda: reports.publish(report=report, by=alice, content=content, seen=1),
        lambda: reports.save_draft(report=report, by=bob, data={"overview": "Bob"}, seen=1),
    ]
    found = set(at_once(lambda: outcome(works.pop()), times=2))
    draft = ReportDraft.objects.filter(report=report).first()
    # Either the words were saved first and publishing was refused, or they came too late.
    assert found == ({"Changed", "done"} if draft else {"AlreadyDone", "done"})
    report.refresh_from_db()
    assert report.is_published is (draft is None)


def test_discarding_and_saving_at_once_lose_no_words(alice, bob):
    report = drafted(alice.mandates.get())
    works = [
        lambda: reports.discard_draft(report=report, by=alice, seen=1),
        lambda: reports.save_draft(report=report, by=bob, data={"overview": "Bob"}, seen=1),
    ]
    found = set(at_once(lambda: outcome(works.pop()), times=2))
    if ReportDraft.objects.exists():
        assert found == {"Changed", "done"}
        assert ReportDraft.objects.get().data == {"overview": "Bob"}
    else:
        assert found == {"AlreadyDone", "done"}


def test_a_correction_begun_at_once_is_one(alice, content):
    report = drafted(alice.mandates.get())
    reports.publish(report=report, by=alice, content=content, seen=1)
    at_once(
        lambda: outcome(lambda: reports.start_correction(report=report, by=alice, data={"x": "y"})),
        times=3,
    )
    assert ReportDraft.objects.count() == 1
    with pytest.raises(AlreadyDone):
        reports.discard_draft(report=drafted_and_gone(alice), by=alice, seen=1)


def drafted_and_gone(person):
    """A report that was discarded."""
    report = drafted(person.mandates.get())
    gone = Report.objects.get(pk=report.pk)
    reports.discard_draft(report=report, by=person, seen=1)
    return gone
