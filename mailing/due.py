"""Who is due: the readers of one edition, found in the database for all at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from . import audiences, kinds, talk_pages
from .audiences import Narrowed
from .due_hours import last_due_hour
from .eligibility import obstacle
from .models import Delivery, Edition, Preference, Recipient, Rhythm, SectionCursor, State
from .sections import Section

EMAIL, TALK_PAGE = Preference.Channel.EMAIL, Preference.Channel.TALK_PAGE

# "A month without anything new" begins so long after the last digest: the month before a monthly
# one has 28 days at least.
QUIET_AFTER = timedelta(days=27)


@dataclass(frozen=True)
class Urgent:
    """One thing that is told at once and by itself: where it stands, and its place."""

    section: Section
    position: int

    def is_new_to(self, preferences):
        """Those whom it concerns and nobody told it yet, of these preferences."""
        key, position = self.section.key, self.position
        told = SectionCursor.objects.filter(
            recipient=OuterRef("recipient"), section=key, position__gte=position
        )
        new = preferences.exclude(rhythm=Rhythm.NONE).filter(
            ~Exists(told), recipient__joined_position__lt=position
        )
        for one in self.section.narrowed(position - 1, position, ()):
            new = new.filter(one.is_for("recipient__"))
        return new


@dataclass(frozen=True)
class Due:
    """For whom one edition is: all who have its rhythm and hour, or fewer.

    ``zones`` are the time zones whose due hour it is; ``recipient`` is the only one, whatever
    their rhythm; ``urgent`` is all it tells.
    """

    rhythm: str
    hour: datetime
    at: datetime
    channel: str = EMAIL
    zones: Sequence[str] = ()
    recipient: Recipient | None = None
    urgent: Urgent | None = None

    def rows(self, narrowed: Sequence[Narrowed] = ()) -> QuerySet:
        """One row for each person, with their language and what stands in the way.

        The choices name what of ``narrowed`` is not for them.
        """
        wants_quiet: Any = Value(False)
        in_the_way = obstacle(kinds.DIGEST, "recipient__", self.at)
        if self.channel == TALK_PAGE:
            chosen = _digests(self.channel)
            if not self.urgent:
                chosen = chosen.filter(rhythm=self.rhythm, effective_at__lte=self.hour)
            kind = kinds.URGENT if self.urgent else kinds.DIGEST
            in_the_way = talk_pages.obstacle(kind, "recipient__", self.at)
        elif self.urgent:
            chosen = _digests()
            in_the_way = obstacle(kinds.URGENT, "recipient__", self.at)
        elif self.rhythm == Edition.Rhythm.BY_HAND:
            chosen = _digests()
        elif self.rhythm == Edition.Rhythm.AT_ONCE:
            chosen = _digests().filter(rhythm=self.rhythm)
        else:
            chosen = _digests().filter(
                _of(self.rhythm), zone__in=self.zones, effective_at__lte=self.hour
            )
            wants_quiet = _wants_quiet(self.hour)
        if self.urgent:
            chosen = self.urgent.is_new_to(chosen)
        if self.recipient:
            chosen = chosen.filter(recipient=self.recipient)
        return chosen.annotate(
            joined=F("recipient__joined_position"),
            letter_language=Case(
                When(language="", then=F("recipient__language")), default="language"
            ),
            in_the_way=in_the_way,
            wants_quiet=wants_quiet,
            chosen=audiences.choices_beside(list(narrowed), "recipient__"),
        ).values_list(
            "recipient_id", "joined", "letter_language", "chosen", "in_the_way", "wants_quiet"
        )


def _wants_quiet(hour) -> Q:
    """Whether somebody asked to be told when nothing happened, and nothing came for a month."""
    month_ago = hour - QUIET_AFTER
    lately = Delivery.objects.filter(
        recipient=OuterRef("recipient"), edition__hour__gt=month_ago
    ).exclude(state=State.SKIPPED)
    return Q(~Exists(lately), tells_when_quiet=True, effective_at__lte=month_ago)


def zones_of(rhythm: str) -> list[str]:
    """The time zones in which somebody has this rhythm."""
    return list(_digests().filter(_of(rhythm)).values_list("zone", flat=True).distinct())


def on_talk_pages() -> list[str]:
    """The rhythms in which somebody's digest comes to their talk page."""
    found = _digests(TALK_PAGE).filter(rhythm__in=Edition.ON_TALK_PAGES)
    return list(found.values_list("rhythm", flat=True).distinct())


def full_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _digests(channel=EMAIL):
    zone = Case(When(time_zone="", then=F("recipient__time_zone")), default=F("time_zone"))
    return Preference.objects.filter(kind=Preference.Kind.DIGEST, channel=channel).annotate(
        zone=zone
    )


def zones_by_due_hour(rhythm: str, at: datetime) -> dict[datetime, list[str]]:
    hours = defaultdict(list)
    for zone in zones_of(rhythm):
        hours[last_due_hour(rhythm, zone, at)].append(zone)
    return hours


def _of(rhythm: str) -> Q:
    """Whose preferences belong to an edition of this rhythm.

    Who gets news at once has no edition in a month without news; to be told so they are in the
    monthly one, which has nothing else for them.
    """
    if rhythm == Edition.Rhythm.MONTHLY:
        return Q(rhythm=rhythm) | Q(rhythm=Edition.Rhythm.AT_ONCE, tells_when_quiet=True)
    return Q(rhythm=rhythm)
