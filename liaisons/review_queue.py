"""What waits for the Core Team's decision: since when, whose it is, and who acts next."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from .models import Endorsement, Mandate, MandateEvent, User
from .waiting_times import LATE_AFTER_TIMES_USUAL, usual_review_days

Status = Mandate.Status
Kind = MandateEvent.Kind

# An active mandate that was contested waits for a decision like an application.
WAITING = Q(status__in=Mandate.WAITING) | Q(status=Status.CONFIRMED, review_opened_at__isnull=False)
# Longest waiting first; two of the same moment always in the same order.
ORDER = ["waiting_since", "pk"]
_WORDS_OF_THE_TEAM = [
    Kind.REPLIED, Kind.MORE_ASKED, Kind.CONFIRMED, Kind.DECLINED, Kind.REVIEW_CLOSED,
]  # fmt: skip


def listed(queryset: QuerySet[Mandate]) -> QuerySet[Mandate]:
    """What was sent in, with all that a row of the queue says of it, in one query.

    Adds ``waiting_since``, ``usual_days``, ``applicants`` (all who wait for the same group),
    ``is_contested`` and ``last_word`` (the last question or answer between both sides). Drafts
    belong to the person who writes them.
    """
    others = (
        Mandate.objects.filter(group=OuterRef("group"), status__in=Mandate.WAITING)
        .order_by()
        .values("group")
        .annotate(number=Count("pk"))
        .values("number")
    )
    words = MandateEvent.objects.filter(
        mandate=OuterRef("pk"), kind__in=[Kind.ASKED, *_WORDS_OF_THE_TEAM]
    )
    against = Endorsement.objects.filter(
        mandate=OuterRef("pk"), verdict=Endorsement.Verdict.CONTESTS, withdrawn_at=None
    )
    return (
        queryset.filter(submitted_at__isnull=False)
        .exclude(status=Status.DRAFT)
        .select_related("group", "person", "reviewer", "contact")
        .annotate(
            waiting_since=Coalesce("review_opened_at", "submitted_at"),
            usual_days=Value(usual_review_days(), output_field=IntegerField()),
            applicants=Coalesce(Subquery(others), 0),
            is_contested=Exists(against),
            last_word=Subquery(words.order_by("-pk").values("kind")[:1], output_field=TextField()),
        )
    )


def whose(queryset: QuerySet[Mandate], which: str, person: User) -> QuerySet[Mandate]:
    """Of rows of ``listed``: ``mine``, of ``nobody``, ``late``, ``asking`` or ``contested``."""
    match which:
        case "mine":
            return queryset.filter(reviewer=person)
        case "nobody":
            return queryset.filter(reviewer=None)
        case "late":
            days = LATE_AFTER_TIMES_USUAL * usual_review_days() + 1
            return queryset.filter(waiting_since__lte=timezone.now() - timedelta(days=days))
        case "asking":
            return queryset.filter(status__in=Mandate.WAITING, last_word=Kind.ASKED)
        case "contested":
            return queryset.filter(Q(is_contested=True) | Q(review_opened_at__isnull=False))
    return queryset


def is_waiting(mandate: Mandate) -> bool:
    """True where somebody has to act, on an application or on a dispute."""
    return mandate.is_waiting or (
        mandate.status == Status.CONFIRMED and mandate.review_opened_at is not None
    )


def waits_for_applicant(mandate: Any) -> bool:
    """Of a row of ``listed``: true where the applicant acts next.

    More was asked, and they asked nothing back since.
    """
    return mandate.status == Status.MORE_ASKED and mandate.last_word != Kind.ASKED


def has_open_question(mandate: Any) -> bool:
    """Of a row of ``listed``: true where the applicant asked, and nobody answered since."""
    return mandate.is_waiting and mandate.last_word == Kind.ASKED


def since(mandate: Mandate) -> datetime:
    """Since when it waits: the dispute, or the application."""
    return mandate.review_opened_at or mandate.submitted_at


def around(queryset: QuerySet[Mandate], mandate: Mandate) -> dict:
    """Where a mandate stands among these rows: the ids before and after it, and its number.

    Three queries, however many rows there are. The mandate itself need not be among them any more.
    """
    place, moment = queryset.order_by(), since(mandate)
    before = Q(waiting_since__lt=moment) | Q(waiting_since=moment, pk__lt=mandate.pk)
    after = Q(waiting_since__gt=moment) | Q(waiting_since=moment, pk__gt=mandate.pk)
    backwards = [F("waiting_since").desc(), F("pk").desc()]
    numbers = place.aggregate(total=Count("pk"), earlier=Count("pk", filter=before))
    return {
        "previous": _first(place.filter(before).order_by(*backwards)),
        "next": _first(place.filter(after).order_by(*ORDER)),
        "number": numbers["earlier"] + 1,
        "total": numbers["total"],
    }


def moment_of_last_question() -> Subquery:
    """For ``annotate``: when the Core Team last asked the applicant for more."""
    asked = MandateEvent.objects.filter(mandate=OuterRef("pk"), kind=Kind.MORE_ASKED)
    return Subquery(asked.order_by("-pk").values("at")[:1])


def _first(queryset) -> int | None:
    return queryset.values_list("pk", flat=True).first()
