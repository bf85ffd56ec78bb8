"""Who would get an edition, and who would not and why: it is made, counted and rolled back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.db.models import CharField, Count, F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from web.names import language_name

from .. import due, editions, upcoming
from ..due_hours import next_due_hour, zone_named
from ..models import Delivery, Edition, Preference, Recipient, State
from ..stories import reason_label
from . import comparison, splits
from .comparison import Comparison

# So many people stand on one page.
PAGE = 100
# Upcoming hours that are offered for each rhythm.
HOURS = 6


@dataclass(frozen=True)
class Row:
    """One part of the people: how many would get it and how many would not."""

    name: str
    get: int
    skipped: int

    @property
    def all(self) -> int:
        return self.get + self.skipped


@dataclass(frozen=True)
class Table:
    """The people split one way."""

    key: str
    label: Any
    rows: list[Row]


@dataclass(frozen=True)
class Person:
    """One reader, the language of their mail, and the day of theirs on which it comes."""

    recipient: Recipient
    language: str
    day: date | None = None

    @property
    def recipient_id(self) -> int:
        return self.recipient.pk


@dataclass(frozen=True)
class Plan:
    """An edition that was not made."""

    edition: Edition
    get: int
    reasons: list[tuple[str, Any, int]]
    tables: list[Table]
    comparison: Comparison
    # One page of the people who would get it, or are skipped for the reason chosen.
    people: list[Person] = field(default_factory=list)
    number_of_people: int = 0

    @property
    def skipped(self) -> int:
        return self.edition.audience - self.get


class Chosen(NamedTuple):
    """Which edition: by mail or on talk pages, a rhythm, and a full hour."""

    rhythm: str
    hour: datetime
    channel: str = due.EMAIL

    @property
    def is_on_talk_pages(self) -> bool:
        return self.channel == due.TALK_PAGE

    @property
    def label(self) -> Any:
        return Edition.Rhythm(self.rhythm).label


def next_ones(now: datetime | None = None) -> list[Chosen]:
    """The next hours for each rhythm in which somebody is due, soonest first."""
    now = now or timezone.now()
    found = set()
    for rhythm in Edition.BY_THE_CLOCK:
        hours = {next_due_hour(rhythm, zone, now) for zone in due.zones_of(rhythm)}
        found |= {Chosen(rhythm, hour) for hour in sorted(hours)[:HOURS]}
    found |= {
        Chosen(rhythm, next_due_hour(rhythm, "UTC", now), due.TALK_PAGE)
        for rhythm in due.on_talk_pages()
    }
    return sorted(found, key=lambda one: (one.hour, one.rhythm, one.channel))


def run(chosen: Chosen, *, reason: str = "", page: int = 1) -> Plan | None:
    """Plan this edition; None where nobody is due, or it is made already. Raises ``Busy``.

    ``reason``: look at the people skipped for it, in place of those who would get the edition.
    """

    def look(edition) -> Plan:
        deliveries = edition.deliveries.order_by()
        counted = comparison.planned(edition)
        shown = deliveries.filter(reason=reason) if reason else deliveries.filter(_GET)
        people = shown.order_by("recipient__user_id", "recipient_id").select_related(
            "recipient__user"
        )
        pages = Paginator(people, PAGE)
        return Plan(
            edition=edition,
            get=counted.get,
            reasons=[
                (code, reason_label(Delivery(reason=code)), number)
                for code, number in sorted(counted.reasons.items(), key=lambda one: -one[1])
            ],
            tables=list(tables(deliveries, _GET)),
            comparison=comparison.with_the_one_before(edition),
            people=_with_days(edition, pages.get_page(page).object_list),
            number_of_people=pages.count,
        )

    return _rehearsed(chosen, look)


def _rehearsed(chosen, look) -> Any:
    with upcoming.soon():
        return editions.rehearse(chosen.rhythm, chosen.hour, look, channel=chosen.channel)


def _with_days(edition, deliveries) -> list[Person]:
    """These people with the day of the edition where they live; none where that is over."""
    found = [(one.recipient, one.language) for one in deliveries]
    wanted = Preference.objects.filter(
        recipient__in=[recipient for recipient, _language in found],
        kind=Preference.Kind.DIGEST,
        channel=edition.channel,
    )
    days = {
        one.recipient_id: edition.hour.astimezone(zone_named(one.time_zone_used)).date()
        for one in wanted.select_related("recipient")
    }
    today = timezone.localdate()
    coming = {pk: day for pk, day in days.items() if day >= today}
    return [Person(recipient, language, coming.get(recipient.pk)) for recipient, language in found]


_GET = Q(state__in=[State.PENDING, State.TO_POST])


def tables(people, get: Q, language: Any = F("language")) -> Iterable[Table]:  # noqa: B008
    """Rows that lead to a ``recipient`` split by language, and in each way there is.

    ``get`` is the condition for those who would get it.
    """
    found = _counted(people, language, get)
    rows = [Row(language_name(code), *numbers) for code, numbers in found.items()]
    yield Table("language", _("Language"), _largest_first(rows))
    for split in splits.registered():
        part = Coalesce(split.expression("recipient__"), Value(""), output_field=CharField())
        found = _counted(people, part, get)
        names = split.names([code for code in found if code])
        rows = [
            Row(names.get(code, code) or _("Not known"), *numbers)
            for code, numbers in found.items()
        ]
        yield Table(split.key, split.label, _largest_first(rows))


def _counted(people, part, get) -> dict[str, tuple[int, int]]:
    rows = (
        people.annotate(part=part)
        .values("part")
        .annotate(get=Count("pk", filter=get), skipped=Count("pk", filter=~get))
    )
    return {row["part"]: (row["get"], row["skipped"]) for row in rows}


def _largest_first(rows) -> list[Row]:
    return sorted(rows, key=lambda row: (-row.all, row.name))


def people_as_table(chosen: Chosen) -> Iterable[list[Any]]:
    """Everybody of this edition as lines of a table for CSV; no address in it. Raises ``Busy``."""

    def look(edition) -> list[list[Any]]:
        labels: dict[str, Any] = {}
        lines = []
        everybody = edition.deliveries.select_related("recipient__user")
        for one in everybody.order_by("recipient__user_id", "recipient_id").iterator():
            why = labels.setdefault(one.reason, str(reason_label(one)) if one.reason else "")
            lines.append([*_named(one.recipient), language_name(one.language), int(not why), why])
        return lines

    heading = [capfirst(_("recipient")), _("Person"), _("Language"), _("Would get it"), _("Reason")]
    return [heading, *(_rehearsed(chosen, look) or [])]


def _named(recipient) -> tuple[int, str]:
    return recipient.pk, str(recipient.user or "")


def as_table(plan: Plan) -> Iterable[list[Any]]:
    """The counts as lines of a table for CSV: no person in it."""
    yield [_("Split"), _("Part"), _("Would get it"), _("Skipped")]
    yield [_("All"), "", plan.get, plan.skipped]
    for table in plan.tables:
        for row in table.rows:
            yield [str(table.label), row.name, row.get, row.skipped]
    for _code, label, number in plan.reasons:
        yield [_("Reason"), str(label), 0, number]
