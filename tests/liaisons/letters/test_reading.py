"""Who may read a letter, what the liaison can do with it, and what the Core Team decides."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from liaisons import mandates, next_steps
from liaisons.errors import AlreadyDone, NotAllowed
from liaisons.letters import sending
from liaisons.models import BlockedSender, Letter, Mandate
from tests.factories import MandateFactory, UserFactory

from .conftest import Writer, sent_mails

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(writer):
    """A letter that somebody without an account wrote to Alice."""
    writer.send()
    sent_mails()
    return Letter.objects.get()


def page_of(letter):
    return reverse("liaisons:letter", args=[letter.pk])


def test_only_the_person_it_was_written_to_reads_it(
    letter, as_person, alice, bob, grace, dave, erin, frank
):
    assert "when do you meet next?" in as_person(alice).get(page_of(letter)).content.decode()
    for person in (bob, grace, dave, erin, frank):
        client = as_person(person)
        assert client.get(page_of(letter)).status_code == 404
        assert client.post(page_of(letter), {"do": "answered"}).status_code == 404
        assert "Wanjiru" not in client.get(reverse("liaisons:letter_list")).content.decode()


def test_a_successor_does_not_read_the_letters_of_the_one_before(letter, alice, as_person, swahili):
    mandates.end_mandate(mandate=letter.mandate, by=alice, reason="I move.")
    successor = MandateFactory(group=swahili, confirmed=True).person
    assert as_person(successor).get(page_of(letter)).status_code == 404


def test_after_the_mandate_one_can_read_and_report_but_not_answer(letter, alice, as_person):
    mandates.end_mandate(mandate=letter.mandate, by=alice, reason="I move.")
    client = as_person(alice)
    page = client.get(page_of(letter)).content.decode()
    assert "when do you meet next?" in page
    assert "no longer answer" in page
    client.post(page_of(letter), {"do": "answer", "answer": "On Friday."})
    letter.refresh_from_db()
    assert letter.answered_at is None
    client.post(page_of(letter), {"do": "report", "note": "It insults me."})
    letter.refresh_from_db()
    assert letter.reported_at


def test_a_letter_is_a_next_step_until_it_is_answered(letter, alice, as_person):
    assert f"letter-{letter.pk}" in [step.key for step in next_steps.of(alice)]
    as_person(alice).post(page_of(letter), {"do": "answered"})
    assert f"letter-{letter.pk}" not in [step.key for step in next_steps.of(alice)]


def test_an_answer_goes_once(letter, alice):
    sending.answer(letter=letter, by=alice, text="On Friday.")
    with pytest.raises(AlreadyDone):
        sending.answer(letter=letter, by=alice, text="On Saturday.")
    assert len(sent_mails()) == 1


def test_a_second_answer_is_refused_and_its_words_come_back(letter, alice, as_person):
    sending.answer(letter=letter, by=alice, text="On Friday.")
    answer = as_person(alice).post(page_of(letter), {"do": "answer", "answer": "On Saturday."})
    page = answer.content.decode()
    assert "already been answered" in page
    assert "On Saturday." in page


def test_an_answer_typed_after_the_session_ended_comes_back(letter, alice, client):
    words = "نلتقي يوم الجمعة. " * 200
    answer = client.post(page_of(letter), {"do": "answer", "answer": words, "whose": alice.pk})
    assert "login" in answer.url
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(page_of(letter)).content.decode()
    assert words.strip() in page
    letter.refresh_from_db()
    assert letter.answered_at is None


def test_an_unreported_letter_is_not_in_the_admin(letter, as_person, frank):
    client = as_person(frank)
    listed = client.get(reverse("admin:liaisons_letter_changelist")).content.decode()
    assert letter.group.name not in listed.split("<main")[-1]
    change = reverse("admin:liaisons_letter_change", args=[letter.pk])
    assert client.get(change).status_code == 404
    assert client.post(change, {"outcome": "blocked"}).status_code == 404


def test_the_core_team_reads_what_was_reported_and_blocks(letter, alice, as_person, frank, writer):
    as_person(alice).post(page_of(letter), {"do": "report", "note": "It insults me."})
    client = as_person(frank)
    listed = client.get(reverse("admin:liaisons_letter_changelist")).content.decode()
    change = reverse("admin:liaisons_letter_change", args=[letter.pk])
    assert change in listed
    page = client.get(change).content.decode()
    assert "It insults me." in page
    assert "when do you meet next?" in page
    assert "reader@example.org" not in page
    client.post(change, {"outcome": "blocked"})
    letter.refresh_from_db()
    assert (letter.report_outcome, bool(letter.report_closed_at)) == ("blocked", True)
    assert (
        "can write no more letters here" in as_person(alice).get(page_of(letter)).content.decode()
    )
    assert "@" not in BlockedSender.objects.get().sender_hash

    answer = writer.send(body="Once more", address="Reader@example.org")
    assert "Once more" in writer.client.get(answer.url).content.decode()
    assert Letter.objects.count() == 1


def test_an_account_is_blocked_whatever_its_address(as_person, dave, reachable, swahili, frank):
    writer = Writer(as_person(dave), swahili)
    writer.send()
    letter = Letter.objects.get()
    sending.report(letter=letter, by=reachable, note="It insults me.")
    sending.close_report(letter=letter, by=frank, outcome="blocked")
    dave.emailaddress_set.update(email="other@example.org")
    type(dave).objects.filter(pk=dave.pk).update(email="other@example.org")
    page = writer.post(body="Once more").content.decode()
    assert "can write no more letters here" in page
    assert "Once more" in page


def test_whoever_is_blocked_learns_it_only_after_proving_the_address(letter, alice, frank, writer):
    sending.report(letter=letter, by=alice, note="It insults me.")
    sending.close_report(letter=letter, by=frank, outcome="blocked")
    answer = writer.post(body="Once more")
    assert answer.url == f"{writer.url}code/"


def test_a_report_can_be_closed_without_a_block(letter, alice, frank, as_person, writer):
    sending.report(letter=letter, by=alice, note="It insults me.")
    sending.close_report(letter=letter, by=frank, outcome="nothing_done")
    assert "nobody was blocked" in as_person(alice).get(page_of(letter)).content.decode()
    with pytest.raises(AlreadyDone):
        sending.close_report(letter=letter, by=frank, outcome="blocked")
    writer.send(body="Once more")
    assert Letter.objects.count() == 2


def test_who_may_write_again_can(letter, alice, frank, as_person, writer):
    sending.report(letter=letter, by=alice, note="It insults me.")
    sending.close_report(letter=letter, by=frank, outcome="blocked")
    blocked = BlockedSender.objects.get()
    delete = reverse("admin:liaisons_blockedsender_delete", args=[blocked.pk])
    as_person(frank).post(delete, {"post": "yes"})
    writer.send(body="Once more")
    assert Letter.objects.count() == 2


def test_only_those_whose_role_it_is_decide(letter, alice, as_person):
    sending.report(letter=letter, by=alice, note="It insults me.")
    reader = UserFactory(core_team=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_letter"))
    change = reverse("admin:liaisons_letter_change", args=[letter.pk])
    client = as_person(reader)
    assert client.get(change).status_code == 200
    assert client.post(change, {"outcome": "blocked"}).status_code == 403
    with pytest.raises(NotAllowed):
        sending.close_report(letter=letter, by=reader, outcome="blocked")


def test_nobody_decides_about_a_letter_to_themselves(frank, swahili, reachable):
    held = MandateFactory(person=frank, group__slug="other", confirmed=True)
    letter = Letter.objects.create(
        group=held.group, mandate=held, sender_address="reader@example.org", body="Words"
    )
    sending.report(letter=letter, by=frank, note="It insults me.")
    with pytest.raises(NotAllowed):
        sending.close_report(letter=letter, by=frank, outcome="blocked")


@pytest.mark.parametrize("signed_in", [True, False])
def test_nobody_decides_about_a_letter_of_their_own(signed_in, letter, alice, frank):
    Letter.objects.update(sender=frank if signed_in else None, sender_address=frank.email)
    sending.report(letter=letter, by=alice, note="It insults me.")
    with pytest.raises(NotAllowed):
        sending.close_report(letter=letter, by=frank, outcome="nothing_done")
    letter.refresh_from_db()
    assert letter.report_closed_at is None


def test_a_list_of_many_letters_needs_no_more_queries(
    as_person, alice, letter, django_assert_max_num_queries
):
    client = as_person(alice)
    held = Mandate.objects.get(person=alice)
    for number in range(25):
        Letter.objects.create(group=held.group, mandate=held, body=f"Letter {number}")
    with django_assert_max_num_queries(10):
        page = client.get(reverse("liaisons:letter_list")).content.decode()
    assert "?page=2" in page


def test_the_list_says_how_each_letter_begins_and_which_wait(letter, as_person, alice):
    client = as_person(alice)
    page = client.get(reverse("liaisons:letter_list")).content.decode()
    assert "not answered yet" in page
    assert "when do you meet next?" in page
    client.post(page_of(letter), {"do": "answered"})
    assert "not answered yet" not in client.get(reverse("liaisons:letter_list")).content.decode()


def test_what_is_wrong_with_a_report_stands_at_the_top(letter, as_person, alice):
    """Without scripts the page opens at its beginning, far from the form at its end."""
    page = as_person(alice).post(page_of(letter), {"do": "report", "note": ""}).content.decode()
    assert page.index('id="form-errors"') < page.index("when do you meet next?")
