"""An update that waits for a translation: held in digests, never lost, never told twice."""

import datetime
import re

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from mailing import deliver, editions, recipients
from mailing.models import SectionCursor
from strategy import tasks, updates
from strategy.models import Update
from tests.mailing.people import person
from tests.strategy.test_admin import ADD, desk, form_of, page_of  # noqa: F401 (a fixture)

from .factories import UpdateFactory

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
MORNING = datetime.datetime(2026, 7, 15, 7, tzinfo=datetime.UTC)
FRENCH = {"title_fr": "Les nouvelles", "short_fr": "En bref."}


def run(at):
    """What beat and the workers do at that time."""
    with time_machine.travel(at, tick=False):
        tasks.publish_due_updates()
        editions.make_editions()
        deliver.send_due()


def published(at=MORNING - DAY, hours=60, languages=("fr",), **texts):
    with time_machine.travel(at, tick=False):
        return UpdateFactory(
            published=True,
            waits_for=list(languages),
            waits_until=at + datetime.timedelta(hours=hours),
            **{"title_en": "The news", **texts},
        )


def saved(update, at, **changes):
    with time_machine.travel(at, tick=False):
        update.refresh_from_db()
        for name, value in changes.items():
            setattr(update, name, value)
        updates.save(update, actor=None)


def told(reader) -> list[str]:
    """Which of the titles each mail to one person holds."""
    titles = ("The news", "Les nouvelles", "Corrected", "Other news")
    mails = [message.body for message in mail.outbox if message.to == [reader.address]]
    return [" + ".join(title for title in titles if title in body) for body in mails]


@pytest.fixture
def readers():
    return person("daily"), person("daily", language="fr")


def test_translated_in_time(readers):
    english, french = readers
    update = published()
    UpdateFactory(published=True, title_en="Other news")
    run(MORNING)
    assert told(english) == ["The news + Other news"]
    assert told(french) == ["Other news"]
    saved(update, MORNING + 2 * datetime.timedelta(hours=1), **FRENCH)
    for days in (1, 2, 3):
        run(MORNING + days * DAY)
    assert told(french) == ["Other news", "Les nouvelles"]
    assert told(english) == ["The news + Other news"]


def test_the_hour_is_over_and_it_goes_labelled(readers):
    english, french = readers
    published(hours=60)
    for days in range(5):
        run(MORNING + days * DAY)
    assert told(english) == told(french) == ["The news"]
    message = next(one for one in mail.outbox if one.to == [french.address])
    html = message.alternatives[0].content
    assert "anglais" in message.body
    assert "anglais" in html
    assert re.search(r'lang="en" dir="ltr"><a [^>]*>The news', html)
    assert SectionCursor.objects.filter(section="updates").values_list("owed", flat=True)[0] == []


@pytest.mark.parametrize("translated_on", [2, None])
def test_a_call_whose_day_is_over_before_it_may_be_told_comes_as_news(translated_on):
    monday = datetime.datetime(2026, 7, 13, 7, tzinfo=datetime.UTC)
    french, english = person("weekly", language="fr"), person("weekly")
    call = published(at=monday - DAY, hours=80, kind=Update.Kind.ACT, deadline=monday + 3 * DAY)
    with time_machine.travel(monday - DAY, tick=False):
        UpdateFactory(published=True, title_en="Other news")
    run(monday)
    assert (told(french), told(english)) == (["Other news"], ["The news + Other news"])
    if translated_on:
        saved(call, monday + translated_on * DAY, **FRENCH)
    for weeks in (1, 2):
        run(monday + 7 * weeks * DAY)
    assert told(french) == ["Other news", "Les nouvelles" if translated_on else "The news"]
    assert told(english) == ["The news + Other news"]


def test_a_call_that_waited_is_told_once_while_it_is_open(readers):
    english, french = readers
    published(kind=Update.Kind.ACT, deadline=MORNING + 9 * DAY)
    for days in range(14):
        run(MORNING + days * DAY)
    assert (told(english), told(french)) == (["The news"], ["The news"])


def test_corrected_meanwhile(readers):
    english, french = readers
    update = published()
    UpdateFactory(published=True, title_en="Other news")
    run(MORNING)
    saved(update, MORNING + datetime.timedelta(hours=1), title_en="Corrected")
    for days in range(1, 5):
        run(MORNING + days * DAY)
    assert told(english) == ["The news + Other news"]
    assert told(french) == ["Other news", "Corrected"]


def test_the_reader_changes_language_while_it_waits(readers):
    english, french = readers
    update = published()
    UpdateFactory(published=True, title_en="Other news")
    run(MORNING)
    recipients.sync_user(french.user, french.address, "de", "UTC")
    recipients.sync_user(english.user, english.address, "fr", "UTC")
    run(MORNING + DAY)
    saved(update, MORNING + DAY, **FRENCH)
    for days in (2, 3, 4):
        run(MORNING + days * DAY)
    assert told(french) == ["Other news", "The news"]
    assert told(english) == ["The news + Other news"]


@pytest.mark.parametrize("is_translated", [True, False])
def test_who_gets_news_at_once_gets_it_the_moment_it_waits_no_more(is_translated):
    reader = person("at_once", language="fr")
    update = published()
    run(MORNING)
    if is_translated:
        saved(update, MORNING + datetime.timedelta(hours=1), **FRENCH)
        run(MORNING + datetime.timedelta(hours=1))
    else:
        run(update.waits_until + datetime.timedelta(minutes=1))
    run(MORNING + 3 * DAY)
    assert told(reader) == ["Les nouvelles" if is_translated else "The news"]


def test_a_wait_that_is_called_off_ends_at_once():
    reader = person("at_once", language="fr")
    update = published()
    run(MORNING)
    saved(update, MORNING, waits_for=[])
    run(MORNING)
    assert told(reader) == ["The news"]


def test_the_time_of_waiting_is_released_once():
    update = published()
    with time_machine.travel(update.waits_until, tick=False):
        assert updates.release_due() == 1
        assert updates.release_due() == 0


def test_an_update_cannot_wait_for_ever():
    with (
        pytest.raises(IntegrityError, match="an_update_waits_until_some_time"),
        transaction.atomic(),
    ):
        UpdateFactory(waits_for=["fr"])


# --- In the admin ---------------------------------------------------------------------------------


def waiting(days, **fields):
    at = timezone.now() + days * DAY
    return {
        "title_en": "The news",
        "short_en": "In short.",
        "waits_for": ["fr", "ar"],
        "waits_until_0": f"{at:%Y-%m-%d}",
        "waits_until_1": "12:00:00",
        **fields,
    }


def test_the_core_team_chooses_for_which_languages_and_until_when(desk):  # noqa: F811
    from django.urls import reverse

    url = reverse(ADD)
    response = desk.post(url, form_of(desk.get(url), **waiting(2, _publish="1")), follow=True)
    assert response.status_code == 200
    update = Update.objects.get()
    assert sorted(update.waits_for) == ["ar", "fr"]
    assert updates.waiting_languages(update) == {"ar", "fr"}
    page = desk.get(page_of(update)).content.decode()
    assert "digests wait for: Arabic, French" in page
    assert update.events.filter(kind="published").exists()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"waits_until_0": "", "waits_until_1": ""}, "Say until when digests wait"),
        ({"waits_until_0": "2020-01-01"}, "Choose a time that lies ahead."),
        ({"waits_until_0": "2090-01-01"}, "Digests wait for 14 days at most."),
        ({"waits_for": ["xx"]}, "xx is not one of the available choices"),
    ],
)
def test_a_wait_that_makes_no_sense_is_refused(desk, fields, says):  # noqa: F811
    from django.urls import reverse

    url = reverse(ADD)
    response = desk.post(url, form_of(desk.get(url), **waiting(2, **fields)))
    assert says in response.content.decode()
    assert not Update.objects.exists()


def test_the_history_says_that_it_was_made_to_wait(desk):  # noqa: F811
    update = UpdateFactory()
    url = page_of(update)
    desk.post(url, form_of(desk.get(url), **waiting(2)))
    event = update.events.get(kind="held")
    assert sorted(event.fields) == ["ar", "fr"]
    assert "Waiting for translations set" in desk.get(url).content.decode()
