"""Ten languages on one admin page: English open, each other one folded, with its state.

The folds are the browser's own ``<details>``, so they need no script.
"""

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from web import content_version
from web.names import language_direction, language_name

# The site's languages without the one everything is first written in.
OTHER_LANGUAGES = [code for code, _own_name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def language_fieldsets(fields, thing=None, *, required=()):
    """Admin fieldsets: one for each site language, English first.

    ``fields`` are the translated fields, ``required`` those without which a language is not
    complete (all where none is named); ``thing`` is what is edited, None for a new one.
    """
    return [
        (
            language_name(settings.LANGUAGE_CODE).capitalize(),
            {"fields": _localized(fields, settings.LANGUAGE_CODE)},
        ),
        *(
            (
                _heading(code, fields, thing, required or fields),
                {"fields": _localized(fields, code), "classes": ["collapse"]},
            )
            for code in OTHER_LANGUAGES
        ),
    ]


def _localized(fields, code):
    return [build_localized_fieldname(field, code) for field in fields]


def _heading(code, fields, thing, required):
    names = {"language": language_name(code), "own_name": dict(settings.LANGUAGES)[code]}
    if all(getattr(thing, name, None) for name in _localized(required, code)):
        return _("%(language)s (%(own_name)s): there") % names
    if any(getattr(thing, name, None) for name in _localized(fields, code)):
        return _("%(language)s (%(own_name)s): incomplete") % names
    return _("%(language)s (%(own_name)s): missing") % names


class PlainTextarea(AdminTextareaWidget):
    """Browsers send a line end as two characters; only one of them counts towards a limit."""

    def value_from_datadict(self, data, files, name):
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


class MultilingualFields:
    """For a ModelAdmin or inline: text fields know their language and direction."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, models.TextField):
            kwargs["widget"] = PlainTextarea
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        language = getattr(db_field, "language", None)
        if field is not None and language:
            field.label = capfirst(db_field.translated_field.verbose_name)
            field.widget.attrs |= {"lang": language, "dir": language_direction(language)}
        return field


class PublicContentAdmin(MultilingualFields, admin.ModelAdmin):
    """What is edited here stands on public pages at once."""

    access_policy = "core_team"
    # What is written in each language, in this order.
    translated_fields: tuple[str, ...] = ("title",)
    # Which of these make a language complete; all where empty.
    required_translations: tuple[str, ...] = ()

    def get_fieldsets(self, request, obj=None):
        return [
            *language_fieldsets(self.translated_fields, obj, required=self.required_translations),
            *self.further_fieldsets(request, obj),
        ]

    def further_fieldsets(self, request, obj=None):
        """Fieldsets below the languages."""
        return []

    @admin.display(description=_("title"), ordering="title_en")
    def english_title(self, thing):
        """For lists: without it the heading would say "title [en]"."""
        return thing.title_en

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        content_version.bump()

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        content_version.bump()

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        content_version.bump()

    def delete_queryset(self, request, queryset):
        # Unlike its pages for one thing, the admin's list runs outside a transaction.
        with transaction.atomic():
            super().delete_queryset(request, queryset)
            content_version.bump()


class ShortVersionForm(forms.ModelForm):
    """A text with a title and a short version in English, and both or neither elsewhere."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name.startswith("short_"):
                field.widget.attrs |= {
                    "rows": 6,
                    # Translators: {count} and {limit} are filled in with numbers while typing.
                    "data-counter": _("{count} of {limit} characters"),
                }
            elif name.startswith("body_"):
                field.widget.attrs |= {"rows": 20}

    def clean(self):
        cleaned = super().clean()
        for code in OTHER_LANGUAGES:
            given = {
                name: bool(cleaned.get(build_localized_fieldname(name, code)))
                for name in ("title", "short", "body")
            }
            if any(given.values()):
                self._require(code, "title", given, _("This language needs a title."))
                self._require(code, "short", given, _("This language needs a short version."))
        return cleaned

    def _require(self, code, name, given, message):
        field = build_localized_fieldname(name, code)
        if not given[name] and field not in self.errors:
            self.add_error(field, message)
