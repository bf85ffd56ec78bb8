"""The number of queries does not grow with the rows, and a public page needs at most twelve."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from liaisons.models import Group
from mailing import recipients
from strategy import updates
from strategy.models import (
    Relay,
    Report,
    ReportVersion,
    Response,
    Series,
    Statement,
    TimelineEntry,
    Topic,
    TopicQuestion,
    TranslationRequest,
    Update,
    WorkingGroup,
)
from tests.factories import GroupFactory, LanguageFactory, MandateFactory, UserFactory

from .addresses import all_addresses, own_admin_pages
from .visits import path_of, reader_of
from .world import in_english, translated

MOST = 12
WATCHED = ("public", "signed_in", "liaison", "translator")


@pytest.fixture
def count(world, browser):
    """``count(path, role)``: how many queries a page needs that is not kept."""
    clients = {role: browser(role) for role in world.people}

    def counted(path, role):
        for name in ("pages", "searches", "figures"):
            caches[name].clear()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            clients[role].get(path)
        return len(queries), [query["sql"][:150] for query in queries]

    return counted


def pages(world):
    for address in all_addresses():
        if not address.is_admin and address.policy in (
            "public",
            "signed_in",
            "liaison",
            "translator",
        ):
            yield address.name, path_of(address, world), reader_of(address)
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        yield name, reverse(name), "superuser"
    for address in own_admin_pages():
        yield address.name, path_of(address, world), "superuser"


def grow(world):
    """Twenty more of everything that is listed anywhere."""
    now = timezone.now()
    alice, frank = world.people["liaison"], world.people["superuser"]
    for number in range(20):
        group = GroupFactory(languages=[LanguageFactory(code=f"x{number:02}")])
        MandateFactory(group=group, confirmed=True, reviewer=frank, contact=frank)
        MandateFactory(group=world.group, person=UserFactory(), reviewer=frank)
        MandateFactory(group=world.group, ended=True, reviewer=frank)
        MandateFactory(group=GroupFactory(), person=alice, reviewer=frank)
        MandateFactory(group=world.group, confirmed=True, deputy=True, reviewer=frank)
        GroupFactory(proposed=True)
        person = UserFactory()
        recipients.sync_user(person, person.email, "en", "UTC")
        working_group = translated(WorkingGroup, slug=f"wg-{number}", name_en=f"{number}")
        topic = translated(
            Topic, slug=f"t-{number}", working_group=working_group, title_en=f"{number}",
            short_en="x", opens_at=now, closes_at=now + timedelta(days=number + 1),
        )  # fmt: skip
        for extra in (topic, world.topic):
            position = extra.questions.count() + 10
            translated(TopicQuestion, topic=extra, position=position, text_en="?")
        update = one_update(world, number, working_group)
        for channel in ("meeting", "newsletter"):
            Relay.objects.create(
                update=update, group=world.group, person=alice, channel=channel, people=9,
                language_id=f"x{number:02}", url="https://meta.example.org/wiki/Relay",
            )  # fmt: skip
        translated(
            TimelineEntry, kind="event", title_en=f"{number}",
            starts_on=now.date() + timedelta(days=number),
        )  # fmt: skip
        more_reports(world, number, group, topic)
    Group.objects.filter(name="").delete()


def one_update(world, number, working_group):
    """An update; those with an odd number are for some only."""
    update = translated(
        Update, slug=f"u-{number}", title_en=f"{number}", short_en="x",
        audience={"regions": ["SSA"], "topics": [working_group.slug]} if number % 2 else {},
        series=translated(Series, name_en=f"{number}"), issue=1,
    )  # fmt: skip
    updates.publish(update, actor=world.people["superuser"])
    return update


def more_reports(world, number, other_group, other_topic):
    """A report of the group shown, one on the topic shown, and more in the report shown."""
    now = timezone.now()
    alice, answer = world.people["liaison"], Response.objects.order_by("pk").first()
    answered = {"received_at": now, "response": answer, "answered_at": now}
    own = {**answered, "response": translated(Response, text_en="x")}
    for turn, (group, topic) in enumerate([(world.group, other_topic), (other_group, world.topic)]):
        report = Report.objects.create(
            status=Report.Status.PUBLISHED, number=100 + 2 * number + turn, version=1, group=group,
            person=alice, topic=topic, place="x", held_on=now.date(), form=Report.Form.ONLINE,
            language_id=f"x{number:02}", people=3, overview="x", published_at=now,
        )  # fmt: skip
        ReportVersion.objects.create(report=report, number=1, actor=alice, content={})
        for position, state in enumerate([own, answered, {"received_at": now}, {}], start=1):
            Statement.objects.create(report=report, number=position, text="x", **state)
        in_english(report)
        TranslationRequest.objects.create(
            person=alice, kind="report", object_id=report.pk, language="en"
        )
    ReportVersion.objects.create(
        report=world.report, number=number + 10, actor=alice,
        content={"statements": [{"number": 1, "text": f"{number}", "withdrawn": False}]},
    )  # fmt: skip
    last = world.report.statements.count() + 1
    Statement.objects.create(report=world.report, number=last, text="x", **answered)


@pytest.mark.long
def test_no_page_needs_more_queries_for_more_rows(world, count):
    # A page that says for whom something is asks for the names once, where anything is for some.
    one_update(world, 99, world.topic.working_group)
    before = {name: count(path, role) for name, path, role in pages(world)}
    for name, path, role in list(pages(world)):
        before[name] = count(path, role)  # what is learned once and kept is known by now
    grow(world)
    grown = {}
    for name, path, role in pages(world):
        number, queries = count(path, role)
        if number > before[name][0]:
            new = [
                query for query in queries if queries.count(query) > before[name][1].count(query)
            ]
            grown[name] = (before[name][0], number, new[:3])
    assert grown == {}


@pytest.mark.long
def test_a_public_page_needs_few_queries(world, count):
    grow(world)
    many = {
        address.name: number
        for address in all_addresses()
        if address.policy == "public"
        and (number := count(path_of(address, world), "anonymous")[0]) > MOST
    }
    assert many == {}
