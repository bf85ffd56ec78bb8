"""An urgent update goes out at once, by itself, once to each; a call to act stands among those."""

import datetime
import importlib
import threading

import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.db import connection
from django.utils import timezone

from mailing import budget, deliver, editions, kinds, pauses, preferences, recipients, talk_pages
from mailing import tasks as mail_tasks
from mailing.models import Delivery, Edition, SectionCursor, Suppression
from strategy import updates
from strategy.audiences import Audience
from strategy.models import Update
from tests.factories import RegionFactory, UserFactory
from tests.mailing.people import person, states
from tests.strategy.test_admin import desk, problems, write  # noqa: F401 (a fixture)
from tests.strategy.test_audiences import liaison, reader

from .factories import TopicFactory, UpdateFactory

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)
DAY = 24 * HOUR
# A Tuesday at noon, when no digest is due.
NOON = datetime.datetime(2026, 7, 14, 12, tzinfo=datetime.UTC)


def urgent(at=NOON, **values):
    """An urgent update, agreed to by a second person and published."""
    with time_machine.travel(at, tick=False):
        update = UpdateFactory(
            kind=Update.Kind.URGENT, **{"title_en": "The vote is tomorrow", **values}
        )
        updates.agree(update, actor=UserFactory(core_team=True))
        updates.publish(update, actor=None)
        update.refresh_from_db()
    return update


def run(at=NOON):
    with time_machine.travel(at, tick=False):
        editions.make_editions()
        deliver.send_due()


def mails_to(address):
    return [message for message in mail.outbox if message.to == [address]]


@pytest.fixture
def settled():
    """What is due of the time before is made, so that a test sees what it is about."""

    def settle(*people):
        for one in people:
            one.preferences.update(effective_at=NOON - HOUR)
        return people if len(people) > 1 else people[0]

    return settle


def test_whom_it_did_not_reach_finds_it_in_their_digest(settled):
    one, other = settled(person("daily"), person("daily"))
    urgent()
    with time_machine.travel(NOON, tick=False):
        editions.make_editions()
        preferences.switch_off(one, kinds.URGENT.name)
        deliver.send_due()
    assert (mails_to(one.address), len(mails_to(other.address))) == ([], 1)
    for days in (1, 2):
        run(NOON + days * DAY)
    [digest] = mails_to(one.address)
    assert "The vote is tomorrow" in digest.body
    assert len(mails_to(other.address)) == 1


def test_it_comes_at_once_by_itself_whatever_the_rhythm(settled):
    people = settled(*(person(rhythm) for rhythm in ("at_once", "daily", "weekly", "monthly")))
    update = urgent()
    run()
    assert sorted(message.to for message in mail.outbox) == sorted([one.address] for one in people)
    for message in mail.outbox:
        assert message.subject == "Urgent: The vote is tomorrow"
        assert "Urgent news of the strategy process" in message.body
        assert "* Urgent *" not in message.body, "the mail says it twice"
        assert update.get_absolute_url() in message.body
        assert "List-Unsubscribe" in message.extra_headers or "List-Unsubscribe" in str(
            message.message()
        )
    [edition] = Edition.objects.filter(rhythm="urgent")
    assert edition.cut_off == update.position


def test_no_digest_tells_it_again(settled):
    daily = settled(person("daily"))
    urgent()
    run()
    run(NOON + DAY)
    assert len(mails_to(daily.address)) == 1
    with time_machine.travel(NOON + DAY, tick=False):
        UpdateFactory(published=True, title_en="Other news")
    run(NOON + 2 * DAY)
    [_first, digest] = mails_to(daily.address)
    assert "Other news" in digest.body
    assert "The vote is tomorrow" not in digest.body


def test_it_is_in_the_reader_s_language_and_says_where_it_is_not(settled):
    french, arabic = settled(person("weekly", language="fr"), person("weekly", language="ar"))
    urgent(title_fr="Le vote est demain", short_fr="En bref.")
    run()
    [to_french], [to_arabic] = mails_to(french.address), mails_to(arabic.address)
    assert to_french.subject.endswith("Le vote est demain")
    assert "The vote" not in to_french.body
    html = to_arabic.alternatives[0].content
    assert 'lang="en" dir="ltr"' in html
    assert "الإنجليزية" in to_arabic.body


def test_it_waits_for_no_translation(settled):
    french = settled(person("weekly", language="fr"))
    urgent(waits_for=["fr"], waits_until=NOON + DAY)
    run()
    assert len(mails_to(french.address)) == 1


def test_tasks_that_run_twice_send_it_once(settled):
    reader = settled(person("weekly"))
    urgent()
    with time_machine.travel(NOON, tick=False):
        for _time in range(2):
            mail_tasks.make_editions()
        for _time in range(2):
            mail_tasks.send_due()
    assert len(mails_to(reader.address)) == 1
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_moment_send_it_once():
    people = [person("weekly") for _number in range(8)]
    for one in people:
        one.preferences.update(effective_at=timezone.now())
    update = UpdateFactory(kind=Update.Kind.URGENT)
    updates.agree(update, actor=UserFactory(core_team=True))
    updates.publish(update, actor=None)
    start = threading.Barrier(2)

    def work():
        try:
            start.wait()
            editions.make_editions()
            start.wait()
            deliver.send_due()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(message.to for message in mail.outbox) == sorted([one.address] for one in people)
    assert Edition.objects.filter(rhythm="urgent").count() == 1


def test_only_those_it_is_for_get_it():
    africa, europe = (
        RegionFactory(code="SSA", name_en="Africa"),
        RegionFactory(code="NWE", name_en="Europe"),
    )
    south, north = liaison(africa, rhythm="weekly"), liaison(europe, rhythm="weekly")
    for one in (south, north):
        one.mail_recipient.preferences.update(effective_at=NOON - HOUR)
    urgent(audience=Audience(regions=("SSA",)).kept)
    run()
    assert [message.to for message in mail.outbox] == [[south.email]]
    # Who it is not for is not in the edition.
    assert Delivery.objects.filter(edition__rhythm="urgent").count() == 1
    run(NOON + 6 * DAY)
    assert mails_to(north.email) == []


def test_whoever_wants_or_can_get_no_mail_gets_none_and_it_is_said_why(settled):
    fine, switched, gone, unconfirmed = settled(
        person("weekly"), person("weekly"), person("weekly"), person("weekly", verified=False)
    )
    ended = person("none")
    preferences.switch_off(switched, kinds.URGENT.name)
    Suppression.objects.create(address_hash=gone.address_hash, reason="bounced")
    urgent()
    run()
    assert [message.to for message in mail.outbox] == [[fine.address]]
    assert states() == {
        fine.address: "sent",
        switched.address: "skipped switched_off",
        gone.address: "skipped suppressed",
        unconfirmed.address: "skipped unverified",
    }
    assert ended.address not in states()


def test_whoever_ends_the_digest_before_it_is_sent_gets_none(settled):
    leaves = settled(person("weekly"))
    urgent()
    with time_machine.travel(NOON, tick=False):
        editions.make_editions()
        recipients.set_rhythm(leaves.user, "none")
        deliver.send_due()
    assert states() == {leaves.address: "skipped rhythm_none"}


def test_a_pause_and_a_full_budget_do_not_stop_it(settled, settings):
    settings.MAIL_UNREQUESTED_A_WEEK = 0
    paused = settled(person("weekly"))
    with time_machine.travel(NOON - DAY, tick=False):
        pauses.set_pause(paused, NOON.date() + 7 * DAY)
    urgent()
    run()
    assert len(mails_to(paused.address)) == 1
    assert budget.used([paused.pk], NOON) == {}


def test_what_the_mail_could_not_bring_stands_first_in_the_next_digest(settled):
    late = settled(person("daily", verified=False))
    urgent()
    with time_machine.travel(NOON, tick=False):
        UpdateFactory(published=True, title_en="Other news")
    run()
    recipients.sync_user(late.user, late.address, "en", "UTC", is_verified=True)
    run(NOON + DAY)
    [digest] = mails_to(late.address)
    assert digest.subject == "The vote is tomorrow"
    assert digest.body.index("The vote is tomorrow") < digest.body.index("Other news")


def test_it_goes_before_a_digest_that_is_being_sent(settled):
    daily, weekly = person("daily"), settled(person("weekly"))
    with time_machine.travel(NOON - DAY, tick=False):
        UpdateFactory(published=True, title_en="Other news")
    with time_machine.travel(NOON, tick=False):
        editions.make_editions()
    urgent()
    with time_machine.travel(NOON + datetime.timedelta(minutes=1), tick=False):
        editions.make_editions()
        deliver.send_due()
    assert [message.subject.split(":")[0] for message in mail.outbox] == [
        *["Urgent"] * 2,
        "Other news",
    ]
    assert weekly.address in mail.outbox[0].to + mail.outbox[1].to
    assert daily


def test_two_at_once_are_two_mails(settled):
    weekly = settled(person("weekly"))
    urgent(title_en="First")
    urgent(title_en="Second")
    run()
    assert [message.subject for message in mails_to(weekly.address)] == [
        "Urgent: First",
        "Urgent: Second",
    ]


def test_withdrawn_before_it_is_sent_it_goes_to_nobody(settled):
    weekly = settled(person("weekly"))
    update = urgent()
    with time_machine.travel(NOON, tick=False):
        editions.make_editions()
        updates.withdraw(update, why={"en": "A mistake."}, actor=None)
        deliver.send_due()
    assert mail.outbox == []
    assert states() == {weekly.address: "skipped empty"}


def test_nobody_is_woken_for_what_is_days_old(settled):
    weekly = settled(person("weekly"))
    urgent(NOON - 3 * DAY)
    run()
    assert mails_to(weekly.address) == []
    run(NOON + 6 * DAY)
    assert len(mails_to(weekly.address)) == 1


def test_whoever_came_after_it_is_not_told(settled):
    urgent()
    late = settled(person("weekly"))
    run()
    assert mails_to(late.address) == []


def test_talk_pages_get_theirs_to_post_at_once():
    user = UserFactory(by_name=True, wiki_username="Demo liaison")
    reader(user)
    recipients.set_channel(user, "talk_page", "weekly")
    urgent()
    run()
    [delivery] = Delivery.objects.filter(edition__rhythm="urgent")
    assert (delivery.edition.channel, delivery.state) == ("talk_page", "to_post")
    assert mail.outbox == []


def wikimedian(name):
    user = UserFactory(by_name=True, wiki_username=name)
    reader(user)
    recipients.set_channel(user, "talk_page", "weekly")
    return user.mail_recipient


def test_on_talk_pages_too_a_pause_keeps_nothing_urgent_back_and_a_switch_does():
    paused, off = wikimedian("Paused example"), wikimedian("Off example")
    with time_machine.travel(NOON - HOUR, tick=False):
        pauses.set_pause(paused, NOON.date() + 9 * DAY)
    preferences.switch_off(off, "urgent")
    urgent()
    run()
    edition = Edition.objects.get(rhythm="urgent")
    found = edition.deliveries.values_list("recipient", "state", "reason")
    assert set(found) == {(paused.pk, "to_post", ""), (off.pk, "skipped", "switched_off")}
    [message] = talk_pages.messages_of(edition)
    assert message.names == ["Paused example"]
    preferences.switch_off(paused, "urgent")
    [message] = talk_pages.messages_of(edition)
    assert message.names == []


def test_its_audience_stays_as_it_was_agreed_to(erin):
    update = urgent(audience={"liaisons_only": True})
    update.audience = {}
    updates.save(update, actor=erin)
    update.refresh_from_db()
    assert update.audience == {"liaisons_only": True}
    assert update.further_positions == []


def test_its_form_takes_no_waiting(desk):  # noqa: F811
    wait = timezone.now() + DAY
    refused = write(
        desk,
        kind="urgent",
        waits_for=["fr"],
        waits_until_0=f"{wait:%Y-%m-%d}",
        waits_until_1=f"{wait:%H:%M}",
    )
    assert "waits_until" in problems(refused)


# --- Calls to act ---------------------------------------------------------------------------------


def call(at=NOON - HOUR, days=5, **values):
    with time_machine.travel(at, tick=False):
        return UpdateFactory(
            published=True,
            kind=Update.Kind.ACT,
            deadline=at + days * DAY,
            **{"title_en": "Vote for the board", **values},
        )


def test_a_call_to_act_stands_among_the_calls_by_its_day():
    daily = person("daily")
    with time_machine.travel(NOON - HOUR, tick=False):
        UpdateFactory(published=True, title_en="Plain news")
        TopicFactory(title_en="A topic", position=None)
    call(days=9, title_en="Later call")
    call(days=2)
    run(NOON + DAY)
    [digest] = mails_to(daily.address)
    assert digest.subject == "Vote for the board"
    body = digest.body
    assert "2 things to do, the last by 23 July 2026, 11:00\u202fam UTC" in body
    order = [body.index(title) for title in ("Vote for the board", "Later call", "Plain news")]
    assert order == sorted(order)
    assert body.count("Vote for the board") == 1
    html = digest.alternatives[0].content
    assert html.index("See what to do") < html.index("Later call")
    assert html.count("See what to do") == 1


def test_a_call_that_is_over_is_plain_news_and_told_once():
    daily = person("daily")
    call(days=0.5)
    run(NOON + DAY)
    run(NOON + 2 * DAY)
    [digest] = mails_to(daily.address)
    assert "thing to do" not in digest.body
    assert "Vote for the board" in digest.body


def test_a_call_is_told_once_before_and_after_its_day():
    daily = person("daily")
    call(days=3)
    for days in range(1, 6):
        run(NOON + days * DAY)
    assert len(mails_to(daily.address)) == 1


def test_a_call_keeps_to_its_audience_and_waits_for_its_translation():
    europe = RegionFactory(code="NWE", name_en="Europe")
    there, french = liaison(europe), liaison(europe, language="fr")
    elsewhere = reader()
    call(
        audience=Audience(regions=("NWE",)).kept,
        waits_for=["fr"],
        waits_until=NOON + 1.5 * DAY,
    )
    run(NOON)
    assert [len(mails_to(one.email)) for one in (there, french, elsewhere)] == [1, 0, 0]
    run(NOON + 2 * DAY)
    assert [len(mails_to(one.email)) for one in (there, french, elsewhere)] == [1, 1, 0]


def test_a_call_cannot_wait_beyond_its_day(desk):  # noqa: F811
    day, wait = timezone.now() + 2 * DAY, timezone.now() + 3 * DAY
    refused = write(
        desk,
        kind="act",
        deadline_0=f"{day:%Y-%m-%d}",
        deadline_1=f"{day:%H:%M}",
        waits_for=["fr"],
        waits_until_0=f"{wait:%Y-%m-%d}",
        waits_until_1=f"{wait:%H:%M}",
    )
    assert "waits_until" in problems(refused)


def test_whoever_was_told_of_updates_before_was_told_of_urgent_ones():
    """As the migration leaves it: the section of urgent ones begins where that of updates is."""
    reader = person("daily")
    SectionCursor.objects.create(recipient=reader, section="updates", position=7)
    moved = importlib.import_module("strategy.migrations.0020_what_is_urgent_has_its_place")
    with connection.schema_editor() as editor:
        moved.begin_where_updates_are(apps, editor)
    assert SectionCursor.objects.get(section="urgent").position == 7
