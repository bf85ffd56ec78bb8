"""Several people at one report that is being translated, at the same moment."""

import pytest

from liaisons.errors import Refused
from liaisons.models import LanguageSkill
from strategy import reports
from strategy.models import OtherTranslation, TranslationRequest
from strategy.translating import requests, texts, work
from tests.factories import LanguageFactory
from tests.strategy.factories import reported
from tests.strategy.test_updates import at_once
from web.models import ContentVersion

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def rows_of_a_new_database(transactional_db):
    """Tests of this kind empty every table."""
    ContentVersion.objects.get_or_create(pk=1)
    LanguageFactory(code="en", english_name="English", autonym="English")


@pytest.fixture
def report(alice):
    made = reported(alice.mandates.get(), "Moja.", overview="Tuliongea.")
    return texts.with_parts(texts.THINGS["report"].public().filter(pk=made.pk))[0]


@pytest.fixture
def translators(grace, bob, report):
    for person in (grace, bob):
        LanguageSkill.objects.create(person=person, language_id="sw", offers_help_to_english=True)
    return [grace, bob]


def outcome(act):
    """``done``, or the name of the refusal."""
    try:
        act()
    except Refused as refusal:
        return type(refusal).__name__
    return "done"


def test_asked_for_many_times_at_once_it_is_asked_for_once(alice, report):
    found = at_once(
        lambda: outcome(lambda: requests.ask(thing=report, language="en", by=alice)), times=4
    )
    assert found == ["done"] * 4
    assert TranslationRequest.objects.count() == 1


def test_of_two_who_take_it_at_once_one_has_it(translators, report):
    people = list(translators)
    found = at_once(
        lambda: outcome(lambda: work.claim(thing=report, language="en", by=people.pop())), times=2
    )
    assert sorted(found) == ["AlreadyDone", "done"]


def test_a_correction_at_the_moment_of_publishing_is_never_passed_over(translators, report, alice):
    grace = translators[0]
    work.claim(thing=report, language="en", by=grace)
    key = f"statement-{report.statements.get().pk}-text"
    typed = {"overview": "We talked.", key: "One."}
    draft = work.save_draft(thing=report, language="en", by=grace, data=typed, seen=1)
    basis = work.basis_of(report, "en")
    begun = reports.start_correction(report=report, by=alice, data={})
    parts = {part: getattr(report, part) for part in reports.PARTS}
    content = reports.Content(**parts, changes={1: "Moja kwanza."}, note="Better.")
    acts = [
        lambda: work.publish(
            thing=report, language="en", by=grace, seen=draft.revision, basis=basis
        ),
        lambda: reports.publish(report=report, by=alice, content=content, seen=begun.revision),
    ]
    found = at_once(lambda: outcome(acts.pop()), times=2)
    assert sorted(found) in (["done", "done"], ["Moved", "done"])
    # Either it was not published, or it says from which words it was made.
    for one in OtherTranslation.objects.all():
        assert one.made_from[key] == "Moja."
