"""Asking for a translation, and what the Core Team sees of supply and demand."""

from datetime import timedelta

import pytest
from django.utils import timezone

from strategy import topics, updates
from strategy.models import TranslationRequest
from strategy.translating import overview, requests
from strategy.translating.states import State
from strategy.translating.texts import LANGUAGES
from tests.factories import LanguageFactory
from tests.strategy.factories import TopicFactory, TopicQuestionFactory, UpdateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def languages(db):
    """The languages that are asked for, by their names."""
    for code, name in (("hi", "Hindi"), ("ar", "Arabic"), ("en", "English")):
        LanguageFactory(code=code, english_name=name, autonym=name)


def ask(client, update, **values):
    given = {"language": "hi", "needed_by": "", "note": "", **values}
    return client.post(f"/en/translate/ask/update/{update.pk}/", given, follow=True)


def test_a_liaison_asks_and_sees_what_became_of_it(as_person, desk, bob, helper, update):
    client = as_person(bob)
    page = client.get("/hi/updates/salons/").content.decode()
    path = f"/hi/translate/ask/update/{update.pk}/"
    assert path in page
    assert 'value="हिन्दी"' in client.get(path).content.decode()
    day = timezone.localdate() + timedelta(days=2)
    page = ask(client, update, needed_by=day.isoformat(), note="We meet on Friday.")
    assert "Translators see now that you wait for it." in page.content.decode()
    assert "Salons begin" in page.content.decode()
    UpdateFactory(published=True, title_en="Newer")
    page = as_person(helper).get("/en/translate/").content.decode()
    assert page.index("Salons begin") < page.index("Newer")
    assert "1 liaison waits for it" in page
    assert "needed" in page
    window = desk(helper, update)
    assert window.shows("We meet on Friday.")
    window.claim().publish()
    found = TranslationRequest.objects.get()
    assert found.done_at
    assert "translated on" in client.get("/en/translate/requests/").content.decode()


def test_what_the_core_team_translates_fulfils_it_too(as_person, bob, update, erin):
    ask(as_person(bob), update)
    assert requests.close_fulfilled() == 0
    update.title_hi, update.short_hi, update.body_hi = "क", "ख", "ग"
    updates.save(update, actor=erin)
    assert requests.close_fulfilled() == 1
    assert requests.close_fulfilled() == 0


def test_who_asks_again_changes_the_request(as_person, bob, update):
    client = as_person(bob)
    ask(client, update)
    ask(client, update, note="Please")
    assert TranslationRequest.objects.get().note == "Please"


def test_a_request_can_be_taken_back_by_its_owner_alone(as_person, bob, grace, update):
    ask(as_person(bob), update)
    path = f"/en/translate/requests/{TranslationRequest.objects.get().pk}/withdraw/"
    assert as_person(grace).post(path).status_code == 404
    assert TranslationRequest.objects.open().exists()
    as_person(bob).post(path)
    assert not TranslationRequest.objects.open().exists()
    ask(as_person(bob), update)
    assert TranslationRequest.objects.open().count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"language": "en"}, "This text is written in English."),
        ({"language": "Klingonish"}, "language"),
        ({"language": "ar"}, "This is translated already."),
        ({"needed_by": "2001-01-01"}, "This day is over."),
        ({"note": "x" * 301}, "at most 300"),
    ],
)
def test_what_cannot_be_asked_is_said_and_kept(as_person, bob, update, typed, said):
    page = ask(as_person(bob), update, **{"note": "Kept words", **typed}).content.decode()
    assert said in page
    assert "Kept words" in page or "xxx" in page
    assert not TranslationRequest.objects.exists()


def test_nobody_waits_for_very_many(as_person, bob, monkeypatch, update):
    monkeypatch.setattr(requests, "MOST_OPEN", 1)
    client = as_person(bob)
    ask(client, update)
    other = UpdateFactory(published=True)
    assert "You wait for many translations already" in ask(client, other).content.decode()


def test_only_liaisons_ask(as_person, dave, client, update):
    assert ask(as_person(dave), update).status_code == 403
    assert client.get(f"/en/translate/ask/update/{update.pk}/").status_code == 302
    assert not TranslationRequest.objects.exists()


def test_what_was_typed_comes_back_after_signing_in_again(as_person, bob, update):
    client = as_person(bob)
    client.logout()
    ask(client, update, note="Typed before", whose=bob.pk)
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/en/translate/ask/update/{update.pk}/").content.decode()
    assert "Typed before" in page


# --- The Core Team's pages ----------------------------------------------------------------------


def of_language(code):
    return next(one for one in overview.by_language() if one.language == code)


def test_supply_demand_and_waiting_time_by_language(as_person, desk, helper, bob, update, erin):
    topics.save(TopicFactory(), actor=erin)
    ask(as_person(bob), update)
    found = of_language("hi")
    # The topic's Working Group is a thing of its own.
    assert (found.missing, found.outdated, found.current) == (3, 0, 0)
    assert (found.helpers, found.requests, found.claimed) == (1, 1, 0)
    assert found.oldest
    assert found.usual_wait is None
    assert of_language("ar").current == 1
    desk(helper, update).claim()
    assert of_language("hi").claimed == 1
    desk(helper, update).publish()
    found = of_language("hi")
    assert (found.requests, found.missing, found.current) == (0, 2, 1)
    assert found.usual_wait < timedelta(minutes=5)
    update.refresh_from_db()
    update.short_en = "Apply until June."
    updates.save(update, actor=erin)
    assert of_language("hi").outdated == 1


def test_a_topic_counts_once_whatever_its_questions(erin):
    topic = TopicFactory(title_hi="क", short_hi="ख")
    for _number in range(3):
        TopicQuestionFactory(topic=topic)
    found = of_language("hi")
    assert (found.missing, found.outdated) == (1, 1)


def test_the_matrix_shows_the_state_of_each_text(as_person, update, erin):
    update.short_en = "Apply until June."
    updates.save(update, actor=erin)
    (row,) = overview.matrix([update])
    assert dict(zip(LANGUAGES, row.states, strict=True))["ar"] == State.OUTDATED
    client = as_person(erin)
    page = client.get("/admin/strategy/translation/matrix/").content.decode()
    assert "Salons begin" in page
    assert "Outdated" in page
    page = client.get("/admin/strategy/translation/matrix/?kind=topic").content.decode()
    assert "Nothing of this kind is public yet." in page


def test_the_core_team_s_pages_need_few_queries(
    as_person, erin, alice, django_assert_max_num_queries
):
    for _number in range(60):
        UpdateFactory(published=True, in_arabic=True)
    with django_assert_max_num_queries(11):
        overview.by_language()
    client = as_person(erin)
    client.get("/admin/strategy/translation/matrix/")
    with django_assert_max_num_queries(14):
        client.get("/admin/strategy/translation/matrix/")


def test_other_people_do_not_see_them(as_person, dave, alice):
    for page in ("overview", "matrix", ""):
        path = f"/admin/strategy/translation/{page}/".replace("//", "/")
        assert as_person(alice).get(path).status_code == 302
