"""The Core Team's review, through the admin's pages."""

import datetime

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates
from liaisons.models import Group, Mandate, User
from mailing.models import Notice
from tests.factories import GroupFactory, MandateFactory, UserFactory

pytestmark = pytest.mark.django_db

QUEUE = "admin:liaisons_mandate_changelist"


def page_of(mandate):
    return reverse("admin:liaisons_mandate_change", args=[mandate.pk])


@pytest.fixture
def desk(frank, as_person):
    """Frank's browser."""
    return as_person(frank)


@pytest.fixture
def reviewer(db):
    """Staff with the permission to review and nothing else."""
    person = UserFactory(core_team=True, display_name="Rita")
    person.user_permissions.set(
        Permission.objects.filter(codename__in=["view_mandate", "review_mandate"])
    )
    return person


@pytest.fixture
def application(carol):
    return carol.mandates.get()


def decide(client, mandate, do="send", **answers):
    form = {
        "do": do,
        "decision": "confirm",
        "text": "",
        "own_words": "",
        "contact": User.objects.get(display_name="Frank").pk,
        "seen": mandates.state_of(mandate),
    }
    return client.post(page_of(mandate), form | answers, follow=True)


# --- Queue ---------------------------------------------


def test_the_queue_shows_the_oldest_first_with_its_age_in_words(desk, application):
    now = timezone.now()
    slow = MandateFactory(submitted_at=now - datetime.timedelta(days=9))
    late = MandateFactory(submitted_at=now - datetime.timedelta(days=20))
    page = desk.get(reverse(QUEUE))
    assert [row.pk for row in page.context["cl"].result_list] == [late.pk, slow.pk, application.pk]
    assert "20 days: far too long" in page.text
    assert "9 days: longer than usual" in page.text
    assert "0 days" in page.text


def test_the_queue_counts_other_applicants(desk, application, swahili):
    MandateFactory(group=swahili)
    rows = desk.get(reverse(QUEUE)).context["cl"].result_list
    assert [row.applicants for row in rows] == [2, 2]


def test_drafts_belong_to_their_writers(desk, dave):
    draft = mandates.start_draft(person=dave)
    assert not desk.get(reverse(QUEUE), {"status": "all"}).context["cl"].result_list
    assert desk.get(page_of(draft)).status_code == 404


def test_the_review_page_asks_as_much_with_many_others(desk, application, swahili, questions):
    for number in (1, 20):
        MandateFactory.create_batch(number, group=swahili)
        questions(desk, page_of(application))
    assert questions.are_the_same


# --- Who may ---------------------------------------------


def test_the_page_is_for_the_core_team(as_person, application, dave, erin, alice):
    for person in (dave, alice):
        assert as_person(person).get(page_of(application)).status_code == 302
    assert as_person(erin).get(page_of(application)).status_code == 403


def test_only_reviewers_decide(as_person, application):
    looks = UserFactory(core_team=True)
    looks.user_permissions.set(Permission.objects.filter(codename="view_mandate"))
    client = as_person(looks)
    assert "Only reviewers decide" in client.get(page_of(application)).text
    answer = client.post(page_of(application), {"do": "send"})
    assert answer.status_code == 403


def test_the_group_one_proposed_with_ones_own_application_is_for_another_reviewer(desk, frank):
    group = GroupFactory(proposed=True, proposed_by=frank)
    own = MandateFactory(person=frank, group=group)
    for act in ("accept_group", "decline_group", "contact", "end"):
        answer = desk.post(page_of(own), {"do": act}, follow=True)
        assert "No one reviews their own mandate" in answer.text
    group.refresh_from_db()
    assert group.status == "proposed"


def test_ones_own_application_is_for_another_reviewer(desk, frank):
    own = MandateFactory(person=frank)
    page = desk.get(page_of(own))
    assert "No one reviews their own mandate" in page.text
    assert 'value="preview"' not in page.text
    other = UserFactory(admin=True)
    answer = decide(desk, own, contact=other.pk)
    assert "No one reviews their own mandate" in answer.text
    own.refresh_from_db()
    assert own.status == "submitted"


# --- Deciding ---------------------------------------------


def test_the_page_shows_evidence_group_others_and_history(desk, application, swahili, alice):
    other = MandateFactory(group=swahili, deputy=True, person__display_name="Olga")
    text = desk.get(page_of(application)).text
    for words in (
        "https://meta.example.org/wiki/Our_decision",
        "Jenga Wikipedia ya Kiswahili",
        other.person.display_name,
        "Alice",
        "The primary seat is held",
        "Submitted",
    ):
        assert words in text


def test_confirming_names_the_contact_in_the_mail(desk, application, frank, mailoutbox):
    answer = decide(desk, application, text="confirm:welcome", own_words="Karibu!")
    assert "Confirmed. The liaison gets a mail." in answer.text
    application.refresh_from_db()
    assert application.is_active
    assert (application.reviewer, application.contact) == (frank, frank)
    notice = Notice.objects.get(kind="mandate_confirmed")
    assert notice.recipient.user == application.person


def test_the_preview_is_in_the_applicants_language_and_sends_nothing(desk, application):
    User.objects.filter(pk=application.person_id).update(language="ar")
    page = decide(desk, application, do="preview", text="confirm:welcome", own_words="Karibu!")
    assert 'lang="ar" dir="rtl"' in page.text
    assert "Karibu!" in page.text
    assert "Frank" in page.context["text"]
    application.refresh_from_db()
    assert application.status == "submitted"
    assert not Notice.objects.filter(kind="mandate_confirmed").exists()


def test_going_back_from_the_preview_keeps_what_was_typed(desk, application):
    page = decide(desk, application, do="change", own_words="Karibu!", decision="ask")
    assert page.context["review_form"]["own_words"].value() == "Karibu!"


def test_asking_for_more_reaches_the_applicant(desk, application, carol, as_person):
    decide(desk, application, decision="ask", text="ask:who")
    page = as_person(carol).get(reverse("liaisons:mandate", args=[application.pk]))
    assert "Could you say who in the group agreed, and when?" in page.text
    assert Notice.objects.filter(kind="mandate_more_asked").exists()


def test_declining_needs_words(desk, application):
    page = decide(desk, application, decision="decline")
    assert "own_words" in page.context["review_form"].errors
    page = decide(desk, application, decision="decline", text="confirm:welcome")
    assert "text" in page.context["review_form"].errors
    decide(desk, application, decision="decline", text="decline:no_agreement")
    application.refresh_from_db()
    assert application.status == "declined"
    assert application.events.last().message == "We could not see that the group agreed."


@pytest.mark.parametrize(
    "change", [{"decision": ""}, {"contact": ""}, {"contact": "999999"}, {"seen": ""}]
)
def test_what_a_decision_refuses(desk, application, change):
    page = decide(desk, application, **change)
    assert list(page.context["review_form"].errors) == list(change)
    application.refresh_from_db()
    assert application.status == "submitted"


def test_of_two_reviewers_the_second_is_told_who_did_what(desk, application, reviewer, as_person):
    seen = mandates.state_of(application)
    second = as_person(reviewer)
    decide(desk, application)
    answer = decide(second, application, decision="decline", own_words="No.", seen=seen)
    assert "This mandate has already been confirmed." in answer.text
    assert "This was done by Frank." in answer.text
    application.refresh_from_db()
    assert application.status == "confirmed"


def test_an_answer_that_came_meanwhile_is_to_be_read_first(desk, application, frank, carol):
    mandates.ask_for_more(mandate=application, by=frank, message="Which page?")
    seen = mandates.state_of(application)
    mandates.answer_more(mandate=application, by=carol, message="This one.")
    answer = decide(desk, application, decision="decline", own_words="No answer.", seen=seen)
    assert "Meanwhile the applicant sent an answer." in answer.text
    application.refresh_from_db()
    assert application.status == "submitted"


def test_a_held_primary_seat_keeps_the_form_and_says_why(desk, application, alice):
    page = decide(desk, application, own_words="Karibu!")
    assert "Another person holds the primary seat" in page.text
    assert page.context["review_form"]["own_words"].value() == "Karibu!"


def test_the_core_team_ends_a_mandate_with_a_reason(desk, alice):
    held = alice.mandates.get()
    form = {
        "do": "end",
        "why": "withdrawn_by_group",
        "reason": "",
        "seen": mandates.state_of(held),
    }
    assert desk.post(page_of(held), form).context["end_form"].errors
    answer = desk.post(page_of(held), form | {"reason": "The group asked."}, follow=True)
    assert "The mandate has ended" in answer.text
    assert not Mandate.objects.active().filter(pk=held.pk).exists()
    again = desk.post(page_of(held), form | {"reason": "Again."}, follow=True)
    assert "already been ended" in again.text


def test_the_contact_can_be_changed(desk, alice, erin):
    held = alice.mandates.get()
    form = {"do": "contact", "contact": erin.pk, "seen": mandates.state_of(held)}
    desk.post(page_of(held), form)
    held.refresh_from_db()
    assert held.contact == erin
    assert held.events.last().kind == "contact_changed"
    page = desk.post(page_of(held), form | {"contact": UserFactory(core_team=True).pk}, follow=True)
    assert "Meanwhile the Core Team contact was changed." in page.text
    held.refresh_from_db()
    assert held.contact == erin


def test_the_page_itself_carries_what_was_seen_to_the_form_for_the_contact(desk, alice):
    held = alice.mandates.get()
    page = desk.get(page_of(held)).text
    form = next(part for part in page.split("<form") if 'value="contact"' in part)
    assert f'name="seen" value="{mandates.state_of(held)}"' in form


@pytest.mark.parametrize("seen", ["", "x", "9" * 5000])
def test_taking_what_was_not_seen_is_refused(desk, application, seen):
    page = desk.post(page_of(application), {"do": "take", "seen": seen}, follow=True)
    assert page.status_code == 200
    assert not application.events.filter(kind="taken").exists()


# --- Proposed groups ---------------------------------------------


def test_a_proposed_group_is_accepted_before_or_with_the_mandate(desk, frank):
    before = MandateFactory(group__proposed=True)
    answer = desk.post(page_of(before), {"do": "accept_group"}, follow=True)
    assert "in the directory now" in answer.text
    together = MandateFactory(group__proposed=True)
    decide(desk, together)
    for mandate in (before, together):
        assert Group.objects.get(pk=mandate.group_id).status == "active"


def test_a_declined_group_gets_no_liaison(desk, frank):
    application = MandateFactory(group__proposed=True)
    desk.post(page_of(application), {"do": "decline_group"})
    page = decide(desk, application)
    assert "This group is not active" in page.text
    again = desk.post(page_of(application), {"do": "accept_group"}, follow=True)
    assert "already been decided" in again.text


def test_proposals_are_decided_in_the_list_too(desk):
    group = GroupFactory(proposed=True)
    desk.post(
        reverse("admin:liaisons_group_changelist"),
        {"action": "accept_proposals", "_selected_action": [group.pk]},
    )
    group.refresh_from_db()
    assert group.status == "active"


# --- The other admins ---------------------------------------------


@pytest.mark.parametrize("model", ["user", "group", "country", "region", "language", "mandate"])
def test_every_list_and_page_opens(desk, alice, swahili, model):
    assert desk.get(reverse(f"admin:liaisons_{model}_changelist")).status_code == 200
    model_class = apps.get_model("liaisons", model)
    thing = model_class.objects.first()
    assert desk.get(reverse(f"admin:liaisons_{model}_change", args=[thing.pk])).status_code == 200


@pytest.mark.parametrize("model", ["user", "group", "country", "region", "language", "mandate"])
def test_nothing_is_deleted(desk, alice, swahili, model):
    model_class = apps.get_model("liaisons", model)
    thing = model_class.objects.first()
    address = reverse(f"admin:liaisons_{model}_delete", args=[thing.pk])
    assert desk.post(address, {"post": "yes"}).status_code == 403
    assert "delete_selected" not in desk.get(reverse(f"admin:liaisons_{model}_changelist")).text


def test_changing_a_group_makes_it_found_by_its_new_name(desk, swahili, as_person, dave):
    address = reverse("admin:liaisons_group_change", args=[swahili.pk])
    form = desk.get(address).context["adminform"].form
    values = {name: form[name].value() for name in form.fields if form[name].value()}
    answer = desk.post(address, values | {"name": "Kikundi Kipya"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    found = as_person(dave).get(reverse("liaisons:join_group"), {"q": "kipya"})
    assert "Kikundi Kipya" in found.text


def test_addresses_are_shown_on_a_persons_page_only(desk, carol, application):
    assert carol.email in desk.get(reverse("admin:liaisons_user_change", args=[carol.pk])).text
    for address in (page_of(application), reverse(QUEUE)):
        assert carol.email not in desk.get(address).text


def test_only_a_superuser_gives_power(as_person, dave):
    helper = UserFactory(core_team=True)
    helper.user_permissions.set(Permission.objects.filter(content_type__app_label="liaisons"))
    address = reverse("admin:liaisons_user_change", args=[dave.pk])
    form = {
        "is_staff": "on", "is_superuser": "on", "is_active": "on",
        "language_skills-TOTAL_FORMS": "0", "language_skills-INITIAL_FORMS": "0",
    }  # fmt: skip
    assert as_person(helper).post(address, form).status_code == 302
    dave.refresh_from_db()
    assert not dave.is_staff
    assert not dave.is_superuser


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_the_preview_works_in_every_language(desk, application, language):
    User.objects.filter(pk=application.person_id).update(language=language)
    for decision, words in (("confirm", ""), ("ask", "x"), ("decline", "x")):
        page = decide(desk, application, do="preview", decision=decision, own_words=words)
        assert f'lang="{language}"' in page.text


# --- Somebody was faster ---------------------------------------------


def test_a_decision_on_what_changed_meanwhile_keeps_the_words_that_were_typed(desk, application):
    seen = mandates.state_of(application)
    mandates.add(mandate=application, by=application.person, message="And this page.")
    page = decide(desk, application, decision="decline", own_words="No proof yet.", seen=seen)
    assert "Meanwhile the applicant added something." in page.text
    assert "No proof yet." in page.text
    application.refresh_from_db()
    assert application.status == "submitted"
    # What the page carries now is what it shows: sent again, it is done.
    again = page.context["review_form"]
    decide(desk, application, decision="decline", own_words="No.", seen=again["seen"].value())
    application.refresh_from_db()
    assert application.status == "declined"


@pytest.mark.parametrize(
    ("do", "traits", "typed"),
    [
        ("reply", {}, {"message": "You will hear from us."}),
        ("end", {"confirmed": True}, {"why": "ended_by_core_team", "reason": "Nothing came."}),
        ("close_review", {"confirmed": True}, {"outcome": "keep", "message": "It stays as it is."}),
    ],
)
def test_what_was_typed_into_a_page_that_changed_comes_back(desk, frank, do, traits, typed):
    mandate = MandateFactory(**traits)
    if do == "close_review":
        contest(mandate)
    seen = mandates.state_of(mandate)
    something_happens(mandate)
    text = desk.post(page_of(mandate), {"do": do, "seen": seen, **typed}, follow=True).text
    assert "What you typed is still there" in text
    assert list(typed.values())[-1] in text


def contest(mandate):
    mandates.say(mandate=mandate, by=UserFactory(), verdict="contests", reason="We were not asked.")


def something_happens(mandate):
    if mandate.is_waiting:
        mandates.ask(mandate=mandate, by=mandate.person, message="When?")
    else:
        contact = UserFactory(core_team=True)
        mandates.change_contact(mandate=mandate, by=UserFactory(admin=True), contact=contact)


def test_what_was_typed_is_gone_where_nothing_is_left_to_decide(desk, application):
    seen = mandates.state_of(application)
    mandates.withdraw(mandate=application, by=application.person)
    page = decide(desk, application, decision="decline", own_words="No proof yet.", seen=seen)
    assert page.redirect_chain
    assert "This application has already been withdrawn." in page.text


def test_a_question_of_the_applicant_stands_above_the_decision(desk, application):
    mandates.ask(mandate=application, by=application.person, message="Do you need the minutes?")
    text = desk.get(page_of(application)).text
    assert text.index("Do you need the minutes?") < text.index('id="decide"')
    assert text.count("Do you need the minutes?") == 1
    assert "not answered yet" in text
    mandates.reply(mandate=application, by=UserFactory(admin=True), message="Yes, please.")
    text = desk.get(page_of(application)).text
    assert "not answered yet" not in text
    assert "Yes, please." in text
