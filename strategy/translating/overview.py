"""What the Core Team sees of translation: supply, demand and waiting time by language; a matrix."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Min, Q
from django.utils import timezone
from modeltranslation.utils import build_localized_fieldname

from liaisons import languages
from liaisons.models import LanguageSkill, Mandate

from ..models import OtherTranslation, Translation, TranslationRequest
from . import queue, texts
from .access import WRITTEN_LIKE
from .states import Standings, State
from .texts import LANGUAGES, THINGS

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
    """One thing and its state in each language, in the order of ``LANGUAGES``."""

    thing: Any
    name: str
    states: list[State]


def by_language() -> list[OfLanguage]:
    """Every site language but English, and each other one in which anybody helps or waits.

    A query for each kind of thing, and four more.
    """
    found = {code: OfLanguage(code) for code in LANGUAGES}
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
    for number, code in enumerate(found):
        counts[f"needing_{number}"] = Count("pk", filter=queue.wanting(things, code))
        counts[f"missing_{number}"] = Count("pk", filter=_unreadable(things, code))
    # Without joins, so that nothing is counted twice.
    row = things.public().order_by().aggregate(**counts)
    for number, one in enumerate(found.values()):
        one.missing += row[f"missing_{number}"]
        one.outdated += row[f"needing_{number}"] - row[f"missing_{number}"]
        one.current += row["all"] - row[f"needing_{number}"]


def _unreadable(things, code) -> Q:
    condition = Q()
    for field in things.rows.required:
        name = build_localized_fieldname(field, code)
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
    """Liaisons who offered to translate from English."""
    liaisons = Mandate.objects.active().values("person")
    rows = LanguageSkill.objects.filter(offers_help_from_english=True, person__in=liaisons)
    counted = rows.values("language").order_by()
    for row in counted.annotate(number=Count("person", distinct=True)):
        code = WRITTEN_LIKE.get(row["language"], row["language"])
        if not languages.is_english(code):
            _of(found, code).helpers += row["number"]


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
    things = texts.with_parts(things)
    standings = Standings(things, with_texts=False)
    return [
        Row(
            thing,
            texts.name_of(thing),
            [standings.of_thing(thing, code) for code in LANGUAGES],
        )
        for thing in things
    ]
