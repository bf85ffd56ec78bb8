"""When a digest is due: at 07:00 of the person's own morning.

Each local day has exactly one such moment, also on days on which clocks are changed: a morning
hour that happens twice counts the first time, one that is left out counts at the change.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from .models import Edition

MORNING = time(7)
HOUR = timedelta(hours=1)
# How many local days back the last due one can lie.
LOOK_BACK_DAYS = {
    Edition.Rhythm.DAILY: 2,
    Edition.Rhythm.WEEKLY: 8,
    Edition.Rhythm.MONTHLY: 32,
}


@lru_cache(maxsize=1)
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_time_zone(name: str) -> bool:
    """Whether this is the name of a time zone, such as ``Africa/Nairobi``."""
    return name in _known_zones()


def zone_named(name: str) -> ZoneInfo:
    """The time zone of this name; UTC where there is none."""
    return ZoneInfo(name if is_time_zone(name) else "UTC")


def falls_on(rhythm: str, day: date) -> bool:
    """Whether a digest of this rhythm belongs to this local day: Mondays, first days, all days."""
    if rhythm == Edition.Rhythm.WEEKLY:
        return day.weekday() == 0
    if rhythm == Edition.Rhythm.MONTHLY:
        return day.day == 1
    return rhythm == Edition.Rhythm.DAILY


def due_hour(zone: str, day: date) -> datetime:
    """The full hour in UTC in which 07:00 of this local day falls."""
    local = datetime.combine(day, MORNING, tzinfo=zone_named(zone))
    return local.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def next_due_hour(rhythm: str, zone: str, after: datetime) -> datetime:
    """The first hour after ``after`` in which this rhythm is due in this zone.

    Raises ``ValueError`` for a rhythm without hours.
    """
    # No zone is more than 12 hours behind: yesterday's date is the earliest it can be there.
    earliest = after.astimezone(UTC).date() - timedelta(days=1)
    for ahead in range(LOOK_BACK_DAYS[Edition.Rhythm(rhythm)] + 2):
        day = earliest + timedelta(days=ahead)
        if falls_on(rhythm, day):
            hour = due_hour(zone, day)
            if hour > after:
                return hour
    raise ValueError(f"{rhythm} has no due hour in {zone}.")


def last_due_hour(rhythm: str, zone: str, now: datetime) -> datetime:
    """The latest hour, begun by ``now``, in which this rhythm was due in this zone.

    Raises ``ValueError`` for a rhythm without hours.
    """
    # No zone is more than 14 hours ahead: tomorrow's date is the latest it can be there.
    latest = now.astimezone(UTC).date() + timedelta(days=1)
    for back in range(LOOK_BACK_DAYS[Edition.Rhythm(rhythm)] + 2):
        day = latest - timedelta(days=back)
        if falls_on(rhythm, day):
            hour = due_hour(zone, day)
            if hour <= now:
                return hour
    raise ValueError(f"{rhythm} has no due hour in {zone}.")
