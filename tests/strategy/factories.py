"""Makers of what the Core Team publishes. Traits name situations."""

import datetime
import uuid

import factory
from django.utils import timezone

from liaisons.models import Language, Mandate
from strategy import relays, reports, updates
from strategy.models import (
    Relay,
    Report,
    TimelineEntry,
    Topic,
    TopicQuestion,
    Update,
    WorkingGroup,
)
from tests.factories import LanguageFactory


class UpdateFactory(factory.django.DjangoModelFactory):
    """A draft in English; ``published=True`` publishes it the way the Core Team does."""

    class Meta:
        model = Update
        skip_postgeneration_save = True

    class Params:
        scheduled = factory.Trait(
            status=Update.Status.SCHEDULED,
            publish_at=factory.LazyFunction(lambda: timezone.now() + datetime.timedelta(hours=1)),
        )
        overdue = factory.Trait(
            status=Update.Status.SCHEDULED,
            publish_at=factory.LazyFunction(lambda: timezone.now() - datetime.timedelta(days=2)),
        )
        in_arabic = factory.Trait(
            title_ar="أسئلة جديدة", short_ar="تطرح كل مجموعة سؤالين.", body_ar="نص طويل"
        )

    slug = factory.Sequence(lambda n: f"update-{n}")
    title_en = factory.Sequence(lambda n: f"Update {n}")
    short_en = "Each Working Group now asks two questions."
    body_en = "## What is new\n\nPick the questions that matter to you."

    @factory.post_generation
    def published(update, create, extracted, **kwargs):
        if create and extracted:
            updates.publish(update, actor=None)
            update.refresh_from_db()


class WorkingGroupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WorkingGroup
        django_get_or_create = ("slug",)

    slug = "advocacy"
    name_en = "Advocacy"


class TopicFactory(factory.django.DjangoModelFactory):
    """A topic open since three days, for twelve more."""

    class Meta:
        model = Topic

    class Params:
        ahead = factory.Trait(
            opens_at=factory.LazyFunction(lambda: timezone.now() + datetime.timedelta(days=3))
        )
        closed = factory.Trait(
            closes_at=factory.LazyFunction(lambda: timezone.now() - datetime.timedelta(hours=1))
        )
        undated = factory.Trait(opens_at=None, closes_at=None)

    slug = factory.Sequence(lambda n: f"topic-{n}")
    working_group = factory.SubFactory(WorkingGroupFactory)
    title_en = factory.Sequence(lambda n: f"Topic {n}")
    short_en = "Which policy areas matter most?"
    opens_at = factory.LazyFunction(lambda: timezone.now() - datetime.timedelta(days=3))
    closes_at = factory.LazyFunction(lambda: timezone.now() + datetime.timedelta(days=12))


class TopicQuestionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TopicQuestion

    topic = factory.SubFactory(TopicFactory)
    position = factory.Sequence(lambda n: n + 1)
    kind = TopicQuestion.Kind.KEY_QUESTION
    text_en = factory.Sequence(lambda n: f"What about {n}?")


class TimelineEntryFactory(factory.django.DjangoModelFactory):
    """A stage of one day; give ``starts_on`` and ``ends_on``."""

    class Meta:
        model = TimelineEntry

    kind = TimelineEntry.Kind.STAGE
    title_en = factory.Sequence(lambda n: f"Stage {n}")
    starts_on = datetime.date(2019, 7, 1)
    ends_on = factory.SelfAttribute("starts_on")


def passed_on(update, mandate: Mandate, **values) -> Relay:
    """A relay of this update, recorded by the liaison of this mandate."""
    given = {
        "channel": Relay.Channel.VILLAGE_PUMP,
        "relayed_on": timezone.localdate(),
        "language": _swahili(),
        "people": 30,
    }
    return relays.record(
        update=update, group=mandate.group, by=mandate.person, **{**given, **values}
    )


def drafted(mandate: Mandate, **data) -> Report:
    """A report that the liaison of this mandate has begun; ``data`` is what they typed."""
    return reports.start(key=uuid.uuid4(), group=mandate.group, by=mandate.person, data=data)


def reported(mandate: Mandate, *statements: str, **values) -> Report:
    """A published report of this group with these statements."""
    report = drafted(mandate)
    given = {
        "place": "Dar es Salaam",
        "page_url": "",
        "held_on": timezone.localdate(),
        "form": Report.Form.IN_PERSON,
        "language": _swahili(),
        "people": 12,
        "overview": "We talked for an hour.",
    }
    if "topic" not in values:
        values["topic"] = Topic.objects.first() or TopicFactory()
    content = reports.Content(
        **{**given, **values}, statements=statements or ("Training comes first.",)
    )
    return reports.publish(
        report=report, by=mandate.person, content=content, seen=report.draft.revision
    )


def _swahili() -> Language:
    return LanguageFactory(code="sw", english_name="Swahili", autonym="Kiswahili")
