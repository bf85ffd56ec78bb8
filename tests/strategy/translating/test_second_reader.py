"""A second person reads a translation before it is published; credit for both."""

import pytest
from django.utils import translation
from django.utils.translation import gettext

from liaisons.accounts import erasure
from strategy.models import Translation, TranslationDraft, Update
from web import content_version

from .desk import IN_HINDI

pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(desk, helper, update):
    """A window of Alice's who asked for a second reader."""
    window = desk(helper, update).claim()
    window.send("submit")
    assert window.shows("It waits for a second reader now.")
    return window


def test_a_second_person_reads_mends_and_publishes(as_person, desk, submitted, translator, update):
    assert not Update.objects.get().title_hi
    assert "To be read in Hindi" in as_person(translator).get("/en/translate/").content.decode()
    reading = desk(translator, update)
    assert reading.shows("asks for a second reader")
    reading.publish(title="सैलून शुरू हो गए")
    assert reading.shows("The translation is published")
    assert Update.objects.get().title_hi == "सैलून शुरू हो गए"
    page = as_person(translator).get("/hi/updates/salons/").content.decode()
    assert "<bdi>Alice</bdi>" in page
    assert "<bdi>Tariq</bdi>" in page
    event = Update.objects.get().events.get(kind="translated")
    assert event.actor == translator


def test_the_translator_can_take_it_back_and_not_publish_it_meanwhile(desk, submitted, update):
    answer = submitted.publish()
    assert answer.status_code == 409
    submitted.open()
    assert not submitted.is_editor
    assert submitted.shows("This translation waits for a second reader.")
    submitted.client.post(submitted.path, {"do": "take_back"})
    submitted.open()
    assert submitted.is_editor
    assert submitted.shows(IN_HINDI["title"])


def test_the_reader_sends_it_back_with_a_note(desk, submitted, translator, helper, update):
    reading = desk(translator, update)
    reading.client.post(reading.path, {"do": "send_back", "note": "  "})
    assert Translation.objects.get().status == "submitted"
    reading.client.post(reading.path, {"do": "send_back", "note": "Look at the title."})
    submitted.open()
    assert submitted.is_editor
    assert submitted.shows("Look at the title.")
    submitted.publish()
    assert Translation.objects.get().note == ""
    assert Translation.objects.get().reader is None


def test_two_readers_never_overwrite_each_other(desk, submitted, translator, frank, update):
    first, second = desk(translator, update), desk(frank, update)
    second.send(title="दूसरा")
    first.send(title="पहला")
    assert first.response.status_code == 409
    assert first.shows("Somebody else saved this translation meanwhile")
    assert TranslationDraft.objects.get().data["title"] == "दूसरा"


def test_what_is_read_already_cannot_be_sent_back(desk, submitted, translator, frank, update):
    late = desk(frank, update)
    desk(translator, update).publish()
    answer = late.client.post(
        late.path, {"do": "send_back", "note": "Look again.", "whose": frank.pk}
    )
    assert answer.status_code == 409
    assert "Look again." in answer.content.decode()


def test_nobody_reads_their_own(desk, submitted, helper, update):
    submitted.client.post(submitted.path, {"do": "send_back", "note": "x"})
    assert Translation.objects.get().status == "submitted"


def test_credit_is_by_name_only_where_the_person_chose_so(client, desk, helper, update):
    desk(helper, update).claim().publish()
    page = client.get("/hi/updates/salons/").content.decode()
    assert "<bdi>Alice</bdi>" in page
    assert "Alice" not in client.get("/en/updates/salons/").content.decode()
    helper.is_public_by_name = False
    helper.save()
    content_version.bump()  # as the settings do
    page = client.get("/hi/updates/salons/").content.decode()
    assert "Alice" not in page
    with translation.override("hi"):
        assert gettext("Translated by a volunteer.") in page


def test_credit_of_who_left_names_nobody(client, desk, helper, update):
    desk(helper, update).claim().publish()
    erasure.erase(helper)
    assert "Alice" not in client.get("/hi/updates/salons/").content.decode()
