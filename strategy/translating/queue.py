"""What needs translating into one language: the list, in the order in which it is needed."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db.models import (
    CharField,
    Count,
    Exists,
    F,
    Func,
    Min,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone

from .. import reading
from ..models import OtherTranslation, Translation, TranslationRequest, TranslationState
from . import texts, work
from .states import Standings, State
from .texts import ENGLISH, ROWS, THINGS, Rows, Things

# How many words a volunteer translates in a minute: a rule of thumb of translators, who
# reckon with about 400 an hour.
WORDS_A_MINUTE = 7
# Of those that wait for a second reader so many are shown.
MOST_WAITING = 20


@dataclass(frozen=True)
class Entry:
    """A thing that needs translating, before it is read: what it is, and when it is needed."""

    kind: str
    object_id: int
    # Aware; None where nobody waits for it until some time.
    due: datetime | None
    # When it was published, for the order of the others.
    since: datetime | None
    # How many liaisons asked for it.
    asked_by: int = 0

    @property
    def order(self) -> tuple:
        far = datetime.max.replace(tzinfo=timezone.get_default_timezone())
        newest_first = -self.since.timestamp() if self.since else math.inf
        return (self.due or far, not self.asked_by, newest_first, self.kind, self.object_id)


@dataclass(frozen=True)
class Item:
    """A line of the queue."""

    thing: Any
    language: str
    state: State
    words: int
    due: datetime | None = None
    work: Translation | None = None
    asked_by: int = 0

    @property
    def kind(self) -> str:
        return texts.kind_of(self.thing)

    @property
    def kind_label(self) -> str:
        return texts.label_of(self.thing)

    @property
    def name(self) -> str:
        return texts.name_of(self.thing)

    @property
    def source(self) -> Any:
        """The language in which it is written."""
        return texts.source_of(self.thing)

    @property
    def url(self) -> str:
        args = [self.language, self.kind, self.thing.pk]
        return reverse("strategy:translation_edit", args=args)

    @property
    def minutes(self) -> int:
        """About how long it takes, in whole minutes."""
        return max(1, math.ceil(self.words / WORDS_A_MINUTE))

    @property
    def is_taken(self) -> bool:
        """True while somebody works on it, or it waits for a second reader."""
        return self.work is not None and work.is_taken(self.work)


def needing(things: Things, language: str, sources: Collection[str] | None = None) -> QuerySet:
    """The public things of one kind that are missing or outdated in a language.

    Of reports those in these source languages, where they are given.
    """
    found = things.public().filter(wanting(things, language))
    if sources is not None and things.rows.language:
        found = found.filter(**{f"{things.rows.language}__in": sources})
    return found


def wanting(things: Things, language: str) -> Q:
    """The condition by which a thing is missing or outdated in a language."""
    condition = _wanting(things.rows, things.kind, "pk", language)
    if things.parts:
        parts = ROWS[things.parts]
        of_thing = things.public_parts().filter(**{things.owner: OuterRef("pk")})
        wanted = _wanting(parts, things.kind, f"{things.owner}_id", language)
        condition |= Q(Exists(of_thing.filter(wanted)))
    return condition


def _wanting(rows: Rows, kind: str, thing: str, language: str) -> Q:
    """The same for rows of one table; ``thing`` is their field for a thing of this kind."""
    if rows.stands_beside(language):
        return _wanting_beside(rows, kind, thing, language)
    wanting = Q(
        Exists(
            TranslationState.objects.filter(
                kind=rows.kind,
                object_id=OuterRef("pk"),
                language=language,
                source__is_current=False,
            )
        )
    )
    for field in rows.fields:
        own = rows.column(field, language)
        wanting |= _says_something(rows, field) & (Q(**{f"{own}__isnull": True}) | Q(**{own: ""}))
    return wanting


def _says_something(rows: Rows, field: str) -> Q:
    original = rows.column(field, ENGLISH)
    return Q(**{f"{original}__isnull": False}) & ~Q(**{original: ""})


def _wanting_beside(rows: Rows, kind: str, thing: str, language: str) -> Q:
    """Where the translation stands beside the thing: no word of it is made from those of today."""
    wanting = Q()
    for field in rows.fields:
        there = OtherTranslation.objects.filter(
            kind=kind, object_id=OuterRef(thing), language=language
        )
        made_from = Func(
            F("made_from"), _key(rows, field),
            template="(%(expressions)s)", arg_joiner=" ->> ", output_field=TextField(),
        )  # fmt: skip
        is_current = there.annotate(original=made_from).filter(
            original=OuterRef(rows.column(field, ENGLISH))
        )
        wanting |= _says_something(rows, field) & Q(~Exists(is_current))
    return wanting


def _key(rows: Rows, field: str):
    """The key of a text among those of its thing (``Text.key``), for the database."""
    if rows.kind in THINGS:
        return Value(field)
    own = Cast(OuterRef("pk"), CharField())
    return Concat(Value(f"{rows.kind}-"), own, Value(f"-{field}"), output_field=CharField())


def entries(language: str, sources: Collection[str] | None = None) -> list[Entry]:
    """All that needs translating into a language, what is needed first before the rest.

    Into English from these ``sources``, or from all. One query for each kind of thing, and one for
    what liaisons asked for.
    """
    found: list[Entry] = []
    asked = _asked(language)
    for things in THINGS.values():
        if not things.go_into(language):
            continue
        rows = needing(things, language, sources).order_by()
        for pk, *values in rows.values_list("pk", *_MOMENTS.get(things.kind, ())):
            due, since = _when(things.kind, values, language)
            wish = asked.get((things.kind, pk))
            if wish and wish.due:
                due = min(due, wish.due) if due else wish.due
            found.append(Entry(things.kind, pk, due, since, wish.number if wish else 0))
    return sorted(found, key=lambda entry: entry.order)


@dataclass(frozen=True)
class _Wish:
    number: int
    due: datetime | None


def _asked(language: str) -> dict[tuple[str, int], _Wish]:
    """What liaisons asked for in a language: how many, and until when the first needs it."""
    rows = TranslationRequest.objects.open().filter(language=language)
    counted = rows.order_by().values("kind", "object_id")
    return {
        (row["kind"], row["object_id"]): _Wish(row["number"], _end_of(row["first"]))
        for row in counted.annotate(number=Count("pk"), first=Min("needed_by"))
    }


def _end_of(day) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.max)) if day else None


_MOMENTS = {
    "update": ("published_at", "waits_for", "waits_until"),
    "topic": ("opens_at", "closes_at"),
    "response": ("published_at",),
    "report": ("published_at",),
}


def _when(kind, values, language) -> tuple[datetime | None, datetime | None]:
    """Until when it is needed, if digests or a closing topic wait, and since when it is there."""
    now = timezone.now()
    if kind == "update":
        since, waits_for, waits_until = values
        waits = language in waits_for and waits_until and waits_until > now
        return (waits_until if waits else None), since
    if kind == "topic":
        since, due = values
        return (due if due and due > now else None), since
    return None, (values[0] if values else None)


def read(found: list[Entry], language: str) -> list[Item]:
    """The lines of these entries, in their order; a few queries for each kind among them."""
    by_kind: dict[str, list[int]] = {}
    for entry in found:
        by_kind.setdefault(entry.kind, []).append(entry.object_id)
    things = {
        (kind, thing.pk): thing
        for kind, ids in by_kind.items()
        for thing in texts.in_other_language(
            texts.with_parts(THINGS[kind].public().filter(pk__in=ids)), language
        )
    }
    standings = Standings(things.values(), languages=[language])
    works = {
        (one.kind, one.object_id): one
        for kind, ids in by_kind.items()
        for one in Translation.objects.filter(
            kind=kind, object_id__in=ids, language=language
        ).select_related("person")
    }
    return [
        Item(
            thing,
            language,
            standings.of_thing(thing, language),
            words_to_translate(thing, language, standings),
            entry.due,
            works.get(key),
            entry.asked_by,
        )
        for entry in found
        if (thing := things.get(key := (entry.kind, entry.object_id)))
    ]


def words_to_translate(thing, language: str, standings: Standings) -> int:
    """How many words of the original stand in the texts that are missing or outdated."""
    return sum(
        reading.words(text.original)
        for text in texts.texts_of(thing)
        if standings.of_text(text, language).state != State.CURRENT
    )


def held_by(person) -> list[Item]:
    """What this person works on, in whichever languages, what is due back first."""
    return _items_of(Translation.objects.claimed().filter(person=person).order_by("claimed_until"))


def submitted_by(person) -> list[Item]:
    """What this person wrote and a second one has not read yet."""
    return _items_of(Translation.objects.submitted().filter(person=person)[:MOST_WAITING])


def to_read(person, language: str, sources: Collection[str] | None = None) -> list[Item]:
    """What others wrote in a language and this person can read before it is published.

    In English what was written in one of these ``sources``.
    """
    waiting = Translation.objects.submitted().filter(language=language).exclude(person=person)
    if language == ENGLISH and sources is not None:
        reports = THINGS["report"].public().filter(language__in=sources)
        waiting = waiting.filter(kind="report", object_id__in=reports.values("pk"))
    return _items_of(waiting[:MOST_WAITING])


def _items_of(found) -> list[Item]:
    works = list(found)
    items: dict[tuple, Item] = {}
    for language in {one.language for one in works}:
        of_language = [one for one in works if one.language == language]
        of_works = [Entry(one.kind, one.object_id, None, None) for one in of_language]
        for item in read(of_works, language):
            items[item.kind, item.thing.pk, language] = item
    keys = ((one.kind, one.object_id, one.language) for one in works)
    return [items[key] for key in keys if key in items]
