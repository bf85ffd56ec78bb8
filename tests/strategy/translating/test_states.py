"""Where each translation stands: missing, outdated with what changed, or current."""

import importlib

import pytest
from django.apps import apps
from django.core.cache import caches
from django.core.management import call_command
from django.utils import translation
from django.utils.translation import gettext
from modeltranslation.translator import translator

from liaisons.models import User
from strategy import responses, topics, updates
from strategy.models import SourceText, TopicQuestion, TranslationState, Update
from strategy.translating import states, texts, what_changed
from strategy.translating.states import Standings, State
from tests.strategy.factories import TopicFactory, TopicQuestionFactory, UpdateFactory, reported

pytestmark = pytest.mark.django_db


def state_of(thing, code="ar") -> State:
    thing.refresh_from_db()
    return Standings([thing]).of_thing(thing, code)


def change(update, erin, **values):
    how = {name: values.pop(name) for name in ("meaning_is_same", "translated") if name in values}
    for name, text in values.items():
        setattr(update, name, text)
    return updates.save(update, actor=erin, **how)


def test_a_translation_is_current_until_the_english_changes(update, erin):
    assert state_of(update) == State.CURRENT
    assert state_of(update, "fr") == State.MISSING
    change(update, erin, short_en="Apply until June.")
    assert state_of(update) == State.OUTDATED
    (difference,) = what_changed.in_row(update, "ar", Standings([update]))
    assert difference.label == "Short version"
    assert [piece.text for piece in difference.mine if piece.is_different] == ["May."]
    assert [piece.text for piece in difference.theirs if piece.is_different] == ["June."]
    change(update, erin, short_ar="قدموا حتى يونيو.")
    assert state_of(update) == State.CURRENT


def test_translations_stay_current_where_the_meaning_is_the_same(update, erin):
    change(update, erin, short_en="Apply until 1 May.")
    change(update, erin, title_fr="Débuts", short_fr="Postulez.", body_fr="Long.")
    change(update, erin, short_en="Apply until 1st May.", meaning_is_same=True)
    assert state_of(update, "fr") == State.CURRENT
    # What was outdated before does not become current by that.
    assert state_of(update, "ar") == State.OUTDATED


def test_english_and_its_translation_changed_at_once_go_together(update, erin):
    change(update, erin, short_en="Apply until June.", short_ar="قدموا حتى يونيو.")
    assert state_of(update) == State.CURRENT


def test_what_a_translator_looked_at_is_current_also_where_nothing_changed(update, erin, alice):
    change(update, erin, short_en="Apply until 1 May.")
    updates.save(update, actor=alice, translated=["ar"])
    assert state_of(update) == State.CURRENT
    record = TranslationState.objects.get(field="short", language="ar")
    assert record.by == alice
    update.refresh_from_db()
    assert not update.events.filter(actor=alice, kind="corrected").exists()


def test_a_translator_s_change_is_no_correction(update, erin, alice):
    change(update, erin, short_en="Apply until June.")
    corrected = Update.objects.get(pk=update.pk).corrected_at
    change(update, alice, short_ar="قدموا حتى يونيو.", translated=["ar"])
    assert update.events.last().kind == "translated"
    update.refresh_from_db()
    assert update.corrected_at == corrected


def test_a_translation_taken_away_is_missing_again(update, erin):
    change(update, erin, short_ar=None)
    assert state_of(update) == State.MISSING
    assert not TranslationState.objects.filter(field="short", language="ar").exists()


def test_an_empty_text_in_english_asks_for_no_translation(update, erin):
    change(update, erin, body_en="", body_ar=None)
    assert state_of(update) == State.CURRENT


def test_old_english_texts_stay(update, erin):
    for number in range(2):
        change(update, erin, title_en=f"Title {number}")
    found = SourceText.objects.filter(kind="update", field="title")
    assert list(found.values_list("text", "is_current")) == [
        ("Salons begin", False),
        ("Title 0", False),
        ("Title 1", True),
    ]


def test_a_topic_stands_with_its_questions(erin):
    topic = TopicFactory(title_ar="موضوع", short_ar="قصير")
    topics.save(topic, actor=erin)
    question = TopicQuestionFactory(topic=topic, text_ar="ماذا؟")
    topics.save_questions([question], actor=erin)
    assert state_of(topic) == State.CURRENT
    question.text_en = "What else?"
    topics.save_questions([question], actor=erin)
    assert state_of(topic) == State.OUTDATED
    # It can be read in the language, with one question that is not translated.
    question.text_ar = "ماذا أيضا؟"
    topics.save_questions([question], actor=erin)
    topics.save_questions(
        [TopicQuestion(topic=topic, position=question.position + 1, text_en="And?")], actor=erin
    )
    assert state_of(topic) == State.INCOMPLETE
    states.forget([topic])
    assert not SourceText.objects.exists()
    assert not TranslationState.objects.exists()


def test_an_answer_has_states_too(alice, erin):
    report = reported(alice.mandates.get())
    answer = responses.answer(
        statements=report.statements.all(), texts={"text_en": "Yes.", "text_ar": "نعم."}, by=erin
    )
    assert state_of(answer) == State.CURRENT
    seen = responses.words_of(answer)
    responses.correct(response=answer, texts={"text_en": "Yes!"}, by=erin, seen=seen)
    assert state_of(answer) == State.OUTDATED


def test_what_comes_with_the_reference_data_is_noted():
    call_command("import_reference_data", verbosity=0)
    assert TranslationState.objects.filter(kind="entry", language="ar").exists()
    assert TranslationState.objects.filter(kind="working_group", language="fr").exists()
    assert not User.objects.exists()


def test_the_migration_notes_what_there_was():
    update = UpdateFactory(in_arabic=True)
    note = importlib.import_module("strategy.migrations.0012_note_translations_of_before")
    note.note_all(apps, None)
    assert state_of(update) == State.CURRENT
    assert set(TranslationState.objects.values_list("field", "language", "at")) == {
        ("title", "ar", None), ("short", "ar", None), ("body", "ar", None),
    }  # fmt: skip
    before = TranslationState.objects.count()
    states.record(update, by=None)
    assert TranslationState.objects.count() == before


def test_each_field_that_is_registered_for_translation_is_noted_or_left_out_with_a_reason():
    known = {rows.model: set(rows.fields) for rows in texts.ROWS.values()}
    missing = {
        f"{model._meta.label}.{field}"
        for model in translator.get_registered_models()
        for field in translator.get_options_for_model(model).get_field_names()
        if field not in known.get(model, ())
    } - set(_left_out())
    assert missing == set()


def _left_out():
    for model in translator.get_registered_models():
        for field in translator.get_options_for_model(model).get_field_names():
            label = model._meta.label
            if label in texts.LEFT_OUT or f"{label}.{field}" in texts.LEFT_OUT:
                yield f"{label}.{field}"


def test_the_number_of_queries_does_not_grow(django_assert_num_queries, erin):
    made = [UpdateFactory(in_arabic=True) for _number in range(20)]
    with django_assert_num_queries(7):
        states.record_all(made, by=erin)
    with django_assert_num_queries(2):
        found = Standings(texts.with_parts(made))
    assert {found.of_thing(one, "ar") for one in made} == {State.CURRENT}


# --- In the admin ---------------------------------------------------------------------------------


def form_of(client, path) -> dict:
    """What the admin's form of a thing sends as it is."""
    context = client.get(path).context
    forms = [context["adminform"].form]
    forms += [inline.formset.management_form for inline in context["inline_admin_formsets"]]
    return {
        form.add_prefix(name): value
        for form in forms
        for name, field in form.fields.items()
        if (value := form.initial.get(name, field.initial)) is not None
        and value is not False
        and value != []
    }


def test_the_admin_says_what_changed_and_asks_what_it_means(update, erin, as_person):
    client = as_person(erin)
    path = f"/admin/strategy/update/{update.pk}/change/"
    change(update, erin, short_en="Apply until June.")
    page = client.get(path).content.decode()
    assert "Arabic (العربية): outdated" in page
    assert "<del>May.</del>" in page
    assert "<ins>June.</ins>" in page
    assert "The meaning is the same" in page
    change(update, erin, short_ar="قدموا حتى يونيو.")
    sent = form_of(client, path) | {"short_en": "Apply until 1 June.", "meaning_is_same": "on"}
    assert client.post(path, sent).status_code == 302
    assert state_of(update) == State.CURRENT
    sent = form_of(client, path) | {"short_en": "Apply until July."}
    assert client.post(path, sent).status_code == 302
    assert state_of(update) == State.OUTDATED
    assert Update.objects.get().short_en == "Apply until July."


def test_a_timeline_entry_saved_in_the_admin_is_noted(erin, as_person):
    client = as_person(erin)
    sent = {
        "title_en": "Salon", "title_ar": "صالون", "phase": 2, "kind": "event",
        "starts_on": "2019-07-01", "precision": "day",
    }  # fmt: skip
    assert client.post("/admin/strategy/timelineentry/add/", sent).status_code == 302
    record = TranslationState.objects.get(kind="entry", language="ar")
    assert record.by == erin
    path = f"/admin/strategy/timelineentry/{record.object_id}/change/"
    assert client.post(path, sent | {"title_en": "Salons"}).status_code == 302
    assert "outdated" in client.get(path).content.decode()
    path = path.replace("change", "delete")
    assert client.post(path, {"post": "yes"}).status_code == 302
    assert not SourceText.objects.exists()


def test_names_of_fields_fit(db):
    for rows in texts.ROWS.values():
        for field in rows.fields:
            assert rows.column(field, "ar") in {one.name for one in rows.model._meta.get_fields()}


def test_an_open_form_of_the_core_team_undoes_no_translation(erin, as_person):
    topic = TopicFactory()
    topics.save(topic, actor=erin)
    question = TopicQuestion(topic=topic, position=1, text_en="What?")
    topics.save_questions([question], actor=erin)
    client = as_person(erin)
    path = f"/admin/strategy/topic/{topic.pk}/change/"
    page = client.get(path)
    sent = {
        form.add_prefix(name): value
        for form in (
            page.context["adminform"].form,
            page.context["inline_admin_formsets"][0].formset.management_form,
            *page.context["inline_admin_formsets"][0].formset.forms,
        )
        for name, field in form.fields.items()
        if (value := form.initial.get(name, field.initial)) not in (None, False)
    }
    for name in ("opens_at", "closes_at"):
        moment = sent.pop(name)
        sent |= {f"{name}_0": f"{moment:%Y-%m-%d}", f"{name}_1": f"{moment:%H:%M:%S}"}
    question.text_hi = "क्या?"
    topics.save_questions([question], actor=None, translated=["hi"])
    answer = client.post(path, sent | {"title_en": "Changed"})
    assert "Somebody else saved this text while you were writing" in answer.content.decode()
    question.refresh_from_db()
    assert question.text_hi == "क्या?"
    sent["texts_seen"] = states.words_of(topic)
    sent["questions-0-text_hi"] = "क्या?"
    assert client.post(path, sent | {"title_en": "Changed"}).status_code == 302


# --- What readers are told ------------------------------------------------------------------------


def page_of(client, address):
    caches["pages"].clear()
    return client.get(address).content.decode()


def test_who_reads_an_outdated_update_is_told_and_led_to_the_english(client, update, erin):
    states.record(update, by=erin)
    assert "The English text changed" not in page_of(client, "/ar/updates/salons/")
    update.short_en = "Apply until June."
    updates.save(update, actor=erin)
    shown = page_of(client, "/ar/updates/salons/")
    with translation.override("ar"):
        said = gettext("The English text changed after this was translated.")
    assert said in shown
    assert '<a href="/en/updates/salons/" hreflang="en">' in shown
    # English is what counts, and French readers read it anyway.
    for code in ("en", "fr"):
        assert (
            'href="/en/updates/salons/" hreflang="en">'
            not in page_of(client, f"/{code}/updates/salons/")
            .split("<main")[1]
            .split("In other")[0]
            .split('class="section"')[0]
        )


def test_who_reads_an_outdated_topic_is_told_too(client, erin):
    topic = TopicFactory(title_fr="Titre", short_fr="Court", is_public=True)
    question = TopicQuestionFactory(topic=topic, text_fr="Quoi ?")
    states.record(topic, by=erin)
    states.record_all([question], by=erin)
    address = f"/fr/topics/{topic.slug}/"
    mark = f'<a href="/en/topics/{topic.slug}/" hreflang="en">'
    assert mark not in page_of(client, address)
    question.text_en = "What, and why?"
    topics.save_questions([question], actor=erin)
    assert mark in page_of(client, address)
    assert mark not in page_of(client, f"/en/topics/{topic.slug}/").split("<main")[1]
