"""Who stands beside a report, whose a draft is to take away, and windows that come too late."""

import pytest

from liaisons.accounts.erasure import erase
from liaisons.models import User
from strategy import reports, response_times
from strategy.models import Report, ReportDraft, ReportVersion

from .factories import drafted, reported

pytestmark = pytest.mark.django_db


def test_the_name_beside_a_report_is_that_of_who_published_it(client, alice, bob, advocacy):
    report = drafted(alice.mandates.get())
    published = reported(bob.mandates.get(), "One.", topic=advocacy)
    content = reports.Content(
        statements=["One."],
        **{part: getattr(published, part) for part in reports.PARTS},
    )
    reports.publish(report=report, by=bob, content=content, seen=report.draft.revision)
    report.refresh_from_db()
    page = client.get(report.get_absolute_url()).content.decode()
    assert alice.public_name
    assert alice.public_name not in page


def test_a_draft_that_two_people_saved_stays_when_one_deletes_the_account(alice, bob):
    report = drafted(alice.mandates.get(), overview="a")
    draft = reports.save_draft(report=report, by=bob, data={"overview": "b"}, seen=1)
    reports.save_draft(report=report, by=alice, data={"overview": "c"}, seen=draft.revision)
    alone = drafted(alice.mandates.get(), overview="mine")
    erase(alice)
    assert Report.objects.filter(pk=report.pk).exists()
    assert not Report.objects.filter(pk=alone.pk).exists()


def test_a_correction_only_one_person_saw_goes_with_the_account(alice, advocacy):
    report = reported(alice.mandates.get(), "One.", topic=advocacy)
    reports.start_correction(report=report, by=alice, data={"note": "private"})
    erase(User.objects.get(pk=alice.pk))
    assert not ReportDraft.objects.exists()
    assert Report.objects.get(pk=report.pk).is_published


def test_a_window_of_an_earlier_correction_writes_over_no_later_one(alice, advocacy):
    report = reported(alice.mandates.get(), "One.", topic=advocacy)
    first = reports.start_correction(report=report, by=alice, data={"note": "first"})
    reports.discard_draft(report=report, by=alice, seen=first.revision)
    second = reports.start_correction(report=report, by=alice, data={"note": "second"})
    with pytest.raises(reports.Changed):
        reports.save_draft(report=report, by=alice, data={"note": "old"}, seen=first.revision)
    second.refresh_from_db()
    assert second.data == {"note": "second"}


def test_what_is_usual_counts_from_the_version_a_statement_came_in(alice, erin, advocacy):
    report = reported(alice.mandates.get(), *(f"{n}." for n in range(6)), topic=advocacy)
    Report.objects.filter(pk=report.pk).update(published_at="2020-01-01T00:00Z")
    at = ReportVersion.objects.get(report=report).at
    report.statements.update(received_at=at, received_by=erin)
    assert response_times.usual().days_to_receive == 1


@pytest.mark.parametrize("path", ["abc/change/", "abc/history/", "999999/history/"])
def test_an_answer_that_is_not_there_is_no_error(as_person, frank, path):
    response = as_person(frank).post(f"/admin/strategy/response/{path}")
    assert response.status_code in (302, 404, 405)
