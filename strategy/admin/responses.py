"""Answers in ten languages: written for the statements chosen, corrected and translated later."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.forms.widgets import Script
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from .. import responses
from ..models import Response
from .answering import answer_page
from .languages import PublicContentAdmin, TranslatedForm, means_the_same


class ResponseForm(TranslatedForm):
    """The text in English, and in each other language or not."""

    # What the answer said when this form was opened, to notice what others saved meanwhile.
    seen = forms.CharField(required=False, label="", widget=forms.HiddenInput)

    class Meta:
        model = Response
        fields = responses.text_fields()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in responses.text_fields():
            if name in self.fields:
                self.fields[name].widget.attrs |= {
                    "rows": 8,
                    # Translators: {count} and {limit} are filled in with numbers while typing.
                    "data-counter": _("{count} of {limit} characters"),
                }
        if self.instance.pk:
            self.initial["seen"] = responses.words_of(self.instance)

    @property
    def texts(self) -> dict:
        """What was typed, by field; None where nothing was."""
        names = [name for name in responses.text_fields() if name in self.cleaned_data]
        return {name: self.cleaned_data[name] or None for name in names}

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk and cleaned.get("seen") != self.initial["seen"]:
            self.add_error(None, responses.SAVED_MEANWHILE)
        return cleaned


@admin.register(Response)
class ResponseAdmin(PublicContentAdmin):
    """Answers. A new one begins with statements chosen from their list; none is deleted."""

    form = ResponseForm
    translated_fields = ("text",)
    list_display = ["english_text", "published_at", "corrected_at", "number_of_statements"]
    search_fields = ["text_en"]
    ordering = ["-published_at"]
    readonly_fields = ["answered"]

    class Media:
        js = [Script("js/counter.js", type="module")]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(number_of_statements=Count("statements"))

    def further_fieldsets(self, request, obj=None):
        return [(_("Statements"), {"fields": ["answered", "seen"]})] if obj else []

    @admin.display(description=_("answer"), ordering="text_en")
    def english_text(self, response):
        return response.text_en[:100]

    @admin.display(description=_("statements"))
    def number_of_statements(self, response):
        return response.number_of_statements

    @admin.display(description=_("what it answers"))
    def answered(self, response):
        statements = response.statements.select_related("report__group", "report__language")
        rows = (
            (
                reverse("admin:strategy_statement_change", args=[one.pk]),
                one.ref,
                one.report.group.name,
                one.report.language.bcp47,
                one.report.language.direction,
                one.text,
            )
            for one in statements.in_order()
        )
        line = (
            '<li><a href="{}" dir="ltr">{}</a> · <bdi>{}</bdi><div lang="{}" dir="{}">{}</div></li>'
        )
        return format_html('<ul class="answered">{}</ul>', format_html_join("", line, rows))

    # --- Who may do what ----------------------------------------------------------------------

    def has_add_permission(self, request):
        return super().has_add_permission(request) and self._may_answer(request)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._may_answer(request)

    def has_delete_permission(self, request, obj=None):
        return False

    def _may_answer(self, request):
        return request.user.has_perm(responses.MAY_ANSWER)

    # --- What can be done ---------------------------------------------------------------------

    def add_view(self, request, form_url="", extra_context=None):
        """Write an answer to statements chosen before, look at it, publish it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return answer_page(self, request)

    def render_change_form(self, request, context, *args, **kwargs):
        context["show_save_and_add_another"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        responses.correct(
            response=obj,
            texts=form.texts,
            by=request.user,
            seen=form.cleaned_data["seen"],
            meaning_is_same=means_the_same(form),
        )
