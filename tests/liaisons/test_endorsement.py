"""Members of the group confirm or contest a mandate; people of the Core Team look at it."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from liaisons import mandates, personal_data
from liaisons.accounts import erasure
from liaisons.errors import AlreadyDone, NotAllowed
from liaisons.models import Endorsement
from mailing import deliver, recipients
from tests.factories import MandateFactory, UserFactory

pytestmark = pytest.mark.django_db


def review_page(mandate):
    return reverse("admin:liaisons_mandate_change", args=[mandate.pk])


def link_to(mandate):
    """The address members of the group get."""
    mandate.refresh_from_db()
    if not mandate.share_nonce:
        mandate = mandates.renew_share_link(mandate=mandate, by=mandate.person)
    return reverse("liaisons:endorse", args=[mandates.share_token(mandate)])


def contest(mandate, by, reason="Nobody asked us."):
    return mandates.say(mandate=mandate, by=by, verdict="contests", reason=reason)


@pytest.fixture
def held(alice):
    return alice.mandates.get()


@pytest.fixture
def application(carol):
    return carol.mandates.get()


@pytest.fixture
def rita(db):
    """Another reviewer."""
    return UserFactory(admin=True, display_name="Rita")


# --- The link ---------------------------------------------


def test_the_link_can_be_seen_again_and_made_anew(application, carol, dave, as_person):
    client = as_person(carol)
    share = reverse("liaisons:mandate_share", args=[application.pk])
    assert "/say/" not in client.get(share).text
    client.post(share)
    first = link_to(application)
    assert first in client.get(share).text
    client.post(share)
    assert first not in client.get(share).text
    reader = as_person(dave)
    assert reader.get(first).status_code == 404
    assert reader.post(first, {"verdict": "confirms"}).status_code == 404
    assert reader.get(link_to(application)).status_code == 200


def test_a_changed_link_is_not_there(application, dave, as_person):
    link = link_to(application)
    client = as_person(dave)
    wrong = [
        link[:-3] + ("AA/" if not link.endswith("AA/") else "BB/"),
        link.replace(f"s_{application.pk}_", f"s_{application.pk + 1}_"),
        reverse("liaisons:endorse", args=[f"s_{application.pk}_"]),
        reverse("liaisons:endorse", args=["s_9999999999999999999_" + "a" * 22]),
    ]
    for address in wrong:
        assert client.get(address).status_code == 404


def test_signed_out_people_sign_in_and_come_back(application):
    link = link_to(application)
    answer = Client().get(link)
    assert answer.status_code == 302
    assert answer.url.endswith(f"?next={link}")


@pytest.mark.parametrize(("trait", "name"), [(True, "Carol"), (False, "")])
def test_the_page_names_only_who_is_public_by_name(
    application, carol, dave, as_person, trait, name
):
    carol.is_public_by_name = trait
    carol.save()
    page = as_person(dave).get(link_to(application)).text
    assert ("Carol" in page) is bool(name)
    assert ("who is not shown by name" in page) is not bool(name)
    assert application.evidence_url not in page


def test_it_ends_with_the_application(application, carol, dave, as_person):
    link = link_to(application)
    mandates.withdraw(mandate=application, by=carol)
    assert as_person(dave).get(link).status_code == 404
    with pytest.raises(AlreadyDone):
        mandates.say(mandate=application, by=dave, verdict="confirms")


# --- Saying it ---------------------------------------------


def test_confirming_contesting_and_withdrawing(application, dave, as_person):
    client, link = as_person(dave), link_to(application)
    assert "The Core Team reads it." in client.post(link, {"verdict": "confirms"}, follow=True).text
    no_reason = client.post(link, {"verdict": "contests", "reason": "  "})
    assert no_reason.context["form"].errors["reason"] == ["Please say why."]
    client.post(link, {"verdict": "contests", "reason": "Nobody asked us."})
    said = Endorsement.objects.get()
    assert (said.verdict, said.reason, said.person) == ("contests", "Nobody asked us.", dave)
    page = client.get(link)
    assert "You contested it on" in page.text
    assert page.context["form"].initial["reason"] == "Nobody asked us."
    client.post(link, {"do": "withdraw"})
    said.refresh_from_db()
    assert said.withdrawn_at
    assert "This is withdrawn already." in client.post(link, {"do": "withdraw"}, follow=True).text
    client.post(link, {"verdict": "confirms"})
    said.refresh_from_db()
    assert (said.verdict, said.reason, said.withdrawn_at) == ("confirms", "", None)


def test_nobody_speaks_for_their_own_mandate(application, carol, as_person):
    client, link = as_person(carol), link_to(application)
    assert 'name="verdict"' not in client.get(link).text
    client.post(link, {"verdict": "confirms"})
    assert not Endorsement.objects.exists()
    with pytest.raises(NotAllowed):
        mandates.say(mandate=application, by=carol, verdict="confirms")


def test_it_cannot_be_said_without_end(application, dave, as_person):
    client, link = as_person(dave), link_to(application)
    answers = [
        client.post(link, {"verdict": "contests", "reason": f"{n}"}, follow=True) for n in range(21)
    ]
    assert "Please wait until tomorrow." in answers[-1].text
    assert "Please wait until tomorrow." not in answers[-2].text


def test_typed_words_come_back_after_signing_in(application, dave, as_person):
    link = link_to(application)
    client = Client()
    client.post(link, {"verdict": "contests", "reason": "Nobody asked us.", "whose": dave.pk})
    client.force_login(dave, backend="django.contrib.auth.backends.ModelBackend")
    assert "Nobody asked us." in client.get(link).text
    assert not Endorsement.objects.exists()


def test_a_reason_is_asked_of_who_contests_and_of_nobody_else(application, dave, as_person):
    client, link = as_person(dave), link_to(application)
    page = client.get(link)
    assert "(optional)" not in page.text
    page = client.post(link, {"verdict": "contests", "reason": " "})
    assert page.context["form"].errors == {"reason": ["Please say why."]}
    page = client.post(link, {"reason": ""})
    assert list(page.context["form"].errors) == ["verdict"]
    assert client.post(link, {"verdict": "confirms", "reason": "x" * 2000}).status_code == 302
    assert Endorsement.objects.get().reason == ""


# --- What reviewers and the liaison see ---------------------------------------------


def test_reviewers_see_both_with_names_and_the_applicant_sees_nothing(
    application, carol, dave, bob, frank, as_person
):
    contest(application, dave)
    mandates.say(mandate=application, by=bob, verdict="confirms")
    page = as_person(frank).get(review_page(application)).text
    for words in ("Dave", "Bob", "Nobody asked us.", "Nothing is decided by numbers."):
        assert words in page
    mine = as_person(carol).get(reverse("liaisons:mandate", args=[application.pk])).text
    for words in ("Dave", "Nobody asked us."):
        assert words not in mine
        assert words not in str(personal_data.held_on(carol))
    application.refresh_from_db()
    assert (application.status, application.review_opened_at) == ("submitted", None)


def test_a_dispute_on_a_mandate_opens_a_review_and_tells_who_is_concerned(
    held, alice, frank, dave, as_person
):
    for person in (alice, frank):
        recipients.sync_user(person, person.email, "en", "UTC")
    contest(held, dave)
    held.refresh_from_db()
    assert held.is_active
    assert held.review_opened_at
    assert held.reviewer is None
    mine = as_person(alice).get(reverse("liaisons:mandate", args=[held.pk])).text
    assert "A member of your group contested this mandate" in mine
    deliver.send_due()
    told = {letter.to[0]: letter for letter in mail.outbox}
    assert "You stay a liaison while the Core Team looks at it." in told[alice.email].body
    assert "This usually takes 7 days." in told[alice.email].body
    assert review_page(held) in told[frank.email].body
    for text in (mine, str(told[alice.email].message()), str(personal_data.held_on(alice))):
        assert "Nobody asked us." not in text
        assert "Dave" not in text


def test_a_second_dispute_joins_the_open_review(held, dave, bob):
    contest(held, dave)
    contest(held, bob)
    assert held.events.filter(kind="review_opened").count() == 1


def test_an_endorsement_opens_nothing(held, dave):
    mandates.say(mandate=held, by=dave, verdict="confirms")
    held.refresh_from_db()
    assert held.review_opened_at is None


def test_a_reviewer_keeps_the_mandate_and_the_liaison_reads_why(
    held, alice, dave, frank, as_person
):
    recipients.sync_user(alice, alice.email, "en", "UTC")
    contest(held, dave)
    desk = as_person(frank)
    seen = mandates.state_of(held)
    form = {"do": "close_review", "outcome": "keep", "message": "", "seen": seen}
    assert desk.post(review_page(held), form).context["dispute_form"].errors
    desk.post(review_page(held), form | {"message": "The minutes name you."})
    held.refresh_from_db()
    assert held.is_active
    assert held.review_opened_at is None
    mine = as_person(alice).get(reverse("liaisons:mandate", args=[held.pk])).text
    assert "The minutes name you." in mine
    assert "contested this mandate on" not in mine
    deliver.send_due()
    assert "The minutes name you." in mail.outbox[-1].body
    late = desk.post(review_page(held), form | {"message": "Again."}, follow=True)
    assert "already looked at this mandate again" in late.text


def test_a_reviewer_ends_the_mandate_for_the_group(held, dave, frank, as_person):
    contest(held, dave)
    as_person(frank).post(
        review_page(held),
        {
            "do": "close_review",
            "outcome": "end",
            "message": "The group chose another person.",
            "seen": mandates.state_of(held),
        },
    )
    held.refresh_from_db()
    assert (held.status, held.end_reason) == ("ended", "withdrawn_by_group")
    assert held.review_opened_at is None


def test_nobody_reviews_what_they_contested_themselves(held, frank, rita, as_person):
    contest(held, frank)
    page = as_person(frank).get(review_page(held)).text
    assert "You contested this yourself." in page
    assert 'value="close_review"' not in page
    for verb in (
        lambda: mandates.close_review(mandate=held, by=frank, message="Stays."),
        lambda: mandates.end_mandate(mandate=held, by=frank, reason="Over."),
        lambda: mandates.take(mandate=held, by=frank),
    ):
        with pytest.raises(NotAllowed):
            verb()
    as_person(frank).post(review_page(held), {"do": "close_review", "outcome": "keep"})
    held.refresh_from_db()
    assert held.review_opened_at
    mandates.close_review(mandate=held, by=rita, message="Stays.")


def test_the_holder_cannot_close_the_review_of_their_own(rita, dave):
    held = MandateFactory(confirmed=True, person=rita, reviewer=UserFactory(admin=True))
    contest(held, dave)
    with pytest.raises(NotAllowed):
        mandates.close_review(mandate=held, by=rita, message="Stays.")


# --- The same words again ---------------------------------------------


def opened(held):
    return held.events.filter(kind="review_opened").count()


@pytest.mark.parametrize("words", ["Nobody asked us.", "  nobody ASKED us!! "])
def test_the_same_words_open_no_second_review(held, dave, frank, words):
    contest(held, dave)
    mandates.close_review(mandate=held, by=frank, message="Stays.")
    mandates.unsay(mandate=held, by=dave)
    for _ in range(2):
        contest(held, dave, words)
    held.refresh_from_db()
    assert held.review_opened_at is None
    assert opened(held) == 1


def test_other_words_or_another_person_open_one(held, dave, bob, frank):
    contest(held, dave)
    mandates.close_review(mandate=held, by=frank, message="Stays.")
    contest(held, dave, "The vote was never counted.")
    mandates.close_review(mandate=held, by=frank, message="Stays.")
    contest(held, bob, "The vote was never counted.")
    mandates.close_review(mandate=held, by=frank, message="Stays.")
    assert opened(held) == 3


def test_after_the_time_of_rest_the_same_words_count_again(held, dave, frank, settings):
    settings.REVIEW_REST_DAYS = 0
    contest(held, dave)
    mandates.close_review(mandate=held, by=frank, message="Stays.")
    contest(held, dave)
    assert opened(held) == 2


def test_words_the_reviewer_had_when_confirming_open_no_review(application, alice, dave, frank):
    contest(application, dave)
    mandates.end_mandate(mandate=alice.mandates.get(), by=alice, reason="Over.")
    mandates.confirm(mandate=application, by=frank)
    contest(application, dave)
    application.refresh_from_db()
    assert application.review_opened_at is None


# --- What is held ---------------------------------------------


def test_what_one_said_is_in_the_download_and_goes_with_the_account(held, dave, frank, as_person):
    contest(held, dave)
    assert "Nobody asked us." in str(personal_data.held_on(dave))
    erasure.erase(dave)
    assert not Endorsement.objects.exists()
    assert "Dave" not in as_person(frank).get(review_page(held)).text


def test_what_was_said_about_somebody_goes_with_their_account(held, alice, dave):
    contest(held, dave)
    erasure.erase(alice)
    assert not Endorsement.objects.exists()
