"""What translators and those who wait are told: by one mail a day at most, and on their page."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from liaisons.models import LanguageSkill
from mailing import deliver, recipients
from mailing.models import Notice
from strategy import tasks
from strategy.models import OtherTranslation, Translation, TranslationRequest, Update
from strategy.translating import requests, telling, work
from strategy.translating.publishing import put_in

from .desk import IN_HINDI

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def with_addresses(alice, translator):
    for person in (alice, translator):
        recipients.sync_user(person, person.email, "en", "UTC")


@pytest.fixture
def later():
    """``with later(2 * DAY): …``"""
    begin = timezone.now()
    return lambda time: time_machine.travel(begin + time, tick=False)


@pytest.fixture
def draft(desk, helper, update):
    """A window of Alice's with words of hers, saved now."""
    window = desk(helper, update).claim()
    window.send(title="मेरा")
    return window


def mails_to(person):
    deliver.send_due()
    return [one for one in mail.outbox if person.email in one.to]


def steps_of(as_person, person):
    return as_person(person).get("/en/my/").content.decode()


def send_back(desk, person, update, note="Look at the title."):
    reading = desk(person, update)
    reading.client.post(reading.path, {"do": "send_back", "note": note})


# --- Translators ----------------------------------------------------------------------------------


def test_what_came_back_is_told_with_the_note(draft, desk, translator, helper, update, as_person):
    draft.send("submit")
    assert telling.tell_due() == 0
    send_back(desk, translator, update)
    assert telling.tell_due() == 1
    (told,) = mails_to(helper)
    assert told.subject.endswith("A text you translate")
    html = told.alternatives[0].content if told.alternatives else ""
    for body in (told.body, html):
        assert "Salons begin" in body
        assert "It came back from its second reader." in body
        assert "Look at the title." in body
        assert f"/en/translate/hi/update/{update.pk}/" in body
    assert "its second reader wrote to you" in steps_of(as_person, helper)
    # Once; and who goes on is not told again of the same note.
    draft.open()
    draft.send(title="मेरा नया")
    assert telling.tell_due() == 0


def test_the_last_day_and_the_end_are_told_once_each(draft, helper, later, as_person):
    with later(DAY):
        assert telling.tell_due() == 0
        assert "Go on with your translation" not in steps_of(as_person, helper)
    with later(2 * DAY + HOUR):
        assert telling.tell_due() == 1
        assert telling.tell_due() == 0
        assert "Go on with your translation" in steps_of(as_person, helper)
        assert "It is yours until" in mails_to(helper)[-1].body
    with later(3 * DAY + HOUR):
        work.release_due()
        assert telling.tell_due() == 1
        assert telling.tell_due() == 0
        assert "Go on while nobody else takes it" in steps_of(as_person, helper)
        assert "Your time for it is over." in mails_to(helper)[-1].body
    with later(30 * DAY):
        assert "Go on while nobody else takes it" not in steps_of(as_person, helper)


def test_who_goes_on_is_told_of_the_new_end(draft, later):
    with later(2 * DAY + HOUR):
        assert telling.tell_due() == 1
        draft.open()
        draft.send(title="अब")
        assert telling.tell_due() == 0
    with later(4 * DAY + 2 * HOUR):
        assert telling.tell_due() == 1


def test_who_wrote_nothing_is_not_told_that_it_is_over(desk, helper, update, later):
    desk(helper, update).claim()
    with later(3 * DAY + HOUR):
        work.release_due()
        assert telling.tell_due() == 0


def test_who_gave_it_back_is_told_nothing(draft, later):
    draft.give_back()
    with later(2 * DAY + HOUR):
        assert telling.tell_due() == 0


def test_what_somebody_else_took_is_not_told(draft, desk, translator, helper, update, later):
    with later(3 * DAY + HOUR):
        work.release_due()
        desk(translator, update).claim()
        assert telling.tell_due() == 0


def test_all_is_gathered_in_one_mail_and_the_next_one_waits_a_day(
    draft, desk, helper, translator, update, erin, later
):
    other = Update.objects.get(pk=update.pk)
    other.pk, other.slug, other.number, other.position = None, "second", 99, 10_000
    other.title_en = "Second news"
    other.save()
    desk(helper, other).claim().send(title="दूसरा")
    with later(2 * DAY + HOUR):
        assert telling.tell_due() == 1
        (told,) = mails_to(helper)
        assert "Salons begin" in told.body
        assert "Second news" in told.body
        assert told.subject.endswith("2 texts you translate")
        # Something new a little later goes with tomorrow's.
        draft.open()
        draft.send("submit")
        send_back(desk, translator, update)
        assert telling.tell_due() == 0
    with later(3 * DAY):
        assert telling.tell_due() == 1


def test_what_is_no_longer_so_when_the_mail_goes_out_is_not_sent(
    draft, desk, translator, helper, update
):
    draft.send("submit")
    send_back(desk, translator, update)
    telling.tell_due()
    draft.open()
    draft.publish()
    assert mails_to(helper) == []
    assert Notice.objects.get(kind=telling.WORK).state == "skipped"


def test_who_may_translate_no_more_gets_no_mail(draft, desk, translator, helper, update):
    draft.send("submit")
    send_back(desk, translator, update)
    telling.tell_due()
    LanguageSkill.objects.filter(person=helper).delete()
    assert mails_to(helper) == []


# --- Who asked ------------------------------------------------------------------------------------


@pytest.fixture
def asked(alice, update):
    return requests.ask(thing=update, language="hi", by=alice)


def test_who_asked_is_told_by_the_translated_name(asked, alice, update, erin, as_person):
    assert telling.tell_due() == 0
    put_in(update, "hi", IN_HINDI, by=erin)
    tasks.release_translations()
    tasks.tell_of_translations()
    (told,) = mails_to(alice)
    assert told.subject.endswith("A translation you asked for is there")
    assert IN_HINDI["title"] in told.body
    assert "/hi/updates/salons/" in told.body
    page = steps_of(as_person, alice)
    assert "Read a translation you asked for" in page
    assert 'href="/hi/updates/salons/"' in page
    tasks.tell_of_translations()
    assert len(mails_to(alice)) == 1


def test_a_language_that_is_not_the_site_s_leads_to_its_own_page(alice, update, erin, swahili):
    requests.ask(thing=update, language="sw", by=alice)
    put_in(update, "sw", {"title": "Saluni", "short": "Ombeni", "body": "Vipi"}, by=erin)
    assert OtherTranslation.objects.count() == 1
    requests.close_fulfilled()
    telling.tell_due()
    (told,) = mails_to(alice)
    assert "Saluni (Swahili)" in told.body
    assert "/updates/salons/in/sw/" in told.body


def test_a_request_taken_back_is_told_of_no_more(asked, alice, update, erin):
    requests.withdraw(asked, by=alice)
    put_in(update, "hi", IN_HINDI, by=erin)
    requests.close_fulfilled()
    assert telling.tell_due() == 0


def test_what_was_done_long_ago_is_no_news(asked, update, erin, later, as_person, alice):
    put_in(update, "hi", IN_HINDI, by=erin)
    requests.close_fulfilled()
    with later(15 * DAY):
        assert telling.tell_due() == 0
        assert "Read a translation" not in steps_of(as_person, alice)


def test_an_update_withdrawn_meanwhile_is_not_told_of(asked, alice, update, erin):
    put_in(update, "hi", IN_HINDI, by=erin)
    requests.close_fulfilled()
    telling.tell_due()
    Update.objects.update(
        status="withdrawn", withdrawn_at=timezone.now(), withdrawal_en="It was wrong."
    )
    assert mails_to(alice) == []
    assert TranslationRequest.objects.get().told_at


def test_the_work_of_a_person_is_read_in_the_same_number_of_queries(
    draft, helper, update, later, django_assert_max_num_queries
):
    with later(2 * DAY + HOUR):
        with django_assert_max_num_queries(4):
            telling.lines_of_work(telling.works_of([helper]))
        assert Translation.objects.count() == 1


def test_a_translator_with_nothing_begun_is_led_to_the_texts(translator, dave, as_person):
    page = steps_of(as_person, translator).split("<main")[1]
    assert 'href="/en/translate/"' in page
    assert "Become the liaison of your group" not in page
    other = steps_of(as_person, dave).split("<main")[1]
    assert 'href="/en/translate/"' not in other
    assert "Become the liaison of your group" in other
