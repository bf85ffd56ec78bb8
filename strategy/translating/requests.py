"""Asking for translations: a liaison asks, and the request is open until it is current.

Each verb runs in one transaction and raises a ``Refused`` with a message for that person.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from liaisons import languages
from liaisons.errors import AlreadyDone, NotAllowed, Refused
from liaisons.models import Mandate, User

from ..models import Report, TranslationRequest
from . import texts
from .states import Standings, State
from .texts import ENGLISH, THINGS

MOST_OPEN = 20


@transaction.atomic
def ask(
    *, thing, language: str, by, needed_by: date | None = None, note: str = ""
) -> TranslationRequest:
    """Ask for a thing in any language, or for a report of one's group in English.

    Who asks again changes the day and the note. Raises ``NotAllowed`` for who is no liaison, or not
    of the report's group, ``AlreadyDone`` where it is translated, ``Refused`` where it is not
    translated into this language or this person waits for very many.
    """
    list(User.objects.select_for_update(no_key=True).filter(pk=by.pk).values("pk"))
    require_may_ask(thing, by=by)
    if languages.is_english(language) and not THINGS[texts.kind_of(thing)].go_into(language):
        raise Refused(_("This text is written in English."))
    if not THINGS[texts.kind_of(thing)].go_into(language):
        raise Refused(
            _("Only updates and topics are translated into languages that are not this site’s.")
        )
    texts.in_other_language([thing], language)
    if Standings([thing], languages=[language]).of_thing(thing, language) == State.CURRENT:
        raise AlreadyDone(_("This is translated already."))
    names = {"kind": texts.kind_of(thing), "object_id": thing.pk, "language": language}
    own = TranslationRequest.objects.open().filter(person=by)
    found = own.filter(**names).first()
    if found is None:
        if own.count() >= MOST_OPEN:
            raise Refused(
                _("You wait for many translations already. Take back what you need no more.")
            )
        found = TranslationRequest(person=by, **names)
    found.needed_by, found.note = needed_by, note
    found.save()
    return found


def require_may_ask(thing, *, by) -> None:
    """Raises ``NotAllowed`` for who may not ask for this thing now."""
    mandates = Mandate.objects.active().filter(person=by)
    if not mandates.exists():
        raise NotAllowed(_("Only liaisons can ask for translations."))
    if isinstance(thing, Report) and not mandates.filter(group=thing.group_id).exists():
        raise NotAllowed(_("Only liaisons of the group that wrote a report ask for it in English."))


def open_for_reports(reports, *, by) -> dict[int, TranslationRequest]:
    """This person's open requests for reports in English, by report. One query."""
    own = TranslationRequest.objects.open().filter(person=by, kind="report", language=ENGLISH)
    return {one.object_id: one for one in own.filter(object_id__in=[one.pk for one in reports])}


@transaction.atomic
def withdraw(request: TranslationRequest, *, by) -> None:
    """Take one's own request back. Safe to call twice."""
    TranslationRequest.objects.open().filter(pk=request.pk, person=by).update(
        withdrawn_at=timezone.now()
    )


def notes_on(thing, language: str) -> list[TranslationRequest]:
    """The open requests for a thing in a language that say something to translators."""
    names = {"kind": texts.kind_of(thing), "object_id": thing.pk, "language": language}
    return list(TranslationRequest.objects.open().filter(**names).exclude(note="")[:MOST_OPEN])


def close_fulfilled(thing=None) -> int:
    """Close the requests, of one thing or all, whose translation is current by now; how many.

    Whatever made it current: the queue, or the Core Team in the admin. Safe to run twice.
    """
    closed = 0
    for kind, things in THINGS.items():
        if thing and texts.kind_of(thing) != kind:
            continue
        of_kind = {"kind": kind, "object_id": thing.pk} if thing else {"kind": kind}
        waiting = list(TranslationRequest.objects.open().filter(**of_kind))
        rows = things.rows.model._default_manager.filter(pk__in={one.object_id for one in waiting})
        found = {thing.pk: thing for thing in texts.with_parts(rows)}
        standings = Standings(found.values())
        done = []
        for code in {one.language for one in waiting}:
            texts.in_other_language(found.values(), code)
            done += [
                one.pk
                for one in waiting
                if one.language == code
                and one.object_id in found
                and standings.of_thing(found[one.object_id], code) == State.CURRENT
            ]
        closed += (
            TranslationRequest.objects.open().filter(pk__in=done).update(done_at=timezone.now())
        )
    return closed
