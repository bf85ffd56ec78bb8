"""A liaison's page: the whole story between us, newest first, a page at a time."""

import datetime

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates, story
from liaisons.models import Endorsement, Letter, MandateEvent, MandateReminder
from mailing import recipients
from mailing.models import Notice
from strategy.models import Relay, Report, ReportVersion, Response, Statement, Update
from tests.factories import LanguageFactory, MandateFactory, UserFactory
from tests.strategy.factories import TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(frank, as_person):
    """Frank's browser."""
    return as_person(frank)


def page_of(person, **filters):
    address = reverse("admin:liaisons_user_story", args=[person.pk])
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return f"{address}?{query}" if query else address


def told(page):
    return [(entry.part.key, entry.line.what) for entry in page.context["entries"]]


@pytest.fixture
def busy(alice, bob, frank, swahili):
    """Alice, of whom every part of the story has something to tell."""
    held = alice.mandates.get()
    recipients.sync_user(alice, alice.email, "en", "UTC")
    mandates.change_contact(mandate=held, by=frank, contact=UserFactory(core_team=True))
    MandateReminder.objects.create(mandate=held, last_day=held.last_day, days_before=30)
    Endorsement.objects.create(mandate=held, person=bob, verdict="contests", reason="A secret.")
    Letter.objects.create(
        group=swahili, mandate=held, sender=bob, sender_address="b@example.org", body="Words."
    )
    update = Update.objects.create(slug="u", title_en="An update", short_en="x")
    Relay.objects.create(
        update=update, group=swahili, person=alice, channel="meeting",
        language=LanguageFactory(code="sw"),
    )  # fmt: skip
    report = Report.objects.create(
        status="published", number=7, version=1, group=swahili, person=alice,
        topic=TopicFactory(slug="topic"), place="Mwanza", held_on=timezone.localdate(),
        form="online", language_id="sw", people=3, overview="x", published_at=timezone.now(),
    )  # fmt: skip
    ReportVersion.objects.create(report=report, number=1, actor=alice, content={})
    MandateEvent.objects.create(mandate=held, kind="renewed", actor=alice)
    return alice


def test_every_part_of_the_story_is_told(desk, busy):
    page = desk.get(page_of(busy))
    assert {
        ("applications", "Submitted"),
        ("decisions", "Confirmed"),
        ("terms", "Renewed"),
        ("contacts", "Core Team contact changed"),
        ("reminders", "Reminded 30 days before the end"),
        ("said", "Contests"),
        ("mails", "A liaison has another contact"),
        ("relays", "Meeting"),
        ("reports", "Published"),
    } <= set(told(page))
    assert page.context["letters"] == 1


def test_answered_statements_are_told(desk, busy, frank):
    report = Report.objects.get(number=7)
    now = timezone.now()
    answer = Response.objects.create(text_en="Yes.", author=frank)
    Statement.objects.create(
        report=report, number=1, text="x", received_at=now, response=answer, answered_at=now
    )
    entries = desk.get(page_of(busy, part="answers")).context["entries"]
    assert [(one.line.what, one.line.about) for one in entries] == [("Answered", "R7.1")]


def test_no_words_of_letters_mails_and_members_are_on_it(desk, busy):
    text = desk.get(page_of(busy)).text
    for private in ("Words.", "A secret.", "b@example.org", busy.email):
        assert private not in text


def test_the_newest_stands_first(desk, busy):
    moments = [entry.at for entry in desk.get(page_of(busy)).context["entries"]]
    assert moments == sorted(moments, reverse=True)


def test_one_part_can_be_read_alone(desk, busy):
    assert {key for key, _what in told(desk.get(page_of(busy, part="decisions")))} == {"decisions"}
    assert told(desk.get(page_of(busy, part="nonsense"))) == told(desk.get(page_of(busy)))


def test_page_by_page_everything_is_told_once(desk, alice, monkeypatch):
    """Also where many things happened at the very same moment."""
    monkeypatch.setattr(story, "ROWS", 4)
    moment = timezone.now() - datetime.timedelta(days=3)
    held = alice.mandates.get()
    for days in range(5):
        MandateReminder.objects.create(
            mandate=held, last_day=held.last_day, days_before=days, sent_at=moment
        )
        MandateEvent.objects.create(mandate=held, kind="added", actor=alice, at=moment)
        MandateEvent.objects.create(mandate=held, kind="taken", at=moment)
    found, before = [], ""
    for _page in range(9):
        context = desk.get(
            reverse("admin:liaisons_user_story", args=[alice.pk]), {"before": before}
        ).context
        found += [(entry.part.key, entry.pk) for entry in context["entries"]]
        before = context["older"]
        if not before:
            break
    assert len(found) == len(set(found)) == 15 + 2
    assert before == ""


@pytest.mark.parametrize(
    "token",
    [
        "x", "~~", "2026-01-01T00:00:00~mails~x", "2026-01-01~nothing~1",
        "0001-01-01T00:00:00%2B14:00~mails~1", f"2026-01-01T00:00:00~mails~{'9' * 40}",
    ],
)  # fmt: skip
def test_a_token_that_makes_no_sense_gives_the_newest(desk, busy, token):
    assert desk.get(page_of(busy, before=token)).status_code == 200


def test_drafts_and_other_peoples_things_are_not_in_it(desk, dave, busy, frank):
    answer = Response.objects.create(text_en="Yes.", author=frank)
    now = timezone.now()
    Statement.objects.create(
        report=Report.objects.get(), number=1, text="x", received_at=now, response=answer,
        answered_at=now,
    )  # fmt: skip
    assert "answers" in {part for part, _what in told(desk.get(page_of(busy)))}
    mandates.start_draft(person=dave)
    assert desk.get(page_of(dave)).context["entries"] == []
    assert "This is still a draft" not in desk.get(page_of(dave)).text


def test_who_may_read_it(as_person, alice, erin, dave):
    assert as_person(dave).get(page_of(alice)).status_code == 302
    assert as_person(erin).get(page_of(alice)).status_code == 403
    for alone in ("view_user", "view_mandate"):
        half = UserFactory(core_team=True)
        half.user_permissions.set(Permission.objects.filter(codename=alone))
        assert as_person(half).get(page_of(alice)).status_code == 403, alone


def test_a_person_there_is_not_is_not_found(desk):
    assert desk.get(reverse("admin:liaisons_user_story", args=[999_999])).status_code == 404
    assert desk.get(reverse("admin:liaisons_user_story", args=["x"])).status_code == 404


def test_it_is_linked_from_where_one_works(desk, alice):
    held = alice.mandates.get()
    address = page_of(alice)
    for name, args in (
        ("admin:liaisons_user_changelist", []),
        ("admin:liaisons_user_change", [alice.pk]),
        ("admin:liaisons_mandate_change", [held.pk]),
    ):
        assert address in desk.get(reverse(name, args=args)).text, name
    queue = desk.get(reverse("admin:liaisons_mandate_changelist"), {"status": "all"})
    assert address in queue.text


def test_a_long_story_asks_as_much_as_a_short_one(desk, busy, questions, frank):
    held = busy.mandates.get()
    for number in (1, 40):
        for _one in range(number):
            MandateEvent.objects.create(mandate=held, kind="replied", actor=frank)
            MandateFactory(person=busy, ended=True)
            Endorsement.objects.create(mandate=held, person=UserFactory(), verdict="confirms")
        questions(desk, page_of(busy))
    assert questions.are_the_same
    assert Notice.objects.count() < 100
