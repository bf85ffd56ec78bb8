"""How long things usually take, and how long they have taken."""

from statistics import median

from django.conf import settings
from django.utils import timezone

from .models import Mandate

# Fewer decisions than this say nothing about what is usual.
ENOUGH_DECISIONS = 5
# Only the latest count: the Core Team of last year was another one.
LAST_DECISIONS = 20
# From when an application has waited too long.
LATE_AFTER_TIMES_USUAL = 2


def usual_review_days() -> int:
    """How many days a review usually takes: the median of the last decisions, at least one day.

    ``USUAL_REVIEW_DAYS`` of the settings until there are enough decisions.
    """
    decided = (
        Mandate.objects.filter(decided_at__isnull=False, submitted_at__isnull=False)
        .order_by("-decided_at", "-pk")
        .values_list("submitted_at", "decided_at")[:LAST_DECISIONS]
    )
    seconds = [(end - start).total_seconds() for start, end in decided]
    if len(seconds) < ENOUGH_DECISIONS:
        return settings.USUAL_REVIEW_DAYS
    return max(1, round(median(seconds) / 86_400))


def days_waiting(mandate: Mandate) -> int:
    """Whole days since an application was sent in."""
    return (timezone.now() - mandate.submitted_at).days
