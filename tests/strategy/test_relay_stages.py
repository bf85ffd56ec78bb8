"""How far updates came in each stage of the process."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from liaisons.models import Mandate
from strategy import relays
from strategy.models import TimelineEntry
from strategy.relay_stages import by_stage
from tests.factories import GroupFactory, MandateFactory

from .factories import UpdateFactory, passed_on
from .test_relay_matrix import editor, matrix  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def stage(title, begins, ends):
    today = timezone.localdate()
    return TimelineEntry.objects.create(
        kind="stage", title_en=title, starts_on=today + begins * DAY, ends_on=today + ends * DAY
    )


def published(days_ago, **passed):
    """An update, and by whom it was passed on after how many days."""
    with time_machine.travel(timezone.now() - days_ago * DAY):
        update = UpdateFactory(published=True)
    for held, after in passed.values():
        with time_machine.travel(timezone.now() - (days_ago - after) * DAY):
            passed_on(update, held, people=10)
    return update


@pytest.fixture
def stages():
    return {
        "drafts": stage("Drafts", -60, -31),
        "talks": stage("Talks", -40, -1),
        "ahead": stage("Ahead", 10, 20),
        "silent": stage("Silent", -400, -300),
    }


def test_each_stage_counts_what_was_published_on_its_days(stages, grace, alice):
    armenia = Mandate.objects.get(person=grace)
    swahili = Mandate.objects.get(person=alice)
    published(50, first=(armenia, 2), second=(swahili, 4))
    published(45, first=(armenia, 6))
    published(35, first=(armenia, 1))  # while two stages ran
    published(10)
    talks, drafts = by_stage()
    assert (talks.stage.entry.title, drafts.stage.entry.title) == ("Talks", "Drafts")
    assert (drafts.updates, drafts.reach.groups, drafts.reach.people) == (3, 2, 40)
    assert drafts.usually_after.days == 2
    assert (talks.updates, talks.reach.groups, talks.nowhere) == (2, 1, 1)
    assert talks.usually_after.days == 1


def test_withdrawn_relays_count_nowhere(stages, grace):
    update = published(5, only=(Mandate.objects.get(person=grace), 1))
    relays.withdraw(relay=update.relays.get(), by=grace)
    (talks,) = by_stage()
    assert (talks.reach.groups, talks.nowhere, talks.usually_after) == (0, 1, None)


def test_the_page_of_the_core_team_shows_it(editor, stages, grace):  # noqa: F811
    published(5, only=(Mandate.objects.get(person=grace), 3))
    page = matrix(editor).content.decode()
    assert "By stage of the process" in page
    assert "Talks" in page
    assert "3 days" in page
    assert "Silent" not in page


def test_no_stage_yet(editor):  # noqa: F811
    published(5)
    assert "By stage" not in matrix(editor).content.decode()


def test_as_many_queries_for_many_updates(stages, django_assert_max_num_queries):
    published(5)
    with django_assert_max_num_queries(4):
        by_stage()
    for number in range(12):
        update = published(6)
        passed_on(update, MandateFactory(confirmed=True, group=GroupFactory(name=f"G {number}")))
    with django_assert_max_num_queries(4):
        (found,) = by_stage()
    assert found.updates == 13
