"""How long statements usually wait for the Core Team."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.utils import timezone

from .models import Statement

# Fewer than this say nothing about what is usual.
ENOUGH = 5
# Only what was done lately, and of that the newest: enough to know what is usual now.
LOOK_BACK_DAYS = 180
MOST_READ = 500
# From when a statement has waited too long for the list of the Core Team.
LATE_AFTER_TIMES_USUAL = 2


@dataclass(frozen=True)
class Usual:
    """Medians in days, at least one; None while too little was done to say."""

    days_to_receive: int | None = None
    days_to_answer: int | None = None


def usual() -> Usual:
    """How long it usually takes from publication to receipt and to the answer. One query."""
    since = timezone.now() - timedelta(days=LOOK_BACK_DAYS)
    rows = (
        Statement.objects.public()
        .dated()
        .filter(received_at__gte=since)
        .order_by("-received_at")
        .values_list("added_at", "received_at", "answered_at")[:MOST_READ]
    )
    rows = list(rows)
    return Usual(
        _median_days((published, received) for published, received, _answered in rows),
        _median_days((published, answered) for published, _received, answered in rows if answered),
    )


def days_waiting(moment) -> int:
    """Whole days since ``moment``."""
    return (timezone.now() - moment).days


def _median_days(spans) -> int | None:
    seconds = [(end - start).total_seconds() for start, end in spans]
    if len(seconds) < ENOUGH:
        return None
    return max(1, round(median(seconds) / 86_400))
