"""Two people at one mandate at the same moment, whatever the two of them do.

Each pair of what is in the table (``acts.py``) meets in two ways: both have begun and wait for the
row, and the first is done but not written down yet when the second begins. Afterwards the history
must be one that can have happened, and hold exactly what was said to be done; whoever did not get
through reads a sentence.

Here each pair meets once, in the first situation in which both can be done. The long version lets
them meet in every one, both ways and in both orders, and also those that cannot both be done:
somebody's page was left open.
"""

import threading
from collections import Counter
from itertools import combinations_with_replacement

import pytest
from django.db import transaction

from liaisons import mandates
from liaisons.errors import Refused
from liaisons.models import Mandate, MandateEvent
from tests.liaisons.acts import ACTS, LEAVE, Stage
from tests.liaisons.test_races import version_row
from tests.liaisons.windows import PATIENCE, until_it_waits_or_is_done

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["version_row"]

# What asks and changes nothing.
QUESTIONS = {
    "BY_THE_CORE_TEAM", "LONGEST_ABSENCE", "asked_lately", "can_be_spoken_of", "day_after_renewal",
    "draft_of", "handover_of", "is_begun_by", "is_renewable", "is_usable", "lock_several",
    "mandate_of", "mark_of_notes", "may_review", "missing_step", "open_handover", "part_in",
    "reminders_coming", "renewable_from", "require_may_take_over", "share_token", "state_of",
    "successor_of", "was_asked_lately", "what_happened",
}  # fmt: skip
PAIRS = list(combinations_with_replacement(ACTS, 2))


@pytest.fixture
def stage():
    stage = Stage()
    yield stage
    stage.close()


def together(first, second) -> list[str]:
    """The situations in which both can be done."""
    return [name for name in first.when if name in second.when]


def left_open(first, second) -> str:
    """Where one of the two can be done, and the other one's page is still open."""
    return "followed" if ["followed"] in (first.when, second.when) else first.when[0]


def test_each_verb_is_in_the_table():
    assert {act.verb for act in ACTS} - {LEAVE} == set(mandates.__all__) - QUESTIONS


# --- What can have happened -----------------------------------------------------------------------

REVIEWED = "confirmed, looked at again"
# After which states a line can stand, and the state that follows; none where it stays as it is.
STORY = {
    "started": ({""}, "draft"),
    "submitted": ({"draft"}, "submitted"),
    "more_asked": ({"submitted"}, "more_asked"),
    "answered": ({"more_asked"}, "submitted"),
    "confirmed": ({"submitted", "more_asked"}, "confirmed"),
    "declined": ({"submitted", "more_asked"}, "declined"),
    "withdrawn": ({"draft", "submitted", "more_asked"}, "withdrawn"),
    "ended": ({"confirmed", REVIEWED}, "ended"),
    "lapsed": ({"confirmed", REVIEWED}, "ended"),
    "contact_changed": ({"confirmed", REVIEWED}, None),
    "taken": ({"submitted", "more_asked", REVIEWED}, None),
    "added": ({"submitted", "more_asked"}, None),
    "asked": ({"submitted", "more_asked"}, None),
    "replied": ({"submitted", "more_asked"}, None),
    "renewed": ({"confirmed", REVIEWED}, None),
    "successor_named": ({"confirmed", REVIEWED}, None),
    "review_opened": ({"confirmed"}, REVIEWED),
    "review_closed": ({REVIEWED}, "confirmed"),
}


def contradictions(mandate) -> list[str]:
    """Lines of a mandate's history that cannot stand where they stand; and where it ends."""
    state, wrong = "", []
    for event in mandate.events.order_by("pk"):
        before, after = STORY[event.kind]
        if state not in before:
            wrong.append(f"{event.kind} after {state}")
        state = after or state
    if mandate.status != state.split(",")[0]:
        wrong.append(f"{mandate.status} after a history that ends with {state}")
    if bool(mandate.review_opened_at) is not (state == REVIEWED):
        wrong.append(f"a review at {mandate.review_opened_at} in the state {state}")
    return wrong


def test_each_kind_of_line_is_in_the_story():
    assert set(STORY) == set(MandateEvent.Kind.values)


def judge(scene, acts, people, outcomes) -> list[str]:
    """What is wrong with what came of two acts."""
    wrong, done = [], [not isinstance(outcome, Exception) for outcome in outcomes]
    for outcome in outcomes:
        if isinstance(outcome, Refused):
            if len(str(outcome)) < 15 or not str(outcome).endswith("."):
                wrong.append(f"says only {str(outcome)!r}")
        elif isinstance(outcome, Exception):
            wrong.append(f"error {outcome!r}")
    if acts[0] == acts[1] and acts[0].once and all(done):
        wrong.append("done twice")
    said = Counter(
        (act.about(scene).pk, act.writes, by.pk)
        for act, by, is_done in zip(acts, people, done, strict=True)
        if is_done and act.writes
    )
    for act, by in zip(acts, people, strict=True):
        about = act.about(scene)
        # Whoever leaves withdraws and steps down by that.
        if act.writes and not (by == scene.holder and LEAVE in (acts[0].name, acts[1].name)):
            lines = about.events.filter(kind=act.writes, actor=by, pk__gt=scene.began[about.pk])
            if lines.count() != said[about.pk, act.writes, by.pk]:
                wrong.append(f"{act.name} is written {lines.count()} times")
    for number, act in enumerate(acts):
        other = acts[1 - number]
        is_undone = other.name in act.undone_by
        if act.leaves and done[number] and not is_undone and not act.leaves(scene, people[number]):
            wrong.append(f"{act.name} left nothing")
    everyone = Mandate.objects.filter(group=scene.mandate.group) | scene.holder.mandates.all()
    for mandate in everyone.distinct():
        wrong += contradictions(mandate)
    return wrong


# --- The two ways to meet -------------------------------------------------------------------------


def both_wait(stage, scene, calls):
    """Both have begun, and wait for the mandate in this order."""
    futures = []
    with transaction.atomic():
        list(Mandate.objects.filter(pk__in=scene.began).select_for_update(no_key=True))
        for window, call in zip(stage.windows, calls, strict=True):
            futures.append(window.do(call))
            until_it_waits_or_is_done(window, futures[-1])
    return [future.result(PATIENCE) for future in futures]


def one_is_not_written_down_yet(stage, _scene, calls):
    """The second begins when the first is done, in a transaction that is still open."""
    may_commit = threading.Event()
    first = stage.windows[0].do_and_stay_open(calls[0], until=may_commit)
    try:
        second = stage.windows[1].do(calls[1])
        until_it_waits_or_is_done(stage.windows[1], second)
    finally:
        may_commit.set()
    return [first.result(PATIENCE), second.result(PATIENCE)]


def meet(stage, situation, acts, way) -> list[str]:
    scene = stage.scene(situation)
    people = [act.person(scene, number) for number, act in enumerate(acts)]
    calls = [lambda act=act, by=by: act.do(scene, by) for act, by in zip(acts, people, strict=True)]
    outcomes = way(stage, scene, calls)
    names = " + ".join(act.name for act in acts)
    wrong = judge(scene, acts, people, outcomes)
    return [f"{situation}: {names} ({way.__name__}): {one}" for one in wrong]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_whatever_two_people_do_at_once_one_story_comes_of_it(stage, act):
    wrong = []
    for first, second in PAIRS:
        if first == act:
            # What the calendar does passes by a row that somebody holds.
            way = both_wait if first.who and second.who else one_is_not_written_down_yet
            for situation in together(first, second)[:1]:
                wrong += meet(stage, situation, (first, second), way)
    assert wrong == []


@pytest.mark.soak
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_whatever_two_people_do_in_any_situation_one_story_comes_of_it(stage, act):
    wrong = []
    for first, second in PAIRS:
        if first == act:
            for situation in together(first, second) or [left_open(first, second)]:
                for way in (both_wait, one_is_not_written_down_yet):
                    wrong += meet(stage, situation, (first, second), way)
                    wrong += meet(stage, situation, (second, first), way)
    assert wrong == []
