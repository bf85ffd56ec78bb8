"""The Core Team marks statements as received and answers them, through the admin's pages."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from liaisons import mandates
from mailing.models import Notice
from strategy import reports, responses
from strategy.models import Response, Statement
from strategy.notices import ANSWERED
from tests.factories import UserFactory
from tests.strategy.factories import drafted, reported
from web.models import Installation

pytestmark = pytest.mark.django_db
LIST = reverse("admin:strategy_statement_changelist")
ADD = reverse("admin:strategy_response_add")


@pytest.fixture
def desk(erin, as_person):
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})
    return as_person(erin)


@pytest.fixture
def report(alice, swahili):
    return reported(alice.mandates.get(), "Training comes first.", "Write in plain words.")


@pytest.fixture
def statements(report):
    return list(report.statements.order_by("number"))


def choose(desk, statements, action):
    return desk.post(
        LIST, {"action": action, "_selected_action": [one.pk for one in statements]}, follow=True
    )


def hidden(response):
    """What the page's form sends back besides the texts."""
    context = response.context
    return {"statements": context["chosen"].ids, "read": context["read"]}


def write(desk, statements, **texts):
    """The preview of an answer to these statements."""
    page = choose(desk, statements, "answer")
    return desk.post(ADD, {**hidden(page), **texts, "do": "preview"})


def publish(desk, preview, **texts):
    return desk.post(ADD, {**hidden(preview), **texts, "do": "publish"}, follow=True)


def test_the_list_shows_what_waits_first(desk, report, statements, erin):
    responses.receive(statements=statements[:1], by=erin)
    page = desk.get(LIST).content.decode()
    assert "Write in plain words." in page
    assert "Training comes first." not in page
    assert "Training comes first." in desk.get(f"{LIST}?state=received").content.decode()


@pytest.mark.parametrize("words", ["R1.2", "r1.2", "plain words", "Jenga"])
def test_a_search_finds_a_statement_by_its_number_its_words_and_its_group(desk, report, words):
    assert "Write in plain words." in desk.get(LIST, {"q": words}).content.decode()


def test_statements_are_marked_as_received_together(desk, statements, erin):
    choose(desk, statements, "mark_received")
    for statement in statements:
        statement.refresh_from_db()
        assert statement.state == Statement.State.RECEIVED
        assert statement.received_by == erin
    again = desk.post(
        f"{LIST}?state=received",
        {"action": "mark_received", "_selected_action": [statements[0].pk]},
        follow=True,
    )
    assert "Nothing was to be done" in again.content.decode()


def test_an_answer_is_written_looked_at_and_published(desk, statements, alice, bob):
    texts = {"text_en": "We **train**.", "text_ar": "نحن ندرب."}
    preview = write(desk, statements, **texts)
    page = preview.content.decode()
    assert "<strong>train</strong>" in page
    assert "2 liaisons get a mail" in page
    assert not Response.objects.exists()
    done = publish(desk, preview, **texts)
    assert "The answer is published" in done.content.decode()
    response = Response.objects.get()
    assert response.text_ar == "نحن ندرب."
    assert {one.state for one in Statement.objects.all()} == {Statement.State.ANSWERED}
    told = Notice.objects.filter(kind=ANSWERED)
    assert {notice.recipient.user for notice in told} == {alice, bob}
    assert told.count() == 2


def test_who_left_gets_no_mail(desk, statements, alice, bob, frank):
    mandate = bob.mandates.get()
    mandates.end_mandate(
        mandate=mandate, by=frank, reason="Moved away.", seen=mandates.state_of(mandate)
    )
    preview = write(desk, statements, text_en="Yes.")
    assert "1 liaison gets a mail" in preview.content.decode()
    publish(desk, preview, text_en="Yes.")
    assert [n.recipient.user for n in Notice.objects.filter(kind=ANSWERED)] == [alice]


def test_of_two_editors_one_answers_and_the_other_loses_no_word(desk, statements, erin):
    mine = write(desk, statements, text_en="My long answer.")
    responses.answer(statements=statements[:1], texts={"text_en": "Faster."}, by=erin)
    page = publish(desk, mine, text_en="My long answer.")
    text = page.content.decode()
    assert "Answered already: R1.1" in text
    assert "My long answer." in text
    assert [one.ref for one in page.context["chosen"].open] == ["R1.2"]
    assert Response.objects.count() == 1
    publish(
        desk,
        desk.post(ADD, {**hidden(page), "text_en": "My long answer.", "do": "preview"}),
        text_en="My long answer.",
    )
    statements[1].refresh_from_db()
    assert statements[1].response.text_en == "My long answer."


def test_words_corrected_meanwhile_are_read_again_first(desk, report, statements, alice):
    mine = write(desk, statements, text_en="Yes.")
    correct_report(report, alice, changes={1: "Training comes last."})
    page = publish(desk, mine, text_en="Yes.")
    assert "Please read them again" in page.content.decode()
    assert "Training comes last." in page.content.decode()
    assert not Response.objects.exists()


def test_an_answer_needs_english(desk, statements):
    page = write(desk, statements, text_en="", text_fr="Oui.")
    assert "Oui." in page.content.decode()
    assert page.context["form"].errors


def test_a_translation_is_no_correction_and_changed_words_are(desk, statements, erin):
    response = responses.answer(statements=statements, texts={"text_en": "Yes."}, by=erin)
    page = reverse("admin:strategy_response_change", args=[response.pk])
    seen = desk.get(page).context["adminform"].form["seen"].value()
    desk.post(page, {"text_en": "Yes.", "text_fr": "Oui.", "seen": seen})
    response.refresh_from_db()
    assert (response.text_fr, response.corrected_at) == ("Oui.", None)
    # From the first page once more: what was added meanwhile is not lost.
    again = desk.post(page, {"text_en": "Yes, we do.", "text_fr": "", "seen": seen})
    assert "Somebody else saved this answer" in again.content.decode()
    assert "Yes, we do." in again.content.decode()
    seen = desk.get(page).context["adminform"].form["seen"].value()
    desk.post(page, {"text_en": "Yes, we do.", "text_fr": "Oui.", "seen": seen})
    response.refresh_from_db()
    assert response.text_en == "Yes, we do."
    assert response.corrected_at


def test_without_the_permission_nothing_is_received_or_answered(as_person, report, statements):
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})
    reader = UserFactory(core_team=True)
    reader.user_permissions.set(
        Permission.objects.filter(codename__in=["view_statement", "add_response", "view_response"])
    )
    desk = as_person(reader)
    assert "Write in plain words." in desk.get(LIST).content.decode()
    choose(desk, statements, "mark_received")
    assert not Statement.objects.filter(received_at__isnull=False).exists()
    page = reverse("admin:strategy_statement_change", args=[statements[0].pk])
    assert desk.get(page).status_code == 200
    assert desk.post(page).status_code == 403
    assert desk.get(f"{ADD}?statements={statements[0].pk}").status_code == 403


def test_one_statement_s_own_page_has_the_same_verbs(desk, statements):
    page = reverse("admin:strategy_statement_change", args=[statements[0].pk])
    assert f"{ADD}?statements={statements[0].pk}" in desk.get(page).content.decode()
    desk.post(page)
    statements[0].refresh_from_db()
    assert statements[0].received_at


def test_drafts_are_not_in_the_admin(desk, report, alice):
    draft = drafted(alice.mandates.get(), overview="Not yet said.")
    page = reverse("admin:strategy_report_change", args=[draft.pk])
    assert desk.get(page).status_code == 302
    page = reverse("admin:strategy_report_change", args=[report.pk])
    assert "Training comes first." in desk.get(page).content.decode()


def correct_report(report, person, **changes):
    """Correct a published report the way its editor does."""
    draft = reports.start_correction(report=report, by=person, data={})
    content = reports.Content(
        **{part: getattr(report, part) for part in reports.PARTS}, note="Said better.", **changes
    )
    report.refresh_from_db()
    return reports.publish(report=report, by=person, content=content, seen=draft.revision)
