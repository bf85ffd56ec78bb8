"""A seat passes to the person the liaison names by a link."""

import datetime
import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates, personal_data
from liaisons.accounts import erasure
from liaisons.errors import NotAllowed, Refused, SeatTaken
from liaisons.models import Handover, Mandate
from mailing import deliver, recipients
from tests.factories import GroupFactory, MandateFactory, UserFactory

pytestmark = pytest.mark.django_db


def page_of(name, mandate):
    return reverse(f"liaisons:mandate_{name}", args=[mandate.pk])


def link_of(token):
    return reverse("liaisons:succeed", args=[token])


@pytest.fixture
def held(alice):
    return alice.mandates.get()


@pytest.fixture
def token(held, alice):
    return mandates.invite_successor(mandate=held, by=alice)[1]


def applied(draft):
    """The draft, filled in and sent."""
    Mandate.objects.filter(pk=draft.pk).update(
        role="member", evidence="explanation", evidence_text="We agreed.", is_attested=True,
        support_answered=True,
    )  # fmt: skip
    draft.refresh_from_db()
    return mandates.submit(mandate=draft, by=draft.person)


# --- The link ---------------------------------------------


def test_a_liaison_makes_a_link_that_is_shown_once(held, alice, as_person):
    client = as_person(alice)
    shown = client.post(page_of("successor", held), {"do": "make"}).text
    found = re.search(r"/en/succeed/(h_[\w-]{22,})/", shown)
    assert found
    assert "h_" not in client.get(page_of("successor", held)).text
    handover = Handover.objects.get()
    assert found[1] not in handover.token_hash
    assert (handover.expires_at - handover.made_at).days in (29, 30)


def test_a_new_link_stops_the_old_one(held, alice, token, dave, as_person):
    other = mandates.invite_successor(mandate=held, by=alice)[1]
    client = as_person(dave)
    assert client.get(link_of(token)).status_code == 404
    assert "does not work any more" in client.post(link_of(token), follow=True).text
    assert client.get(link_of(other)).status_code == 200
    assert not dave.mandates.exists()


def test_a_link_is_taken_back(held, alice, token, dave, as_person):
    client = as_person(alice)
    answer = client.post(page_of("successor", held), {"do": "revoke"}, follow=True)
    assert "The link does not work any more." in answer.text
    again = client.post(page_of("successor", held), {"do": "revoke"}, follow=True)
    assert "There is no link that works any more." in again.text
    assert as_person(dave).get(link_of(token)).status_code == 404


def test_a_link_is_over_after_its_time_and_with_the_mandate(held, alice, token, dave, as_person):
    client = as_person(dave)
    Handover.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    assert client.get(link_of(token)).status_code == 404
    fresh = mandates.invite_successor(mandate=held, by=alice)[1]
    assert client.get(link_of(fresh)).status_code == 200
    mandates.end_mandate(mandate=held, by=alice, reason="Over.")
    assert client.get(link_of(fresh)).status_code == 404


@pytest.mark.parametrize("wrong", ["h_", "h_aaaaaaaaaaaaaaaaaaaaaa", "x", "h_\u0660" * 3])
def test_a_wrong_link_is_not_there(wrong, dave, as_person):
    for client in (Client(), as_person(dave)):
        answer = client.get(link_of(wrong))
        assert answer.status_code == 404
        assert "Ask the person who sent it" in answer.text


def test_nobody_but_the_holder_makes_a_link(held, dave, frank, as_person):
    for person in (dave, frank):
        assert as_person(person).post(page_of("successor", held)).status_code == 404
        with pytest.raises(NotAllowed):
            mandates.invite_successor(mandate=held, by=person)
    assert not Handover.objects.exists()


# --- Following it ---------------------------------------------


def test_opening_the_link_does_nothing(token, dave, as_person):
    signed_out = Client().get(link_of(token))
    assert "Alice" in signed_out.text
    assert "Jenga Wikipedia ya Kiswahili" in signed_out.text
    assert f"next={link_of(token)}" in signed_out.text
    assert "Primary" in as_person(dave).get(link_of(token)).text
    assert Client().post(link_of(token)).status_code == 200
    assert not Handover.objects.filter(used_at__isnull=False).exists()
    assert not dave.mandates.exists()


def test_a_hidden_liaison_is_not_named(bob, dave, as_person):
    held = bob.mandates.get()
    token = mandates.invite_successor(mandate=held, by=bob)[1]
    page = as_person(dave).get(link_of(token)).text
    assert "Bob" not in page
    as_person(dave).post(link_of(token))
    assert "Bob" not in as_person(dave).get(reverse("liaisons:join_mandate")).text


def test_the_whole_way_of_a_seat(held, alice, token, dave, frank, as_person):
    """Alice names Dave; he applies without choosing a seat; Frank confirms; her notes are his."""
    for person in (alice, dave):
        recipients.sync_user(person, person.email, "en", "UTC")
    mandates.keep_notes(mandate=held, by=alice, notes="The keys hang by the door.")
    client = as_person(dave)
    step = client.post(link_of(token), follow=True)
    assert step.redirect_chain[-1][0] == reverse("liaisons:join_mandate")
    assert "Alice" in step.text
    assert 'name="seat"' not in step.text
    draft = dave.mandates.get()
    answers = {
        "draft": draft.pk, "group": draft.group_id, "role": "member", "seat": "deputy",
        "evidence": "explanation", "evidence_text": "We agreed at our monthly meeting.",
        "is_attested": "on",
    }  # fmt: skip
    client.post(reverse("liaisons:join_mandate"), answers)
    draft.refresh_from_db()
    assert (draft.seat, draft.predecessor_id, draft.role) == ("primary", held.pk, "member")
    draft.support_answered = True
    draft.save()
    check = client.get(reverse("liaisons:join_check"))
    assert "It is handed over to you." in check.text
    client.post(reverse("liaisons:join_check"), {"seen": check.context["seen"]})
    assert "applies for your seat" in as_person(alice).get(page_of("successor", held)).text
    review = as_person(frank).get(reverse("admin:liaisons_mandate_change", args=[draft.pk]))
    assert "hands this seat over to the applicant" in review.text
    assert "The keys hang" not in review.text
    mandates.confirm(mandate=draft, by=frank)
    held.refresh_from_db()
    draft.refresh_from_db()
    assert (held.status, held.end_reason) == ("ended", "replaced")
    assert (draft.status, draft.private_notes) == ("confirmed", "The keys hang by the door.")
    assert held.private_notes == ""
    assert "The keys hang" in client.get(page_of("notes", draft)).text
    deliver.send_due()
    told = {letter.subject: letter for letter in mail.outbox if letter.to == [alice.email]}
    assert (
        "Private notes that you kept"
        in told["Your mandate for Jenga Wikipedia ya Kiswahili has ended"].body
    )
    assert "Your successor for Jenga Wikipedia ya Kiswahili" in told


def test_the_seat_cannot_be_changed_on_the_way(token, dave, armenia, as_person):
    draft = mandates.take_over(token=token, by=dave)
    with pytest.raises(Refused, match="handed over"):
        mandates.choose_group(mandate=draft, by=dave, group=armenia)
    mandates.save_answers(mandate=draft, by=dave, seat="deputy", role="board")
    draft.refresh_from_db()
    assert (draft.seat, draft.role) == ("primary", "board")


def test_the_holder_cannot_follow_themselves(held, token, alice, as_person):
    client = as_person(alice)
    assert "You hold this seat yourself" in client.get(link_of(token)).text
    assert "You hold this seat yourself" in client.post(link_of(token), follow=True).text
    assert alice.mandates.count() == 1


def test_who_has_an_application_for_the_group_reads_that(token, carol, as_person):
    client = as_person(carol)
    assert "You already have an application" in client.get(link_of(token)).text
    assert "You already have an application" in client.post(link_of(token), follow=True).text
    assert carol.mandates.count() == 1
    assert not Handover.objects.filter(used_at__isnull=False).exists()


def test_a_deputy_follows_the_primary_liaison(held, token, bob, frank, as_person):
    recipients.sync_user(bob, bob.email, "en", "UTC")
    deputy = bob.mandates.get()
    step = as_person(bob).post(link_of(token), follow=True)
    assert step.redirect_chain[-1][0] == reverse("liaisons:join_mandate")
    application = applied(bob.mandates.get(status="draft"))
    assert deputy.is_active  # until it is confirmed
    mandates.confirm(mandate=application, by=frank)
    deputy.refresh_from_db()
    held.refresh_from_db()
    assert (deputy.status, deputy.end_reason) == ("ended", "stepped_down")
    assert held.end_reason == "replaced"
    assert [one.seat for one in Mandate.objects.active().filter(person=bob)] == ["primary"]
    deliver.send_due()
    subjects = [letter.subject for letter in mail.outbox if letter.to == [bob.email]]
    assert "You are a liaison of Jenga Wikipedia ya Kiswahili" in subjects
    assert not [subject for subject in subjects if "ended" in subject]


def test_a_declined_deputy_keeps_their_seat(token, bob, frank):
    application = applied(mandates.take_over(token=token, by=bob))
    mandates.decline(mandate=application, by=frank, message="No.")
    assert [one.seat for one in Mandate.objects.active().filter(person=bob)] == ["deputy"]


def test_a_deputy_holds_one_seat_also_where_the_link_was_taken_back(token, held, alice, bob, frank):
    application = applied(mandates.take_over(token=token, by=bob))
    mandates.revoke_handover(mandate=held, by=alice)
    mandates.end_mandate(mandate=held, by=alice, reason="Over.")
    mandates.confirm(mandate=application, by=frank)
    assert [one.seat for one in Mandate.objects.active().filter(person=bob)] == ["primary"]


def test_a_deputy_whose_term_was_over_did_not_step_down(token, bob, frank):
    application = applied(mandates.take_over(token=token, by=bob))
    last_day = timezone.localdate() - datetime.timedelta(days=1)
    bob.mandates.filter(seat="deputy").update(last_day=last_day)
    mandates.confirm(mandate=application, by=frank)
    deputy = bob.mandates.get(seat="deputy")
    assert (deputy.status, deputy.end_reason) == ("ended", "expired")
    assert deputy.last_day == last_day
    assert deputy.events.last().kind == "lapsed"


def test_a_deputy_whose_link_was_taken_back_cannot_choose_their_own_seat(
    token, held, alice, bob, as_person
):
    draft = mandates.take_over(token=token, by=bob)
    mandates.revoke_handover(mandate=held, by=alice)
    form = {"draft": draft.pk, "group": draft.group_id, "role": "member", "seat": "deputy"}
    form |= {"evidence": "explanation", "evidence_text": "We agreed.", "is_attested": "on"}
    page = as_person(bob).post(reverse("liaisons:join_mandate"), form, follow=True)
    assert page.status_code == 200
    assert "You already have an application or a mandate for this group." in page.text
    assert "We agreed." in page.text
    draft.refresh_from_db()
    assert (draft.status, draft.seat) == ("draft", "primary")


def test_without_the_link_a_deputy_cannot_apply_for_the_other_seat(bob, swahili):
    draft = mandates.start_draft(person=bob)
    with pytest.raises(Refused, match="already have an application"):
        mandates.choose_group(mandate=draft, by=bob, group=swahili)


def test_another_draft_makes_room_and_the_page_says_so(token, dave, as_person):
    other = MandateFactory(draft=True, person=dave, group=GroupFactory(name="Another group"))
    client = as_person(dave)
    page = client.get(link_of(token)).text
    assert "It is thrown away when you begin this one." in page
    assert "Another group" in page
    client.post(link_of(token))
    other.refresh_from_db()
    assert other.status == "withdrawn"
    assert dave.mandates.get(status="draft").predecessor_id


def test_a_draft_for_the_group_is_gone_on_with(token, held, dave):
    own = MandateFactory(complete_draft=True, person=dave, group=held.group, deputy=True)
    draft = mandates.take_over(token=token, by=dave)
    assert (draft.pk, draft.seat, draft.predecessor_id) == (own.pk, "primary", held.pk)


def test_using_the_link_again_goes_on(token, dave, as_person):
    client = as_person(dave)
    client.post(link_of(token))
    assert client.get(link_of(token)).url == reverse("liaisons:join_mandate")
    assert client.post(link_of(token)).url == reverse("liaisons:join_mandate")
    application = applied(dave.mandates.get())
    assert client.get(link_of(token)).url == reverse("liaisons:mandate", args=[application.pk])
    assert dave.mandates.count() == 1


def test_a_used_link_says_so(token, dave, as_person):
    mandates.take_over(token=token, by=dave)
    other = as_person(UserFactory())
    assert "Somebody has used this link already." in other.get(link_of(token)).text
    assert other.post(link_of(token)).status_code == 302


def test_after_a_refusal_the_liaison_stays_and_names_another(held, alice, token, dave, frank):
    application = applied(mandates.take_over(token=token, by=dave))
    mandates.decline(mandate=application, by=frank, message="No.")
    held.refresh_from_db()
    assert held.is_active
    other = mandates.invite_successor(mandate=held, by=alice)[1]
    second = applied(mandates.take_over(token=other, by=UserFactory()))
    mandates.withdraw(mandate=second, by=second.person)
    mandates.invite_successor(mandate=held, by=alice)
    held.refresh_from_db()
    assert held.is_active


def test_taking_the_link_back_unties_what_was_begun_with_it(held, alice, token, dave, frank):
    application = applied(mandates.take_over(token=token, by=dave))
    mandates.revoke_handover(mandate=held, by=alice)
    with pytest.raises(SeatTaken):
        mandates.confirm(mandate=application, by=frank)
    held.refresh_from_db()
    assert held.is_active


def test_who_named_the_successor_does_not_review_them(dave, frank):
    own = MandateFactory(confirmed=True, person=frank, reviewer=UserFactory(admin=True))
    token = mandates.invite_successor(mandate=own, by=frank)[1]
    application = applied(mandates.take_over(token=token, by=dave))
    with pytest.raises(NotAllowed, match="named this person"):
        mandates.confirm(mandate=application, by=frank)


def test_a_deputy_hands_over_too(bob, dave, frank):
    held = bob.mandates.get()
    token = mandates.invite_successor(mandate=held, by=bob)[1]
    mandates.confirm(mandate=applied(mandates.take_over(token=token, by=dave)), by=frank)
    held.refresh_from_db()
    assert held.end_reason == "replaced"


def test_who_left_before_is_not_replaced(held, alice, token, dave, frank):
    application = applied(mandates.take_over(token=token, by=dave))
    mandates.keep_notes(mandate=held, by=alice, notes="The keys.")
    mandates.end_mandate(mandate=held, by=alice, reason="Over.")
    mandates.confirm(mandate=application, by=frank)
    held.refresh_from_db()
    application.refresh_from_db()
    assert (held.end_reason, application.private_notes) == ("stepped_down", "The keys.")


# --- Notes, and what is held ---------------------------------------------


def test_notes_are_for_their_holder_alone(held, alice, frank, dave, as_person):
    client = as_person(alice)
    client.post(page_of("notes", held), {"notes": "The keys hang by the door."})
    assert "The keys hang" in client.get(page_of("notes", held)).text
    for person in (frank, dave):
        assert as_person(person).get(page_of("notes", held)).status_code == 404
        assert as_person(person).post(page_of("notes", held), {"notes": ""}).status_code == 404
        with pytest.raises(NotAllowed):
            mandates.keep_notes(mandate=held, by=person, notes="")
    admin = as_person(frank).get(reverse("admin:liaisons_mandate_change", args=[held.pk]))
    assert "The keys hang" not in admin.text


def test_notes_changed_in_another_window_are_not_written_over(held, alice, as_person):
    mine, other = as_person(alice), as_person(alice)
    seen = mine.get(page_of("notes", held)).context["form"]["seen"].value()
    other.post(page_of("notes", held), {"notes": "Ask Ben.", "seen": seen})
    page = mine.post(page_of("notes", held), {"notes": "The keys hang.", "seen": seen})
    assert "Your notes changed meanwhile" in page.text
    assert "Ask Ben." in page.text
    assert "The keys hang." in page.text
    held.refresh_from_db()
    assert held.private_notes == "Ask Ben."
    both = {"notes": "Ask Ben.\nThe keys hang.", "seen": page.context["form"]["seen"].value()}
    assert mine.post(page_of("notes", held), both).status_code == 302
    held.refresh_from_db()
    assert "The keys hang." in held.private_notes


def test_notes_typed_while_the_seat_passed_on_come_back(held, alice, as_person):
    mandates.keep_notes(mandate=held, by=alice, notes="Ask Ben.")
    client = as_person(alice)
    seen = client.get(page_of("notes", held)).context["form"]["seen"].value()
    Mandate.objects.filter(pk=held.pk).update(
        status="ended", end_reason="replaced", ended_at=timezone.now(), private_notes=""
    )
    page = client.post(page_of("notes", held), {"notes": "Ask Ben or Cem.", "seen": seen})
    assert "Ask Ben or Cem." in page.text
    held.refresh_from_db()
    assert held.private_notes == ""


def test_notes_and_links_are_in_the_download_and_go_with_the_account(held, alice, token):
    mandates.keep_notes(mandate=held, by=alice, notes="The keys hang by the door.")
    everything = str(personal_data.held_on(alice))
    assert "The keys hang" in everything
    assert personal_data.held_on(alice)["mandates"][0]["invitations_to_a_successor"]
    erasure.erase(alice)
    held.refresh_from_db()
    assert held.private_notes == ""
    assert not Handover.objects.filter(used_at__isnull=True).exists()


def test_what_was_handed_over_stays_with_the_successor(held, alice, token, dave, frank):
    mandates.keep_notes(mandate=held, by=alice, notes="The keys.")
    mandates.confirm(mandate=applied(mandates.take_over(token=token, by=dave)), by=frank)
    erasure.erase(alice)
    assert dave.mandates.get().private_notes == "The keys."
