"""Reminders that a term ends: once for each term and step, and only while they are of use."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import (
    Case,
    Exists,
    OuterRef,
    PositiveSmallIntegerField,
    QuerySet,
    Value,
    When,
)
from django.utils import timezone

from .. import notices
from ..models import Mandate, MandateReminder, User

# So many mandates are looked at in one transaction.
BATCH = 200


def remind_of_ends() -> int:
    """Owe a mail to each liaison whose mandate ends soon; returns how many. Run hourly.

    Steps missed while nothing ran are not made up for: only the nearest one is sent. Safe to run
    twice at once: whoever holds a mandate's row writes the reminder down.
    """
    reminded, last = 0, 0
    while True:
        with transaction.atomic():
            ids = list(
                _due(timezone.localdate())
                .filter(pk__gt=last)
                .order_by("pk")
                .select_for_update(of=("self",), no_key=True, skip_locked=True)
                .values_list("pk", flat=True)[:BATCH]
            )
            if not ids:
                return reminded
            reminded += _remind(ids)
            last = ids[-1]


def _remind(ids: list[int]) -> int:
    """Asked again now that the rows are held: another run may have been faster."""
    mandates = list(_due(timezone.localdate()).filter(pk__in=ids).select_related("person"))
    MandateReminder.objects.bulk_create(
        MandateReminder(
            mandate=mandate,
            last_day=mandate.last_day,
            days_before=mandate.step,  # type: ignore[attr-defined]
        )
        for mandate in mandates
    )
    notices.tell_ends(mandates)
    return len(mandates)


def _due(today: date) -> QuerySet[Mandate]:
    """Mandates whose liaison is to be reminded today, with the ``step`` in days before the end."""
    steps = sorted(settings.MANDATE_REMINDER_DAYS)
    if not steps:
        return Mandate.objects.none()
    step = Case(
        *[When(last_day__lte=today + timedelta(days=days), then=Value(days)) for days in steps],
        output_field=PositiveSmallIntegerField(),
    )
    # A nearer step that was told counts too: a clock that jumped back repeats nothing.
    told = MandateReminder.objects.filter(
        mandate=OuterRef("pk"), last_day=OuterRef("last_day"), days_before__lte=OuterRef("step")
    )
    return (
        Mandate.objects.unattended()
        .filter(last_day__lte=today + timedelta(days=steps[-1]))
        .annotate(step=step)
        .filter(~Exists(told))
    )


@dataclass(frozen=True)
class Coming:
    """A reminder that will be sent: which mandate it is about, and on which day."""

    mandate: Mandate
    day: date


def reminders_coming(person: User) -> list[Coming]:
    """The next reminder of each of this person's mandates, as things stand; the soonest first."""
    today = timezone.localdate()
    held = Mandate.objects.unattended().filter(person=person, last_day__gte=today)
    coming = []
    for mandate in held.select_related("group").prefetch_related("reminders"):
        told = [
            one.days_before for one in mandate.reminders.all() if one.last_day == mandate.last_day
        ]
        days = [
            mandate.last_day - timedelta(days=step)
            for step in settings.MANDATE_REMINDER_DAYS
            if step < min(told, default=step + 1)
        ]
        if ahead := [day for day in days if day >= today]:
            coming.append(Coming(mandate, min(ahead)))
    return sorted(coming, key=lambda one: one.day)
