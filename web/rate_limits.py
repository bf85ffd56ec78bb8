"""Limits that hold in the database, whatever else is away."""

from datetime import UTC, datetime

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .models import RateCounter

# The longest window, in seconds; the privacy page says how long counts are kept.
LONGEST = 86_400


def allow(key: str, *, limit: int, seconds: int) -> bool:
    """Count one try under ``key``; say whether it is among the first ``limit`` of this window."""
    digest, window = _counter(key, seconds)
    ends_at = datetime.fromtimestamp((window + 1) * seconds, UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO web_ratecounter (key, window, count, ends_at) VALUES (%s, %s, 1, %s) "
            "ON CONFLICT (key, window) DO UPDATE SET count = web_ratecounter.count + 1 "
            "RETURNING count".replace("window", '"window"'),
            [digest, window, ends_at],
        )
        return cursor.fetchone()[0] <= limit


def give_back(key: str, *, seconds: int) -> None:
    """Take back one try that ``allow`` counted in this window; nothing where the window is over."""
    digest, window = _counter(key, seconds)
    RateCounter.objects.filter(key=digest, window=window, count__gt=0).update(count=F("count") - 1)


def forget_old() -> int:
    """Delete the counters of windows that are over; returns how many."""
    return RateCounter.objects.filter(ends_at__lt=timezone.now()).delete()[0]


def _counter(key, seconds) -> tuple[str, int]:
    """Which row counts now. Keyed: what stands there cannot be found out by trying addresses."""
    about = f"{seconds}:{key}".encode("utf-8", "replace")
    digest = salted_hmac("web.rate_limits", about, algorithm="sha256").hexdigest()
    return digest, int(timezone.now().timestamp() // seconds)
