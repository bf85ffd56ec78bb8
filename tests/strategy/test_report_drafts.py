"""Drafts: saved once, never over another's words, and never lost with a refusal."""

import re

import pytest
from django.utils import timezone

from liaisons import mandates
from strategy import reports
from strategy.models import Report, ReportDraft
from tests.factories import MandateFactory

from .factories import drafted, reported

pytestmark = pytest.mark.django_db


def words() -> str:
    return ReportDraft.objects.get().data["overview"]


def test_sent_twice_begins_one_report_and_keeps_the_later_words(opened, alice):
    window = opened(alice)
    assert window.autosave(1, overview="First").json()["revision"] == 1
    window.autosave(1, overview="First")
    answer = window.autosave(2, overview="Later")
    assert answer.json()["url"] == f"/en/my/reports/{Report.objects.get().pk}/"
    assert words() == "Later"
    window.send(overview="By the button")
    assert Report.objects.count() == 1
    assert words() == "By the button"


def test_an_answer_that_got_lost_is_no_conflict(opened, alice):
    report = drafted(alice.mandates.get())
    window = opened(alice, f"/en/my/reports/{report.pk}/")
    assert window.autosave(1, overview="Saved, and the answer lost").status_code == 200
    assert window.autosave(2, overview="And later words").status_code == 200
    assert words() == "And later words"


def test_a_slow_request_that_comes_last_changes_nothing(opened, alice):
    report = drafted(alice.mandates.get())
    window = opened(alice, f"/en/my/reports/{report.pk}/")
    window.autosave(2, overview="Newer")
    assert window.autosave(1, overview="Older").status_code == 200
    assert words() == "Newer"


def test_a_page_goes_on_with_what_the_one_before_it_could_not_save(opened, alice):
    report = drafted(alice.mandates.get())
    crashed = opened(alice, f"/en/my/reports/{report.pk}/")
    crashed.autosave(1, overview="Saved, and the answer lost")
    again = opened(alice, f"/en/my/reports/{report.pk}/")
    taken_over = {"before": crashed.hidden["page"], "before_step": 1, "seen": "1"}
    assert again.autosave(1, overview="Typed before the crash", **taken_over).status_code == 200
    assert crashed.autosave(2, overview="The crashed page after all").status_code == 409
    assert words() == "Typed before the crash"


def test_words_taken_over_from_an_open_page_do_not_replace_its_newer_ones(opened, alice):
    report = drafted(alice.mandates.get())
    still_open = opened(alice, f"/en/my/reports/{report.pk}/")
    taken_over = {"before": still_open.hidden["page"], "before_step": 1, "seen": "1"}
    still_open.autosave(1, overview="What this device kept")
    another = opened(alice, f"/en/my/reports/{report.pk}/")
    still_open.autosave(2, overview="Newer words")
    answer = another.autosave(1, overview="What this device kept, and more", **taken_over)
    assert (answer.status_code, answer.json()["problem"]) == (409, "changed")
    assert words() == "Newer words"


def test_two_windows_never_write_over_each_other(opened, alice):
    report = drafted(alice.mandates.get())
    one, other = (opened(alice, f"/en/my/reports/{report.pk}/") for _ in range(2))
    one.send(overview="From the first window")
    response = other.send(overview="From the second window", place="A new place")
    assert response.status_code == 409
    assert words() == "From the first window"
    assert other.shows("You saved this report in another window")
    for side in ("first", "second"):
        assert re.search(rf"<mark>{side}</mark>", other.page), side
    assert other.shows("A new place")
    other.send(overview="Both windows")
    assert words() == "Both windows"


def test_the_script_hears_of_a_conflict_too(opened, alice):
    report = drafted(alice.mandates.get())
    one, other = (opened(alice, f"/en/my/reports/{report.pk}/") for _ in range(2))
    one.autosave(overview="One")
    answer = other.autosave(overview="Other")
    assert answer.status_code == 409
    assert answer.json()["problem"] == "changed"
    assert words() == "One"
    assert other.autosave(overview="One").status_code == 200  # the same words are no conflict


def test_a_third_text_while_one_chooses_is_a_conflict_again(opened, alice, bob):
    report = drafted(alice.mandates.get())
    one = opened(alice, f"/en/my/reports/{report.pk}/")
    other = opened(bob, f"/en/my/reports/{report.pk}/")
    other.send(overview="Bob, first")
    one.send(overview="Alice")
    other.send(overview="Bob, second")
    assert one.send(overview="Alice").status_code == 409
    assert words() == "Bob, second"
    assert one.shows("Another liaison of your group saved this report")
    assert not one.shows("Bob saved")  # he is not public by name


def test_deputy_and_primary_write_the_same_draft(opened, alice, bob):
    report = drafted(alice.mandates.get(), overview="Begun by Alice")
    window = opened(bob, f"/en/my/reports/{report.pk}/")
    assert window.shows("Begun by Alice")
    window.send(overview="Gone on by Bob")
    assert words() == "Gone on by Bob"


def test_published_twice_is_published_once(opened, alice):
    window = opened(alice)
    window.send("check")
    sent = (window.action, {**window.hidden, "do": "publish"})
    window.client.post(*sent)
    again = window.client.post(*sent, follow=True)
    assert "R1 is published" in again.content.decode()
    assert Report.objects.get().versions.count() == 1


def test_what_changed_since_the_check_is_checked_again(opened, alice, bob):
    window = opened(alice)
    window.send("check")
    report = Report.objects.get()
    opened(bob, f"/en/my/reports/{report.pk}/").send(overview="Changed by Bob")
    window.publish()
    assert window.shows("Nothing is published yet")
    assert window.shows("Changed by Bob")
    report.refresh_from_db()
    assert not report.is_published
    window.publish()
    report.refresh_from_db()
    assert report.overview == "Changed by Bob"


def test_what_is_typed_into_a_report_published_meanwhile_is_shown(opened, alice, bob):
    window = opened(alice)
    window.send()
    late = opened(bob, window.action)
    window.send("check")
    window.publish()
    response = late.send(overview="Too late, and not lost")
    assert response.status_code == 409
    assert late.shows("was published in another window")
    assert late.shows("Too late, and not lost")
    answer = late.client.post(
        f"/en/my/reports/{Report.objects.get().pk}/", {"overview": "x", "whose": bob.pk},
        headers={"Accept": "application/json"},
    )  # fmt: skip
    assert answer.json()["problem"] == "gone"


def test_what_is_typed_into_a_discarded_draft_can_begin_a_new_report(opened, alice, bob):
    report = drafted(alice.mandates.get())
    late = opened(bob, f"/en/my/reports/{report.pk}/")
    hidden, action = late.hidden, late.action
    window = opened(alice, f"/en/my/reports/{report.pk}/discard/")
    assert window.shows("cannot be brought back")
    assert Report.objects.exists()
    window.client.post(f"/en/my/reports/{report.pk}/discard/", window.hidden)
    assert not Report.objects.exists()

    late.hidden, late.action = hidden, action
    assert late.send(overview="Not lost").status_code == 409
    assert late.shows("This draft was discarded")
    assert late.shows("Not lost")
    begin = {name: text for name, text in late.hidden.items() if name != "csrfmiddlewaretoken"}
    late.client.post("/en/my/reports/new/", begin)
    assert Report.objects.get().person == bob
    assert words() == "Not lost"


def test_a_draft_changed_since_is_not_discarded(opened, alice, bob):
    report = drafted(alice.mandates.get())
    window = opened(alice, f"/en/my/reports/{report.pk}/discard/")
    asked = window.hidden
    opened(bob, f"/en/my/reports/{report.pk}/").send(overview="New words")
    response = window.client.post(f"/en/my/reports/{report.pk}/discard/", asked, follow=True)
    assert "Nothing was discarded" in response.content.decode()
    assert words() == "New words"


def end_mandate(person):
    """The person gives their mandate back."""
    mandates.end_mandate(mandate=person.mandates.get(), by=person, reason="x")


def test_whose_mandate_ends_while_they_write_keeps_what_they_typed(opened, alice):
    window = opened(alice)
    window.send(overview="Saved")
    end_mandate(alice)
    response = window.send(overview="Typed after the end")
    assert response.status_code == 403
    assert window.shows("You are not a liaison now")
    assert window.shows("Typed after the end")
    assert words() == "Saved"


def test_a_mandate_of_another_group_is_no_mandate_here(opened, alice, armenia, frank):
    window = opened(alice)
    window.send(overview="Saved")
    MandateFactory(person=alice, group=armenia, confirmed=True, deputy=True, reviewer=frank)
    mandates.end_mandate(mandate=alice.mandates.get(group__slug="swahili"), by=alice, reason="x")
    action, hidden = window.action, window.hidden
    response = window.send(overview="Typed after the end")
    assert response.status_code == 404
    assert window.shows("Typed after the end")
    said = window.client.post(
        action, {**hidden, "overview": "x"}, headers={"Accept": "application/json"}
    )
    assert said.json()["problem"] == "not_allowed"
    assert words() == "Saved"


def test_a_form_that_comes_after_the_session_ended_waits_for_its_person(opened, alice, bob):
    report = drafted(alice.mandates.get(), overview="Saved")
    window = opened(alice, f"/en/my/reports/{report.pk}/")
    client = window.client
    del client.cookies["sessionid"]
    long = "A long text. " * 5000
    assert window.send(overview="Typed too late", statements=long).redirect_chain
    assert words() == "Saved"
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    window.open(f"/en/my/reports/{report.pk}/")
    assert window.shows("Typed too late")
    assert window.shows("A long text. A long text.")
    assert window.shows("before you had to sign in again")
    window.send(overview="Typed too late")
    assert words() == "Typed too late"


def test_another_person_who_signs_in_there_does_not_see_it(opened, alice, bob):
    report = drafted(alice.mandates.get(), overview="Saved")
    window = opened(alice, f"/en/my/reports/{report.pk}/")
    del window.client.cookies["sessionid"]
    window.send(overview="Typed too late")
    window.client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    window.open(f"/en/my/reports/{report.pk}/")
    assert not window.shows("Typed too late")


def test_the_script_is_told_that_the_session_ended(opened, alice, bob):
    window = opened(alice)
    del window.client.cookies["sessionid"]
    answer = window.autosave(overview="Kept on the device")
    assert answer.status_code == 401
    assert answer.json()["url"].startswith("/en/accounts/login/?next=/en/my/reports/new/")
    window.client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    assert window.autosave(overview="Alice's words").status_code == 401
    assert not Report.objects.exists()


def test_too_much_is_refused_kindly_and_stays_in_the_form(opened, alice):
    window = opened(alice)
    much = "Long words. " * 25_000
    response = window.send(statements=much)
    assert response.status_code == 400
    assert window.shows("Please make two reports of it")
    assert window.shows("Long words. Long words.")
    assert not Report.objects.exists()
    assert window.autosave(statements=much).json()["problem"] == "refused"
    assert window.send(statements="Shorter.").status_code == 200
    assert Report.objects.exists()


def test_beginning_has_a_limit_for_each_person_and_day(opened, alice, monkeypatch):
    monkeypatch.setattr("strategy.views.report_editor.BEGUN_A_DAY", 1)
    window = opened(alice)
    window.send()
    again = opened(alice)
    assert again.send(overview="Not lost").status_code == 400
    assert again.shows("go on tomorrow")
    assert again.shows("Not lost")


def test_a_form_without_its_fields_empties_nothing(opened, alice):
    report = drafted(alice.mandates.get(), overview="Kept")
    client = opened(alice).client
    client.post(f"/en/my/reports/{report.pk}/", {"do": "save", "seen": "1"})
    client.post(f"/en/my/reports/{report.pk}/", {"do": "check", "seen": "x" * 99})
    assert words() == "Kept"


def test_discarding_a_correction_leaves_what_is_published(opened, alice):
    report = reported(alice.mandates.get(), "One.")
    reports.start_correction(report=report, by=alice, data={})
    window = opened(alice, f"/en/my/reports/{report.pk}/discard/")
    assert window.shows("What is published stays as it is")
    window.client.post(f"/en/my/reports/{report.pk}/discard/", window.hidden)
    report.refresh_from_db()
    assert report.is_published
    assert not ReportDraft.objects.exists()
    assert timezone.now() > report.published_at
