"""For whom an update is: one question, asked by digests, pages, next steps and mails."""

import datetime

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from liaisons.models import Group, Mandate
from mailing import deliver, editions, recipients, upcoming
from mailing.models import Delivery, Notice
from mailing.seeing import readers
from strategy import audiences, dashboard, next_steps, relay_matrix, relay_nudges, tasks, updates
from strategy.audiences import Audience
from strategy.models import Update, UpdateEvent
from tests.factories import CountryFactory, GroupFactory, MandateFactory, RegionFactory, UserFactory
from tests.mailing.people import person
from tests.strategy.test_admin import desk, form_of, page_of, write  # noqa: F401 (a fixture)

from .factories import UpdateFactory, WorkingGroupFactory

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
MORNING = datetime.datetime(2026, 7, 15, 7, tzinfo=datetime.UTC)


@pytest.fixture
def africa(db):
    return RegionFactory(code="SSA", name_en="Sub-Saharan Africa")


@pytest.fixture
def europe(db):
    return RegionFactory(code="NWE", name_en="Northern and Western Europe")


def reader(user=None, *, language="en", rhythm="daily", **chosen):
    """Somebody with an account who gets the digest; ``chosen`` are topics and regions."""
    user = user or UserFactory(language=language)
    recipient = recipients.sync_user(user, user.email, language, "UTC", is_verified=True)
    recipients.set_rhythm(user, rhythm, choices=chosen)
    recipient.preferences.update(effective_at="2000-01-01T00:00Z")
    return user


def country_in(region):
    """One country of each region."""
    code = {"SSA": "KE", "NWE": "SE", "ESEAP": "ID"}[region.code]
    return CountryFactory(iso2=code, english_name=code, region=region)


def liaison(region, *, kind=Group.Kind.CHAPTER, **values):
    """A liaison of a group of this region, who gets the digest."""
    user = reader(**values)
    country = country_in(region)
    with time_machine.travel(MORNING - 90 * DAY, tick=False):
        group = GroupFactory(country=country, kind=kind)
        MandateFactory(person=user, group=group, confirmed=True)
    return user


def published(**values):
    with time_machine.travel(MORNING - DAY, tick=False):
        return UpdateFactory(published=True, **values)


def run(at=MORNING):
    with time_machine.travel(at, tick=False):
        tasks.publish_due_updates()
        editions.make_editions()
        deliver.send_due()


def titles(user, *known) -> list[str]:
    """Which of these titles each mail to one person holds."""
    mails = [message.body for message in mail.outbox if message.to == [user.email]]
    return [" + ".join(title for title in known if title in body) for body in mails]


# --- Who belongs to it ----------------------------------------------------------------------------


@pytest.fixture
def cast(africa, europe):
    """People by what they are."""
    advocacy, health = WorkingGroupFactory(slug="advocacy"), WorkingGroupFactory(slug="health")
    return {
        "chapter in Africa": liaison(africa),
        "user group in Africa": liaison(africa, kind=Group.Kind.USER_GROUP, language="fr"),
        "chapter in Europe": liaison(europe),
        "lives in Africa": reader(UserFactory(country=country_in(africa))),
        "asked for Africa": reader(regions=["SSA"]),
        "follows advocacy only": reader(topics=[advocacy.slug]),
        "follows health only": reader(topics=[health.slug], language="fr"),
        "nobody in particular": reader(),
    }


EVERYBODY = {
    "chapter in Africa",
    "user group in Africa",
    "chapter in Europe",
    "lives in Africa",
    "asked for Africa",
    "follows advocacy only",
    "follows health only",
    "nobody in particular",
}
LIAISONS = {"chapter in Africa", "user group in Africa", "chapter in Europe"}


@pytest.mark.parametrize(
    ("audience", "belong"),
    [
        (Audience(), EVERYBODY),
        (Audience(liaisons_only=True), LIAISONS),
        (Audience(kinds=("chapter",)), {"chapter in Africa", "chapter in Europe"}),
        (
            Audience(regions=("SSA",)),
            {"chapter in Africa", "user group in Africa", "lives in Africa", "asked for Africa"},
        ),
        (
            Audience(regions=("SSA",), liaisons_only=True),
            {"chapter in Africa", "user group in Africa"},
        ),
        (Audience(regions=("SSA",), kinds=("chapter",)), {"chapter in Africa"}),
        (Audience(languages=("fr",)), {"user group in Africa", "follows health only"}),
        (Audience(languages=("fr",), liaisons_only=True), {"user group in Africa"}),
        (Audience(topics=("advocacy",)), EVERYBODY - {"follows health only"}),
        (Audience(topics=("health",)), EVERYBODY - {"follows advocacy only"}),
        (Audience(topics=("health",), languages=("fr",), regions=("NWE",)), set()),
    ],
)
def test_who_belongs_to_an_audience_is_the_same_everywhere(cast, audience, belong):
    update = published(title_en="The news", audience=audience.kept)
    # In the count beforehand …
    found = readers.of(lambda path: audiences.is_for(audience, audiences.recipient_at(path)))
    assert {one.recipient.user for one in found.people} == {cast[name] for name in belong}
    # … on one's own page …
    for name, user in cast.items():
        unread = dashboard.of(user).updates.unread
        assert (update in unread) == (name in belong), name
    # … and in the mails.
    run()
    told = {name for name, user in cast.items() if titles(user, "The news")}
    assert told == belong


def test_of_region_and_kind_one_and_the_same_group_counts(africa, europe):
    user = liaison(africa, kind=Group.Kind.CHAPTER)
    MandateFactory(
        person=user,
        group=GroupFactory(country=country_in(europe), kind=Group.Kind.USER_GROUP),
        confirmed=True,
    )
    published(audience=Audience(regions=("NWE",), kinds=("chapter",)).kept)
    run()
    assert mail.outbox == []


def test_an_address_without_an_account_belongs_by_what_it_chose():
    with_topic, without = person("daily"), person("daily")
    for one, slug in ((with_topic, "advocacy"), (without, "health")):
        one.preferences.update(choices={"topics": [slug]})
        one.user, user = None, one.user
        one.save()
        user.delete()
    WorkingGroupFactory(slug="advocacy")
    published(audience=Audience(topics=("advocacy",)).kept)
    run()
    assert [message.to for message in mail.outbox] == [[with_topic.address]]


def test_who_leaves_the_region_between_planning_and_sending_gets_nothing(africa):
    stays, leaves = liaison(africa), liaison(africa)
    published(title_en="The news", audience=Audience(regions=("SSA",)).kept)
    with time_machine.travel(MORNING, tick=False):
        editions.make_editions()
        Mandate.objects.filter(person=leaves).update(
            status="ended", ended_at=timezone.now(), end_reason="stepped_down"
        )
        deliver.send_due()
    assert titles(stays, "The news") == ["The news"]
    assert titles(leaves, "The news") == []
    assert Delivery.objects.get(recipient__user=leaves).reason == "empty"


def test_two_at_once_each_reach_their_own(africa, europe):
    southern, northern = liaison(africa), liaison(europe)
    published(title_en="For the south", audience=Audience(regions=("SSA",)).kept)
    published(title_en="For the north", audience=Audience(regions=("NWE",)).kept)
    run()
    both = ("For the south", "For the north")
    assert titles(southern, *both) == ["For the south"]
    assert titles(northern, *both) == ["For the north"]


# --- From the admin to the mailbox ----------------------------------------------------------------

SIX = ("en", "ar", "de", "es", "fr", "hi")


def test_a_narrow_audience_in_six_languages_with_two_late(desk, africa, europe):  # noqa: F811
    people = {code: liaison(africa, language=code) for code in SIX}
    others = {code: liaison(europe, language=code) for code in SIX}
    at = MORNING - DAY
    with time_machine.travel(at, tick=False):
        wait = at + datetime.timedelta(hours=60)
        answer = write(
            desk,
            title_en="Title en",
            for_liaisons="on",
            for_regions=["SSA"],
            waits_for=["fr", "hi"],
            waits_until_0=f"{wait:%Y-%m-%d}",
            waits_until_1=f"{wait:%H:%M}",
            _publish="1",
            **{f"title_{code}": f"Title {code}" for code in ("ar", "de", "es")},
            **{f"short_{code}": f"Short {code}" for code in ("ar", "de", "es")},
        )
    assert answer.status_code == 302
    update = Update.objects.get()
    assert update.is_published
    assert update.audience == {"regions": ["SSA"], "liaisons_only": True}
    run()
    known = [f"Title {code}" for code in SIX]
    for code in ("en", "ar", "de", "es"):
        assert titles(people[code], *known) == [f"Title {code}"]
    assert titles(people["fr"], *known) == titles(people["hi"], *known) == []
    # One of the two late ones is translated; the other one's time runs out.
    with time_machine.travel(MORNING + DAY / 4, tick=False):
        update.title_fr, update.short_fr = "Title fr", "Short fr"
        updates.save(update, actor=None)
    for days in (1, 2, 3):
        run(MORNING + days * DAY)
    assert titles(people["fr"], *known) == ["Title fr"]
    assert titles(people["hi"], *known) == ["Title en"]
    assert {code: titles(user, *known) for code, user in others.items()} == {
        code: [] for code in SIX
    }
    assert len(mail.outbox) == len(SIX)


def test_the_core_team_sees_how_many_and_who_before_it_publishes(desk, erin, africa, europe):  # noqa: F811
    for code in ("fr", "fr", "en"):
        liaison(africa, language=code)
    liaison(europe)
    write(desk, for_regions=["SSA"])
    update = Update.objects.get()
    form = desk.get(page_of(update)).content.decode()
    assert "3 people by mail" in form
    assert "French: 2 · English: 1" in form
    page = reverse("admin:strategy_update_audience", args=[update.pk])
    counts = desk.get(page).content.decode()
    assert "For people in Sub-Saharan Africa" in counts
    assert "3 people would get it by mail." in counts
    # Who they are is seen by those who see it elsewhere.
    assert 'id="people"' not in counts
    from django.contrib.auth.models import Permission

    erin.user_permissions.add(Permission.objects.get(codename="view_delivery"))
    listed = desk.get(page).content.decode()
    assert listed.count('<th scope="row"><bdi>Person ') == 3


def test_those_in_whose_way_something_is_are_counted_apart(desk, erin, africa):  # noqa: F811
    liaison(africa)
    silent = liaison(africa)
    silent.mail_recipient.is_verified = False
    silent.mail_recipient.save()
    liaison(africa, rhythm="none")
    found = readers.of(lambda path: audiences.is_for(Audience(), audiences.recipient_at(path)))
    assert (found.get, found.skipped) == (1, 1)
    assert [code for code, _label, _number in found.reasons] == ["unverified"]


def test_the_history_and_the_version_say_for_whom(desk, africa):  # noqa: F811
    write(desk, for_regions=["SSA"], _publish="1")
    update = Update.objects.get()
    assert update.versions.get().content["audience"] == {"regions": ["SSA"]}
    page = desk.get(page_of(update))
    desk.post(page_of(update), form_of(page, for_regions=[], _save="1"))
    assert [version.content["audience"] for version in update.versions.all()] == [
        {"regions": ["SSA"]},
        {},
    ]
    said = desk.get(page_of(update)).content.decode()
    assert "For whom it is was set" in said
    assert "For people in Sub-Saharan Africa" in said
    assert "For everyone" in said
    # It is no correction: the words are the same.
    update.refresh_from_db()
    assert update.corrected_at is None


# --- Changed after it was published ---------------------------------------------------------------


def changed(update, at, audience):
    with time_machine.travel(at, tick=False):
        update.refresh_from_db()
        update.audience = audience.kept
        updates.save(update, actor=None)


def test_a_wider_audience_reaches_those_who_were_not_told_and_nobody_twice(africa, europe):
    south, north = liaison(africa), liaison(europe)
    # This one's digest comes with both at once.
    late = reader(UserFactory(country=country_in(europe)), rhythm="monthly")
    late.mail_recipient.preferences.update(effective_at=MORNING)
    update = published(title_en="The news", audience=Audience(regions=("SSA",)).kept)
    published(title_en="For all")
    run()
    changed(update, MORNING + DAY / 4, Audience())
    for days in (1, 2):
        run(MORNING + days * DAY)
    run(datetime.datetime(2026, 8, 1, 7, tzinfo=datetime.UTC))
    known = ("The news", "For all")
    assert titles(south, *known) == ["The news + For all"]
    assert titles(north, *known) == ["For all", "The news"]
    assert titles(late, *known) == ["The news + For all"]
    [body] = [one.body for one in mail.outbox if one.to == [late.email]]
    assert body.count("The news") == 1


def test_who_joined_before_it_was_widened_is_told_whoever_else_is_due(africa, europe):
    south = liaison(africa)
    update = published(title_en="The news", audience=Audience(regions=("SSA",)).kept)
    # Joined after it was published, and is due together with somebody who was not told yet.
    north = liaison(europe)
    changed(update, MORNING - DAY / 2, Audience())
    run()
    assert [titles(user, "The news") for user in (south, north)] == [["The news"]] * 2


def test_it_may_be_widened_again(africa, europe):
    asia = RegionFactory(code="ESEAP")
    people = [liaison(region) for region in (africa, europe, asia)]
    update = published(title_en="The news", audience=Audience(regions=("SSA",)).kept)
    published(title_en="For all")
    run()
    changed(update, MORNING + DAY / 4, Audience(regions=("SSA", "NWE")))
    run(MORNING + DAY)
    changed(update, MORNING + 1.25 * DAY, Audience())
    for days in (2, 3):
        run(MORNING + days * DAY)
    assert [len(titles(user, "x")) for user in people] == [1, 2, 2]


def test_a_narrower_audience_spares_those_who_were_not_told_yet(africa, europe):
    south, north = liaison(africa), liaison(europe)
    update = published(title_en="The news")
    changed(update, MORNING - DAY / 2, Audience(regions=("SSA",)))
    update.refresh_from_db()
    assert update.further_positions == []
    run()
    assert titles(south, "The news") == ["The news"]
    assert titles(north, "The news") == []


# --- Next steps, nudges, the matrix ---------------------------------------------------------------


def test_nobody_is_asked_to_pass_on_what_is_for_others(africa, europe, frank):
    south, north = liaison(africa), liaison(europe)
    with time_machine.travel(timezone.now() - 3 * DAY):
        update = UpdateFactory(published=True, audience=Audience(regions=("SSA",)).kept)
    offered = next_steps.offered([south, north])
    key = f"pass-on-{update.pk}"
    assert key in [step.key for step in offered(south)]
    assert key not in [step.key for step in offered(north)]
    groups = relay_matrix.groups_with_liaison()
    assert list(relay_nudges.whom(update, groups)) == [south]
    relay_nudges.nudge(update=update, groups=groups, seen=1, by=frank)
    [owed] = Notice.objects.filter(kind=relay_nudges.KIND)
    assert owed.recipient.user == south
    # It is asked again right before the mail goes out.
    changed(update, timezone.now(), Audience(regions=("NWE",)))
    deliver.send_due()
    owed.refresh_from_db()
    assert (owed.state, owed.reason) == ("skipped", "not_eligible")


def test_an_update_for_others_is_no_gap(africa, europe):
    south, north = (liaison(region).mandates.get().group for region in (africa, europe))
    narrow = published(audience=Audience(regions=("SSA",)).kept)
    for_all = published()
    shown = [narrow, for_all]
    filters = relay_matrix.MatrixFilter({})
    assert list(relay_matrix.gaps_first(filters, shown)) == [south, north]
    assert [row.cells for row in relay_matrix.rows([south, north], shown)] == [
        [[], []],
        [None, []],
    ]
    assert [column.gaps for column in relay_matrix.columns(filters, shown)] == [1, 2]


def test_what_comes_next_keeps_to_it(africa, europe):
    published(audience=Audience(regions=("SSA",)).kept)
    for region, number in ((africa, 1), (europe, 0)):
        preference = recipients.preference_of(liaison(region))
        # News of before somebody came is no news.
        preference.recipient.joined_position = 0
        preference.recipient.save()
        assert len(upcoming.next_digest(preference).parts) == number


# --- In words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("audience", "said"),
    [
        (Audience(liaisons_only=True), ["For liaisons"]),
        (
            Audience(liaisons_only=True, regions=("SSA", "NWE")),
            ["For liaisons in Northern and Western Europe and Sub-Saharan Africa"],
        ),
        (Audience(regions=("SSA",)), ["For people in Sub-Saharan Africa"]),
        (Audience(kinds=("chapter",)), ["For liaisons of groups of this kind: Chapter"]),
        (Audience(languages=("fr",)), ["For those who read French"]),
        (
            Audience(topics=("advocacy",), languages=("fr",), liaisons_only=True),
            [
                "For liaisons",
                "Only for those who read French",
                "Only for those who follow the topic: Advocacy",
            ],
        ),
    ],
)
def test_it_is_said_in_words(africa, europe, audience, said):
    WorkingGroupFactory()
    assert audiences.words_of(audience.kept) == said


def test_it_stays_public_to_read_and_says_for_whom_it_is(client, africa):
    update = published(
        title_en="The news", audience=Audience(liaisons_only=True, regions=("SSA",)).kept
    )
    other = published(title_en="Other news")
    said = "For liaisons in Sub-Saharan Africa"
    for page in (update.get_absolute_url(), reverse("strategy:update_list"), "/en/"):
        assert said in client.get(page).content.decode()
    assert said not in client.get(other.get_absolute_url()).content.decode()
    assert said in client.get(reverse("strategy:update_feed")).content.decode()


@pytest.mark.parametrize("is_call", [False, True])
def test_the_preview_of_a_digest_says_for_whom_it_is(is_call, as_person, frank, africa):
    user = liaison(africa)
    values = {"kind": Update.Kind.ACT, "deadline": MORNING + 9 * DAY} if is_call else {}
    published(audience=Audience(liaisons_only=True, regions=("SSA",)).kept, **values)
    address = reverse("admin:mailing_delivery_preview")
    with time_machine.travel(MORNING, tick=False):
        page = as_person(frank).get(address, {"person": user.mail_recipient.pk}).content.decode()
    assert page.count("For liaisons in Sub-Saharan Africa.") == 1


def test_an_urgent_update_for_others_needs_agreement_anew(erin, africa):
    update = UpdateFactory(kind=Update.Kind.URGENT, author=UserFactory())
    updates.agree(update, actor=erin)
    update.refresh_from_db()
    update.audience = {"regions": ["SSA"]}
    updates.save(update, actor=erin)
    assert update.agreed_at is None
    with pytest.raises(Exception, match="You wrote on this update"):
        updates.agree(update, actor=erin)
    assert UpdateEvent.objects.filter(kind="audience", actor=erin).exists()


def test_whoever_was_not_told_reads_why(as_person, frank, africa, europe):
    there, elsewhere = liaison(africa), liaison(europe)
    published(title_en="For the south", audience=Audience(regions=("SSA",)).kept)
    run()
    said = (
        "“For the south” was left out, because of whom it is for. For people in Sub-Saharan Africa."
    )
    own = as_person(elsewhere).get(reverse("liaisons:settings_received")).content.decode()
    assert said in own
    assert said not in as_person(there).get(reverse("liaisons:settings_received")).content.decode()
    page = reverse("admin:mailing_recipient_change", args=[elsewhere.mail_recipient.pk])
    edition = Delivery.objects.get(recipient__user=elsewhere).edition
    told = as_person(frank).get(page, {"edition": edition.pk}).content.decode()
    assert told.count(said) == 2
