"""While an application waits: who acts, how long it takes, adding, asking, taking, replying."""

import datetime

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates, review_notices, waiting_times
from liaisons.errors import AlreadyDone, NotAllowed
from liaisons.models import MandateEvent
from mailing import deliver, recipients
from mailing.models import Notice
from mailing.press import Press
from tests.factories import MandateFactory, UserFactory

pytestmark = pytest.mark.django_db


def page_of(name, mandate):
    return reverse(f"liaisons:mandate_{name}", args=[mandate.pk])


def own_page(mandate):
    return reverse("liaisons:mandate", args=[mandate.pk])


def review_page(mandate):
    return reverse("admin:liaisons_mandate_change", args=[mandate.pk])


@pytest.fixture
def application(carol):
    return carol.mandates.get()


@pytest.fixture
def rita(db):
    """Another reviewer."""
    return UserFactory(admin=True, display_name="Rita")


# --- How long ---------------------------------------------


def decided(days, ago):
    now = timezone.now() - datetime.timedelta(days=ago)
    return MandateFactory(
        declined=True, submitted_at=now - datetime.timedelta(days=days), decided_at=now
    )


def test_the_median_of_the_last_twenty_decisions(settings):
    for number in range(4):
        decided(30, ago=300 + number)
    assert waiting_times.usual_review_days() == settings.USUAL_REVIEW_DAYS
    decided(30, ago=299)
    assert waiting_times.usual_review_days() == 30
    for number in range(11):
        decided(4, ago=1 + number)
    for number in range(9):
        decided(10, ago=20 + number)
    # The five of long ago are not among the last twenty.
    assert waiting_times.usual_review_days() == 4


def test_what_waits_or_was_withdrawn_is_no_decision(settings):
    MandateFactory.create_batch(3)
    MandateFactory.create_batch(3, withdrawn=True)
    assert waiting_times.usual_review_days() == settings.USUAL_REVIEW_DAYS


# --- The applicant ---------------------------------------------


def test_the_page_and_the_dashboard_say_who_acts(application, carol, frank, as_person):
    client = as_person(carol)
    assert "The Core Team. You need not do anything." in client.get(own_page(application)).text
    mandates.take(mandate=application, by=frank)
    page = client.get(own_page(application)).text
    assert "<bdi>Frank</bdi> of the Core Team. You need not do anything." in page
    assert "Usually 7 days." in page
    dashboard = client.get(reverse("strategy:dashboard")).text
    assert "<bdi>Frank</bdi> of the Core Team. You need not do anything." in dashboard
    mandates.ask_for_more(mandate=application, by=frank, message="Which meeting?")
    page = client.get(own_page(application)).text
    assert "You: the Core Team waits for your answer." in page


def test_adding_something(application, carol, frank, as_person):
    recipients.sync_user(frank, frank.email, "en", "UTC")
    mandates.take(mandate=application, by=frank)
    client = as_person(carol)
    assert client.post(page_of("add", application), {"message": " "}).context["form"].errors
    client.post(page_of("add", application), {"message": "Here are the minutes."})
    assert "Here are the minutes." in client.get(own_page(application)).text
    again = client.post(page_of("add", application), {"message": "Here are the minutes."})
    assert "You have sent this already." in client.get(again.url).text
    assert application.events.filter(kind="added").count() == 1
    deliver.send_due()
    assert "Here are the minutes." in mail.outbox[-1].body
    assert mail.outbox[-1].to == [frank.email]


def test_asking_and_being_answered(application, carol, frank, as_person):
    recipients.sync_user(carol, carol.email, "en", "UTC")
    client, desk = as_person(carol), as_person(frank)
    client.post(page_of("ask", application), {"message": "Is anything missing?"})
    page = client.get(own_page(application)).text
    assert "The Core Team answers by mail and here." in page
    assert "Is anything missing?" in desk.get(review_page(application)).text
    form = {"do": "reply", "message": "", "seen": mandates.state_of(application)}
    assert desk.post(review_page(application), form).context["reply_form"].errors
    desk.post(review_page(application), form | {"message": "No, all is there."})
    application.refresh_from_db()
    assert (application.status, application.reviewer) == ("submitted", frank)
    page = client.get(own_page(application)).text
    assert "No, all is there." in page
    assert "The Core Team answers by mail and here." not in page
    deliver.send_due()
    assert "No, all is there." in mail.outbox[-1].body
    assert mail.outbox[-1].to == [carol.email]


@pytest.mark.parametrize("name", ["add", "ask"])
def test_it_is_for_the_applicant_and_only_while_it_waits(
    application, carol, dave, frank, as_person, name
):
    verb = getattr(mandates, name)
    for person in (dave, frank):
        assert as_person(person).post(page_of(name, application)).status_code == 404
        with pytest.raises(NotAllowed):
            verb(mandate=application, by=person, message="Hello.")
    mandates.withdraw(mandate=application, by=carol)
    client = as_person(carol)
    answer = client.post(page_of(name, application), {"message": "Hello."}, follow=True)
    assert "already been withdrawn" in answer.text
    with pytest.raises(AlreadyDone):
        verb(mandate=application, by=carol, message="Hello.")


def test_messages_have_a_limit(application, carol, as_person):
    client = as_person(carol)
    for number in range(21):
        client.post(page_of("ask", application), {"message": f"Question {number}"})
    assert application.events.filter(kind="asked").count() == 20
    assert "Please wait until tomorrow." in client.get(own_page(application)).text


def test_typed_words_come_back_after_signing_in(application, carol):
    client = Client()
    typed = {"message": "Here are the minutes.", "whose": carol.pk}
    client.post(page_of("add", application), typed)
    client.force_login(carol, backend="django.contrib.auth.backends.ModelBackend")
    assert "Here are the minutes." in client.get(page_of("add", application)).text
    assert not MandateEvent.objects.filter(kind="added").exists()


# --- The reviewer ---------------------------------------------


def test_a_reviewer_takes_it_and_another_takes_it_over(application, frank, rita, as_person):
    desk, other = as_person(frank), as_person(rita)
    seen = mandates.state_of(application)
    assert "Take it" in desk.get(review_page(application)).text
    desk.post(review_page(application), {"do": "take", "seen": seen})
    application.refresh_from_db()
    assert application.reviewer == frank
    late = other.post(review_page(application), {"do": "take", "seen": seen}, follow=True).text
    assert "Meanwhile a reviewer took this application." in late
    assert "This was done by Frank." in late
    assert "Take it over" in late
    other.post(review_page(application), {"do": "take", "seen": mandates.state_of(application)})
    application.refresh_from_db()
    assert application.reviewer == rita
    assert "Take it" not in other.get(review_page(application)).text


def test_a_decision_on_what_was_added_meanwhile_is_refused(application, carol, frank):
    seen = mandates.state_of(application)
    mandates.add(mandate=application, by=carol, message="I was wrong about the date.")
    with pytest.raises(AlreadyDone, match="the applicant added something"):
        mandates.confirm(mandate=application, by=frank, seen=seen)


def test_only_reviewers_take_and_reply(application, dave, erin, carol):
    for person in (dave, erin, carol):
        with pytest.raises(NotAllowed):
            mandates.take(mandate=application, by=person)
        with pytest.raises(NotAllowed):
            mandates.reply(mandate=application, by=person, message="Hello.")


def test_nothing_is_taken_where_nothing_is_to_decide(alice, rita):
    held = alice.mandates.get()
    for verb in (
        lambda: mandates.take(mandate=held, by=rita),
        lambda: mandates.close_review(mandate=held, by=rita, message="Stays."),
        lambda: mandates.reply(mandate=held, by=rita, message="Hello."),
    ):
        with pytest.raises(AlreadyDone):
            verb()


@pytest.mark.parametrize("kind", list(review_notices.KINDS))
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_every_mail_is_written_in_every_language(alice, kind, language):
    held = alice.mandates.get()
    context = {"mandate_id": held.pk, "event_id": held.events.last().pk}
    assert Press().notice(Notice(kind=kind, language=language, context=context))


def test_names_with_special_signs_are_whole_in_a_subject(application, carol, frank):
    recipients.sync_user(carol, carol.email, "en", "UTC")
    type(application.group).objects.filter(pk=application.group_id).update(name="Tom & Jerry's")
    mandates.reply(mandate=application, by=frank, message="A & B <c>")
    deliver.send_due()
    letter = mail.outbox[-1]
    assert letter.subject == "Your application for Tom & Jerry's"
    assert "A & B <c>" in letter.body
    assert "A &amp; B &lt;c&gt;" in str(letter.alternatives[0][0])
