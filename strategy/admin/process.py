"""The process: timeline, Working Groups, topics with their questions."""

from django.contrib import admin
from django.forms.widgets import Script
from django.utils.translation import gettext_lazy as _

from web import content_version

from .. import deadlines, topics
from ..models import TimelineEntry, Topic, TopicQuestion, WorkingGroup
from ..translating import states
from . import writing_help
from .languages import (
    OTHER_LANGUAGES,
    GuardedForm,
    MultilingualFields,
    PublicContentAdmin,
    ShortVersionForm,
    means_the_same,
)


@admin.register(TimelineEntry)
class TimelineEntryAdmin(PublicContentAdmin):
    """Stages, events, milestones and deadlines, with their true dates."""

    list_display = ["english_title", "kind", "starts_on", "ends_on", "precision"]
    list_filter = ["kind", "phase"]
    search_fields = ["title_en"]
    ordering = ["starts_on", "pk"]

    def further_fieldsets(self, request, obj=None):
        return [
            (
                _("When"),
                {
                    "fields": ["kind", "phase", "starts_on", "ends_on", "precision", "source"],
                    "description": _(
                        "True dates. A demo moves them by itself. For a month choose its first "
                        "and last day."
                    ),
                },
            )
        ]

    def save_model(self, request, obj, form, change):
        deadlines.save(obj, actor=request.user, meaning_is_same=means_the_same(form))


@admin.register(WorkingGroup)
class WorkingGroupAdmin(PublicContentAdmin):
    """The thematic groups that prepare the recommendations."""

    translated_fields = ("name", "scope")
    required_translations = ("name",)
    list_display = ["name_en", "slug"]
    search_fields = ["name_en"]
    ordering = ["slug"]

    def further_fieldsets(self, request, obj=None):
        return [(_("Address"), {"fields": ["slug", "former_name"]})]

    def get_readonly_fields(self, request, obj=None):
        return ["slug"] if obj else []


class TopicQuestionInline(MultilingualFields, admin.StackedInline):
    """The questions of a topic, in the order in which they are asked."""

    model = TopicQuestion
    extra = 0
    fieldsets = [
        (None, {"fields": ["position", "kind", "text_en", "source"]}),
        (
            _("Other languages"),
            {
                "fields": [f"text_{code.replace('-', '_')}" for code in OTHER_LANGUAGES],
                "classes": ["collapse"],
            },
        ),
    ]


class TopicForm(GuardedForm, ShortVersionForm):
    """A topic as the Core Team writes it."""


@admin.register(Topic)
class TopicAdmin(PublicContentAdmin):
    """Subjects for discussion. One that was announced stays; it closes instead."""

    form = TopicForm
    translated_fields = ("title", "short")
    inlines = [TopicQuestionInline]
    list_display = ["english_title", "working_group", "opens_at", "closes_at", "is_public"]
    list_select_related = ["working_group"]
    list_filter = ["is_public", "working_group"]
    search_fields = ["title_en", "slug"]
    ordering = ["slug"]

    class Media:
        js = [Script("js/counter.js", type="module")]

    def _besides(self, request, obj):
        return [*super()._besides(request, obj), *(["writing_help"] if obj else [])]

    @admin.display(description=_("writing help"))
    def writing_help(self, topic):
        return writing_help.as_html(topic)

    def further_fieldsets(self, request, obj=None):
        return [
            (
                _("Dates and place"),
                {"fields": ["working_group", "slug", "opens_at", "closes_at", "is_public"]},
            )
        ]

    def get_readonly_fields(self, request, obj=None):
        fixed = ["writing_help", *(["slug"] if obj and obj.position else [])]
        if obj and obj.reports.published().exists():
            # What groups said on it is public and names it.
            fixed.append("is_public")
        return fixed

    def save_model(self, request, obj, form, change):
        topics.save(obj, actor=request.user, meaning_is_same=means_the_same(form))

    def save_formset(self, request, form, formset, change):
        questions = formset.save(commit=False)
        states.forget(formset.deleted_objects)
        for question in formset.deleted_objects:
            question.delete()
        topics.save_questions(questions, actor=request.user, meaning_is_same=means_the_same(form))

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        content_version.bump()

    def has_delete_permission(self, request, obj=None):
        if obj and obj.position:
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request):
        # Deleting many at once would not ask for each whether it was announced.
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions
