"""While a contact is away: who answers, who is shown, who gets the mails; then all as before."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from liaisons import contact_rules, mandates
from liaisons.models import ContactRule, LanguageSkill, Mandate, MandateEvent
from mailing import deliver, recipients
from mailing.models import Notice
from tests.factories import LanguageFactory, MandateFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(db):
    """``team("Ana")``: a reviewer of the Core Team, the same one each time."""
    people = {}

    def member(name):
        if name not in people:
            people[name] = UserFactory(admin=True, display_name=name)
            recipients.sync_user(people[name], people[name].email, "en", "UTC")
        return people[name]

    return member


@pytest.fixture
def held(alice, team):
    """Alice's mandate; her contact is Ana, for whom Sam stands in by the rules."""
    Mandate.objects.filter(person=alice).update(contact=team("Ana"))
    ContactRule.objects.create(contact=team("Ana"), stand_in=team("Sam"))
    return Mandate.objects.get(person=alice)


def away(person, days=5):
    person.away_until = timezone.localdate() + datetime.timedelta(days=days)
    person.save()


def back(person):
    person.away_until = None
    person.save()


def told(kind):
    return [notice.recipient.user.display_name for notice in Notice.objects.filter(kind=kind)]


def test_the_pages_say_who_answers_until_when_and_then_all_is_as_before(held, alice, team, client):
    client.force_login(alice)
    pages = [reverse("strategy:dashboard"), reverse("liaisons:mandate", args=[held.pk])]
    before = held.events.count()
    away(team("Ana"))
    for page in pages:
        shown = client.get(page).content.decode()
        assert "Away until" in shown
        assert "<bdi>Sam</bdi> answers in the meantime" in shown
        assert "<bdi>Ana</bdi>" in shown
    back(team("Ana"))
    for page in pages:
        shown = client.get(page).content.decode()
        assert "Sam" not in shown
        assert "Away until" not in shown
    held.refresh_from_db()
    assert (held.contact, held.events.count()) == (team("Ana"), before)


def test_where_nobody_stands_in_the_page_says_that_too(held, alice, team, client):
    client.force_login(alice)
    away(team("Ana"))
    away(team("Sam"))
    shown = client.get(reverse("strategy:dashboard")).content.decode()
    assert "the Core Team answers together" in shown


def test_the_stand_in_of_the_fitting_rule_of_the_contact_comes_first(held, alice, team):
    LanguageFactory(code="sw")
    LanguageSkill.objects.create(person=alice, language_id="sw")
    ContactRule.objects.create(contact=team("Ana"), stand_in=team("Swahili"), language_id="sw")
    away(team("Ana"))
    assert contact_rules.contact_of(held).answering == team("Swahili")
    away(team("Swahili"))
    assert contact_rules.contact_of(held).answering == team("Sam")


def test_a_contact_given_by_hand_is_stood_in_for_by_their_own_rule(held, alice, team):
    LanguageFactory(code="ka")
    ContactRule.objects.create(contact=team("Gio"), stand_in=team("Nino"), language_id="ka")
    Mandate.objects.filter(pk=held.pk).update(contact=team("Gio"))
    away(team("Gio"))
    assert contact_rules.contact_of(Mandate.objects.get(pk=held.pk)).answering == team("Nino")


def test_nobody_stands_in_for_themselves_as_a_liaison(team):
    mandate = MandateFactory(person=team("Sam"), confirmed=True)
    Mandate.objects.filter(pk=mandate.pk).update(contact=team("Ana"))
    ContactRule.objects.create(contact=team("Ana"), stand_in=team("Sam"))
    away(team("Ana"))
    mandate.refresh_from_db()
    assert contact_rules.contact_of(mandate).stand_in is None


def test_as_many_queries_for_one_mandate_as_for_many(
    held, alice, team, django_assert_max_num_queries
):
    away(team("Ana"))
    for _number in range(4):
        Mandate.objects.filter(pk=MandateFactory(person=alice, confirmed=True).pk).update(
            contact=team("Ana")
        )
    own = list(Mandate.objects.active().filter(person=alice).select_related("contact", "group"))
    with django_assert_max_num_queries(3):
        (only,) = contact_rules.contacts_of(own)
    assert only.stand_in == team("Sam")


def test_a_dispute_and_a_leaving_go_to_the_stand_in(held, alice, bob, team):
    away(team("Ana"))
    mandates.say(mandate=held, by=bob, verdict="contests", reason="Nobody asked us.")
    assert told("mandate_contested") == ["Sam"]
    mandates.end_mandate(mandate=held, by=alice, reason="I move away.", why="stepped_down")
    assert told("mandate_left") == ["Sam"]


def test_the_mail_about_the_contact_names_who_answers_now(held, alice, team, mailoutbox):
    recipients.sync_user(alice, alice.email, "en", "UTC")
    away(team("Gio"))
    ContactRule.objects.create(
        contact=team("Gio"), stand_in=team("Nino"), language=LanguageFactory(code="ka")
    )
    mandates.change_contact(mandate=held, by=team("Ana"), contact=team("Gio"))
    deliver.send_due()
    (message,) = [one for one in mailoutbox if one.to == [alice.email]]
    for text in (message.body, message.alternatives[0].content):
        assert "Your contact in the Core Team is Gio" in text
        assert "Nino answers in the meantime" in text


# --- What applicants write ----------------------------------------------------------------------


@pytest.fixture
def application(carol):
    return Mandate.objects.get(person=carol)


def test_a_question_nobody_took_goes_to_whom_the_rules_name(application, carol, team, mailoutbox):
    ContactRule.objects.create(contact=team("Ana"), stand_in=team("Sam"))
    mandates.ask(mandate=application, by=carol, message="How long does it take?")
    assert told("mandate_wrote_untaken") == ["Ana"]
    deliver.send_due()
    (message,) = [one for one in mailoutbox if one.to == [team("Ana").email]]
    for text in (message.body, message.alternatives[0].content):
        assert "How long does it take?" in text
        assert "Nobody has taken this application yet" in text
        assert reverse("admin:liaisons_mandate_change", args=[application.pk]) in text


def test_once_a_day_for_each_application(application, carol, team, time_machine):
    ContactRule.objects.create(contact=team("Ana"))
    now = timezone.now()
    for number in range(5):
        mandates.add(mandate=application, by=carol, message=f"More {number}")
    assert told("mandate_wrote_untaken") == ["Ana"]
    time_machine.move_to(now + datetime.timedelta(days=2))
    mandates.add(mandate=application, by=carol, message="And more")
    assert told("mandate_wrote_untaken") == ["Ana", "Ana"]


def test_who_took_it_hears_of_each_message(application, carol, team):
    ContactRule.objects.create(contact=team("Ana"))
    mandates.take(mandate=application, by=team("Rita"))
    for number in range(3):
        mandates.add(mandate=application, by=carol, message=f"More {number}")
    assert told("mandate_wrote") == ["Rita"] * 3
    assert told("mandate_wrote_untaken") == []


def test_while_the_reviewer_is_away_the_stand_in_hears(application, carol, team, mailoutbox):
    ContactRule.objects.create(contact=team("Rita"), stand_in=team("Sam"))
    mandates.ask_for_more(mandate=application, by=team("Rita"), message="Who agreed?")
    away(team("Rita"))
    mandates.answer_more(mandate=application, by=carol, message="All of us.")
    assert told("mandate_answered") == []
    assert told("mandate_wrote_untaken") == ["Sam"]
    deliver.send_due()
    assert any("Its reviewer is away" in one.body for one in mailoutbox)
    back(team("Rita"))
    mandates.add(mandate=application, by=carol, message="One thing more.")
    assert told("mandate_wrote") == ["Rita"]


def test_nobody_hears_who_may_not_review(application, carol, erin):
    ContactRule.objects.create(contact=erin)
    mandates.ask(mandate=application, by=carol, message="How long does it take?")
    assert not Notice.objects.filter(kind__startswith="mandate_wrote").exists()
    assert application.events.last().kind == MandateEvent.Kind.ASKED


def test_an_address_that_is_not_confirmed_gets_no_words(application, carol, team, mailoutbox):
    ContactRule.objects.create(contact=team("Ana"))
    recipients.sync_user(team("Ana"), "new@example.org", "en", "UTC", is_verified=False)
    mandates.ask(mandate=application, by=carol, message="How long does it take?")
    deliver.send_due()
    assert [one for one in mailoutbox if "How long" in one.body] == []
