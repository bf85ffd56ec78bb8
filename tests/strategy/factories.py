"""Makers of what the Core Team publishes. Traits name situations."""

import datetime

import factory
from django.utils import timezone

from strategy import updates
from strategy.models import TimelineEntry, Topic, TopicQuestion, Update, WorkingGroup


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
