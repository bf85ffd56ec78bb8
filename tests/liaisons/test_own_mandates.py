"""What applicants and liaisons see of their own mandates, and what they can do."""

import datetime

import pytest
from django.conf import settings
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates, notices
from liaisons.models import Mandate, User
from mailing import deliver, recipients
from mailing.models import Notice
from mailing.press import Press
from tests.factories import MandateFactory
from web import content_version

pytestmark = pytest.mark.django_db


def at(name, mandate):
    return reverse(f"liaisons:{name}", args=[mandate.pk])


def test_waiting_says_since_when_who_acts_and_how_long(carol, as_person):
    page = as_person(carol).get(at("mandate", carol.mandates.get())).text
    assert "Waiting since" in page
    assert "The Core Team. You need not do anything." in page
    assert "Usually 7 days." in page
    assert "longer than usual" not in page


def test_waiting_too_long_says_where_to_ask(carol, as_person):
    carol.mandates.update(submitted_at=timezone.now() - datetime.timedelta(days=8))
    page = as_person(carol).get(at("mandate", carol.mandates.get())).text
    assert "It takes longer than usual." in page
    assert settings.CONTACT_EMAIL in page


def test_answering_what_was_asked(carol, frank, as_person):
    application = carol.mandates.get()
    mandates.ask_for_more(mandate=application, by=frank, message="Which meeting?")
    client = as_person(carol)
    assert "Which meeting?" in client.get(at("mandate", application)).text
    empty = client.post(at("mandate_answer", application), {"message": " "})
    assert empty.context["answer_form"].errors
    answer = client.post(
        at("mandate_answer", application), {"message": "That of May."}, follow=True
    )
    assert "Your answer is with the Core Team" in answer.text
    application.refresh_from_db()
    assert application.status == "submitted"
    assert Notice.objects.get(kind=notices.ANSWERED).recipient.user == frank
    twice = client.post(at("mandate_answer", application), {"message": "Again."}, follow=True)
    assert "Meanwhile the applicant sent an answer" in twice.text


def test_withdrawing_asks_once_more(carol, as_person):
    application = carol.mandates.get()
    client = as_person(carol)
    assert "Withdraw the application?" in client.get(at("mandate_withdraw", application)).text
    client.post(at("mandate_withdraw", application))
    application.refresh_from_db()
    assert application.status == "withdrawn"
    again = client.post(at("mandate_withdraw", application), follow=True)
    assert "already been withdrawn" in again.text


def test_a_liaison_ends_their_mandate_with_a_reason(alice, frank, as_person):
    held = alice.mandates.get()
    client = as_person(alice)
    assert client.post(at("mandate_end", held), {"reason": ""}).context["form"].errors
    answer = client.post(at("mandate_end", held), {"reason": "I am moving."}, follow=True)
    assert "Your mandate has ended today" in answer.text
    assert "You ended this mandate" in answer.text
    held.refresh_from_db()
    assert held.status == "ended"
    assert Notice.objects.get(kind=notices.LEFT).recipient.user == frank
    again = client.post(at("mandate_end", held), {"reason": "Again."}, follow=True)
    assert "already been ended" in again.text


def test_a_confirmed_mandate_names_the_contact_and_the_last_day(alice, as_person):
    page = as_person(alice).get(at("mandate", alice.mandates.get())).text
    assert "Frank" in page
    assert "You are a liaison of this group until" in page


@pytest.mark.parametrize("trait", ["declined", "withdrawn", "ended", "more_asked"])
def test_every_state_has_its_page(as_person, trait):
    mandate = MandateFactory(**{trait: True})
    client = as_person(mandate.person)
    assert client.get(at("mandate", mandate)).status_code == 200
    assert str(mandate.group) in client.get(reverse("liaisons:mandate_list")).text


def test_no_mandate_yet_says_how_to_get_one(dave, as_person):
    page = as_person(dave).get(reverse("liaisons:mandate_list")).text
    assert "You have no mandate yet" in page
    assert reverse("liaisons:join") in page


@pytest.mark.parametrize("name", ["mandate", "mandate_answer", "mandate_withdraw", "mandate_end"])
def test_another_persons_mandate_is_not_there(dave, carol, as_person, name):
    client = as_person(dave)
    theirs = carol.mandates.get()
    missing = Mandate(pk=999_999)
    for method in ("get", "post"):
        answers = [getattr(client, method)(at(name, m), {"x": 1}) for m in (theirs, missing)]
        assert {answer.status_code for answer in answers} <= {404, 405}
    theirs.refresh_from_db()
    assert theirs.status == "submitted"


def test_the_list_asks_the_same_number_of_questions(dave, as_person, django_assert_num_queries):
    client = as_person(dave)
    for number in (1, 20):
        MandateFactory.create_batch(number, person=dave)
        client.get(reverse("liaisons:mandate_list"))
        with django_assert_num_queries(4):
            client.get(reverse("liaisons:mandate_list"))


def test_a_choice_about_the_name_changes_public_pages(alice, as_person, dave, swahili):
    before = content_version.current()
    draft = mandates.start_draft(person=dave)
    mandates.choose_group(mandate=draft, by=dave, group=swahili)
    assert content_version.current() == before


@pytest.mark.parametrize("kind", list(notices.KINDS))
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_every_mail_is_written_in_every_language(alice, frank, kind, language):
    held = alice.mandates.get()
    event = held.events.last()
    notice = Notice(
        kind=kind, language=language, context={"mandate_id": held.pk, "event_id": event.pk}
    )
    sheet = Press().notice(notice)
    assert sheet


def test_the_confirmation_names_the_contact_and_escapes_only_html(alice, frank):
    held = alice.mandates.get()
    type(frank).objects.filter(pk=frank.pk).update(display_name="Frank & <Co>")
    type(held.group).objects.filter(pk=held.group_id).update(name="Tom & Jerry's")
    held = Mandate.objects.get(pk=held.pk)
    subject, text = notices.preview(notices.CONFIRMED, held, "Karibu & welcome")
    assert subject == "You are a liaison of Tom & Jerry's"
    assert "Your contact in the Core Team is Frank & <Co>" in text
    assert "Karibu & welcome" in text


@pytest.mark.parametrize("change", [{"is_staff": False}, {"is_active": False}])
def test_nobody_reads_an_answer_who_left_the_core_team(carol, frank, change):
    mandate = carol.mandates.get()
    recipients.sync_user(frank, frank.email, "en", "UTC")
    mandates.ask_for_more(mandate=mandate, by=frank, message="Who agreed?")
    mandates.answer_more(mandate=mandate, by=carol, message="My cousin did.")
    User.objects.filter(pk=frank.pk).update(**change)
    deliver.send_due()
    notice = Notice.objects.get(kind=notices.ANSWERED)
    assert notice.state == "skipped"
    assert all("My cousin" not in letter.body for letter in mail.outbox)
