"""Who becomes the contact of a liaison: rules, absence, leaving, and handing over."""

import datetime
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from liaisons import contact_rules, mandates
from liaisons.accounts.erasure import erase
from liaisons.errors import AlreadyDone, NotAllowed, Refused
from liaisons.models import ContactRule, LanguageSkill, Mandate, MandateEvent
from mailing import deliver, recipients
from mailing.models import Notice
from tests.factories import (
    CountryFactory,
    GroupFactory,
    LanguageFactory,
    MandateFactory,
    RegionFactory,
    UserFactory,
)
from web.models import ContentVersion

pytestmark = pytest.mark.django_db

TOMORROW = datetime.timedelta(days=1)


@pytest.fixture
def team(db):
    """``team("Ana")``: somebody of the Core Team, the same one each time."""
    people = {}

    def member(name):
        if name not in people:
            people[name] = UserFactory(core_team=True, display_name=name)
        return people[name]

    return member


@pytest.fixture
def application(swahili):
    """Somebody of a group in sub-Saharan Africa who works in Swahili."""
    mandate = MandateFactory(group=swahili)
    LanguageSkill.objects.create(person=mandate.person, language_id="sw")
    return mandate


def rule(contact, region=None, language=None, stand_in=None):
    if region:
        RegionFactory(code=region)
    if language:
        LanguageFactory(code=language)
    return ContactRule.objects.create(
        region_id=region, language_id=language, contact=contact, stand_in=stand_in
    )


def away(person, days=5):
    person.away_until = timezone.localdate() + datetime.timedelta(days=days)
    person.save()


# --- Which contact ---------------------------------------------


def test_the_rule_that_names_more_wins(team, application):
    rule(team("Everybody"))
    assert contact_rules.contact_for(application) == team("Everybody")
    rule(team("Region"), region="SSA")
    assert contact_rules.contact_for(application) == team("Region")
    rule(team("Language"), language="sw")
    assert contact_rules.contact_for(application) == team("Language")
    rule(team("Both"), region="SSA", language="sw")
    assert contact_rules.contact_for(application) == team("Both")


def test_rules_for_other_places_say_nothing(team, application):
    rule(team("Other region"), region="ESEAP")
    rule(team("Other language"), language="ja")
    rule(team("Half"), region="ESEAP", language="sw")
    assert contact_rules.contact_for(application) is None


def test_the_language_listed_first_counts_more_than_the_language_of_mails(team, application):
    rule(team("Mails"), language="en")
    assert contact_rules.contact_for(application) == team("Mails")
    rule(team("Work"), language="sw")
    assert contact_rules.contact_for(application) == team("Work")


def test_while_the_contact_is_away_the_stand_in_answers(team, application):
    rule(team("Ana"), region="SSA", stand_in=team("Ben"))
    away(team("Ana"), days=0)
    assert contact_rules.contact_for(application) == team("Ben")
    away(team("Ana"), days=-1)
    assert contact_rules.contact_for(application) == team("Ana")


def test_where_nobody_of_a_rule_is_there_the_next_rule_is_asked(team, application):
    rule(team("Ana"), region="SSA", language="sw", stand_in=team("Ben"))
    rule(team("Cleo"), region="SSA")
    away(team("Ana"))
    team("Ben").is_staff = False
    team("Ben").save()
    assert contact_rules.contact_for(application) == team("Cleo")
    team("Cleo").is_active = False
    team("Cleo").save()
    assert contact_rules.contact_for(application) is None


def test_nobody_becomes_their_own_contact(team, application):
    rule(team("Ana"), region="SSA", stand_in=team("Ben"))
    own = MandateFactory(group=application.group, person=team("Ana"))
    assert contact_rules.contact_for(own) == team("Ben")


def test_two_rules_for_one_place_are_refused_and_a_stand_in_is_somebody_else(team):
    rule(team("Ana"), region="SSA")
    with pytest.raises(ValidationError, match="There is a rule for this region"):
        ContactRule(region_id="SSA", contact=team("Ben")).full_clean()
    with pytest.raises(ValidationError, match="somebody else as stand-in"):
        ContactRule(contact=team("Ben"), stand_in=team("Ben")).full_clean()


# --- Gaps and overlaps ---------------------------------------------


def test_gaps_are_what_liaisons_have_today_without_a_rule(team, alice, armenia):
    LanguageSkill.objects.create(person=alice, language_id="sw")
    rule(team("Ana"), region="SSA")
    found = contact_rules.coverage()
    assert found.regions_without == ["CEECA"]
    assert found.languages_without == ["sw"]
    assert not found.has_one_for_everybody
    rule(team("Ana"))
    assert contact_rules.coverage().has_one_for_everybody


def test_two_rules_that_fit_the_same_people_are_named(team, alice):
    LanguageSkill.objects.create(person=alice, language_id="sw")
    region, language = rule(team("Ana"), region="SSA"), rule(team("Ben"), language="sw")
    (overlap,) = contact_rules.coverage().overlaps
    assert (overlap.taken, overlap.other) == (language, region)
    rule(team("Cleo"), region="SSA", language="sw")
    assert contact_rules.coverage().overlaps == []


def test_two_rules_that_name_the_same_contact_are_no_overlap(team, alice):
    LanguageSkill.objects.create(person=alice, language_id="sw")
    rule(team("Ana"), region="SSA")
    rule(team("Ana"), language="sw")
    assert contact_rules.coverage().overlaps == []


def test_a_rule_by_which_nobody_answers_today_is_named(team):
    absent = rule(team("Ana"))
    away(team("Ana"))
    assert contact_rules.coverage().nobody_there == [absent]


@pytest.mark.parametrize("rows", [1, 12])
def test_the_rules_ask_the_same_number_of_questions(team, rows, django_assert_num_queries):
    for number in range(rows):
        region = RegionFactory(code=f"R{number}")
        country = CountryFactory(iso2=f"X{chr(65 + number)}", region=region)
        mandate = MandateFactory(confirmed=True, group=GroupFactory(country=country))
        language = LanguageFactory(code=f"x{number:02}")
        LanguageSkill.objects.create(person=mandate.person, language=language)
        rule(team("Ana"), region=f"R{number}")
        rule(team("Ben"), language=f"x{number:02}")
    with django_assert_num_queries(4):
        assert len(contact_rules.coverage().overlaps) == rows


# --- Changing the contact ---------------------------------------------


def test_another_contact_leaves_a_line_and_a_mail_and_nothing_else(team, alice, frank):
    mandate = alice.mandates.get()
    before = {
        name: value
        for name, value in Mandate.objects.filter(pk=mandate.pk).values().get().items()
        if name not in ("contact_id", "changed_at")
    }
    mandates.change_contact(mandate=mandate, by=frank, contact=team("Ana"))
    after = Mandate.objects.filter(pk=mandate.pk).values().get()
    assert after["contact_id"] == team("Ana").pk
    assert before.items() <= after.items()
    event = mandate.events.last()
    assert (event.kind, event.actor, event.message) == ("contact_changed", frank, "")
    notice = Notice.objects.get(kind="mandate_contact_changed")
    assert notice.recipient.user == alice


def test_the_liaison_reads_who_the_new_contact_is(team, alice, frank, mailoutbox):
    recipients.sync_user(alice, alice.email, "en", "UTC")
    mandates.change_contact(mandate=alice.mandates.get(), by=frank, contact=team("Ana"))
    deliver.send_due()
    (mail,) = mailoutbox
    assert mail.subject == "You have another Core Team contact"
    assert "Your contact in the Core Team is Ana." in mail.body


def test_the_same_contact_again_is_said_and_leaves_nothing(alice, frank):
    mandate = alice.mandates.get()
    with pytest.raises(AlreadyDone, match="contact already"):
        mandates.change_contact(mandate=mandate, by=frank, contact=frank)
    assert not mandate.events.filter(kind="contact_changed").exists()


def test_what_was_seen_before_somebody_else_acted_is_refused(team, alice, frank):
    mandate = alice.mandates.get()
    seen = mandates.state_of(mandate)
    mandates.change_contact(mandate=mandate, by=frank, contact=team("Ana"), seen=seen)
    with pytest.raises(AlreadyDone, match="contact was changed"):
        mandates.change_contact(mandate=mandate, by=frank, contact=team("Ben"), seen=seen)


def test_only_reviewers_change_contacts_and_never_their_own(team, alice, frank):
    with pytest.raises(NotAllowed):
        mandates.change_contact(mandate=alice.mandates.get(), by=team("Ana"), contact=team("Ben"))
    own = MandateFactory(confirmed=True, person=frank)
    with pytest.raises(NotAllowed):
        mandates.change_contact(mandate=own, by=frank, contact=team("Ben"))
    with pytest.raises(Refused, match="member of the Core Team"):
        mandates.change_contact(mandate=alice.mandates.get(), by=frank, contact=UserFactory())


# --- Leaving the Core Team ---------------------------------------------


def test_who_leaves_hands_their_liaisons_on_by_the_rules(team, frank, swahili, armenia):
    leaving = team("Ana")
    rule(leaving, region="SSA", stand_in=team("Ben"))
    here = MandateFactory(confirmed=True, group=swahili, contact=leaving)
    nobody = MandateFactory(confirmed=True, group=armenia, contact=leaving)
    over = MandateFactory(ended=True, contact=leaving)
    left = mandates.hand_on_liaisons(of=leaving, by=frank)
    for mandate in (here, nobody, over):
        mandate.refresh_from_db()
    assert here.contact == team("Ben")
    assert left == [nobody]
    assert nobody.contact == over.contact == leaving
    assert here.events.last().actor == frank
    assert mandates.hand_on_liaisons(of=leaving, by=leaving) == [nobody]
    with pytest.raises(NotAllowed):
        mandates.hand_on_liaisons(of=leaving, by=team("Ben"))


def test_who_deletes_their_account_hands_their_liaisons_on(team, alice, grace):
    leaving = team("Ana")
    alice.mandates.update(contact=leaving)
    grace.mandates.update(contact=leaving)
    rule(leaving)
    rule(team("Ben"), region="SSA")
    erase(leaving)
    assert alice.mandates.get().contact == team("Ben")
    assert grace.mandates.get().contact is None
    assert alice.mandates.get().events.last().kind == "contact_changed"


@pytest.mark.django_db(transaction=True)
def test_two_who_hand_on_the_same_liaisons_at_once_do_it_once(swahili):
    ContentVersion.objects.get_or_create(pk=1)
    leaving, after = UserFactory.create_batch(2, core_team=True)
    ContactRule.objects.create(contact=after)
    MandateFactory.create_batch(6, confirmed=True, deputy=True, group=swahili, contact=leaving)
    reviewers = UserFactory.create_batch(4, admin=True)
    start = threading.Barrier(len(reviewers))

    def hand_on(by):
        start.wait()
        try:
            mandates.hand_on_liaisons(of=leaving, by=by)
        finally:
            connection.close()

    threads = [threading.Thread(target=hand_on, args=[by]) for by in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Mandate.objects.filter(contact=after).count() == 6
    assert MandateEvent.objects.filter(kind="contact_changed").count() == 6
    assert Notice.objects.filter(kind="mandate_contact_changed").count() == 6
