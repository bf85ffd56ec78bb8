"""Where the process stands: the timeline as this installation shows it.

Entries keep their true dates; a demo shows all of them moved by the same number of days
(``Installation.shift_days``). Entries known by month or year only are moved to whole months or
years, the nearest ones, so that what is shown as a month also begins and ends like one.
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import F
from django.utils import timezone

from web import installation
from web.kept_figures import kept

from .models import TimelineEntry, Update


class State(StrEnum):
    """Where an entry stands on a given day."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Shown:
    """A timeline entry with the dates readers see, and its state on the day asked about."""

    entry: TimelineEntry
    starts_on: datetime.date
    ends_on: datetime.date
    today: datetime.date

    @property
    def as_it_was(self) -> "Shown":
        """The same entry with its true dates."""
        return _shown(self.entry, self.today, 0)

    @property
    def state(self) -> State:
        if self.ends_on < self.today:
            return State.DONE
        return State.NOW if self.starts_on <= self.today else State.AHEAD

    @property
    def kind_words(self) -> str:
        """What kind of entry it is, in words."""
        # get_kind_display() translates every kind there is, each time.
        return str(TimelineEntry.Kind(self.entry.kind).label)

    @property
    def is_now(self) -> bool:
        return self.state == State.NOW

    @property
    def is_done(self) -> bool:
        return self.state == State.DONE

    @property
    def is_exact(self) -> bool:
        """True where the dates are known to the day."""
        return self.entry.precision == TimelineEntry.Precision.DAY

    @property
    def is_one_period(self) -> bool:
        """True where first and last day fall on the same day, month or year, as is known."""
        return _period(self.starts_on, self.entry.precision) == _period(
            self.ends_on, self.entry.precision
        )

    @property
    def days_left(self) -> int:
        """Days until the last day; 0 on the day itself."""
        return (self.ends_on - self.today).days


@dataclass(frozen=True)
class NowAndNext:
    """The stages that run, and what comes next."""

    now: list[Shown]
    next: list[Shown]


def entries(today: datetime.date | None = None, *, shift_days: int | None = None) -> list[Shown]:
    """All entries as shown on ``today`` (default: the real day), in the order of their first days.

    ``shift_days`` defaults to the installation's.
    """
    today = today or timezone.localdate()
    if shift_days is None:
        shift_days = installation.current().shift_days
    shown = [_shown(entry, today, shift_days) for entry in _true_entries()]
    return sorted(shown, key=lambda item: (item.starts_on, item.ends_on, item.entry.pk))


def entries_of(update: Update) -> list[Shown]:
    """The entries an update belongs to, as shown today."""
    its = set(update.timeline_entries.order_by().values_list("pk", flat=True))
    return entries_with(its)


def entries_with(keys: set[int]) -> list[Shown]:
    """The entries with these keys, as shown today."""
    return [item for item in entries() if item.entry.pk in keys] if keys else []


def updates_by_entry() -> dict[int, list[Update]]:
    """The published updates that belong to each entry, by its id, the newest first."""
    found = defaultdict(list)
    updates = Update.objects.published().titles_only()
    rows = updates.exclude(timeline_entries=None).annotate(entry=F("timeline_entries"))
    for update in rows:
        found[update.entry].append(update)
    return found


def stages(timeline: list[Shown]) -> list[Shown]:
    """The stages among the entries; they may overlap."""
    return [item for item in timeline if item.entry.kind == TimelineEntry.Kind.STAGE]


def around_now(timeline: list[Shown], count: int = 6) -> list[Shown]:
    """Up to ``count`` stages around now: about half of them over, then those running and ahead."""
    line = stages(timeline)
    first_open = next((i for i, item in enumerate(line) if not item.is_done), len(line))
    start = max(0, min(first_open - count // 2, len(line) - count))
    return line[start : start + count]


def now_and_next(timeline: list[Shown], count: int = 3) -> NowAndNext:
    """The stages running now, soonest end first, and the next ``count`` entries of any kind.

    A deadline or milestone that lies within a running stage is still to come, so it is *next*.
    """
    running = [item for item in stages(timeline) if item.is_now]
    coming = [item for item in timeline if item.state == State.AHEAD]
    return NowAndNext(
        now=sorted(running, key=lambda item: (item.ends_on, item.starts_on)), next=coming[:count]
    )


@kept
def _true_entries() -> list[TimelineEntry]:
    return list(TimelineEntry.objects.all())


def _shown(entry, today, shift_days) -> Shown:
    starts_on = entry.starts_on
    ends_on = entry.ends_on or entry.starts_on
    if entry.precision != TimelineEntry.Precision.DAY:
        starts_on = _first_day(starts_on, entry.precision)
        after = _next_first_day(ends_on, entry.precision)
        starts_on = _nearest_first_day(
            starts_on + datetime.timedelta(days=shift_days), entry.precision
        )
        after = _nearest_first_day(after + datetime.timedelta(days=shift_days), entry.precision)
        ends_on = max(after, _next_first_day(starts_on, entry.precision)) - datetime.timedelta(1)
    else:
        starts_on += datetime.timedelta(days=shift_days)
        ends_on += datetime.timedelta(days=shift_days)
    return Shown(entry=entry, starts_on=starts_on, ends_on=ends_on, today=today)


def _first_day(day, precision):
    if precision == TimelineEntry.Precision.YEAR:
        return day.replace(month=1, day=1)
    return day.replace(day=1)


def _next_first_day(day, precision):
    if precision == TimelineEntry.Precision.YEAR:
        return day.replace(year=day.year + 1, month=1, day=1)
    return (day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)


def _nearest_first_day(day, precision):
    before = _first_day(day, precision)
    after = _next_first_day(day, precision)
    return before if day - before <= after - day else after


def _period(day, precision):
    if precision == TimelineEntry.Precision.YEAR:
        return (day.year,)
    if precision == TimelineEntry.Precision.MONTH:
        return (day.year, day.month)
    return (day.year, day.month, day.day)
