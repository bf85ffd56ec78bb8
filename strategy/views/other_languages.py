"""What volunteers translated into languages that are not the site's, for their readers."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language

from web import markdown
from web.public_pages import public_page

from .. import audiences, images
from ..models import Image, OtherTranslation, Topic, TopicQuestion, Update
from ..translating import credits, texts
from ..translating.states import Standings, State


@public_page
def update_in_language(request, slug, language):
    """A published update in a language that is not the site's."""
    update = get_object_or_404(Update.objects.published(), slug=slug)
    audiences.with_words([update])
    return _page(request, update, language, update=update, topic=None)


@public_page
def topic_in_language(request, slug, language):
    """A public topic with its questions, likewise."""
    topic = get_object_or_404(Topic.objects.public(), slug=slug)
    return _page(request, topic, language, update=None, topic=topic)


def _page(request, thing, language, **which):
    if texts.is_of_site(language):
        raise Http404
    (thing,) = texts.in_other_language(texts.with_parts([thing]), language)
    found = OtherTranslation.objects.select_related("language").filter(
        kind=texts.kind_of(thing), object_id=thing.pk, language=language
    )
    other = get_object_or_404(found)
    said = [(text, text.in_language(language)) for text in texts.texts_of(thing)]
    own = {text.field: words for text, words in said if text.row is thing}
    state = Standings([thing], languages=[language]).of_thing(thing, language)
    context = which | {
        "thing": thing,
        "other": other,
        "title_text": own["title"],
        "short_text": own["short"],
        "body_html": _body(thing, own.get("body", ""), said),
        "questions": [
            words for text, words in said if isinstance(text.row, TopicQuestion) and words
        ],
        "is_outdated": state == State.OUTDATED,
        "is_incomplete": state == State.INCOMPLETE,
        "credit": credits.of(thing, language),
    }
    return render(request, "strategy/in_language.html", context)


def _body(thing, body: str, said) -> str:
    """The body with its images, which say in the reader's language what they show."""
    if not isinstance(thing, Update):
        return markdown.render(body)
    alts = {text.row.number: words for text, words in said if isinstance(text.row, Image)}
    return images.as_html(thing, body, get_language() or "", alts)


def links_of(thing) -> list[dict]:
    """The other languages in which a thing can be read: address, name and language. One query."""
    found = OtherTranslation.objects.filter(
        kind=texts.kind_of(thing), object_id=thing.pk
    ).select_related("language")
    address = thing.get_absolute_url()
    return [
        {"url": f"{address}in/{one.language_id}/", "language": one.language}
        for one in found.only("language", "kind", "object_id")
    ]
