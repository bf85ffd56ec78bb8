"""What the Core Team writes in ten languages."""

from modeltranslation.translator import TranslationOptions, register

from .models import TimelineEntry, Topic, TopicQuestion, Update, WorkingGroup


@register(TimelineEntry)
class TimelineEntryTranslation(TranslationOptions):
    fields = ("title",)


@register(WorkingGroup)
class WorkingGroupTranslation(TranslationOptions):
    fields = ("name", "scope")


@register(Topic)
class TopicTranslation(TranslationOptions):
    fields = ("title", "short")


@register(TopicQuestion)
class TopicQuestionTranslation(TranslationOptions):
    fields = ("text",)


@register(Update)
class UpdateTranslation(TranslationOptions):
    fields = ("title", "short", "body")
