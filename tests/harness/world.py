"""One small world in which every page has something to show, written in Georgian letters."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group as Role
from django.utils import timezone

from config import roles
from liaisons import group_search, mandates
from liaisons.data_exports import links
from liaisons.models import (
    ContactRule,
    DataExport,
    Endorsement,
    Group,
    Language,
    LanguageSkill,
    Letter,
    Mandate,
    MandateEvent,
    Region,
    SecondStepReset,
    User,
)
from mailing import recipients, subscriptions, unsubscribe
from mailing.models import Delivery, Edition, Recipient, State, SubscriptionRequest
from strategy import images, relays, updates
from strategy.image_files import sizes_of
from strategy.models import (
    Image,
    OtherTranslation,
    Relay,
    Report,
    ReportDraft,
    ReportVersion,
    Response,
    Series,
    Statement,
    TimelineEntry,
    Topic,
    TopicQuestion,
    Translation,
    TranslationDraft,
    TranslationRequest,
    Update,
    WorkingGroup,
)
from strategy.translating import states
from strategy.translating import work as translating
from tests import kept_rows
from tests.cast import make_cast
from tests.factories import GroupFactory, LanguageFactory, MandateFactory, UserFactory
from tests.pictures import upload

GEORGIAN = "საქართველო"


@dataclass
class World:
    """The people by role and the cast by name, and the objects the pages show."""

    people: dict[str, User]
    cast: dict[str, Any]
    group: Group
    proposed: Group
    update: Update
    draft_update: Update
    urgent_update: Update
    withdrawn_update: Update
    topic: Topic
    relay: Relay
    report: Report
    draft_report: Report
    application: Mandate
    mandate: Mandate
    ending: Mandate
    letter: Letter
    export: DataExport
    token: str
    subscriber: Recipient
    asked: SubscriptionRequest
    handover: str
    event: MandateEvent
    passkey: Authenticator
    talk_edition: Edition


def translated(model, **values):
    """Create a row with the same text in English and Russian, the languages the harness reads."""
    for name in list(values):
        if name.endswith("_en"):
            values[name.removesuffix("_en") + "_ru"] = values[name]
    return model.objects.create(**values)


@pytest.fixture
def world(db):
    """Everything the pages show, once. It takes a second: so it is made once and put back."""
    return _kept.get()


def make_world() -> World:
    """Make it."""
    cast = make_cast()
    alice, bob, carol, dave = (cast[name] for name in ("alice", "bob", "carol", "dave"))
    erin, frank, grace, swahili = (cast[name] for name in ("erin", "frank", "grace", "swahili"))
    now = timezone.now()
    for number, group in enumerate(Group.objects.order_by("pk")):
        Group.objects.filter(pk=group.pk).update(name=f"{GEORGIAN} {number}")
    Language.objects.update(autonym="ქართული", english_name="")
    Region.objects.update(name_en="მხარე", name_ru="მხარე")
    for person in (alice, bob, carol, dave, erin, frank, grace):
        User.objects.filter(pk=person.pk).update(display_name=f"ადამიანი {person.pk}")
        person.refresh_from_db()
        recipients.sync_user(person, person.email, "en", "UTC")
    LanguageFactory(code="ka", autonym="ქართული", english_name="", script="Geor")
    proposed = GroupFactory(
        proposed=True, name="ახალი ჯგუფი", slug="proposed-one", proposed_by=carol
    )
    community = GroupFactory(project_community=True, name="ვიკი", local_name="ვიკი")
    community.languages.set(["sw"])
    GroupFactory(archived=True, name="ძველი ჯგუფი", slug="archived-one")
    GroupFactory(worldwide=True, name="მსოფლიო", slug="worldwide-one")
    # Two at one place, so that the map has a dot and a ring.
    Group.objects.filter(slug__in=["swahili", community.slug]).update(
        latitude="-6.2", longitude="34.8"
    )
    swahili.countries.add(swahili.country)
    MandateFactory(group=GroupFactory(name="სხვა"), person=alice)
    # Has not passed on what is for its kind of group, in its region.
    MandateFactory(
        group=GroupFactory(name="მეორე", kind=Group.Kind.USER_GROUP), confirmed=True,
        reviewer=frank, person=UserFactory(display_name="მეორე"),
    )  # fmt: skip
    MandateFactory(ended=True, group=swahili, person=UserFactory(display_name="წინა"))
    held = Mandate.objects.get(group=swahili, person=alice, status="confirmed")
    Mandate.objects.filter(pk=held.pk).update(share_nonce="a" * 22)
    _handover, handover = mandates.invite_successor(mandate=held, by=alice)
    LanguageSkill.objects.create(
        person=alice, language_id="sw", needs_help_from_english=True, offers_help_to_english=True
    )
    ContactRule.objects.create(contact=frank, region_id="SSA")
    ContactRule.objects.create(contact=frank, language_id="ka", stand_in=erin)
    Endorsement.objects.create(mandate=held, person=bob, verdict="contests", reason="მიზეზი")
    SecondStepReset.objects.create(
        person=erin, by=frank, reason="მიზეზი", expires_at=now, used_at=now
    )
    letter = Letter.objects.create(
        group=swahili, mandate=held, sender=bob, sender_name="ადამიანი",
        sender_address="letters@example.org", body="წერილი",
    )  # fmt: skip
    # Near enough to its end to be renewed.
    ending = Mandate.objects.get(person=grace, status="confirmed")
    ending.last_day = now.date() + timedelta(days=20)
    ending.save()
    for offset, kind in ((-40, "stage"), (-5, "stage"), (10, "deadline"), (30, "event")):
        translated(
            TimelineEntry,
            kind=kind,
            title_en=f"ეტაპი {offset}",
            starts_on=now.date() + timedelta(days=offset),
            ends_on=now.date() + timedelta(days=offset + 20) if kind == "stage" else None,
        )
    working_group = translated(
        WorkingGroup, slug="advocacy", name_en="ადვოკატირება", scope_en="თემა"
    )
    topic = translated(
        Topic,
        slug="advocacy",
        working_group=working_group,
        title_en="თემა",
        short_en="მოკლედ",
        opens_at=now - timedelta(days=3),
        closes_at=now + timedelta(days=12),
    )
    for number, kind in enumerate(TopicQuestion.Kind.values, start=1):
        translated(
            TopicQuestion, topic=topic, position=number, kind=kind, text_en=f"კითხვა {number}?"
        )
    update = translated(
        Update, slug="first", title_en="სიახლე", short_en="მოკლე",
        body_en="## სათაური\n\nტექსტი\n\n![](image:1)", audience=FOR_THE_LIAISON,
    )  # fmt: skip
    updates.publish(update, actor=erin)
    put_in_order(update, topic, by=erin, read_by=alice)
    relay = Relay.objects.create(
        update=update, group=swahili, person=alice, channel="meeting", language_id="sw", people=12,
        url="https://meta.example.org/wiki/Relay",
    )  # fmt: skip
    urgent = urgent_for_the_other_liaison(by=erin, agreed_by=frank)
    report, draft_report = reports_of(alice, swahili, topic, answered_by=erin)
    withdrawn = translated(Update, slug="withdrawn", title_en="უკან", short_en="უკან")
    updates.publish(withdrawn, actor=erin)
    updates.withdraw(withdrawn, why={"en": "მიზეზი", "ru": "მიზეზი"}, actor=erin)
    draft = translated(
        Update, slug="draft", title_en="მონახაზი", short_en="მონახაზი", body_en="![](image:1)"
    )
    states.record(draft, by=erin)
    for one in (update, draft):
        with_image(one, by=erin)
    update.refresh_from_db()
    people = people_with_roles()
    translated_by(people["translator"], update)
    asked_for_by(alice, update)
    for kind, thing in (("update", update), ("topic", topic)):
        OtherTranslation.objects.create(
            kind=kind, object_id=thing.pk, language_id="ka",
            texts={"title": "სათაური", "short": "მოკლედ", "body": "ტექსტი"},
        )  # fmt: skip
    translated_into_english_by(people["translator"], report)
    TranslationRequest.objects.create(
        person=alice, kind="report", object_id=report.pk, language="en", note="შენიშვნა"
    )
    group_search.refresh_search_text()
    reader = recipients.sync_user(dave, dave.email, "en", "UTC")
    return World(
        people={
            "anonymous": None,
            "member": dave,
            "applicant": carol,
            "liaison": alice,
            "other liaison": grace,
            "editor": erin,
            "superuser": frank,
            **people,
        },
        cast=cast,
        group=swahili,
        proposed=proposed,
        update=update,
        draft_update=draft,
        urgent_update=urgent,
        withdrawn_update=withdrawn,
        topic=topic,
        relay=relay,
        report=report,
        draft_report=draft_report,
        application=Mandate.objects.get(person=carol),
        mandate=Mandate.objects.active().get(person=alice),
        ending=ending,
        letter=letter,
        export=export_of(alice),
        token=unsubscribe.token_for(reader.pk, reader.address_hash),
        subscriber=subscriber_of("subscriber@example.org"),
        asked=subscriptions.ask("asked@example.org", WISH),
        handover=handover,
        event=MandateEvent.objects.filter(mandate__person=carol).first(),
        passkey=Authenticator.objects.create(
            user=frank,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "გასაღები", "credential": {}},
        ),
        talk_edition=talk_edition_for(alice, update),
    )


_kept = kept_rows.Kept(make_world)


def put_in_order(update, topic, *, by, read_by):
    """A call to act in a series, with its topic and date in the timeline, read, then corrected."""
    update.kind, update.deadline = Update.Kind.ACT, timezone.now() + timedelta(days=5)
    update.series, update.issue = translated(Series, name_en="რიგი"), 11
    update.topics.add(topic)
    update.timeline_entries.add(TimelineEntry.objects.first())
    relays.mark_read([update], by=read_by)
    update.body_en = update.body_ru = f"{update.body_en}\n\nმეტი"
    updates.save(update, actor=by)


def urgent_for_the_other_liaison(*, by, agreed_by) -> Update:
    """Urgent news for one region only, to which two people agreed."""
    update = updates.save(
        Update(
            slug="urgent", title_en="სასწრაფო", title_ru="სასწრაფო", short_en="მოკლე",
            short_ru="მოკლე", kind=Update.Kind.URGENT, audience={"regions": ["CEECA"]},
        ),
        actor=by,
    )  # fmt: skip
    updates.agree(update, actor=agreed_by)
    return updates.publish(update, actor=by)


def with_image(update, *, by) -> Image:
    """The update with a picture that has a small size for phones besides."""
    image = Image(
        update=update, alt_en="სურათი", alt_ru="სურათი", credit="ავტორი", licence="cc-by-sa-4.0"
    )
    return images.add(image, sizes_of(upload("picture.png", width=900)), by=by)


# Every sort of audience at once: of the cast only the liaison and the deputy belong to it.
FOR_THE_LIAISON = {
    "regions": ["SSA"],
    "kinds": ["user_group"],
    "languages": ["en"],
    "topics": ["advocacy"],
    "liaisons_only": True,
}
WISH = subscriptions.Wish("weekly", "en", "UTC", {"topics": ["advocacy"]})


def subscriber_of(address: str) -> Recipient:
    """Somebody who gets the digest without an account."""
    return subscriptions.confirm(subscriptions.ask(address, WISH))


def people_with_roles() -> dict[str, User]:
    """Somebody with each role, let into the admin; the editor is one of the cast."""
    roles.make_roles()
    people = {}
    for name, role in (
        ("reviewer", roles.REVIEWER),
        ("working group", roles.WORKING_GROUP_MEMBER),
        ("translator", roles.TRANSLATOR),
        ("administrator", roles.ADMINISTRATOR),
    ):
        person = UserFactory(core_team=True, display_name=f"ადამიანი {len(people)}")
        person.groups.set([Role.objects.get(name=role)])
        recipients.sync_user(person, person.email, "en", "UTC")
        people[name] = person
    return people


def talk_edition_for(person, update) -> Edition:
    """A digest for talk pages that waits to be posted to one person's."""
    edition = Edition.objects.create(
        channel="talk_page",
        rhythm="weekly",
        hour=timezone.now(),
        cut_off=update.position,
        audience=1,
    )
    Delivery.objects.create(
        edition=edition, recipient=person.mail_recipient, language="en", since={"updates": 0},
        state=State.TO_POST, message_id="<talk-page@example.org>",
    )  # fmt: skip
    return edition


def translated_by(person, update) -> None:
    """Somebody translates the update into Hindi, and it changed since they began."""
    translating.claim(thing=update, language="hi", by=person)
    typed = {"title": "სათაური", "short": "მოკლედ", "body": "ტექსტი [ბმული](https://example.org)"}
    translating.save_draft(thing=update, language="hi", by=person, data=typed, seen=1)
    draft = TranslationDraft.objects.get(translation__object_id=update.pk)
    draft.made_from["short"] = "ძველი მოკლე"
    draft.save()


def translated_into_english_by(person, report) -> None:
    """A report was translated; then one statement changed, and somebody begins anew."""
    LanguageFactory(code="en", autonym="ინგლისური", english_name="", bcp47="en")
    english = in_english(report)
    *_others, last = english.made_from
    english.made_from[last] = "ძველი აზრი"
    english.save()
    translating.claim(thing=report, language="en", by=person)
    Translation.objects.filter(kind="report").update(translator=person)


def in_english(report) -> OtherTranslation:
    """A translation of all that a report says; of its newest statement last."""
    made_from = {"overview": report.overview}
    for statement in report.statements.all():
        made_from[f"statement-{statement.pk}-text"] = statement.text
    return OtherTranslation.objects.create(
        kind="report", object_id=report.pk, language_id="en", made_from=made_from,
        texts={key: f"{words} თარგმანი" for key, words in made_from.items()},
    )  # fmt: skip


def asked_for_by(person, update) -> None:
    """A liaison waits for the update in Hindi."""
    TranslationRequest.objects.create(
        person=person, kind="update", object_id=update.pk, language="hi", note="შენიშვნა",
        needed_by=timezone.localdate() + timedelta(days=3),
    )  # fmt: skip


def export_of(person) -> DataExport:
    """Everything held on a person, ready to be downloaded."""
    now = timezone.now()
    export = DataExport.objects.create(
        person=person, ready_at=now, expires_at=now + timedelta(hours=1), archive=b"archive"
    )
    export.token_hash = links.hash_of(links.token_of(export))
    export.save()
    return export


def reports_of(person, group, topic, *, answered_by) -> tuple[Report, Report]:
    """A published report with an answered, a received and a new statement; and a draft."""
    now = timezone.now()
    report = Report.objects.create(
        status=Report.Status.PUBLISHED, number=12, version=1, group=group, person=person,
        topic=topic, place="თბილისი", page_url="https://meta.example.org/wiki/Talk",
        held_on=now.date(), form=Report.Form.IN_PERSON, language_id="ka", people=14,
        overview="მიმოხილვა", published_at=now,
    )  # fmt: skip
    answer = translated(Response, text_en="პასუხი", author=answered_by)
    words = ["პირველი აზრი", "მეორე აზრი", "მესამე აზრი"]
    states = [
        {"received_at": now, "response": answer, "answered_at": now},
        {"received_at": now, "received_by": answered_by},
        {},
    ]
    for number, (text, state) in enumerate(zip(words, states, strict=True), start=1):
        Statement.objects.create(report=report, number=number, text=text, **state)
    content = {
        "statements": [
            {"number": number, "text": text, "withdrawn": False}
            for number, text in enumerate(words, start=1)
        ]
    }
    ReportVersion.objects.create(report=report, number=1, actor=person, content=content)
    draft = Report.objects.create(group=group, person=person)
    ReportDraft.objects.create(report=draft, data={"overview": "მონახაზი"}, saved_by=person)
    return report, draft
