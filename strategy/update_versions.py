"""What an update said before, and what a later change made of it, in one language."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from web import markdown

from .draft_differences import Difference, compared
from .models import Update, UpdateVersion

TEXTS = ("title", "short", "body")


@dataclass(frozen=True)
class Change:
    """A version that changed words which readers of one language had seen."""

    number: int
    at: datetime
    differences: list[Difference]


def content_of(update: Update) -> dict[str, dict[str, Any]]:
    """What ``UpdateVersion.content`` holds of an update as it is now."""
    texts: dict[str, dict[str, Any]] = {
        name: {
            code: text
            for code, _own_name in settings.LANGUAGES
            if (text := getattr(update, build_localized_fieldname(name, code)))
        }
        for name in TEXTS
    }
    return texts | {"audience": update.audience}


def text_of(version: UpdateVersion, field: str, language: str) -> str:
    """One field of a version; an empty string where it had none in this language."""
    return version.content.get(field, {}).get(language, "")


def is_there(version: UpdateVersion, language: str) -> bool:
    """Whether the update could be read in this language then."""
    return bool(text_of(version, "title", language) and text_of(version, "short", language))


def corrections(update: Update, language: str) -> list[Change]:
    """What was corrected in this language since it could first be read, the newest first.

    A translation added is no correction, nor is one in another language. One query.
    """
    changes: list[Change] = []
    versions = list(update.versions.order_by("number"))
    for before, after in pairwise(versions):
        if is_there(before, language) and (found := between(before, after, language)):
            changes.append(Change(after.number, after.at, found))
    return changes[::-1]


def since(update: Update, moment: datetime, language: str) -> list[Difference]:
    """How the words in this language differ now from those shown at ``moment``.

    Empty where nothing changed, and where it could not be read in this language then.
    """
    then = update.versions.filter(at__lte=moment).order_by("-number").first()
    now = update.versions.order_by("-number").first()
    if then is None or now is None or then == now or not is_there(then, language):
        return []
    return between(then, now, language)


def between(before: UpdateVersion, after: UpdateVersion, language: str) -> list[Difference]:
    """The texts in which two versions differ: ``mine`` is before, ``theirs`` after."""
    found = []
    for name, label in _labels():
        old, new = (
            markdown.with_images_named(text_of(version, name, language), _image)
            for version in (before, after)
        )
        if old != new:
            found.append(Difference(label, *compared(old, new)))
    return found


def _image(number: int) -> str:
    # Translators: in a text that is shown as it was typed, in place of a picture.
    return _("[Image %(number)s]") % {"number": number}


def _labels() -> list[tuple[str, Any]]:
    return [("title", _("Title")), ("short", _("In short")), ("body", _("In full"))]
