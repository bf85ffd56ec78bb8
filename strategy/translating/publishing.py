"""Putting a translation in, by the verb of its thing: with its history, versions and digests."""

from collections.abc import Mapping

from django.db import transaction
from modeltranslation.utils import build_localized_fieldname

from web import content_version

from .. import images, responses, topics, updates
from ..models import OtherTranslation
from . import states, texts


@transaction.atomic
def put_in(thing, language: str, words: Mapping[str, str], *, by) -> None:
    """Save the words, given by the keys of the thing's texts, as its translation by this person.

    All its texts count as looked at. Who may is asked before.
    """
    if texts.ROWS[texts.kind_of(thing)].stands_beside(language):
        _put_in_other(thing, language, words)
        return
    for text in texts.texts_of(thing):
        name = build_localized_fieldname(text.field, language)
        setattr(text.row, name, words.get(text.key, text.in_language(language)).strip() or None)
    kind = texts.kind_of(thing)
    if kind == "update":
        updates.save(thing, actor=by, translated=[language])
        images.save(texts.parts_of(thing), by=by, translated=[language])
    elif kind == "topic":
        topics.save(thing, actor=by, translated=[language])
        topics.save_questions(texts.parts_of(thing), actor=by, translated=[language])
    elif kind == "response":
        name = build_localized_fieldname("text", language)
        responses.translate(
            response=thing, texts={name: getattr(thing, name)}, language=language, by=by
        )
    else:
        thing.save()
        states.record(thing, by=by, confirmed=[language])
        content_version.bump()


def _put_in_other(thing, language: str, words: Mapping[str, str]) -> None:
    """What is kept beside the thing, whose own words stay."""
    of_thing = texts.texts_of(thing)
    given = {text.key: words.get(text.key, text.in_language(language)).strip() for text in of_thing}
    OtherTranslation.objects.update_or_create(
        kind=texts.kind_of(thing),
        object_id=thing.pk,
        language_id=language,
        defaults={
            "texts": {key: said for key, said in given.items() if said},
            "made_from": {text.key: text.original for text in of_thing if given[text.key]},
        },
    )
    content_version.bump()
