"""Filling a demo."""

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.demo.people import ACCOUNTS, LIAISONS
from config.demo.process import TOPICS
from config.demo.seed import demo_addresses
from liaisons.accounts.erasure import erase
from liaisons.models import Group, Mandate, MandateEvent, User
from mailing.models import Notice, Preference, Recipient
from strategy import timeline
from strategy.models import Topic, Update
from web.models import Installation

pytestmark = pytest.mark.django_db


def seed():
    out = io.StringIO()
    call_command("seed_demo", stdout=out)
    return out.getvalue()


@pytest.fixture
def demo(monkeypatch):
    """A demo with its reference data and a known password, not filled yet."""
    monkeypatch.setenv("DEMO_PASSWORD", "a long demo password")
    Installation.objects.create(pk=1, is_demo=True)
    call_command("make_database", verbosity=0)
    call_command("import_reference_data", verbosity=0)


@pytest.mark.parametrize("mark", [None, False])
def test_any_database_that_is_no_demo_is_refused(mark):
    if mark is not None:
        Installation.objects.create(pk=1, is_demo=mark)
    with pytest.raises(CommandError, match="was not made as a demo"):
        seed()
    assert not User.objects.exists()


def test_without_reference_data_it_says_what_comes_first():
    Installation.objects.create(pk=1, is_demo=True)
    with pytest.raises(CommandError, match=r"First: manage\.py import_reference_data"):
        seed()


def everything():
    return {
        "people": sorted(User.objects.values_list("pk", "email", "display_name", "password")),
        "mandates": sorted(Mandate.objects.values_list("pk", "status", "last_day")),
        "events": sorted(MandateEvent.objects.values_list("pk", "kind", "at")),
        "updates": sorted(Update.objects.values_list("pk", "slug", "published_at", "position")),
        "topics": sorted(Topic.objects.values_list("pk", "opens_at", "closes_at", "position")),
        "groups": Group.objects.count(),
        "recipients": Recipient.objects.count(),
    }


def test_a_demo_has_all_that_pages_need_to_be_judged(demo, client, mailoutbox):
    said = seed()
    assert "a long demo password" not in said
    for account in ACCOUNTS:
        assert account.address in said
        person = User.objects.get(email=account.address)
        assert person.check_password("a long demo password")
        assert person.emailaddress_set.get().verified
        assert person.display_name == account.name
    core_team = User.objects.get(email="core-team@example.org")
    reviewer = User.objects.get(email="reviewer@example.org")
    assert core_team.is_superuser
    assert reviewer.is_staff
    assert not reviewer.is_superuser
    assert reviewer.has_perm("liaisons.review_mandate")
    assert not User.objects.get(email="member@example.org").mandates.exists()

    active = Mandate.objects.active().select_related("group", "person")
    assert active.filter(person__email="liaison@example.org").count() == 1
    assert active.count() >= 30
    assert active.filter(seat="deputy").count() >= 5
    assert active.filter(person__is_public_by_name=False).count() >= 5
    assert Mandate.objects.filter(events__kind="lapsed").count() == 3
    assert Mandate.objects.filter(events__kind="ended").count() == 2
    regions = set(active.values_list("group__region", flat=True)) - {None}
    assert len(regions) == 8
    assert set(active.values_list("group__kind", flat=True)) >= {
        "chapter", "user_group", "thematic_organisation", "project_community",
    }  # fmt: skip
    waiting = Mandate.objects.waiting()
    assert set(waiting.values_list("status", flat=True)) == {"submitted", "more_asked"}
    assert waiting.count() >= 20
    assert waiting.filter(group__status="proposed").count() == 2
    assert waiting.filter(seat="primary", group__mandates__status="confirmed").exists()

    published = Update.objects.published()
    assert published.count() >= 7
    assert all(update.short_en and len(update.short_en) <= 800 for update in published)
    assert published.exclude(title_ar=None).count() >= 4
    positions = [update.position for update in published]
    assert positions == sorted(positions, reverse=True)
    assert Topic.objects.open().count() == 7
    assert Preference.objects.filter(rhythm="weekly").count() > 30
    assert not mailoutbox
    assert not Notice.objects.filter(state__in=["pending", "claimed", "retry"]).exists()

    days = (timezone.localdate() - timezone.datetime(2019, 7, 15).date()).days
    assert Installation.objects.get().shift_days == days
    now = timeline.now_and_next(timeline.entries())
    assert {shown.entry.key for shown in now.now} == {"strategy-salons", "drafting"}
    assert now.next[0].entry.key == "first-drafts-published"

    for address in demo_addresses():
        assert re.fullmatch(r"[a-z0-9-]+@example\.org", address)
    assert not User.objects.exclude(display_name__startswith="Demo ").exists()


def test_a_second_run_changes_nothing_and_keeps_what_people_changed(demo):
    seed()
    before = everything()
    seed()
    assert everything() == before

    own_dates = timezone.now()
    Topic.objects.filter(slug="advocacy").update(opens_at=own_dates, closes_at=None)
    User.objects.filter(email="member@example.org").update(display_name="Somebody")
    Update.objects.filter(slug="office-hours").update(title_en="Moved")
    Group.objects.filter(code="AM").update(name="Edited")
    seed()
    assert Topic.objects.get(slug="advocacy").opens_at == own_dates
    assert User.objects.get(email="member@example.org").display_name == "Somebody"
    assert Update.objects.get(slug="office-hours").title_en == "Moved"


def test_the_dates_move_on_with_the_day(demo, time_machine):
    time_machine.move_to("2027-03-01 12:00Z")
    seed()
    closes = Topic.objects.get(slug="diversity").closes_at
    shift = Installation.objects.get().shift_days
    time_machine.move_to("2027-03-05 12:00Z")
    seed()
    assert (Topic.objects.get(slug="diversity").closes_at - closes).days == 4
    assert Installation.objects.get().shift_days == shift + 4


def test_a_password_is_made_up_and_printed_where_none_is_given(demo, monkeypatch):
    monkeypatch.delenv("DEMO_PASSWORD")
    password = re.search(r"Password of all: (\S+)", seed())[1]
    assert User.objects.get(email="liaison@example.org").check_password(password)


def test_after_somebody_deleted_an_account_the_demo_can_be_filled_again(demo):
    seed()
    erased = erase(User.objects.get(email="member@example.org"))
    seed()
    erased.refresh_from_db()
    assert not erased.email
    assert not erased.has_usable_password()
    assert User.objects.get(email="member@example.org").display_name == "Demo member"


def test_the_plan_names_real_groups_and_topics(demo):
    for one in LIAISONS:
        assert (
            Group.objects.filter(code=one.group).exists()
            or Group.objects.filter(dbname=one.group).exists()
        ), one.group
    assert set(TOPICS) <= set(Topic.objects.values_list("slug", flat=True))
