"""In which languages a text of the Core Team exists, and which version a reader is shown."""

import functools
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation
from modeltranslation.utils import build_localized_fieldname, resolution_order


@dataclass(frozen=True)
class Version:
    """A thing in one language: ``language`` is what is shown, ``wanted`` what the reader reads."""

    thing: Any
    language: str
    wanted: str

    @property
    def is_fallback(self) -> bool:
        return self.language != self.wanted

    @property
    def title(self) -> str:
        return self.text("title")

    @property
    def short(self) -> str:
        return self.text("short")

    def text(self, field: str) -> str:
        """The field in this version's language; an empty string where there is none."""
        return getattr(self.thing, build_localized_fieldname(field, self.language), None) or ""


def field_for(thing, field: str, wanted: str) -> tuple[str, str]:
    """One field alone for a reader of ``wanted``, and the language of that text.

    For lines that name a thing; whole texts come from ``shown``. Empty where there is none.
    """
    for code in resolution_order(wanted):
        if text := getattr(thing, build_localized_fieldname(field, code), None):
            return text, code
    return "", wanted


def available(thing) -> list[str]:
    """Codes of the site languages in which ``thing`` has a title and a short version."""
    return [code for code, _own_name in settings.LANGUAGES if is_there(thing, code)]


def shown(thing, wanted: str) -> Version:
    """The version for a reader of ``wanted``: that language, else the first of its fallbacks.

    One version is chosen for the whole, so that title and text never come in two languages.
    """
    language = next((code for code in resolution_order(wanted) if is_there(thing, code)), None)
    return Version(thing, language or settings.LANGUAGE_CODE, wanted)


def url_in(thing, code: str) -> str:
    """The address of a thing's own page in a site language."""
    with translation.override(code):
        return thing.get_absolute_url()


def is_there(thing, code: str) -> bool:
    """Whether a thing can be read in this language: with its title and its short version."""
    return all(getattr(thing, name, None) for name in _names(code))


@functools.cache
def _names(code: str) -> tuple[str, str]:
    return build_localized_fieldname("title", code), build_localized_fieldname("short", code)
