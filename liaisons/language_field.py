"""A form field for one language out of all there are, typed by any of its names or its code.

The browser suggests the languages that are likely; where it cannot, any name can still be typed.
"""

import re

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from .group_search import fold
from .models import Group, Language, User
from .spoken_languages import find

LONGEST_NAME = 120
# "Swahili (sw)": what two languages of the same name are told apart by.
_WITH_CODE = re.compile(r"\(([a-z0-9-]{1,20})\)\s*$", re.IGNORECASE)


def likely_languages(person: User, group: Group | None = None, *codes: str) -> list[Language]:
    """These languages, then the group's, the person's own and those of the site, each once."""
    wanted = [
        *(code for code in codes if code),
        *(group.languages.values_list("pk", flat=True) if group else []),
        *person.language_skills.values_list("language", flat=True),
        *(code for code, _own_name in settings.LANGUAGES),
    ]
    found = Language.objects.in_bulk(wanted)
    return [found[code] for code in dict.fromkeys(wanted) if code in found]


class LanguageInput(forms.TextInput):
    """A text field with suggestions (``<datalist>``)."""

    def __init__(self, attrs=None):
        super().__init__({"dir": "auto", "autocomplete": "off", "spellcheck": "false"})
        self.attrs.update(attrs or {})
        self.suggested: list[Language] = []

    def render(self, name, value, attrs=None, renderer=None):
        key = f"{(attrs or {}).get('id', name)}_languages"
        control = super().render(name, value, {**(attrs or {}), "list": key}, renderer)
        options = format_html_join(
            "",
            '<option value="{}">{}</option>',
            ((said(language), language.autonym) for language in self.suggested),
        )
        return format_html('{}<datalist id="{}">{}</datalist>', control, key, options)


class LanguageField(forms.CharField):
    """One language; gives a ``Language``, or None where it is not required and empty."""

    widget = LanguageInput

    def __init__(self, **kwargs):
        kwargs.setdefault("label", gettext_lazy("Language"))
        kwargs.setdefault(
            "help_text", gettext_lazy("By any name, also in your own script, or by its code.")
        )
        super().__init__(max_length=LONGEST_NAME, **kwargs)

    def suggest(self, languages: list[Language]) -> None:
        """Offer these below the field; a name typed means one of them first."""
        self.widget.suggested = languages

    def prepare_value(self, value):
        return said(value) if isinstance(value, Language) else value

    def clean(self, value):
        text = super().clean(value)
        return self._meant(text) if text else None

    def _meant(self, text: str) -> Language:
        for language in self.widget.suggested:
            if text in (said(language), language.code):
                return language
        if with_code := _WITH_CODE.search(text):
            language = Language.objects.filter(pk=with_code[1].lower()).first()
            if language:
                return language
        found, unknown = find([text])
        if len(found) > 1:
            # A code is also typed as such; a name is first one in the reader's own language.
            found = [one for one in found if fold(said(one)) == fold(text)] or found
            found = [one for one in found if one.code == text.lower()] or found
        if len(found) == 1:
            return found[0]
        raise _not_clear(text, found, unknown.get(text, []))


def said(language: Language) -> str:
    """How the field says a language: its name in the reader's language."""
    return language.name


def _not_clear(text: str, several: list[Language], near: list[Language]) -> ValidationError:
    if several:
        return ValidationError(
            _("“%(name)s” can mean more than one language. Enter one of these: %(these)s"),
            params={"name": text, "these": _listed(several)},
        )
    if near:
        return ValidationError(
            _("No language is called “%(name)s”. Did you mean: %(near)s?"),
            params={"name": text, "near": _listed(near)},
        )
    return ValidationError(
        _("No language is called “%(name)s”. Try its English name or its code."),
        params={"name": text},
    )


def _listed(languages: list[Language]) -> str:
    between = pgettext("between items of a list", ", ")
    return between.join(f"{said(language)} ({language.code})" for language in languages)
