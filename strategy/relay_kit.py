"""The relay kit: an update in one language, ready to be passed on wherever a group reads.

Each form is made from the same version of the update, so that they never say different things.
"""

from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from mailing.wikitext import escaped, paragraphs
from web import markdown
from web.names import language_direction

from . import images, wikitext
from .language_versions import Version
from .models import Update


@dataclass(frozen=True)
class Kit:
    """The texts to copy. ``subject`` is one line; the others hold whole texts."""

    language: str
    direction: str
    message: str
    wikitext: str
    subject: str
    email: str


def of(version: Version) -> Kit:
    """The kit of an update in the language of this version."""
    update = version.thing
    body = version.text("body")
    with translation.override(version.language):
        said = images.words_of(update, body, version.language)
        words = {
            "title": version.title,
            "short": version.short,
            "text": markdown.to_text(body, said),
            "update": update,
            "address": short_address(update),
        }
        wiki = {
            **words,
            "title": escaped(version.title),
            "short": paragraphs(version.short),
            "text": wikitext.from_markdown(body, said),
        }
        return Kit(
            language=version.language,
            direction=language_direction(version.language),
            message=_written("message", words),
            wikitext=_written("wikitext", wiki),
            subject=" ".join(version.title.split()),
            email=_written("email", words),
        )


def short_address(update: Update) -> str:
    """The address that leads each reader to their own language."""
    return settings.BASE_URL + reverse("strategy:update_short", args=[update.number])


def _written(name: str, words: dict) -> str:
    return render_to_string(f"strategy/kit/{name}.txt", words).strip() + "\n"
