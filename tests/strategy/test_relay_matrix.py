"""Who passed what on: gaps first, figures that agree with the pages, and asking those missing."""

import csv
import datetime
import io
import threading

import pytest
import time_machine
from django.contrib.auth.models import Group as Role
from django.core import mail
from django.db import connection
from django.utils import timezone

from config import roles
from liaisons.errors import Refused
from liaisons.models import Group, Mandate, User
from mailing import deliver, recipients
from mailing.eligibility import KEPT_FOR
from mailing.models import Notice
from strategy import relay_matrix, relay_nudges, relays, updates
from strategy.models import Update
from tests.factories import GroupFactory, MandateFactory, RegionFactory, UserFactory

from .factories import UpdateFactory, passed_on

pytestmark = pytest.mark.django_db
PAGE = "/admin/strategy/relay/matrix/"


@pytest.fixture
def editor(as_person):
    roles.make_roles()
    person = UserFactory(core_team=True)
    person.groups.set([Role.objects.get(name=roles.EDITOR)])
    return as_person(person)


@pytest.fixture
def news(alice, bob, grace):
    """An update that Grace's group has passed on, and Alice's (with Bob as deputy) has not."""
    update = UpdateFactory(published=True, title_en="News", short_en="In short.")
    for person in (alice, bob, grace):
        recipients.sync_user(person, person.email, "en", "UTC")
    passed_on(update, Mandate.objects.get(person=grace), channel="newsletter", people=40)
    return update


def matrix(browser, query=""):
    response = browser.get(f"{PAGE}{query}")
    assert response.status_code == 200
    return response


def names(response):
    return [row.group.name for row in response.context["rows"]]


# --- The table ----------------------------------------------------------------------------------


def test_gaps_come_first_and_figures_agree_with_the_public_page(editor, news):
    GroupFactory(name="Nobody speaks for it")
    response = matrix(editor)
    assert names(response) == ["Jenga Wikipedia ya Kiswahili", "Wikimedia Armenia"]
    assert [row.cells for row in response.context["rows"]] == [[[]], [["Newsletter"]]]
    [column] = response.context["columns"]
    assert column.reach == relays.reach_of(news)
    assert (column.reach.groups, column.reach.people, column.gaps) == (1, 40, 1)
    assert "2 groups with a liaison" in response.content.decode()


def test_a_withdrawn_relay_leaves_a_gap(editor, news, grace):
    relays.withdraw(relay=news.relays.get(), by=grace)
    [column] = matrix(editor).context["columns"]
    assert (column.reach.groups, column.gaps, column.first_after) == (0, 2, None)


def test_how_soon_the_first_group_had_it(editor, grace):
    with time_machine.travel(timezone.now() - datetime.timedelta(days=9)):
        update = UpdateFactory(published=True)
    with time_machine.travel(timezone.now() - datetime.timedelta(days=6)):
        passed_on(update, Mandate.objects.get(person=grace))
    [column] = matrix(editor).context["columns"]
    assert column.first_after.days == 3
    assert "3 days" in matrix(editor).content.decode()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?kind=chapter", ["Wikimedia Armenia"]),
        ("?language=sw", ["Jenga Wikipedia ya Kiswahili"]),
        ("?region=ESEAP", ["Jenga Wikipedia ya Kiswahili"]),
        ("?gaps=any", ["Jenga Wikipedia ya Kiswahili"]),
        ("?gaps=all", ["Jenga Wikipedia ya Kiswahili"]),
        ("?gaps=all&kind=chapter", []),
        ("?kind=nothing&region=x&before=yesterday&page=99", None),
    ],
)
def test_the_groups_are_narrowed(editor, news, swahili, query, shown):
    Group.objects.filter(pk=swahili.pk).update(region=RegionFactory(code="ESEAP"))
    everything = ["Jenga Wikipedia ya Kiswahili", "Wikimedia Armenia"]
    response = matrix(editor, query)
    assert names(response) == (everything if shown is None else shown)
    if shown == []:
        assert "No group fits" in response.content.decode()


def test_only_the_newest_updates_stand_there_and_a_link_leads_to_earlier_ones(editor, alice):
    for day in range(relay_matrix.COLUMNS + 2, 0, -1):
        with time_machine.travel(timezone.now() - datetime.timedelta(days=day)):
            UpdateFactory(published=True, title_en=f"Day {day}")
    response = matrix(editor)
    assert response.context["columns"][0].update.title == "Day 1"
    assert len(response.context["columns"]) == relay_matrix.COLUMNS
    oldest = response.context["oldest"].published_at.isoformat().replace("+", "%2B")
    earlier = matrix(editor, f"?before={oldest}").context["columns"]
    assert [one.update.title for one in earlier] == ["Day 9", "Day 10"]


def test_nothing_published_and_nobody_there(editor):
    assert "No update is published yet" in matrix(editor).content.decode()


def test_as_many_queries_for_one_group_as_for_thirty(editor, news, django_assert_max_num_queries):
    matrix(editor)
    with django_assert_max_num_queries(20) as few:
        matrix(editor)
    for number in range(30):
        held = MandateFactory(confirmed=True, group=GroupFactory(name=f"Group {number}"))
        passed_on(news, held)
    with django_assert_max_num_queries(len(few)):
        matrix(editor)


def test_the_file_holds_every_group_and_no_formula(editor, news, grace):
    MandateFactory(confirmed=True, group=GroupFactory(name='=HYPERLINK("x")'))
    response = editor.get(f"{PAGE}?format=csv")
    assert response["Content-Disposition"] == 'attachment; filename="relays.csv"'
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    heading, *lines = csv.reader(io.StringIO(text))
    assert heading[-1] == "News"
    assert {line[0]: line[-1] for line in lines} == {
        "Jenga Wikipedia ya Kiswahili": "",
        "Wikimedia Armenia": "Newsletter",
        '\'=HYPERLINK("x")': "",
    }


def test_no_page_of_it_for_who_may_not_see_relays(as_person, alice, news):
    roles.make_roles()
    reviewer = UserFactory(core_team=True)
    reviewer.groups.set([Role.objects.get(name=roles.REVIEWER)])
    for path in (PAGE, f"{PAGE}{news.slug}/"):
        assert as_person(reviewer).get(path).status_code == 403
        assert as_person(alice).get(path).status_code == 302


# --- Asking -------------------------------------------------------------------------------------


def people_of(update):
    return set(relay_nudges.whom(update, relay_matrix.groups_with_liaison()))


def test_asking_goes_exactly_to_those_shown_after_a_page_that_says_whom(
    editor, news, alice, bob, grace
):
    path = f"{PAGE}{news.slug}/"
    page = editor.get(path)
    assert page.context["number"] == 2
    assert "Jenga Wikipedia ya Kiswahili" in page.content.decode()
    assert "Wikimedia Armenia" not in page.content.decode()
    assert not Notice.objects.exists()

    assert editor.post(path, {"seen": "2"}).status_code == 302
    deliver.send_due()
    sent = {message.to[0]: message for message in mail.outbox}
    assert set(sent) == {alice.email, bob.email}
    body = sent[alice.email].body
    assert "In short." in body
    assert f"/en/updates/{news.slug}/kit/" in body
    assert f"/en/my/relays/new/?update={news.slug}" in body
    assert "- Jenga Wikipedia ya Kiswahili" in body
    # Nobody is asked a second time.
    assert editor.get(path).context["number"] == 0
    editor.post(path, {"seen": "2"})
    assert Notice.objects.filter(kind=relay_nudges.KIND).count() == 2


@pytest.mark.parametrize("seen", ["", "1", "three", "²", "9" * 400])
def test_nobody_is_asked_who_was_not_counted_on_the_page(editor, news, seen):
    response = editor.post(f"{PAGE}{news.slug}/", {"seen": seen}, follow=True)
    assert "Please look at the list again" in response.content.decode()
    assert not Notice.objects.exists()


def test_who_is_away_or_has_passed_it_on_is_not_asked(news, alice, bob, grace):
    assert people_of(news) == {alice, bob}
    User.objects.filter(pk=bob.pk).update(away_until=timezone.localdate())
    assert people_of(news) == {alice}
    passed_on(news, Mandate.objects.get(person=alice))
    assert people_of(news) == set()


def test_nobody_is_asked_when_it_is_forgotten_who_was_asked_before(news, alice, bob):
    assert people_of(news) == {alice, bob}
    published_at = timezone.now() - KEPT_FOR - datetime.timedelta(hours=1)
    Update.objects.filter(pk=news.pk).update(published_at=published_at)
    news.refresh_from_db()
    assert people_of(news) == set()


def test_who_passed_it_on_meanwhile_gets_no_mail(news, alice, bob, frank):
    groups = relay_matrix.groups_with_liaison()
    assert relay_nudges.nudge(update=news, groups=groups, seen=2, by=frank) == 2
    passed_on(news, Mandate.objects.get(person=alice))
    deliver.send_due()
    assert mail.outbox == []
    assert set(Notice.objects.values_list("state", "reason")) == {("skipped", "not_eligible")}


def test_no_mail_for_an_update_that_was_withdrawn_meanwhile(news, alice, bob, frank):
    groups = relay_matrix.groups_with_liaison()
    relay_nudges.nudge(update=news, groups=groups, seen=2, by=frank)
    updates.withdraw(news, why={"en": "Wrong."}, actor=frank)
    deliver.send_due()
    assert mail.outbox == []
    with pytest.raises(Refused, match="not published"):
        relay_nudges.nudge(update=news, groups=groups, seen=0, by=frank)


def test_it_counts_against_the_contact_budget(settings, news, alice, bob, frank):
    settings.MAIL_UNREQUESTED_A_WEEK = 1
    groups = relay_matrix.groups_with_liaison()
    relay_nudges.nudge(update=news, groups=groups, seen=2, by=frank)
    deliver.send_due()
    second = UpdateFactory(published=True)
    number = len(people_of(second))
    relay_nudges.nudge(update=second, groups=groups, seen=number, by=frank)
    deliver.send_due()
    # Grace got none before.
    waiting = Notice.objects.filter(context__update_id=second.pk, recipient__user__in=[alice, bob])
    assert set(waiting.values_list("state", "reason")) == {("pending", "over_budget")}


def test_only_who_may_publish_asks(as_person, news, alice, bob):
    roles.make_roles()
    reader = UserFactory(core_team=True)
    reader.groups.set([Role.objects.get(name=roles.WORKING_GROUP_MEMBER)])
    with pytest.raises(Refused):
        relay_nudges.nudge(
            update=news, groups=relay_matrix.groups_with_liaison(), seen=2, by=reader
        )


@pytest.mark.django_db(transaction=True)
def test_of_two_who_ask_at_once_one_does(news, alice, bob, frank):
    gate, said = threading.Barrier(2), []

    def ask():
        try:
            gate.wait(10)
            groups = relay_matrix.groups_with_liaison()
            said.append(relay_nudges.nudge(update=news, groups=groups, seen=2, by=frank))
        except Refused as refusal:
            said.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(map(str, said)) == [
        "2",
        "Meanwhile it concerns others. Please look at the list again.",
    ]
    assert Notice.objects.filter(kind=relay_nudges.KIND).count() == 2
    assert Update.objects.count() == 1
