"""Reports into English, by the same queue: asked for, translated, read, and outdated."""

from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaisons import mandates
from liaisons.models import Language, LanguageSkill
from mailing import deliver, recipients
from mailing.models import Notice
from strategy import reports
from strategy.models import OtherTranslation, Translation, TranslationRequest
from strategy.translating import overview, queue, requests, telling, texts
from tests.factories import LanguageFactory
from tests.strategy.factories import drafted, reported

pytestmark = pytest.mark.django_db

IN_ENGLISH = {"overview": "We talked for an hour."}


@pytest.fixture(autouse=True)
def english(db) -> Language:
    """The language that is translated into."""
    return LanguageFactory(code="en", english_name="English", autonym="English", bcp47="en")


@pytest.fixture
def report(alice):
    """Alice's report in Swahili, with two statements."""
    made = reported(
        alice.mandates.get(), "Mafunzo kwanza.", "Ada ni kubwa.", overview="Tuliongea saa moja."
    )
    Language.objects.filter(pk="sw").update(bcp47="sw")
    return made


@pytest.fixture
def reader_of_swahili(grace, report):
    """Grace, a liaison of another group, offered to translate from Swahili into English."""
    LanguageSkill.objects.create(person=grace, language_id="sw", offers_help_to_english=True)
    return grace


def key(report, number) -> str:
    return f"statement-{report.statements.get(number=number).pk}-text"


def in_english(report, **other) -> dict[str, str]:
    """The words of a whole translation, by their fields."""
    first, second = key(report, 1), key(report, 2)
    return {**IN_ENGLISH, first: "Training first.", second: "The fee is high.", **other}


@pytest.fixture
def translated(desk, reader_of_swahili, report):
    desk(reader_of_swahili, report, "en").claim().publish(**in_english(report))
    return report


def correct(report, by, **changed):
    """Alice corrects it, with these parts instead."""
    report.refresh_from_db()
    draft = reports.start_correction(report=report, by=by, data={})
    parts = {part: getattr(report, part) for part in reports.PARTS}
    content = reports.Content(**{**parts, "note": "Better words.", **changed})
    return reports.publish(report=report, by=by, content=content, seen=draft.revision)


def page_of(client, path) -> str:
    return unescape(client.get(path).content.decode())


def ask(client, report, **values):
    path = f"/en/translate/ask/report/{report.pk}/"
    return client.post(path, {"needed_by": "", "note": "", **values}, follow=True)


# --- From asking to reading ---------------------------------------------------------------------


def test_a_liaison_asks_somebody_translates_and_readers_of_english_read_it(
    as_person, client, desk, alice, reader_of_swahili, report
):
    page = page_of(client, "/en/reports/R1/")
    assert "Liaisons of the group can ask for it in English" in page
    assert "Tuliongea saa moja." in page
    mine = as_person(alice)
    form = page_of(mine, f"/en/translate/ask/report/{report.pk}/")
    assert "Ask for it in English" in form
    assert 'name="language"' not in form
    day = timezone.localdate() + timedelta(days=2)
    said = ask(mine, report, needed_by=day.isoformat(), note="For the summit.").content.decode()
    assert "Translators see now that you wait for it." in said
    assert "Tuliongea saa moja." in said
    page = page_of(as_person(reader_of_swahili), "/en/translate/")
    assert "Needed in English" in page
    assert "Report R1" in page
    assert "Original in Swahili" in page
    assert "1 liaison waits for it" in page
    assert '<a href="/en/translate/en/report/' in page
    assert 'lang="sw" dir="ltr">Tuliongea saa moja.</a>' in page
    window = desk(reader_of_swahili, report, "en")
    assert window.shows("For the summit.")
    window.claim()
    assert window.shows("Statement R1.2")
    assert 'lang="sw"' in window.page
    window.publish(**in_english(report))
    page = page_of(client, "/en/reports/R1/")
    for words in ("We talked for an hour.", "Training first.", "The fee is high."):
        assert words in page
    for words in ("Tuliongea saa moja.", "Mafunzo kwanza.", "Ada ni kubwa."):
        assert words in page
    assert "Volunteers translated this into English. What counts is the original" in page
    assert "Translated by <bdi>Grace</bdi>" in page
    assert "can ask for it in English" not in page
    assert TranslationRequest.objects.get().done_at


def test_readers_of_its_own_language_read_the_original_alone(client, desk, alice, translator):
    arabic = LanguageFactory(
        code="ar", english_name="Arabic", autonym="العربية", direction="rtl", bcp47="ar"
    )
    made = reported(alice.mandates.get(), "التدريب أولا.", overview="تحدثنا.", language=arabic)
    window = desk(translator, made, "en").claim()
    assert 'lang="ar" dir="rtl">تحدثنا.</p>' in window.page
    window.publish(overview="We talked.", **{key(made, 1): "Training first."})
    page = page_of(client, f"/ar/reports/R{made.number}/")
    assert "We talked." not in page
    assert "تحدثنا." in page
    assert f'href="/en/reports/R{made.number}/" hreflang="en"' in page
    # Who reads neither is shown English, as with every text that is not in their language.
    page = page_of(client, f"/fr/reports/R{made.number}/")
    assert '<div class="overview" lang="en" dir="ltr"><p>We talked.</p></div>' in page


def test_each_statement_has_its_english_wherever_it_stands(client, as_person, erin, translated):
    for path in ("/en/statements/", "/en/statements/R1.1/"):
        page = page_of(client, path)
        assert "Training first." in page
        assert "Mafunzo kwanza." in page
    assert "We talked for an hour." in page_of(client, "/en/reports/")
    statement = translated.statements.get(number=1)
    team = as_person(erin)
    for path in (
        "/admin/strategy/statement/",
        f"/admin/strategy/statement/{statement.pk}/change/",
        f"/admin/strategy/response/add/?statements={statement.pk}",
    ):
        page = page_of(team, path)
        assert "Training first." in page
        assert "Mafunzo kwanza." in page


def test_a_part_of_it_may_go_first(client, desk, reader_of_swahili, report):
    desk(reader_of_swahili, report, "en").claim().publish(
        **in_english(report, **{key(report, 2): ""})
    )
    page = page_of(client, "/en/reports/R1/")
    assert "Parts of it are not translated." in page
    assert "Training first." in page
    assert "Ada ni kubwa." in page
    # It stays needed, and who waits goes on waiting.
    assert [one.object_id for one in queue.entries("en")] == [report.pk]


def test_who_answers_sees_that_the_english_is_of_former_words(as_person, erin, alice, translated):
    correct(translated, alice, changes={1: "Mafunzo yaje kwanza."})
    first, second = translated.statements.order_by("number")
    team = as_person(erin)
    page = page_of(team, "/admin/strategy/statement/")
    assert page.count('<div class="help">Outdated</div>') == 1
    for statement, is_outdated in ((first, True), (second, False)):
        for path in (
            f"/admin/strategy/statement/{statement.pk}/change/",
            f"/admin/strategy/response/add/?statements={statement.pk}",
        ):
            assert ("The original changed" in page_of(team, path)) is is_outdated


# --- A correction changes what was translated ---------------------------------------------------


def test_a_correction_makes_changed_words_outdated_and_asks_for_new_ones(
    client, desk, alice, reader_of_swahili, translated
):
    correct(translated, alice, changes={1: "Mafunzo yaje kwanza."}, statements=["Tatu."])
    page = page_of(client, "/en/reports/R1/")
    assert "The original changed after this was translated." in page
    assert "Parts of it are not translated." in page
    assert "The original changed" in page_of(client, "/en/statements/R1.1/")
    assert "The original changed" not in page_of(client, "/en/statements/R1.2/")
    assert "Tatu." in page_of(client, "/en/statements/R1.3/")
    window = desk(reader_of_swahili, translated, "en").claim()
    assert "<mark>" in window.page
    assert window.shows("The fee is high.")
    third = key(translated, 3)
    window.publish(**in_english(translated, **{third: "Three."}))
    page = page_of(client, "/en/reports/R1/")
    assert "The original changed" not in page
    assert "Three." in page


def test_what_a_correction_withdraws_is_translated_no_more(client, desk, alice, translated, erin):
    correct(translated, alice, withdraws=frozenset([2]))
    page = page_of(client, "/en/reports/R1/")
    assert "The fee is high." not in page
    assert "The original changed" not in page
    assert "The fee is high." not in page_of(client, "/en/statements/R1.2/")
    window = desk(erin, translated, "en")
    assert window.shows("Statement R1.1")
    assert not window.shows("Statement R1.2")


def test_nobody_waits_for_what_a_correction_withdrew(as_person, desk, alice, erin, report):
    ask(as_person(alice), report)
    desk(erin, report, "en").claim().publish(**in_english(report, **{key(report, 2): ""}))
    assert requests.close_fulfilled() == 0
    correct(report, alice, withdraws=frozenset([2]))
    assert queue.entries("en") == []
    assert requests.close_fulfilled() == 1
    assert "This is translated already." in desk(erin, report, "en").page


def test_a_correction_while_somebody_translates_is_shown_before_it_is_published(
    desk, alice, reader_of_swahili, report
):
    window = desk(reader_of_swahili, report, "en").claim()
    correct(report, alice, changes={1: "Mafunzo yaje kwanza."})
    window.publish(**in_english(report))
    assert window.shows("The text changed while you were writing.")
    assert window.shows("Training first.")
    assert not OtherTranslation.objects.exists()
    window.publish(**in_english(report))
    assert OtherTranslation.objects.get().made_from[key(report, 1)] == "Mafunzo yaje kwanza."


def test_a_report_that_turns_english_needs_no_translation(
    client, desk, alice, translated, erin, english
):
    ask_by = TranslationRequest.objects.create(
        person=alice, kind="report", object_id=translated.pk, language="en"
    )
    window = desk(erin, translated, "en")
    correct(translated, alice, language=english, overview="All in English.")
    page = page_of(client, "/en/reports/R1/")
    assert "All in English." in page
    assert "Volunteers translated" not in page
    assert "can ask for it in English" not in page
    window.open()
    assert window.response.status_code == 404
    assert requests.close_fulfilled() == 1
    ask_by.refresh_from_db()
    assert telling.lines_of_requests([ask_by]) == {}


# --- Who asks -----------------------------------------------------------------------------------


def test_only_liaisons_of_the_group_ask(as_person, client, alice, bob, grace, dave, report):
    page = ask(as_person(grace), report).content.decode()
    assert "Only liaisons of the group that wrote a report ask for it in English." in page
    assert ask(as_person(dave), report).status_code == 403
    assert client.get(f"/en/translate/ask/report/{report.pk}/").status_code == 302
    assert not TranslationRequest.objects.exists()
    ask(as_person(bob), report)
    assert TranslationRequest.objects.get().person == bob


def test_whose_mandate_ended_meanwhile_asks_no_more(as_person, alice, frank, report):
    client = as_person(alice)
    client.get(f"/en/translate/ask/report/{report.pk}/")
    mandates.end_mandate(mandate=alice.mandates.get(), by=frank, reason="x")
    assert ask(client, report).status_code == 403
    assert not TranslationRequest.objects.exists()


def test_sent_twice_it_is_asked_for_once(as_person, alice, report):
    client = as_person(alice)
    for note in ("First", "Second"):
        ask(client, report, note=note)
    assert TranslationRequest.objects.get().note == "Second"


def test_what_is_english_or_a_draft_is_not_asked_for(as_person, alice, report):
    client = as_person(alice)
    english = LanguageFactory(code="en-gb", english_name="British English", autonym="English")
    made = reported(alice.mandates.get(), "One.", language=english)
    assert "This text is written in English." in ask(client, made).content.decode()
    assert "Ask for it in English" in page_of(client, "/en/my/reports/")
    draft = drafted(alice.mandates.get())
    assert ask(client, draft).status_code == 404
    assert not TranslationRequest.objects.exists()


def test_what_is_translated_is_not_asked_for(as_person, alice, translated):
    assert "This is translated already." in ask(as_person(alice), translated).content.decode()


def test_one_s_own_list_says_where_it_stands(as_person, desk, alice, reader_of_swahili, report):
    client = as_person(alice)
    page = page_of(client, "/en/my/reports/")
    path = f"/en/translate/ask/report/{report.pk}/"
    assert path in page
    assert path in page_of(client, f"/en/my/reports/{report.pk}/")
    ask(client, report)
    page = page_of(client, "/en/my/reports/")
    assert path not in page
    assert "asked for on" in page
    assert path not in page_of(client, f"/en/my/reports/{report.pk}/")
    client.post(f"/en/translate/requests/{TranslationRequest.objects.get().pk}/withdraw/")
    assert path in page_of(client, "/en/my/reports/")
    desk(reader_of_swahili, report, "en").claim().publish(**in_english(report))
    page = page_of(client, "/en/my/reports/")
    assert "Read it in English" in page
    assert path not in page


# --- Who translates -----------------------------------------------------------------------------


def test_who_offered_another_language_sees_none_of_it(as_person, grace, report):
    client = as_person(grace)
    path = f"/en/translate/en/report/{report.pk}/"
    LanguageSkill.objects.create(person=grace, language_id="sw", offers_help_from_english=True)
    assert client.get(path).status_code == 404
    armenian = LanguageFactory(code="hy", english_name="Armenian", autonym="Հայերեն")
    LanguageSkill.objects.create(person=grace, language=armenian, offers_help_to_english=True)
    page = page_of(client, "/en/translate/?language=en")
    assert "Needed in English" in page
    assert "Tuliongea" not in page
    assert client.get(path).status_code == 404
    assert client.post(path, {"do": "claim"}).status_code == 404
    assert not Translation.objects.exists()


def test_a_language_written_like_another_is_known_with_it(as_person, alice, grace):
    brazilian = LanguageFactory(code="pt-br", english_name="Brazilian", autonym="Português")
    reported(alice.mandates.get(), "Um.", language=brazilian, overview="Conversamos.")
    portuguese = LanguageFactory(code="pt", english_name="Portuguese", autonym="Português")
    LanguageSkill.objects.create(person=grace, language=portuguese, offers_help_to_english=True)
    assert "Conversamos." in page_of(as_person(grace), "/en/translate/")


def test_who_wrote_it_translates_it_where_they_offer_it(client, desk, alice, report):
    LanguageSkill.objects.create(person=alice, language_id="sw", offers_help_to_english=True)
    desk(alice, report, "en").claim().publish(**in_english(report))
    assert "Training first." in page_of(client, "/en/reports/R1/")


def test_who_took_the_offer_back_publishes_nothing_and_keeps_the_words(
    desk, reader_of_swahili, report
):
    armenian = LanguageFactory(code="hy", english_name="Armenian", autonym="Հայերեն")
    LanguageSkill.objects.create(
        person=reader_of_swahili, language=armenian, offers_help_to_english=True
    )
    window = desk(reader_of_swahili, report, "en").claim()
    LanguageSkill.objects.filter(language="sw").update(offers_help_to_english=False)
    window.publish(**in_english(report))
    assert window.shows("Training first.")
    assert window.response.status_code in {403, 404, 409}
    assert not OtherTranslation.objects.exists()


def test_a_second_reader_knows_the_language(as_person, desk, reader_of_swahili, report, bob):
    desk(reader_of_swahili, report, "en").claim().send("submit", **in_english(report))
    armenian = LanguageFactory(code="hy", english_name="Armenian", autonym="Հայերեն")
    LanguageSkill.objects.create(person=bob, language=armenian, offers_help_to_english=True)
    assert "To be read in English" not in page_of(as_person(bob), "/en/translate/")
    LanguageSkill.objects.create(person=bob, language_id="sw", offers_help_to_english=True)
    assert "To be read in English" in page_of(as_person(bob), "/en/translate/")
    desk(bob, report, "en").publish(**in_english(report))
    assert Translation.objects.get().reader == bob


def test_words_of_wikis_and_long_sentences_are_no_problem(desk, alice, translator):
    chinese = LanguageFactory(code="zh-hans", english_name="Chinese", autonym="中文")
    made = reported(alice.mandates.get(), "{x} 一" * 100, language=chinese, overview="一")
    window = desk(translator, made, "en").claim()
    window.publish(overview="One", **{key(made, 1): "A long sentence. " * 60})
    assert OtherTranslation.objects.exists()


# --- The Core Team, and who is told -------------------------------------------------------------


def test_the_core_team_sees_demand_and_supply_for_english(
    as_person, erin, alice, reader_of_swahili, report
):
    def of_english():
        return next(one for one in overview.by_language() if one.language == "en")

    ask(as_person(alice), report)
    found = of_english()
    assert (found.missing, found.outdated, found.current) == (1, 0, 0)
    assert (found.requests, found.helpers) == (1, 1)
    team = as_person(erin)
    assert "English" in page_of(team, "/admin/strategy/translation/overview/")
    page = page_of(team, "/admin/strategy/translation/matrix/?kind=report")
    assert "Tuliongea saa moja." in page
    assert "Missing" in page


def test_the_core_team_sees_what_became_of_it(alice, translated):
    found = next(one for one in overview.by_language() if one.language == "en")
    assert (found.missing, found.outdated, found.current) == (0, 0, 1)
    correct(translated, alice, changes={1: "Mafunzo yaje kwanza."})
    found = next(one for one in overview.by_language() if one.language == "en")
    assert (found.missing, found.outdated, found.current) == (0, 1, 0)


def test_who_asked_is_told_with_the_english_words(
    as_person, desk, alice, reader_of_swahili, report
):
    ask(as_person(alice), report)
    desk(reader_of_swahili, report, "en").claim().publish(**in_english(report))
    page = page_of(as_person(alice), "/en/my/")
    assert "Read a translation you asked for" in page
    assert "We talked for an hour." in page
    request = TranslationRequest.objects.get()
    line = telling.lines_of_requests([request])[request.pk]
    assert line.url == "/en/reports/R1/"


def test_reports_are_in_no_file_for_platforms(as_person, erin, translated):
    client = as_person(erin)
    for name in ("en", "qqq", "hi"):
        file = client.get(f"/admin/strategy/translation/files/{name}/").content.decode()
        assert "report-" not in file
    assert "en" not in texts.other_languages()


def test_who_asked_gets_a_mail_with_the_english_words(as_person, desk, alice, grace, translated):
    recipients.sync_user(alice, alice.email, "en", "UTC")
    TranslationRequest.objects.create(
        person=alice, kind="report", object_id=translated.pk, language="en"
    )
    assert requests.close_fulfilled() == 1
    assert telling.tell_due() == 1
    deliver.send_due()
    (sent,) = [one for one in mail.outbox if "translation you asked for" in one.subject]
    assert "We talked for an hour. (English)" in sent.body
    assert "/en/reports/R1/" in sent.body


def test_a_translator_is_told_of_the_end_while_they_still_translate_from_it(
    desk, reader_of_swahili, report
):
    recipients.sync_user(reader_of_swahili, reader_of_swahili.email, "en", "UTC")
    armenian = LanguageFactory(code="hy", english_name="Armenian", autonym="Հայերեն")
    LanguageSkill.objects.create(
        person=reader_of_swahili, language=armenian, offers_help_to_english=True
    )
    desk(reader_of_swahili, report, "en").claim().send(**in_english(report))
    with time_machine.travel(timezone.now() + timedelta(days=2, hours=12), tick=False):
        assert telling.tell_due() == 1
        LanguageSkill.objects.filter(language="sw").update(offers_help_to_english=False)
        deliver.send_due()
        assert not [one for one in mail.outbox if "text you translate" in one.subject]
        LanguageSkill.objects.filter(language="sw").update(offers_help_to_english=True)
        Translation.objects.update(told="")
    with time_machine.travel(timezone.now() + timedelta(days=2, hours=13), tick=False):
        Notice.objects.all().delete()
        assert telling.tell_due() == 1
        deliver.send_due()
        (sent,) = [one for one in mail.outbox if "text you translate" in one.subject]
        assert "Tuliongea saa moja." in sent.body


def test_readers_of_a_topic_see_the_english_of_its_reports(client, translated):
    page = page_of(client, f"/en/topics/{translated.topic.slug}/")
    assert "We talked for an hour." in page
    assert "translated into English" in page


def test_a_statement_says_who_translated_it(client, translated):
    assert "Translated by <bdi>Grace</bdi>." in page_of(client, "/en/statements/R1.1/")


@pytest.mark.parametrize("path", ["/en/translate/?language=en", "/en/my/reports/"])
def test_the_lists_need_no_more_queries_for_more_reports(
    as_person, alice, translator, report, path, django_assert_max_num_queries
):
    client = as_person(translator if "translate" in path else alice)
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    for _number in range(4):
        made = reported(alice.mandates.get(), "Moja.", "Mbili.")
        TranslationRequest.objects.create(
            person=alice, kind="report", object_id=made.pk, language="en"
        )
    with django_assert_max_num_queries(len(few)):
        client.get(path)


def test_the_queue_counts_words_of_scripts_without_spaces(as_person, alice, translator):
    japanese = LanguageFactory(code="ja", english_name="Japanese", autonym="日本語")
    reported(alice.mandates.get(), "訓練が先です。" * 10, language=japanese, overview="話した。")
    assert "26 words" in page_of(as_person(translator), "/en/translate/?language=en")
