"""What the Core Team sees of translation: supply, demand and waiting time by language; a matrix."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Min, Q
from django.utils import timezone

from liaisons import languages
from liaisons.models import LanguageSkill, Mandate

from ..models import OtherTranslation, Translation, TranslationRequest
from . import queue, texts
from .states import Standings, State
from .texts import ENGLISH, LANGUAGES, THINGS

# Over which time it is said how long requests waited.
LATELY = timedelta(days=180)


@dataclass
class OfLanguage:
    """Where one language stands: texts, people who offer help, and what is waited for."""

    language: str
    missing: int = 0
    outdated: int = 0
    current: int = 0
    # Of a language that is not the site's: translated at all.
    others: int = 0
    claimed: int = 0
    submitted: int = 0
    helpers: int = 0
    requests: int = 0
    oldest: datetime | None = None
    needed_by: date | None = None
    # How long requests waited lately; None where none was fulfilled.
    usual_wait: timedelta | None = None

    @property
    def is_of_site(self) -> bool:
        return texts.is_of_site(self.language)

    @property
    def order(self) -> tuple:
        """First where most is waited for by fewest helpers."""
        return (-(self.requests > self.helpers), -self.requests, -self.missing, self.language)


@dataclass(frozen=True)
class Row:
    """One thing and its state in each language into which its kind is translated."""

    thing: Any
    name: str
    source: Any
    states: list[State]


def by_language() -> list[OfLanguage]:
    """Every site language, and each other one in which anybody helps or waits.

    English is that of reports, and of those who help from any language. A query for each kind of
    thing, and four more.
    """
    found = {code: OfLanguage(code) for code in (*LANGUAGES, ENGLISH)}
    for things in THINGS.values():
        _count_texts(things, found)
    _count_others(found)
    _count_work(found)
    _count_helpers(found)
    _count_requests(found)
    return sorted(found.values(), key=lambda one: one.order)


def _of(found, code) -> OfLanguage:
    return found.setdefault(code, OfLanguage(code))


def _count_others(found) -> None:
    """Languages that are not the site's: how many things exist in each, current or not."""
    rows = OtherTranslation.objects.values("language").order_by()
    for row in rows.annotate(number=Count("pk")):
        _of(found, row["language"]).others = row["number"]


def _count_texts(things, found) -> None:
    """How many things of one kind are missing, outdated and current in each language."""
    counts = {"all": Count("pk")}
    for number, code in enumerate(things.languages):
        counts[f"needing_{number}"] = Count("pk", filter=queue.wanting(things, code))
        counts[f"missing_{number}"] = Count("pk", filter=_unreadable(things, code))
    # Without joins, so that nothing is counted twice.
    row = things.public().order_by().aggregate(**counts)
    for number, one in enumerate(found[code] for code in things.languages):
        one.missing += row[f"missing_{number}"]
        one.outdated += row[f"needing_{number}"] - row[f"missing_{number}"]
        one.current += row["all"] - row[f"needing_{number}"]


def _unreadable(things, code) -> Q:
    if things.rows.stands_beside(code):
        there = OtherTranslation.objects.filter(kind=things.kind, language=code)
        return ~Q(pk__in=there.values("object_id"))
    condition = Q()
    for field in things.rows.required:
        name = things.rows.column(field, code)
        condition |= Q(**{f"{name}__isnull": True}) | Q(**{name: ""})
    return condition


def _count_work(found) -> None:
    now = timezone.now()
    rows = Translation.objects.values("language").order_by()
    for row in rows.annotate(
        claimed=Count("pk", filter=Q(status="claimed", claimed_until__gt=now)),
        submitted=Count("pk", filter=Q(status="submitted")),
    ):
        if row["claimed"] or row["submitted"]:
            one = _of(found, row["language"])
            one.claimed, one.submitted = row["claimed"], row["submitted"]


def _count_helpers(found) -> None:
    """Liaisons who offered to translate from English, or into it from any language."""
    liaisons = Mandate.objects.active().values("person")
    offers = LanguageSkill.objects.filter(person__in=liaisons).values_list(
        "language", "person", "offers_help_from_english", "offers_help_to_english"
    )
    helpers = defaultdict(set)
    for language, person, from_english, to_english in offers:
        if languages.is_english(language):
            continue
        if from_english:
            helpers[texts.written_like(language)].add(person)
        if to_english:
            helpers[ENGLISH].add(person)
    for code, people in helpers.items():
        _of(found, code).helpers = len(people)


def _count_requests(found) -> None:
    since = timezone.now() - LATELY
    rows = TranslationRequest.objects.filter(withdrawn_at__isnull=True).values("language")
    is_open = Q(done_at__isnull=True)
    for row in rows.order_by().annotate(
        number=Count("pk", filter=is_open),
        oldest=Min("asked_at", filter=is_open),
        needed_by=Min("needed_by", filter=is_open),
        usual=Avg(F("done_at") - F("asked_at"), filter=Q(done_at__gte=since)),
    ):
        one = _of(found, row["language"])
        one.requests, one.oldest = row["number"], row["oldest"]
        one.needed_by, one.usual_wait = row["needed_by"], row["usual"]


def matrix(things: list) -> list[Row]:
    """The rows of some things of one kind; two queries, or three where parts belong to them."""
    if not things:
        return []
    languages_of_kind = THINGS[texts.kind_of(things[0])].languages
    things = texts.with_parts(things)
    for code in languages_of_kind:
        texts.in_other_language(things, code)
    standings = Standings(things, with_texts=False)
    return [
        Row(
            thing,
            texts.name_of(thing),
            texts.source_of(thing),
            [standings.of_thing(thing, code) for code in languages_of_kind],
        )
        for thing in things
    ]
