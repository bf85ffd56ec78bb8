"""The page with all that concerns mail: what is chosen, what comes next, and how it looks."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from liaisons.accounts import people
from liaisons.models import MandateReminder, User
from mailing import deliver, editions, notices, pauses, preferences, recipients, upcoming
from mailing.due_hours import next_due_hour
from mailing.models import Delivery, Edition, Notice, Recipient, SectionCursor, Suppression
from strategy import updates
from strategy.models import WorkingGroup
from tests.factories import MandateFactory, UserFactory
from tests.harness.corpus import XSS
from tests.mailing.conftest import call_templates  # noqa: F401 (a fixture)
from tests.mailing.kinds_for_tests import a_kind
from tests.strategy.factories import UpdateFactory
from web.models import Installation

pytestmark = pytest.mark.django_db

PAGE, SAMPLE = "liaisons:settings_digest", "liaisons:settings_sample"
THURSDAY = datetime(2026, 7, 16, 12, tzinfo=UTC)


@pytest.fixture
def ada(db):
    WorkingGroup.objects.create(slug="advocacy", name_en="Advocacy")
    person = UserFactory(display_name="Ada", email="ada@example.org", time_zone="Asia/Tokyo")
    people.sync_recipient(person)
    return person


@pytest.fixture
def browser(as_person, ada):
    return as_person(ada)


def save(browser, **said):
    page = browser.get(reverse(PAGE))
    form = page.context["form"]
    typed = {field.html_name: field.value() for field in form if field.value() is not None}
    return browser.post(reverse(PAGE), {**typed, **said})


def recipient_of(person):
    return Recipient.objects.get(user=person)


def publish(**texts):
    update = UpdateFactory(**texts)
    updates.publish(update, actor=None)
    return update


def test_everything_is_saved_at_once(browser, ada):
    day = timezone.localdate() + timedelta(days=30)
    response = save(
        browser, rhythm="daily", language="fr", time_zone="Africa/Nairobi",
        only_topics=["advocacy"], paused_until=day.isoformat(),
    )  # fmt: skip
    assert response.status_code == 302
    recipient, preference = recipient_of(ada), recipients.preference_of(ada)
    assert (recipient.language, recipient.time_zone) == ("fr", "Africa/Nairobi")
    assert (preference.rhythm, preference.choices) == ("daily", {"topics": ["advocacy"]})
    # The day begins in Nairobi.
    assert recipient.paused_until == datetime.combine(
        day - timedelta(days=1), datetime.min.time(), tzinfo=UTC
    ) + timedelta(hours=21)
    page = browser.get(reverse(PAGE))
    assert page.context["form"]["paused_until"].value() == day
    assert "You paused: mail comes again" in page.text
    save(browser, paused_until="", only_topics=[], tells_when_quiet="on")
    assert recipients.preference_of(ada).tells_when_quiet
    assert recipient_of(ada).paused_until is None
    assert recipients.preference_of(ada).choices == {}


def test_each_kind_that_can_be_is_switched_off_and_on_again(browser, ada):
    page = browser.get(reverse(PAGE))
    fields = page.context["form"].kind_fields
    assert fields
    assert all(
        set(field.value()) == {value for value, _label in field.field.choices} for field in fields
    )
    assert "kinds_work" not in {field.html_name for field in fields}
    field = fields[0]
    kept, off = field.value()[1:], field.value()[0]
    assert save(browser, **{field.html_name: kept}).status_code == 302
    is_on = {one.kind.name: one.is_on for one in preferences.switches(recipient_of(ada))}
    assert [name for name, on in is_on.items() if not on] == [off]
    # The digest is another choice.
    assert recipients.preference_of(ada).rhythm == "weekly"
    save(browser, **{field.html_name: [*kept, off]})
    assert all(one.is_on for one in preferences.switches(recipient_of(ada)))


def test_work_of_the_core_team_is_switched_by_those_who_do_it(as_person, frank):
    people.sync_recipient(frank)
    page = as_person(frank).get(reverse(PAGE))
    assert "kinds_work" in {field.html_name for field in page.context["form"].kind_fields}


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(browser, ada):
    page = save(browser, rhythm="daily", paused_until="31 August", language="fr")
    assert page.status_code == 200
    form = page.context["form"]
    assert set(form.errors) == {"paused_until"}
    assert form["paused_until"].value() == "31 August"
    assert (form["rhythm"].value(), form["language"].value()) == ("daily", "fr")
    assert recipients.preference_of(ada).rhythm == "weekly"


def test_the_talk_page_needs_a_wikimedia_name(browser, ada):
    assert set(save(browser, channel="talk_page").context["form"].errors) == {"channel"}
    User.objects.filter(pk=ada.pk).update(wiki_username="Ada")
    save(browser, channel="talk_page", rhythm="daily")
    ada.refresh_from_db()
    assert ada.prefers_talk_page
    preference = recipients.preference_of(ada)
    assert (preference.channel, preference.rhythm) == ("talk_page", "weekly")


def test_the_form_says_what_holds_for_one_way_only(browser):
    """What a talk page gets no line of, how often it gets news, and which digests have an hour."""
    form = browser.get(reverse(PAGE)).context["form"]
    said = {name: str(field.help_text) for name, field in form.fields.items()}
    assert "every week at most" in said["channel"]
    assert "By e-mail only" in said["tells_when_quiet"]
    assert "daily, weekly or monthly digest by e-mail" in said["time_zone"]


def test_what_comes_next_to_a_talk_page_is_said(browser, ada):
    """One who is shown by name, one who is not: the reason, and no word of a missing address."""
    User.objects.filter(pk=ada.pk).update(wiki_username="Ada", is_public_by_name=True)
    with time_machine.travel(THURSDAY, tick=False):
        save(browser, channel="talk_page", rhythm="weekly")
        page = browser.get(reverse(PAGE)).text
        # Monday at seven in UTC, in the reader's own zone.
        assert re.search(
            r"for your talk page is made on <time[^>]*>Monday, 20 July 2026, 4:00", page
        )
        User.objects.filter(pk=ada.pk).update(is_public_by_name=False)
        page = browser.get(reverse(PAGE)).text
    assert "As things stand no digest comes to you." in page
    assert "is made on" not in page
    assert "no e-mail address yet" not in page


def test_the_earlier_address_leads_there(browser):
    assert browser.get(reverse("liaisons:settings_language")).url == reverse(PAGE)


@pytest.mark.parametrize(
    ("rhythm", "zone", "after", "due"),
    [
        ("daily", "UTC", "2026-07-16T06:59Z", "2026-07-16T07:00Z"),
        ("daily", "UTC", "2026-07-16T07:00Z", "2026-07-17T07:00Z"),
        ("weekly", "Asia/Tokyo", "2026-07-16T12:00Z", "2026-07-19T22:00Z"),
        ("monthly", "Etc/GMT+12", "2026-07-16T12:00Z", "2026-08-01T19:00Z"),
        ("monthly", "Pacific/Kiritimati", "2026-02-01T00:00Z", "2026-02-28T17:00Z"),
        ("daily", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T05:00Z"),
        ("daily", "Asia/Kolkata", "2026-07-16T01:30Z", "2026-07-17T01:00Z"),
    ],
)
def test_the_next_due_hour(rhythm, zone, after, due):
    at = datetime.fromisoformat(after)
    assert next_due_hour(rhythm, zone, at) == datetime.fromisoformat(due)


def test_the_page_says_when_the_next_digest_comes_and_what_it_would_hold(browser, ada):
    with time_machine.travel(THURSDAY, tick=False):
        publish(title_en="A first draft")
        page = browser.get(reverse(PAGE)).text
    # Monday, seven in the morning in Tokyo.
    assert re.search(r"Monday, 20 July 2026, 7:00\sam \(Japan Standard Time\)", page)
    assert "As of now it would hold" in page
    assert "A first draft" in page


def test_what_is_said_is_what_then_comes(ada):
    publish(title_en="A first draft")
    preference = recipients.preference_of(ada)
    preference.effective_at = datetime(2026, 1, 1, tzinfo=UTC)
    preference.save()
    with time_machine.travel(THURSDAY, tick=False):
        found = upcoming.next_digest(preference)
    with time_machine.travel(found.at - timedelta(hours=1), tick=False):
        Edition.objects.all().delete()
    with time_machine.travel(found.at, tick=False):
        editions.make_editions()
        deliver.send_due()
    [message] = mail.outbox
    assert found.parts[0].headline in message.body
    assert Delivery.objects.get(state="sent").edition.hour == found.at


def test_looking_changes_nothing(browser, ada):
    publish()
    before = list(SectionCursor.objects.values_list())
    for name in (PAGE, SAMPLE):
        assert browser.get(reverse(name)).status_code == 200
    assert not Edition.objects.exists()
    assert not Delivery.objects.exists()
    assert list(SectionCursor.objects.values_list()) == before


def test_the_page_is_honest_about_what_is_in_the_way(browser, ada):
    assert "nothing new for you" in browser.get(reverse(PAGE)).text
    publish(title_en="A first draft")
    Suppression.objects.create(address_hash=recipient_of(ada).address_hash, reason="bounced")
    page = browser.get(reverse(PAGE)).text
    assert "As things stand no digest comes to you." in page
    assert "Mail to your address came back" in page
    assert "A first draft" not in page


def test_no_digest_and_no_address_are_said(browser, ada, as_person):
    save(browser, rhythm="none")
    assert "No digest: you chose so." in browser.get(reverse(PAGE)).text
    assert "no e-mail address" in as_person(UserFactory(email="")).get(reverse(PAGE)).text


def test_after_a_pause_the_next_digest_is_named(browser, ada):
    with time_machine.travel(THURSDAY, tick=False):
        publish(title_en="A first draft")
        pauses.set_pause(recipient_of(ada), date(2026, 7, 22))
        page = browser.get(reverse(PAGE)).text
    assert re.search(r"You paused: mail comes again from <time[^>]*>22 July 2026<", page)
    assert "Monday, 27 July 2026" in page
    assert "A first draft" in page


@pytest.mark.usefixtures("call_templates")
def test_what_waits_is_named_and_when_it_comes(browser, ada):
    """With the next digest where it is soon, else by itself; the sample holds it too."""
    with a_kind("a_call"), time_machine.travel(THURSDAY, tick=False):
        for thing in range(4):
            notices.send("a_call", ada, {"thing": thing})
        deliver.send_due()
        page = browser.get(reverse(PAGE))
        assert "Kind a_call, which waits because" in page.text
        assert "nothing new for you" not in page.text
        assert "Messages that wait" not in page.text
        assert "Please look: 3." in browser.get(reverse(SAMPLE)).text
        save(browser, rhythm="monthly")
        page = browser.get(reverse(PAGE)).text
        assert "nothing new for you" in page
        assert re.search(r"Kind a_call: from <time[^>]*>Thursday, 23 July 2026", page)
        save(browser, rhythm="none")
        assert "Kind a_call: from" in browser.get(reverse(PAGE)).text
    assert Notice.objects.waiting_for_room().count() == 1


def test_a_digest_that_is_made_and_not_sent_yet_is_named(browser, ada):
    """On its way, held by a pause, put off by the mail server; not where it will be dropped."""
    recipient_of(ada).preferences.update(effective_at=datetime(2026, 1, 1, tzinfo=UTC))
    monday = datetime(2026, 7, 20, 12, tzinfo=UTC)
    publish(title_en="A first draft")
    with time_machine.travel(monday, tick=False):
        browser.force_login(ada)
        editions.make_editions()
        assert "Digest: on its way" in browser.get(reverse(PAGE)).text
        Delivery.objects.update(state="retry", next_attempt_at=monday + timedelta(hours=1))
        assert re.search(
            r"Digest: from <time[^>]*>Monday, 20 July", browser.get(reverse(PAGE)).text
        )
        pauses.set_pause(recipient_of(ada), date(2026, 8, 3))
        deliver.send_due()
        page = browser.get(reverse(PAGE)).text
        assert re.search(r"Digest: from <time[^>]*>Monday, 3 August 2026, 12:00", page)
        save(browser, rhythm="none", paused_until="")
        assert "Digest: " not in browser.get(reverse(PAGE)).text


def test_many_digests_that_wait_cost_no_more_questions_than_one(browser, ada):
    """As where the mail server is away for days."""
    recipient_of(ada).preferences.update(
        rhythm="daily", effective_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    with time_machine.travel(datetime(2026, 7, 20, 12, tzinfo=UTC), tick=False) as clock:
        browser.force_login(ada)
        asked = []
        for _day in range(5):
            publish(title_en="A draft")
            editions.make_editions()
            with CaptureQueriesContext(connection) as queries:
                page = browser.get(reverse(PAGE)).text
            asked.append(len(queries))
            clock.shift(timedelta(days=1))
            Delivery.objects.update(state="pending")
    assert page.count("Digest: on its way") == 5
    assert asked[-1] == asked[1]


def test_reminders_that_are_coming_are_named(browser, ada, swahili):
    mandate = MandateFactory(person=ada, group=swahili, confirmed=True)
    mandate.last_day = timezone.localdate() + timedelta(days=20)
    mandate.save()
    page = browser.get(reverse(PAGE))
    [coming] = page.context["reminders"]
    assert coming.day == mandate.last_day - timedelta(days=7)
    assert swahili.name in page.text
    MandateReminder.objects.create(mandate=mandate, last_day=mandate.last_day, days_before=7)
    [coming] = browser.get(reverse(PAGE)).context["reminders"]
    assert coming.day == mandate.last_day - timedelta(days=1)


def test_a_sample_from_a_demonstration_says_so_once(browser, ada):
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})
    publish(title_en="A first draft")
    browser.post(reverse(SAMPLE))
    deliver.send_due()
    assert mail.outbox[0].subject == "[Demo] Sample: A first draft"


def test_the_sample_shows_both_forms(browser, ada):
    assert "Nothing is published yet" in browser.get(reverse(SAMPLE)).text
    publish(title_en="A first draft")
    page = browser.get(reverse(SAMPLE))
    assert "if it were sent now" in page.text
    assert page.text.count("A first draft") >= 3
    assert "style=" not in page.text.split('<article class="sample"')[1].split("</article>")[0]


def test_where_nothing_is_new_the_sample_shows_what_was_last(browser, ada):
    for number in range(5):
        publish(title_en=f"Draft {number}")
    SectionCursor.objects.create(recipient=recipient_of(ada), section="updates", position=99)
    page = browser.get(reverse(SAMPLE)).text
    assert "This shows what was published last" in page
    assert "Draft 4" in page
    assert "Draft 1" not in page


@pytest.mark.parametrize("attack", XSS)
def test_nothing_in_a_sample_runs(browser, ada, attack):
    publish(title_en=attack[:190], short_en=attack[:700])
    page = browser.get(reverse(SAMPLE))
    article = page.text.split('<article class="sample"')[1].split("</article>")[0]
    lowered = article.lower()
    for word in ("<script", "<img", "<svg", "<iframe", "<style", 'javascript:"', ' onerror="'):
        assert word not in lowered


def test_a_sample_comes_by_mail_and_leaves_the_news_new(browser, ada):
    publish(title_en="A first draft")
    assert browser.post(reverse(SAMPLE)).url == reverse(SAMPLE)
    deliver.send_due()
    [message] = mail.outbox
    assert message.to == ["ada@example.org"]
    assert message.subject.endswith("Sample: A first draft")
    assert "the sample you asked for" in message.body
    assert "A first draft" in message.body
    assert "the sample you asked for" in message.alternatives[0][0]
    assert not Delivery.objects.exists()
    assert "A first draft" in browser.get(reverse(PAGE)).text


def test_samples_are_few(browser, ada, settings):
    settings.DIGEST_SAMPLES = (2, 86_400)
    publish()
    for _time in range(3):
        page = browser.post(reverse(SAMPLE), follow=True).text
    assert "enough samples" in page
    deliver.send_due()
    assert len(mail.outbox) == 2


def test_whoever_has_no_address_is_told_so(as_person):
    publish()
    page = as_person(UserFactory(email="")).post(reverse(SAMPLE), follow=True)
    assert "no e-mail address" in page.text
    assert not mail.outbox
