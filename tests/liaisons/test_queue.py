"""The queue: what waits, since when, whose it is, and going through it one by one."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates
from liaisons.models import Endorsement, Mandate
from tests.factories import MandateFactory, UserFactory

pytestmark = pytest.mark.django_db

QUEUE = "admin:liaisons_mandate_changelist"
FROM_THE_QUEUE = "_changelist_filters=status%3Dwaiting"


@pytest.fixture
def desk(frank, as_person):
    """Frank's browser."""
    return as_person(frank)


def waiting(days, **traits):
    return MandateFactory(
        submitted_at=timezone.now() - datetime.timedelta(days=days, hours=1), **traits
    )


def rows(desk, **filters):
    return [row.pk for row in desk.get(reverse(QUEUE), filters).context["cl"].result_list]


def page_of(mandate):
    return f"{reverse('admin:liaisons_mandate_change', args=[mandate.pk])}?{FROM_THE_QUEUE}"


def contested(mandate, by=None):
    return Endorsement.objects.create(
        mandate=mandate, person=by or UserFactory(), verdict="contests", reason="No."
    )


# --- The list ---------------------------------------------


def test_a_disputed_mandate_waits_beside_the_applications(desk, alice):
    old, new = waiting(9), waiting(1)
    held = alice.mandates.get()
    assert rows(desk) == [old.pk, new.pk]
    held.review_opened_at = timezone.now() - datetime.timedelta(days=4)
    held.save()
    assert rows(desk) == [old.pk, held.pk, new.pk]
    assert "4 days" in desk.get(reverse(QUEUE)).text


def test_open_questions_are_marked_and_can_be_filtered(desk, frank, carol):
    quiet, asking = waiting(5), carol.mandates.get()
    mandates.ask(mandate=asking, by=carol, message="How long does it take?")
    assert rows(desk, whose="asking") == [asking.pk]
    assert desk.get(reverse(QUEUE)).text.count(">Asks<") == 1
    mandates.reply(mandate=asking, by=frank, message="Two days.")
    assert rows(desk, whose="asking") == []
    assert ">Asks<" not in desk.get(reverse(QUEUE)).text
    assert rows(desk) == [quiet.pk, asking.pk]


def test_a_row_says_how_many_others_apply_for_the_group(desk, swahili):
    waiting(1)
    assert "other applies" not in desk.get(reverse(QUEUE)).text
    for days in (2, 3):
        waiting(days, group=swahili)
    assert desk.get(reverse(QUEUE)).text.count("1 other applies") == 2


def test_filters_for_whose_it_is(desk, frank):
    other = UserFactory(admin=True)
    mine, nobodys, theirs = waiting(1, reviewer=frank), waiting(2), waiting(30, reviewer=other)
    assert rows(desk, whose="mine") == [mine.pk]
    assert rows(desk, whose="nobody") == [nobodys.pk]
    assert rows(desk, whose="late") == [theirs.pk]
    assert rows(desk, whose="all") == [theirs.pk, nobodys.pk, mine.pk]


def test_contested_ones_are_marked_and_found(desk):
    plain, disputed, settled = waiting(3), waiting(2), waiting(1)
    contested(disputed)
    said = contested(settled)
    said.withdrawn_at = timezone.now()
    said.save()
    assert rows(desk, whose="contested") == [disputed.pk]
    assert plain.pk in rows(desk)


def test_who_acts_next(desk, frank):
    def acts_next(mandate):
        found = desk.get(reverse(QUEUE)).context["cl"]
        row = next(row for row in found.result_list if row.pk == mandate.pk)
        return str(found.model_admin.acts_next(row))

    application = waiting(1)
    assert acts_next(application) == "The Core Team"
    mandates.ask_for_more(mandate=application, by=frank, message="Who agreed?")
    assert acts_next(application) == "The applicant"
    mandates.ask(mandate=application, by=application.person, message="How do you mean?")
    assert acts_next(application) == "The Core Team"
    mandates.reply(mandate=application, by=frank, message="Names.")
    assert acts_next(application) == "The applicant"
    mandates.answer_more(mandate=application, by=application.person, message="All of us.")
    assert acts_next(application) == "The Core Team"


def test_a_long_queue_asks_as_much_as_a_short_one(desk, questions):
    for number in (1, 200):
        while Mandate.objects.count() < number:
            waiting(3, reviewer=UserFactory(admin=True))
        contested(Mandate.objects.last())
        questions(desk, reverse(QUEUE))
    assert questions.are_the_same


# --- From one to the next ---------------------------------------------


def test_the_list_leads_to_pages_that_know_the_queue(desk):
    application = waiting(1)
    assert f'{application.pk}/change/?{FROM_THE_QUEUE}"' in desk.get(reverse(QUEUE)).text
    mine = desk.get(reverse(QUEUE), {"whose": "nobody", "seat__exact": "primary"}).text
    assert "_changelist_filters=whose%3Dnobody%26seat__exact%3Dprimary" in mine


def test_a_page_shows_the_way_to_its_neighbours(desk):
    first, second, third = waiting(5), waiting(4), waiting(3)
    queue = desk.get(page_of(second)).context["queue"]
    assert queue["previous"] == page_of(first)
    assert queue["next"] == page_of(third)
    assert (queue["number"], queue["total"]) == (2, 3)
    assert desk.get(page_of(first)).context["queue"]["previous"] is None
    text = desk.get(page_of(second)).text
    assert 'rel="prev"' in text
    assert 'rel="next"' in text


def test_two_of_the_same_moment_come_one_after_the_other(desk):
    moment = timezone.now() - datetime.timedelta(days=2)
    first, second = MandateFactory.create_batch(2, submitted_at=moment)
    assert desk.get(page_of(first)).context["queue"]["next"] == page_of(second)
    assert desk.get(page_of(second)).context["queue"]["previous"] == page_of(first)


def test_who_comes_from_elsewhere_is_in_no_queue(desk):
    application = waiting(1)
    page = desk.get(reverse("admin:liaisons_mandate_change", args=[application.pk]))
    assert page.context["queue"] is None


@pytest.mark.parametrize("filters", ["group__region=%00", "nonsense=1", "p=99", "password=x"])
def test_filters_that_make_no_sense_give_the_whole_queue(desk, filters):
    first, second = waiting(5), waiting(4)
    address = reverse("admin:liaisons_mandate_change", args=[first.pk])
    page = desk.get(address, {"_changelist_filters": filters})
    assert page.status_code == 200
    assert f"/{second.pk}/change/" in page.context["queue"]["next"]


def decide(desk, mandate, frank):
    return desk.post(
        page_of(mandate),
        {
            "do": "send",
            "decision": "confirm",
            "text": "",
            "own_words": "",
            "contact": frank.pk,
            "seen": mandates.state_of(mandate),
        },
    )


def test_after_a_decision_the_next_one_is_there(desk, frank):
    first, second = waiting(5), waiting(4)
    assert decide(desk, first, frank).url == page_of(second)
    assert decide(desk, second, frank).url == f"{reverse(QUEUE)}?status=waiting"
    assert Mandate.objects.filter(status="confirmed").count() == 2


def test_the_page_of_one_asks_as_much_in_a_long_queue(desk, questions):
    application = waiting(3)
    for number in (2, 200):
        while Mandate.objects.count() < number:
            waiting(3)
        questions(desk, page_of(application))
    assert questions.are_the_same
