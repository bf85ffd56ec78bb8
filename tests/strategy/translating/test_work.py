"""Translating: who may, claiming, writing, publishing, giving back; nothing typed is lost."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.utils import timezone

from liaisons import mandates
from liaisons.accounts import erasure
from liaisons.models import LanguageSkill
from strategy import topics, updates
from strategy.models import (
    TimelineEntry,
    TopicQuestion,
    Translation,
    TranslationDraft,
    TranslationState,
    Update,
)
from strategy.translating import states, work
from strategy.translating.states import Standings, State
from tests.factories import LanguageFactory
from tests.strategy.factories import TopicFactory, UpdateFactory

from .desk import IN_HINDI

pytestmark = pytest.mark.django_db


def state_of(thing, code="hi") -> State:
    thing.refresh_from_db()
    return Standings([thing]).of_thing(thing, code)


# --- Who may ------------------------------------------------------------------------------------


def test_the_queue_is_for_who_translates_or_offered_it(as_person, helper, dave, bob, update):
    assert as_person(dave).get("/en/translate/").status_code == 403
    page = as_person(bob).get("/en/translate/")
    assert page.status_code == 403
    assert "/en/my/settings/languages/" in page.content.decode()
    page = as_person(helper).get("/en/translate/")
    assert page.status_code == 200
    assert "Salons begin" in page.content.decode()


def test_who_offered_one_language_sees_no_other(as_person, helper, update):
    client = as_person(helper)
    assert client.get(f"/en/translate/fr/update/{update.pk}/").status_code == 404
    assert client.get(f"/en/translate/en/update/{update.pk}/").status_code == 404
    page = client.get("/en/translate/?language=fr").content.decode()
    assert "Needed in Hindi" in page


def test_a_translator_sees_every_language_those_they_know_first(as_person, translator, update):
    page = as_person(translator).get("/en/translate/").content.decode()
    assert "Needed in Hindi" in page
    assert "?language=fr" in page
    assert page.index("?language=de") < page.index("?language=en")


@pytest.mark.parametrize("code", ["zh", "zh-cn"])
def test_a_language_written_like_a_site_language_counts_as_it(as_person, alice, update, code):
    LanguageSkill.objects.create(
        person=alice, language=LanguageFactory(code=code), offers_help_from_english=True
    )
    assert as_person(alice).get(f"/en/translate/zh-hans/update/{update.pk}/").status_code == 200


def test_what_is_not_public_is_not_there(as_person, translator):
    draft = UpdateFactory()
    hidden = TopicFactory(is_public=False)
    client = as_person(translator)
    assert client.get(f"/en/translate/hi/update/{draft.pk}/").status_code == 404
    assert client.get(f"/en/translate/hi/topic/{hidden.pk}/").status_code == 404
    assert client.get("/en/translate/hi/update/999999999999999999999/").status_code == 404
    assert client.get(f"/en/translate/hi/report/{draft.pk}/").status_code == 404


# --- From the queue to the page -----------------------------------------------------------------


def test_a_text_goes_from_the_queue_to_its_readers(as_person, desk, helper, update):
    client = as_person(helper)
    page = client.get("/en/translate/").content.decode()
    assert "Missing" in page
    assert "about" in page
    window = desk(helper, update)
    assert window.shows("Translate this")
    window.claim()
    assert window.shows("yours until")
    window.send(body="")
    assert window.shows("Your draft is saved")
    assert window.shows("सैलून शुरू")
    assert state_of(update) == State.MISSING
    window.publish()
    assert window.shows("The translation is published")
    assert state_of(update) == State.CURRENT
    assert "सैलून शुरू" in client.get("/hi/updates/salons/").content.decode()
    assert "Salons begin" not in client.get("/en/translate/").content.decode()
    event = update.events.get(kind="translated")
    assert event.actor == helper
    assert set(event.fields) == {"title_hi", "short_hi", "body_hi"}
    assert TranslationState.objects.filter(language="hi", by=helper).count() == 3
    assert not TranslationDraft.objects.exists()
    update.refresh_from_db()
    assert update.corrected_at is None


def test_a_topic_comes_with_its_questions(desk, translator, erin):
    topic = TopicFactory()
    topics.save(topic, actor=erin)
    question = TopicQuestion(topic=topic, position=3, text_en="What now?")
    topics.save_questions([question], actor=erin)
    window = desk(translator, topic)
    window.claim()
    assert window.shows("Question 3")
    words = {"title": "विषय", "short": "संक्षेप", f"question-{question.pk}-text": "अब क्या?"}
    window.publish(**words)
    question.refresh_from_db()
    assert question.text_hi == "अब क्या?"
    assert state_of(topic) == State.CURRENT


def test_a_line_of_the_timeline_is_translated_too(desk, translator):
    entry = TimelineEntry.objects.create(
        kind="event", title_en="Wikimania", starts_on=timezone.localdate()
    )
    states.record(entry, by=None)
    window = desk(translator, entry)
    window.claim().publish(title="विकिमेनिया")
    entry.refresh_from_db()
    assert entry.title_hi == "विकिमेनिया"


def test_an_outdated_text_shows_what_changed_and_begins_with_what_is_published(
    desk, helper, update, erin
):
    update.short_en = "Apply until June."
    updates.save(update, actor=erin)
    window = desk(helper, update, "ar")
    assert window.shows("<mark>June.</mark>")
    assert window.shows("<del>May.</del>")
    window.claim()
    assert window.shows("قدموا حتى مايو.")
    assert window.shows("<mark>June.</mark>")
    update.refresh_from_db()
    window.publish(title=update.title_ar, short="قدموا حتى يونيو.", body=update.body_ar)
    assert state_of(update, "ar") == State.CURRENT


def test_who_looked_and_changed_nothing_makes_it_current(desk, helper, update, erin):
    update.short_en = "Apply until 1 May."
    updates.save(update, actor=erin)
    window = desk(helper, update, "ar").claim()
    update.refresh_from_db()
    window.publish(title=update.title_ar, short=update.short_ar, body=update.body_ar)
    assert window.shows("The translation is published")
    assert state_of(update, "ar") == State.CURRENT


def test_what_is_current_cannot_be_claimed(desk, helper, update):
    window = desk(helper, update, "ar").claim()
    assert not window.is_editor
    assert window.shows("This is translated already.")


# --- What is checked ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": " "}, "Please translate this one"),
        ({"title": "x" * 201}, "201 characters; at most 200 fit."),
        ({"short": "क" * 801}, "801 characters; at most 800 fit."),
    ],
)
def test_what_cannot_be_published_is_said_and_kept(desk, helper, update, typed, said):
    window = desk(helper, update).claim()
    window.publish(**typed)
    assert window.shows(said)
    assert state_of(update) == State.MISSING
    ((name, words),) = typed.items()
    assert TranslationDraft.objects.get().data[name] == words


def test_placeholders_stay(desk, translator, erin):
    update = UpdateFactory(published=True, short_en="Write to {name} by %(day)s.", body_en="")
    window = desk(translator, update).claim()
    window.publish(title="क", short="{naam} को लिखें।", body="")
    assert window.shows("These placeholders are missing: {name} %(day)s")
    assert window.shows("The English text has no such placeholders: {naam}")
    window.publish(title="क", short="%(day)s तक {name} को लिखें।", body="")
    assert window.shows("The translation is published")


def test_another_shape_is_doubted_and_may_be_meant(desk, helper, update):
    window = desk(helper, update).claim()
    window.publish(body="## कैसे\n\nलिखें।\n\n- एक")
    assert window.shows("Links of the English text that are not here: https://meta.example.org")
    assert window.shows("1 point of a list here, 2 in the English text.")
    assert state_of(update) == State.MISSING
    window.publish(body="## कैसे\n\nलिखें।\n\n- एक", meant="on")
    assert window.shows("The translation is published")


def test_title_and_short_version_alone_may_go_first(desk, helper, update):
    desk(helper, update).claim().publish(body="")
    # It can be read, and the rest is still wanted.
    assert state_of(update) == State.INCOMPLETE
    window = desk(helper, update).claim()
    assert window.shows("सैलून शुरू")


def test_our_words_stand_beside_the_text(desk, helper, update, erin):
    update.short_en = "Each Working Group reads your reports."
    updates.save(update, actor=erin)
    window = desk(helper, update, "ar").claim()
    assert window.shows("مجموعة عمل")
    assert window.shows("تقرير")
    assert not window.shows("صالون الاستراتيجية")


# --- Claims -------------------------------------------------------------------------------------


def test_nobody_holds_more_than_three(desk, helper, update, settings):
    others = [UpdateFactory(published=True) for _number in range(3)]
    for other in others:
        assert desk(helper, other).claim().is_editor
    window = desk(helper, update).claim()
    assert window.shows("You work on 3 texts already.")
    assert not window.is_editor
    desk(helper, others[0]).give_back()
    assert desk(helper, update).claim().is_editor


def test_one_text_is_one_person_s(desk, helper, translator, update):
    mine = desk(helper, update).claim()
    mine.send(title="मेरा")
    theirs = desk(translator, update)
    assert theirs.shows("Somebody else works on this text now.")
    theirs.claim()
    assert not theirs.is_editor
    answer = theirs.send(title="उनका")
    assert answer.status_code == 409
    assert theirs.shows("उनका")
    assert TranslationDraft.objects.get().data["title"] == "मेरा"


def test_what_is_given_back_is_there_for_the_next_one(desk, helper, translator, update):
    mine = desk(helper, update).claim()
    mine.send(title="मेरा")
    mine.give_back()
    assert mine.shows("You gave the text back.")
    assert not desk(helper, update).is_editor
    theirs = desk(translator, update).claim()
    assert theirs.shows("मेरा")


def test_after_three_days_without_a_save_it_is_free_and_nothing_is_lost(
    desk, helper, translator, update
):
    with time_machine.travel("2026-03-01T10:00Z", tick=False):
        late = desk(helper, update).claim()
        late.send(title="मेरा")
    with time_machine.travel("2026-03-04T09:00Z", tick=False):
        assert work.release_due() == 0
        late.send(title="मेरा दूसरा")
    with time_machine.travel("2026-03-07T08:59Z", tick=False):
        assert work.release_due() == 0
    with time_machine.travel("2026-03-07T09:01Z", tick=False):
        assert work.release_due() == 1
        assert work.release_due() == 0
        # Who comes late goes on, while nobody else took it.
        late.send(title="मेरा तीसरा")
        assert late.shows("Your draft is saved")
    with time_machine.travel("2026-03-12T10:00Z", tick=False):
        theirs = desk(translator, update).claim()
        assert theirs.shows("मेरा तीसरा")
        late.send(title="मेरा चौथा")
        assert late.response.status_code == 409
        assert late.shows("मेरा चौथा")
        assert TranslationDraft.objects.get().data["title"] == "मेरा तीसरा"
        assert Translation.objects.get().person == translator


def test_who_comes_late_has_no_more_room_than_others(desk, helper, update):
    with time_machine.travel("2026-03-01T10:00Z", tick=False):
        late = desk(helper, update).claim()
    with time_machine.travel("2026-03-09T10:00Z", tick=False):
        for _number in range(3):
            desk(helper, UpdateFactory(published=True)).claim()
        late.send(title="मेरा")
        assert late.response.status_code == 400
        assert late.shows("You work on 3 texts already.")
        assert late.shows("मेरा")


# --- Meanwhile ----------------------------------------------------------------------------------


def test_the_english_changes_while_somebody_translates(desk, helper, update, erin):
    window = desk(helper, update).claim()
    update.short_en = "Apply until June."
    updates.save(update, actor=erin)
    window.publish()
    assert window.shows("The text changed while you were writing.")
    assert window.shows("<mark>June.</mark>")
    assert window.shows("मई तक आवेदन करें।")
    assert state_of(update) == State.MISSING
    window.publish(short="जून तक आवेदन करें।")
    assert window.shows("The translation is published")
    assert state_of(update) == State.CURRENT


def test_the_core_team_translates_it_meanwhile(desk, helper, update, erin):
    window = desk(helper, update).claim()
    update.title_hi, update.short_hi = "संपादक का", "संपादक का पाठ"
    updates.save(update, actor=erin)
    window.publish()
    assert window.shows("The published translation was changed meanwhile.")
    assert window.shows("संपादक का पाठ")
    update.refresh_from_db()
    assert update.title_hi == "संपादक का"
    window.publish()
    update.refresh_from_db()
    assert update.title_hi == IN_HINDI["title"]


def test_two_windows_of_one_person_never_overwrite_each_other(desk, helper, update):
    first, second = desk(helper, update).claim(), desk(helper, update)
    assert second.autosave(title="दूसरा").status_code == 200
    answer = first.autosave(title="पहला")
    assert answer.status_code == 409
    assert answer.json()["problem"] == "changed"
    first.send(title="पहला")
    assert first.response.status_code == 409
    assert first.shows("There are two texts, and nothing was overwritten.")
    assert first.shows("<mark>पहला</mark>")
    assert first.shows("<mark>दूसरा</mark>")
    assert TranslationDraft.objects.get().data["title"] == "दूसरा"
    first.send(title="पहला")
    assert TranslationDraft.objects.get().data["title"] == "पहला"


def test_a_save_whose_answer_got_lost_is_no_conflict(desk, helper, update):
    window = desk(helper, update).claim()
    assert window.autosave(step=1, title="क").status_code == 200
    assert window.autosave(step=2, title="ख").status_code == 200
    # A slow request comes late and changes nothing.
    assert window.autosave(step=1, title="क").status_code == 200
    assert TranslationDraft.objects.get().data["title"] == "ख"


def test_a_window_of_an_earlier_round_cannot_write_into_the_next(desk, helper, update, erin):
    old = desk(helper, update).claim()
    desk(helper, update).publish()
    assert old.autosave(title="पुराना").status_code == 409
    update.refresh_from_db()
    update.short_en = "Apply until June."
    updates.save(update, actor=erin)
    desk(helper, update).claim()
    assert old.autosave(title="पुराना").status_code == 409
    assert TranslationDraft.objects.get().data["title"] == IN_HINDI["title"]


def test_what_was_typed_comes_back_after_signing_in_again(desk, helper, update):
    window = desk(helper, update).claim()
    window.client.logout()
    answer = window.autosave(title="टाइप किया")
    assert (answer.status_code, answer.json()["problem"]) == (401, "signed_out")
    window.send(title="टाइप किया")
    window.client.force_login(helper, backend="django.contrib.auth.backends.ModelBackend")
    window.open()
    assert window.shows("टाइप किया")
    assert window.shows("is back in the form")
    window.send(title="टाइप किया")
    assert TranslationDraft.objects.get().data["title"] == "टाइप किया"


def test_another_person_signed_in_meanwhile(desk, helper, translator, update):
    window = desk(helper, update).claim()
    window.client.force_login(translator, backend="django.contrib.auth.backends.ModelBackend")
    window.send(title="टाइप किया")
    assert window.response.status_code == 409
    assert window.shows("You are signed in with another account now.")
    assert window.shows("टाइप किया")


def test_who_may_no_more_keeps_the_words(desk, helper, translator, update, frank):
    window = desk(helper, update).claim()
    mandate = helper.mandates.get()
    mandates.end_mandate(mandate=mandate, by=frank, reason="x")
    window.publish(title="टाइप किया")
    assert window.response.status_code == 403
    assert window.shows("टाइप किया")
    assert state_of(update) == State.MISSING
    other = desk(translator, update)
    translator.user_permissions.remove(Permission.objects.get(codename="write_translation"))
    assert other.autosave(title="x").status_code == 403


def test_the_update_is_public_no_more(desk, helper, update):
    window = desk(helper, update).claim()
    Update.objects.filter(pk=update.pk).update(status="draft", published_at=None, position=None)
    assert window.publish().status_code == 404


def test_too_much_is_refused_and_shown_again(desk, helper, update):
    window = desk(helper, update).claim()
    window.send(body="क" * 250_001)
    assert window.response.status_code == 400
    assert window.shows("This is too long to be saved")
    assert window.page.count("क") > 250_000


# --- The queue ----------------------------------------------------------------------------------


def test_what_is_needed_first_stands_first(as_person, helper, erin):
    now = timezone.now()
    old = UpdateFactory(published=True, title_en="Old news")
    new = UpdateFactory(published=True, title_en="New news")
    Update.objects.filter(pk=old.pk).update(published_at=now - timedelta(days=9))
    waits = UpdateFactory(
        published=True, title_en="Waited for", waits_for=["hi"], waits_until=now + timedelta(days=1)
    )
    Update.objects.filter(pk=waits.pk).update(published_at=now - timedelta(days=20))
    TopicFactory(title_en="Closing", closes_at=now + timedelta(days=3))
    client = as_person(helper)
    page = client.get("/en/translate/").content.decode()
    places = [page.index(name) for name in ("Waited for", "Closing", "New news", "Old news")]
    assert places == sorted(places)
    page = client.get("/en/translate/?language=ar").content.decode()
    assert page.index("New news") < page.index("Waited for")
    assert new.pk


def test_the_queue_says_when_all_is_done(as_person, helper):
    assert "All is translated" in as_person(helper).get("/en/translate/").content.decode()


def test_the_queue_needs_no_more_queries_for_more_texts(
    as_person, helper, django_assert_max_num_queries, erin
):
    for _number in range(25):
        UpdateFactory(published=True)
        topics.save(TopicFactory(), actor=erin)
    client = as_person(helper)
    with django_assert_max_num_queries(26):
        client.get("/en/translate/")


# --- What is held on people ---------------------------------------------------------------------


def test_who_deletes_the_account_gives_the_text_back(desk, helper, update):
    desk(helper, update).claim().send(title="मेरा")
    erasure.erase(helper)
    found = Translation.objects.get()
    assert (found.status, found.person) == ("open", None)
    assert not TranslationDraft.objects.exists()
