"""What translators, and those who asked for a translation, are told by mail.

One gathered message for a person, at most once a day: what came back from a second reader, what is
theirs for a day only, what is theirs no more; and, to who asked, what is translated now. A text is
told of once in each of these situations. Notices store no words: those are looked up when they are
sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaisons.models import User
from mailing import notices
from mailing.kinds import Category, one_by_one
from mailing.models import Notice

from .. import language_versions
from ..models import Translation, TranslationRequest
from . import access, texts, work
from .access import Allowed

Status, Told = Translation.Status, Translation.Told

WORK, DONE = "translation_work", "translations_done"
# So long after a message of a kind the next one of it goes out at the earliest.
PAUSE = timedelta(hours=20)
# What came to be translated longer ago, while nobody told of it, is known by now.
STILL_NEWS = timedelta(days=14)
MOST_SHOWN = 20


def register_all() -> None:
    """Make the kinds known to mailing; called once, when the app is ready."""
    notices.register(
        WORK,
        "strategy/mail/translation_work.subject.txt",
        "strategy/mail/translation_work.txt",
        "strategy/mail/translation_work.html",
        label=_("About texts you translate"),
        category=Category.REMINDER,
        to_whom=_("Whoever has a text that came back, or whose time for one ends or is over"),
        eligible=one_by_one(_has_work),
        more_context=_of_work,
    )
    notices.register(
        DONE,
        "strategy/mail/translations_done.subject.txt",
        "strategy/mail/translations_done.txt",
        "strategy/mail/translations_done.html",
        label=_("Translations you asked for are there"),
        category=Category.RECEIPT,
        to_whom=_("The liaisons who asked for these translations"),
        eligible=one_by_one(_has_done),
        more_context=_of_done,
    )


# --- Whom there is something to tell -------------------------------------------------------------


def tell_due() -> int:
    """Owe each person one message on all there is to tell them; returns how many messages.

    Safe to run twice at once.
    """
    now = timezone.now()
    told = 0
    works = _in_a_situation(now).exclude(told=F("situation"))
    for person in works.order_by("person").values_list("person", flat=True).distinct():
        told += _tell_translator(person, now)
    done = _untold_requests(now)
    for person in done.order_by("person").values_list("person", flat=True).distinct():
        told += _tell_who_asked(person, now)
    return told


@transaction.atomic
def _tell_translator(person_id: int, now: datetime) -> bool:
    person = _locked(person_id)
    if _heard_lately(person, WORK, now):
        return False
    found = list(_in_a_situation(now).exclude(told=F("situation")).filter(person=person))
    for one in found:
        Translation.objects.filter(pk=one.pk).update(told=one.situation)
    if found:
        notices.send(WORK, person, {})
    return bool(found)


@transaction.atomic
def _tell_who_asked(person_id: int, now: datetime) -> bool:
    person = _locked(person_id)
    if _heard_lately(person, DONE, now):
        return False
    found = list(_untold_requests(now).filter(person=person).values_list("pk", flat=True))
    TranslationRequest.objects.filter(pk__in=found).update(told_at=now)
    if found:
        notices.send(DONE, person, {"requests": found})
    return bool(found)


def _locked(person_id: int) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=person_id)


def _heard_lately(person, kind: str, now: datetime) -> bool:
    sent = Notice.objects.filter(kind=kind, recipient__user=person)
    return sent.filter(created_at__gt=now - PAUSE).exists()


def _untold_requests(now: datetime):
    return TranslationRequest.objects.filter(
        done_at__gt=now - STILL_NEWS, told_at=None, person__is_active=True
    )


def _in_a_situation(now: datetime):
    return Translation.objects.in_a_situation(now, work.claim_time() / 3, STILL_NEWS)


# --- What the mails say ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One text in a mail or among the next steps: its name, language and address, and its work."""

    name: str
    name_language: str
    language: str
    url: str
    # Of the work that came back, ends soon or is over: that, and which of these it is.
    work: Any = None
    situation: str = ""

    @property
    def language_label(self) -> str:
        return texts.language_label(self.language)


def lines_of_work(works: Sequence[Any], allowed: Allowed | None = None) -> list[Line]:
    """The lines of work in a situation, in its order; without what is not public any more.

    Where it is given what their person is ``allowed``, without what they may not translate now.
    """
    things = _things(works)
    return [
        Line(
            texts.name_of(things[key]),
            texts.source_code(things[key]),
            one.language,
            reverse("strategy:translation_edit", args=[one.language, one.kind, one.object_id]),
            one,
            one.situation,
        )
        for one in works
        if (key := (one.kind, one.object_id)) in things
        and (allowed is None or allowed.covers(things[key], one.language))
    ]


def lines_of_requests(found: Sequence[TranslationRequest]) -> dict[int, Line]:
    """The lines of translations that are there, by their translated names, and by the requests."""
    things = _things(found)
    lines: dict[int, Line] = {}
    for code in {one.language for one in found}:
        of_language = [one for one in found if one.language == code]
        for kind in {one.kind for one in of_language}:
            of_kind = [thing for key, thing in things.items() if key[0] == kind]
            texts.in_other_language(texts.with_parts(of_kind), code)
        for one in of_language:
            thing = things.get((one.kind, one.object_id))
            if thing and hasattr(thing, "get_absolute_url"):
                name = texts.name_of(thing, code)
                named = (name, code) if name else (texts.name_of(thing), texts.source_code(thing))
                lines[one.pk] = Line(*named, code, _url(thing, code))
    return {one.pk: lines[one.pk] for one in found if one.pk in lines}


def _url(thing, code: str) -> str:
    """Where a thing is read in a language; its own page for those that are not the site's."""
    if not texts.is_of_site(code):
        return reverse(f"strategy:{texts.kind_of(thing)}_in_language", args=[thing.slug, code])
    return language_versions.url_in(thing, code)


def _things(rows: Iterable[Any]) -> dict[tuple[str, int], Any]:
    rows = list(rows)
    return {
        (kind, thing.pk): thing
        for kind in {one.kind for one in rows}
        for thing in texts.THINGS[kind]
        .public()
        .filter(pk__in={one.object_id for one in rows if one.kind == kind})
    }


def works_of(people: Sequence[User], now: datetime | None = None) -> list[Translation]:
    """What came back to these people, what ends soon and what is over, what is due first."""
    found = _in_a_situation(now or timezone.now()).filter(person__in=people)
    return list(found.order_by(F("claimed_until").asc(nulls_last=True), "pk"))


def done_for(people: Sequence[User], now: datetime | None = None) -> list[TranslationRequest]:
    """What these people asked for and got lately, the newest first."""
    since = (now or timezone.now()) - STILL_NEWS
    found = TranslationRequest.objects.filter(person__in=people, done_at__gt=since)
    return list(found.order_by("-done_at", "-pk")[: MOST_SHOWN * len(people)])


def _work_of(notice: Notice) -> list[Line]:
    person = notice.recipient and notice.recipient.user
    if not (person and person.is_active):
        return []
    return lines_of_work(works_of([person]), access.of(person))[:MOST_SHOWN]


def _has_work(notice: Notice) -> bool:
    return bool(_work_of(notice))


def _of_work(notice: Notice) -> dict:
    lines = _work_of(notice)
    return {
        "lines": lines,
        "number": len(lines),
        "told": Told,
        "base_url": settings.BASE_URL,
        "queue_url": settings.BASE_URL + reverse("strategy:translation_queue"),
    }


def _done_of(notice: Notice) -> list[Line]:
    person = notice.recipient and notice.recipient.user
    if not (person and person.is_active):
        return []
    own = Q(person=person, done_at__isnull=False, pk__in=notice.context["requests"])
    found = list(TranslationRequest.objects.filter(own)[:MOST_SHOWN])
    return list(lines_of_requests(found).values())


def _has_done(notice: Notice) -> bool:
    return bool(_done_of(notice))


def _of_done(notice: Notice) -> dict:
    lines = _done_of(notice)
    return {"lines": lines, "number": len(lines), "base_url": settings.BASE_URL}
