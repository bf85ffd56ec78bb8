"""What the Core Team writes in ten languages."""

from modeltranslation.translator import TranslationOptions, register

from .models import (
    Image,
    Response,
    Series,
    TimelineEntry,
    Topic,
    TopicQuestion,
    Update,
    WorkingGroup,
)


@register(TimelineEntry)
class TimelineEntryTranslation(TranslationOptions):
    fields = ("title",)
    required_languages = ("en",)


@register(WorkingGroup)
class WorkingGroupTranslation(TranslationOptions):
    fields = ("name", "scope")
    required_languages = {"en": ("name",), "default": ()}


@register(Topic)
class TopicTranslation(TranslationOptions):
    fields = ("title", "short")
    required_languages = ("en",)


@register(TopicQuestion)
class TopicQuestionTranslation(TranslationOptions):
    fields = ("text",)
    required_languages = ("en",)


@register(Series)
class SeriesTranslation(TranslationOptions):
    fields = ("name",)
    required_languages = ("en",)


@register(Update)
class UpdateTranslation(TranslationOptions):
    fields = ("title", "short", "body", "withdrawal")
    required_languages = {"en": ("title", "short"), "default": ()}


@register(Response)
class ResponseTranslation(TranslationOptions):
    fields = ("text",)
    required_languages = ("en",)


@register(Image)
class ImageTranslation(TranslationOptions):
    fields = ("alt",)
    required_languages = ("en",)
