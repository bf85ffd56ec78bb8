"""Delete my account: what goes, and what stays without a name."""

import json

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from liaisons import mandates
from liaisons.accounts import erasure, people
from liaisons.models import Mandate, MandateEvent, User
from liaisons.settings_pages.forms import ProfileForm
from mailing.models import Recipient
from tests.cast import pass_second_step
from tests.factories import CountryFactory, LanguageFactory, MandateFactory
from web.models import Installation

from .conftest import code_in

DELETE = "liaisons:settings_delete"


@pytest.fixture
def leaving(client, alice, come_in):
    """Alice, a liaison, signed in, with everything an account can hold."""
    alice.wiki_username = "Alice of Wikimedia"
    alice.country = CountryFactory(iso2="TZ")
    alice.set_password("a long enough one")
    alice.save()
    alice.language_skills.create(language=LanguageFactory(code="sw"))
    SocialAccount.objects.create(user=alice, provider="mediawiki", uid="17")
    Mandate.objects.filter(person=alice).update(evidence_text="Alice was elected.")
    come_in(alice.email)
    return alice


def test_it_is_not_deleted_without_the_tick(client, leaving):
    client.get(reverse(DELETE))
    response = client.post(reverse(DELETE))
    assert response.context["form"].errors["is_sure"]
    leaving.refresh_from_db()
    assert leaving.erased_at is None


def test_what_says_who_it_was_goes(client, leaving):
    response = client.post(reverse(DELETE), {"is_sure": "on"}, follow=True)
    assert "Your account is deleted" in response.content.decode()
    person = User.objects.get(pk=leaving.pk)
    assert person.erased_at
    assert not person.is_active
    assert not person.has_usable_password()
    held = json.dumps(
        {f.name: str(getattr(person, f.attname)) for f in person._meta.concrete_fields}
    )
    for word in ("Alice", "alice@example.org", leaving.username, "TZ"):
        assert word not in held
    assert not EmailAddress.objects.filter(user=person).exists()
    assert not SocialAccount.objects.filter(user=person).exists()
    assert not person.language_skills.exists()
    assert not Recipient.objects.filter(address="alice@example.org").exists()
    assert not Mandate.objects.exclude(evidence_text="").filter(person=person).exists()


def test_the_mandate_ends_and_stays_in_the_group_s_history(client, leaving, swahili):
    client.post(reverse(DELETE), {"is_sure": "on"})
    mandate = Mandate.objects.get(person=leaving, group=swahili)
    assert mandate.status == Mandate.Status.ENDED
    assert mandate.events.filter(kind="ended").exists()
    page = Client().get(reverse("outreach_map:group_detail", args=["swahili"])).content.decode()
    assert "Alice" not in page


def test_applications_and_drafts_are_withdrawn(client, carol, come_in):
    come_in(carol.email)
    Mandate.objects.create(person=carol)
    client.post(reverse(DELETE), {"is_sure": "on"})
    statuses = set(Mandate.objects.filter(person=carol).values_list("status", flat=True))
    assert statuses == {"withdrawn"}


def test_every_session_ends(client, leaving):
    other = Client()
    other.force_login(leaving)
    assert other.get(reverse("liaisons:settings")).status_code == 200
    client.post(reverse(DELETE), {"is_sure": "on"})
    assert client.get(reverse("liaisons:settings")).status_code == 302
    assert other.get(reverse("liaisons:settings")).status_code == 302


def test_the_address_can_make_a_new_account(client, leaving, come_in):
    client.post(reverse(DELETE), {"is_sure": "on"})
    come_in("alice@example.org")
    person = User.objects.get(email="alice@example.org")
    assert person.pk != leaving.pk
    assert not person.mandates.exists()


def test_a_reviewer_s_decisions_stay(client, frank, come_in, swahili):
    mandate = MandateFactory(group=swahili, confirmed=True, reviewer=frank)
    come_in(frank.email)
    pass_second_step(client, frank, ago=0)
    client.post(reverse(DELETE), {"is_sure": "on"})
    mandate.refresh_from_db()
    assert mandate.status == Mandate.Status.CONFIRMED
    assert not User.objects.get(pk=frank.pk).is_superuser


def test_a_get_deletes_nothing(client, leaving):
    client.get(reverse(DELETE) + "?is_sure=on")
    leaving.refresh_from_db()
    assert leaving.erased_at is None


def test_the_mailing_forgets_the_person(client, leaving):
    client.post(reverse(DELETE), {"is_sure": "on"})
    recipient = Recipient.objects.exclude(forgotten_at=None).get()
    assert (recipient.user, recipient.address) == (None, "")


def test_messages_to_and_from_the_person_go_and_the_history_stays(client, carol, frank, come_in):
    mandate = carol.mandates.get()
    mandates.ask_for_more(mandate=mandate, by=frank, message="Dear Carol, who agreed?")
    mandates.answer_more(mandate=mandate, by=carol, message="My cousin Zed did.")
    others = MandateFactory()
    mandates.ask_for_more(mandate=others, by=frank, message="Somebody else's matter")
    come_in(carol.email)
    client.post(reverse(DELETE), {"is_sure": "on"})
    history = list(mandate.events.values_list("kind", "message"))[-3:]
    assert history == [("more_asked", ""), ("answered", ""), ("withdrawn", "")]
    assert others.events.last().message == "Somebody else's matter"


def test_what_a_reviewer_wrote_goes_with_the_reviewer(client, frank, come_in, as_person):
    application = MandateFactory()
    mandates.decline(mandate=application, by=frank, message="I, Frank, know your chair.")
    come_in(frank.email)
    pass_second_step(client, frank, ago=0)
    client.post(reverse(DELETE), {"is_sure": "on"})
    assert (application.events.last().kind, application.events.last().message) == ("declined", "")
    page = as_person(application.person).get(reverse("liaisons:mandate", args=[application.pk]))
    assert "<blockquote" not in page.content.decode()


def test_the_contact_is_still_told_why_the_mandate_ended(client, leaving):
    client.post(reverse(DELETE), {"is_sure": "on"})
    event = MandateEvent.objects.get(mandate__person=leaving, kind="ended")
    assert event.message == "The account was deleted."


@pytest.mark.parametrize(
    "change", [{"message": "Never said"}, {"kind": "ended"}, {"kind": "ended", "message": ""}]
)
def test_the_history_takes_no_other_change(carol, frank, change):
    mandate = carol.mandates.get()
    mandates.ask_for_more(mandate=mandate, by=frank, message="Who agreed?")
    asked = mandate.events.filter(kind="more_asked")
    with pytest.raises(IntegrityError), transaction.atomic():
        asked.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        asked.delete()
    assert asked.get().message == "Who agreed?"


def test_the_admin_s_own_log_forgets_the_name(client, leaving, frank, as_person):
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})
    page = reverse("admin:liaisons_user_change", args=[leaving.pk])
    form = {"is_active": "on", "is_staff": "on", "language_skills-TOTAL_FORMS": "0",
            "language_skills-INITIAL_FORMS": "0"}  # fmt: skip
    assert as_person(frank).post(page, form).status_code == 302
    assert LogEntry.objects.get().object_repr == "Alice"
    client.post(reverse(DELETE), {"is_sure": "on"})
    assert LogEntry.objects.get().object_repr == str(leaving.pk)


def test_a_form_that_crosses_the_deletion_brings_nothing_back(client, leaving, monkeypatch):
    """The form was read before the account was deleted in another tab, and is saved after."""
    is_valid = ProfileForm.is_valid

    def meanwhile(form):
        erasure.erase(leaving)
        return is_valid(form)

    monkeypatch.setattr(ProfileForm, "is_valid", meanwhile)
    client.post(
        reverse("liaisons:settings_profile"),
        {"display_name": "Alice", "country": "TZ", "is_public_by_name": "yes"},
    )
    person = User.objects.get(pk=leaving.pk)
    assert person.erased_at
    assert (person.display_name, person.email, person.is_active) == ("", "", False)


def test_a_deleted_account_takes_no_new_address(leaving):
    erasure.erase(leaving)
    with pytest.raises(people.AccountGone):
        people.change_address(leaving, "new@example.org")
    assert not EmailAddress.objects.filter(user=leaving).exists()


def test_a_code_that_crosses_the_deletion_leads_to_the_sign_in(client, leaving, monkeypatch):
    mail.outbox.clear()
    client.post(reverse("liaisons:settings_email"), {"email": "new@example.org"})
    change = people.change_address

    def meanwhile(person, address):
        erasure.erase(person)
        return change(person, address)

    monkeypatch.setattr(people, "change_address", meanwhile)
    answer = client.post(
        reverse("liaisons:settings_email_code"), {"code": code_in(mail.outbox[-1])}
    )
    assert answer.url == reverse("account_login")
    assert not Recipient.objects.filter(address="new@example.org").exists()
