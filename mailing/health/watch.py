"""Goes over the ledger of the last days: do figures add up, did an address get two of one edition?

Run by a worker every few minutes and remembered, so that no page has to count.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count, F
from django.utils import timezone

from ..models import Delivery, Edition, State
from . import pulses

# So many editions are named; what is wrong with more of them is one fault.
NAMED = 20


def watch() -> dict[str, list[int]]:
    """Look, remember what was found, and give it: ids of editions under ``uneven``, ``doubles``."""
    since = timezone.now() - timedelta(days=settings.MAIL_HEALTH_DAYS)
    found = {"uneven": _uneven(since), "doubles": _doubles(since)}
    pulses.note(pulses.WATCH, found)
    return found


def _uneven(since) -> list[int]:
    """Editions whose audience is not the sum of their deliveries' states."""
    counted = Edition.objects.filter(frozen_at__gte=since).annotate(held=Count("deliveries"))
    wrong = counted.exclude(held=F("audience")).order_by("-pk")
    return list(wrong.values_list("pk", flat=True)[:NAMED])


def _doubles(since) -> list[int]:
    """Editions of which one address got two, as two recipients with the same address would."""
    sent = Delivery.objects.filter(edition__frozen_at__gte=since, state=State.SENT)
    doubled = (
        sent.exclude(recipient__address_hash="")
        .order_by()
        .values("edition_id", "recipient__address_hash")
        .annotate(copies=Count("pk"))
        .filter(copies__gt=1)
    )
    found = doubled.order_by("-edition_id").values_list("edition_id", flat=True).distinct()
    return list(found[:NAMED])
