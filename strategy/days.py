"""Days as people date things: a day has begun somewhere before it has here, and ends later."""

from datetime import date, datetime, timedelta

from django.utils import timezone

# The zones of the world reach from UTC−12 to UTC+14.
EAST, WEST = timedelta(hours=14), timedelta(hours=12)


def latest_today() -> date:
    """The furthest day that anybody in the world calls today."""
    return timezone.localdate(timezone.now() + EAST)


def earliest_day_of(moment: datetime) -> date:
    """The first day that anybody in the world wrote when ``moment`` was."""
    return timezone.localdate(moment - WEST)
