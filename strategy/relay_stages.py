"""How far updates came in each stage of the process, and how soon: for the Core Team."""

import datetime
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.utils import timezone

from . import timeline
from .models import Relay, Update
from .relays import Reach
from .timeline import Shown


@dataclass(frozen=True)
class OfStage:
    """The updates published in one stage, together: where stages overlap, each has them."""

    stage: Shown
    updates: int
    reach: Reach
    regions: int
    # Until the first group passed one on, of the middle one; None where none was passed on.
    usually_after: datetime.timedelta | None
    # Updates nobody passed on so far.
    nowhere: int


def by_stage() -> list[OfStage]:
    """Each stage in which an update was published, the newest first; two queries besides those."""
    stages = [stage for stage in timeline.stages(timeline.entries()) if not _is_ahead(stage)]
    published = _published()
    in_stage = {
        number: [one for one in published if _is_in(stage, one[0])]
        for number, stage in enumerate(stages)
    }
    figures = _figures({number: stages[number] for number, found in in_stage.items() if found})
    made = []
    for number, found in in_stage.items():
        if not found:
            continue
        waits = [max(first - at, datetime.timedelta(0)) for at, first in found if first]
        seconds = [wait.total_seconds() for wait in waits]
        made.append(
            OfStage(
                stage=stages[number],
                updates=len(found),
                reach=Reach(
                    figures[f"groups_{number}"],
                    figures[f"languages_{number}"],
                    figures[f"people_{number}"] or 0,
                ),
                regions=figures[f"regions_{number}"],
                usually_after=datetime.timedelta(seconds=median(seconds)) if seconds else None,
                nowhere=len(found) - len(waits),
            )
        )
    return made[::-1]


def _is_ahead(stage: Shown) -> bool:
    return stage.state == timeline.State.AHEAD


def _is_in(stage: Shown, at: datetime.datetime) -> bool:
    return stage.starts_on <= timezone.localdate(at) <= stage.ends_on


def _published() -> list[tuple[datetime.datetime, datetime.datetime | None]]:
    """When each update was published, and when it was first passed on."""
    first = Min("relays__recorded_at", filter=Q(relays__withdrawn_at__isnull=True))
    found = Update.objects.published().order_by().annotate(first=first)
    return list(found.values_list("published_at", "first"))


def _figures(stages: dict[int, Shown]) -> dict[str, Any]:
    counts: dict[str, Any] = {}
    for number, stage in stages.items():
        days = (stage.starts_on, stage.ends_on)
        its = Q(update__published_at__date__range=days)
        counts |= {
            f"groups_{number}": Count("group", distinct=True, filter=its),
            f"languages_{number}": Count("language", distinct=True, filter=its),
            f"regions_{number}": Count("group__region", distinct=True, filter=its),
            f"people_{number}": Sum("people", filter=its),
        }
    return Relay.objects.current().order_by().aggregate(**counts) if counts else {}
