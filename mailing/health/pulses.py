"""Remembers in the database that a job ran."""

from typing import Any

from django.utils import timezone

from ..models import Pulse

SWEEP, WATCH, BOUNCES = "sweep", "watch", "bounces"


def note(job: str, found: dict[str, Any] | None = None) -> None:
    """The job has just run to its end."""
    Pulse.objects.update_or_create(job=job, defaults={"at": timezone.now(), "found": found or {}})


def latest() -> dict[str, Pulse]:
    """The last run of each job that ever ran."""
    return {pulse.job: pulse for pulse in Pulse.objects.all()}
