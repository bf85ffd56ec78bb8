"""Languages that are not the site's: translated like the others, read on pages of their own."""

from datetime import timedelta

import pytest
from django.utils import timezone

from liaisons.models import Language, LanguageSkill
from strategy import topics, updates
from strategy.models import OtherTranslation, TopicQuestion, TranslationRequest, Update
from strategy.translating import overview, requests
from tests.factories import LanguageFactory
from tests.strategy.factories import TopicFactory

pytestmark = pytest.mark.django_db

IN_SWAHILI = {
    "title": "Saluni zaanza",
    "short": "Omba kabla ya Mei.",
    "body": "## Vipi\n\nTuandikie [sisi](https://meta.example.org/wiki/Salons).\n\n- Moja\n- Mbili",
}


@pytest.fixture
def swahili_speaker(alice):
    """Alice offered to translate from English into Swahili."""
    Language.objects.filter(pk="sw").update(bcp47="sw")
    LanguageSkill.objects.create(person=alice, language_id="sw", offers_help_from_english=True)
    return alice


def test_a_text_reaches_the_readers_of_a_language_of_its_own(
    as_person, client, desk, swahili_speaker, update
):
    page = as_person(swahili_speaker).get("/en/translate/").content.decode()
    assert "Needed in Swahili" in page
    assert "Salons begin" in page
    desk(swahili_speaker, update, "sw").claim().publish(**IN_SWAHILI)
    page = client.get("/en/updates/salons/").content.decode()
    assert 'href="/en/updates/salons/in/sw/"' in page
    assert ">Kiswahili</a>" in page
    page = client.get("/en/updates/salons/in/sw/").content.decode()
    assert "Saluni zaanza" in page
    assert "<h2>Vipi" in page or "<h3>Vipi" in page
    assert 'lang="sw"' in page
    assert "Volunteers translated this." in page
    assert "<bdi>Alice</bdi>" in page
    assert "Salons begin" not in as_person(swahili_speaker).get("/en/translate/").content.decode()
    # The site's own languages are as they were.
    update.refresh_from_db()
    assert update.title_en == "Salons begin"


def test_its_readers_are_told_until_when_and_for_whom(client, desk, erin, swahili_speaker, update):
    update.kind, update.deadline = Update.Kind.ACT, timezone.now() + timedelta(days=3)
    update.audience = {"liaisons_only": True}
    updates.save(update, actor=erin)
    desk(swahili_speaker, update, "sw").claim().publish(**IN_SWAHILI)
    page = client.get("/en/updates/salons/in/sw/").content.decode()
    assert "To be done until" in page
    assert "in 3 days" in page
    assert "For liaisons" in page


def test_it_is_outdated_when_the_english_changes(
    as_person, client, desk, swahili_speaker, update, erin
):
    desk(swahili_speaker, update, "sw").claim().publish(**IN_SWAHILI)
    update.refresh_from_db()
    update.short_en = "Apply until June."
    updates.save(update, actor=erin)
    page = client.get("/en/updates/salons/in/sw/").content.decode()
    assert "The original changed after this was translated." in page
    window = desk(swahili_speaker, update, "sw")
    assert window.shows("<mark>June.</mark>")
    window.claim()
    assert window.shows("Omba kabla ya Mei.")
    window.publish(**{**IN_SWAHILI, "short": "Omba kabla ya Juni."})
    page = client.get("/en/updates/salons/in/sw/").content.decode()
    assert "Omba kabla ya Juni." in page
    assert "The original changed" not in page
    assert OtherTranslation.objects.count() == 1


def test_a_topic_with_its_questions_from_right_to_left(client, desk, alice, erin):
    LanguageFactory(code="fa", autonym="فارسی", english_name="Persian", direction="rtl", bcp47="fa")
    LanguageSkill.objects.create(person=alice, language_id="fa", offers_help_from_english=True)
    topic = TopicFactory(slug="advocacy")
    topics.save(topic, actor=erin)
    question = TopicQuestion(topic=topic, position=1, text_en="What now?")
    topics.save_questions([question], actor=erin)
    words = {"title": "موضوع", "short": "کوتاه", f"question-{question.pk}-text": "حالا چه؟"}
    desk(alice, topic, "fa").claim().publish(**words)
    page = client.get("/en/topics/advocacy/in/fa/").content.decode()
    assert "closes in" in page
    assert "حالا چه؟" in page
    assert 'lang="fa" dir="rtl"' in page
    assert (
        'href="/en/topics/advocacy/in/fa/"' in client.get("/en/topics/advocacy/").content.decode()
    )


@pytest.mark.parametrize(
    "path", ["updates/salons/in/sw/", "updates/salons/in/ar/", "updates/x/in/sw/"]
)
def test_what_is_not_translated_is_not_there(client, swahili, update, path):
    assert client.get(f"/en/updates/{path}").status_code == 404


def test_an_update_that_is_not_public_is_not_there_in_any_language(client, swahili, update):
    OtherTranslation.objects.create(
        kind="update", object_id=update.pk, language_id="sw", texts=IN_SWAHILI
    )
    assert client.get("/en/updates/salons/in/sw/").status_code == 200
    Update.objects.filter(pk=update.pk).update(status="draft", published_at=None, position=None)
    assert client.get("/en/updates/salons/in/sw/?again").status_code in {200, 404}
    assert client.get("/ar/updates/salons/in/sw/").status_code == 404


def test_other_things_are_translated_into_the_site_s_languages_alone(
    as_person, swahili_speaker, erin
):
    topic = TopicFactory()
    path = f"/en/translate/sw/working_group/{topic.working_group_id}/"
    assert as_person(swahili_speaker).get(path).status_code == 404
    assert "Advocacy" not in as_person(swahili_speaker).get("/en/translate/").content.decode()


def test_a_liaison_asks_for_any_language_and_the_core_team_sees_it(
    as_person, desk, bob, swahili_speaker, update
):
    given = {"language": "Kiswahili", "needed_by": "", "note": ""}
    as_person(bob).post(f"/en/translate/ask/update/{update.pk}/", given)
    assert TranslationRequest.objects.get().language == "sw"
    found = next(one for one in overview.by_language() if one.language == "sw")
    assert (found.requests, found.helpers, found.others) == (1, 1, 0)
    assert requests.close_fulfilled() == 0
    desk(swahili_speaker, update, "sw").claim().publish(**IN_SWAHILI)
    assert TranslationRequest.objects.get().done_at
    found = next(one for one in overview.by_language() if one.language == "sw")
    assert (found.requests, found.others) == (0, 1)


def test_a_language_without_a_name_in_the_site_s_languages_has_its_own(as_person, alice, update):
    language = LanguageFactory(code="xyz-x", english_name="", autonym="Xyz")
    LanguageSkill.objects.create(person=alice, language=language, offers_help_from_english=True)
    page = as_person(alice).get("/en/translate/").content.decode()
    assert "Needed in Xyz" in page
