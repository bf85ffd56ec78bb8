"""Ten languages on one admin page: English open, each other one folded, with its state.

The folds are the browser's own ``<details>``, so they need no script.
"""

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from liaisons.admin.at_once import LockingAdmin
from web import content_version
from web.names import language_direction, language_name

from ..translating import what_changed
from ..translating.states import Standings, State, forget, record, words_of

# The site's languages without the one everything is first written in.
OTHER_LANGUAGES = [code for code, _own_name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def language_fieldsets(fields, thing=None, *, required=(), besides=()):
    """Admin fieldsets: one for each site language, English first.

    ``fields`` are the translated fields, ``required`` those without which a language is not
    complete (all where none is named); ``thing`` is what is edited, None for a new one.
    ``besides`` are further fields under the English ones.
    """
    standings = Standings([thing], with_parts=False) if thing else None
    return [
        (
            language_name(settings.LANGUAGE_CODE).capitalize(),
            {"fields": [*_localized(fields, settings.LANGUAGE_CODE), *besides]},
        ),
        *(
            (
                _heading(code, fields, thing, required or fields, standings),
                {
                    "fields": _localized(fields, code),
                    "classes": ["collapse"],
                    "description": what_changed.as_html(thing, code, standings) if thing else "",
                },
            )
            for code in OTHER_LANGUAGES
        ),
    ]


def _localized(fields, code):
    return [build_localized_fieldname(field, code) for field in fields]


def _heading(code, fields, thing, required, standings):
    names = {"language": language_name(code), "own_name": dict(settings.LANGUAGES)[code]}
    if all(getattr(thing, name, None) for name in _localized(required, code)):
        if standings.of_row(thing, code) == State.OUTDATED:
            # Translators: the English text changed since it was translated into this language.
            return _("%(language)s (%(own_name)s): outdated") % names
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


class TranslatedForm(forms.ModelForm):
    """A text in ten languages, and what a change of the English means for the others."""

    meaning_is_same = forms.BooleanField(
        label=_("The meaning is the same: translations stay current"),
        help_text=_(
            "Tick it for a spelling mistake or a new link. Else translations of what you change "
            "in English count as outdated, and translators are asked to look at them."
        ),
        required=False,
    )


class GuardedForm(TranslatedForm):
    """The same, and nobody undoes what a translator or a colleague saved meanwhile.

    For texts whose form has no guard of its own.
    """

    texts_seen = forms.CharField(label="", required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["texts_seen"] = words_of(self.instance)

    def clean(self):
        cleaned = super().clean()
        seen = cleaned.get("texts_seen")
        if self.instance.pk and seen and seen != self.initial["texts_seen"]:
            self.add_error(None, SAVED_MEANWHILE)
        return cleaned


SAVED_MEANWHILE = _(
    "Somebody else saved this text while you were writing: perhaps a translator. Copy what you "
    "wrote, load this page again and put your changes in."
)


class PublicContentAdmin(MultilingualFields, LockingAdmin, admin.ModelAdmin):
    """What is edited here stands on public pages at once."""

    form: type[TranslatedForm] = GuardedForm
    access_policy = "core_team"
    # What is written in each language, in this order.
    translated_fields: tuple[str, ...] = ("title",)
    # Which of these make a language complete; all where empty.
    required_translations: tuple[str, ...] = ()

    def get_fieldsets(self, request, obj=None):
        return [
            *language_fieldsets(
                self.translated_fields,
                obj,
                required=self.required_translations,
                besides=self._besides(request, obj),
            ),
            *self.further_fieldsets(request, obj),
        ]

    def further_fieldsets(self, request, obj=None):
        """Fieldsets below the languages."""
        return []

    def _besides(self, request, obj) -> list[str]:
        if obj is None or not self.has_change_permission(request, obj):
            return []
        declared = self.form.declared_fields
        return [name for name in ("meaning_is_same", "texts_seen") if name in declared]

    @admin.display(description=_("title"), ordering="title_en")
    def english_title(self, thing):
        """For lists: without it the heading would say "title [en]"."""
        return thing.title_en

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        record(obj, by=request.user, meaning_is_same=means_the_same(form))
        content_version.bump()

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        content_version.bump()

    def delete_model(self, request, obj):
        forget([obj])
        super().delete_model(request, obj)
        content_version.bump()

    def get_deleted_objects(self, objs, request):
        """Without the rows that only join two things: nobody made them, and they have no name."""
        lines, counts, perms, protected = super().get_deleted_objects(objs, request)
        joins = {
            capfirst(field.remote_field.through._meta.verbose_name)
            for model in apps.get_models()
            for field in model._meta.many_to_many
            if field.remote_field.through._meta.auto_created
        }
        plurals = {f"{name}s".lower() for name in joins}
        return (
            _without(lines, joins),
            {name: count for name, count in counts.items() if str(name).lower() not in plurals},
            perms,
            protected,
        )

    def delete_queryset(self, request, queryset):
        # Unlike its pages for one thing, the admin's list runs outside a transaction.
        with transaction.atomic():
            forget(queryset)
            super().delete_queryset(request, queryset)
            content_version.bump()


def means_the_same(form) -> bool:
    """Whether the writer ticked that the English changed and its meaning did not."""
    return bool(form.cleaned_data.get("meaning_is_same"))


def _without(lines, names):
    """The nested list of what is deleted, without lines of these kinds."""
    return [
        _without(line, names) if isinstance(line, list) else line
        for line in lines
        if isinstance(line, list) or str(line).partition(":")[0] not in names
    ]


class ShortVersionForm(TranslatedForm):
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
