"""What a reader chose among: the digest holds that, and is none where nothing of it is new."""

import pytest
from django.core import mail
from django.urls import reverse

from mailing import choices, editions, recipients, sections
from mailing.models import Delivery
from tests.mailing.people import Board, person, states
from tests.mailing.test_editions import MONDAY, run

pytestmark = pytest.mark.django_db


class Topics(Board):
    """A board on which the first word of a title says what it is about."""

    def chosen(self, items, choices):
        wanted = choices.get("about")
        return [item for item in items if item.title.split()[0] in wanted] if wanted else items


@pytest.fixture
def about():
    yield choices.register("about", "About", lambda: [("tea", "Tea"), ("rice", "Rice")])
    choices.unregister("about")


@pytest.fixture
def topics(only_board, about):
    sections.unregister(only_board.key)
    return sections.register(Topics())


def reader_of(*wanted, rhythm="daily"):
    reader = person(rhythm)
    recipients.set_rhythm(reader.user, rhythm, choices={"about": list(wanted)})
    return reader


def test_each_gets_what_they_chose(topics):
    everything, tea, both = reader_of(), reader_of("tea"), reader_of("rice", "tea")
    topics.post("tea with milk")
    topics.post("rice with beans")
    run(MONDAY)
    told = {message.to[0]: message.body for message in mail.outbox}
    assert "rice" in told[everything.address]
    assert "rice" in told[both.address]
    assert "tea with milk" in told[tea.address]
    assert "rice" not in told[tea.address]


def test_the_preview_says_what_is_there_by_choice(topics, core_team):
    tea, everything = reader_of("tea"), reader_of()
    topics.post("tea with milk")
    address = reverse("admin:mailing_delivery_preview")
    for reader, is_chosen in ((tea, True), (everything, False)):
        page = core_team.get(address, {"person": reader.pk}).content.decode()
        assert "tea with milk" in page
        assert ("The person chose to hear of this." in page) == is_chosen


def test_nothing_new_of_what_was_chosen_is_no_mail(topics):
    tea, rice = reader_of("tea"), reader_of("rice")
    topics.post("rice with beans")
    [frozen] = run(MONDAY)
    assert [m.to[0] for m in mail.outbox] == [rice.address]
    # Known when the edition is planned, so no worker has to find out.
    assert frozen.figures["pending"] == 1
    assert states()[tea.address] == "skipped empty"


def test_the_headline_is_one_of_theirs(topics):
    tea = reader_of("tea")
    topics.post("tea with milk")
    topics.post("rice with beans")
    editions.make_edition_for(tea, MONDAY)
    assert Delivery.objects.get().choices == {"about": ["tea"]}


def test_choices_are_kept_in_one_way_only(about):
    assert choices.tidy({"unknown": ["x"], "about": ["tea", "rice", "tea"]}) == {
        "about": ["rice", "tea"]
    }
    assert choices.tidy({"about": []}) == {}
    assert choices.labels({"about": ["tea", "gone"]}) == [("About", ["Tea"])]
    assert choices.labels({"about": ["gone"]}) == []


def test_a_name_is_taken_once(about):
    with pytest.raises(ValueError, match="already"):
        choices.register("about", "About", lambda: [])


def test_a_person_who_is_forgotten_chose_nothing_any_more(topics):
    tea = reader_of("tea")
    topics.post("tea with milk")
    run(MONDAY)
    recipients.forget_user(tea.user)
    assert Delivery.objects.get().choices == {}
    assert not tea.preferences.exists()
