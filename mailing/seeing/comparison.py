"""An edition beside the one before of the same rhythm and people: is there a jump?

A sudden change is how a fault shows itself first: a wrong filter, a lost list, a wave of bounces.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from ..models import Delivery, Edition, State
from ..stories import reason_label

# Not compared: an edition by hand is for one person.
_COMPARED = [*Edition.BY_THE_CLOCK, Edition.Rhythm.AT_ONCE]
# The edition before of the same people is older than that: a period, less an hour for a change of
# clocks, and one more. What is younger is another zone's.
_LEAST = {
    Edition.Rhythm.DAILY: timedelta(hours=22),
    Edition.Rhythm.WEEKLY: timedelta(days=6, hours=22),
    Edition.Rhythm.MONTHLY: timedelta(days=27, hours=22),
}
# Three hours of one morning, and one of a morning that has only begun.
MOST_LOOKED_AT = 4


@dataclass(frozen=True)
class Planned:
    """How many were to get an edition when it was frozen, and how many were skipped and why."""

    audience: int
    get: int
    reasons: dict[str, int]


@dataclass(frozen=True)
class Figure:
    """One figure then and now."""

    label: Any
    before: int
    now: int

    @property
    def is_jump(self) -> bool:
        """Whether it changed by so much that somebody should look."""
        change = abs(self.now - self.before)
        most = max(self.before, self.now)
        is_large = change * 100 >= settings.MAIL_JUMP_PERCENT * most
        return is_large and change >= settings.MAIL_JUMP_PEOPLE

    @property
    def change(self) -> int:
        return self.now - self.before


@dataclass(frozen=True)
class Comparison:
    """The figures of two editions; without ``before`` there is nothing to compare with."""

    before: Edition | None = None
    figures: list[Figure] = field(default_factory=list)

    @property
    def jumps(self) -> list[Figure]:
        return [figure for figure in self.figures if figure.is_jump]


def planned(edition: Edition) -> Planned:
    """The figures as they were when it was frozen.

    Who was skipped then has no time of its end; who was skipped later was to get it.
    """
    skipped = edition.deliveries.filter(state=State.SKIPPED, finished_at=None).order_by()
    reasons = dict(skipped.values_list("reason").annotate(Count("pk")))
    return Planned(edition.audience, edition.audience - sum(reasons.values()), reasons)


def with_the_one_before(edition: Edition) -> Comparison:
    """Compare with the last edition of this rhythm whose people have their morning then too."""
    before = _before(edition)
    if before is None:
        return Comparison()
    then, now = planned(before), planned(edition)
    figures = [
        Figure(_("Audience"), then.audience, now.audience),
        Figure(_("Would get it"), then.get, now.get),
    ]
    for code in sorted({*then.reasons, *now.reasons}):
        label = reason_label(Delivery(reason=code))
        figures.append(Figure(label, then.reasons.get(code, 0), now.reasons.get(code, 0)))
    return Comparison(before, figures)


def _before(edition) -> Edition | None:
    if edition.rhythm not in _COMPARED:
        return None
    earlier = Edition.objects.filter(channel=edition.channel, rhythm=edition.rhythm)
    earlier = earlier.exclude(pk=edition.pk)
    if edition.rhythm == Edition.Rhythm.AT_ONCE:
        return earlier.filter(frozen_at__lte=edition.frozen_at).order_by("-frozen_at").first()
    near = Q()
    for hours in (-1, 0, 1):
        near |= Q(hour__hour=(edition.hour + timedelta(hours=hours)).hour)
    earlier = earlier.filter(near, hour__lte=edition.hour - _LEAST[edition.rhythm])
    return _of_the_same_people(edition, list(earlier.order_by("-hour")[:MOST_LOOKED_AT]))


def _of_the_same_people(edition, newest_first) -> Edition | None:
    """Of the last morning that shares people with this edition the one that shares most."""
    shared = dict(
        Delivery.objects.filter(
            edition__in=newest_first, recipient__in=edition.deliveries.values("recipient")
        )
        .order_by()
        .values_list("edition")
        .annotate(Count("pk"))
    )
    known = [one for one in newest_first if one.pk in shared]
    morning = [one for one in known if known[0].hour - one.hour < timedelta(hours=3)]
    return max(morning, key=lambda one: shared[one.pk], default=None)
