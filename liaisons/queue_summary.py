"""The daily mail to reviewers: what is new in the queue, and what waits longest.

One mail a person and day, at seven in their own morning, whatever comes in: two hundred that wait
are no two hundred mails. Nothing is sent where nothing is new; on Mondays it is enough that
something has waited far too long. Who is away, or switched it off, gets none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailing import due_hours, notices
from mailing.kinds import Category, one_by_one
from mailing.models import Edition

from . import personal_data, review_queue
from .access import may_review
from .models import Mandate, MandateEvent, QueueSummary, User

KIND = "queue_summary"
STEM = f"liaisons/mail/{KIND}"
MOST_ROWS = 5
FIRST_TIME = timedelta(days=1)
MONDAY = 0
Kind = MandateEvent.Kind
# What is new when an applicant wrote, or a member contested.
NEWS = [Kind.SUBMITTED, Kind.ANSWERED, Kind.ADDED, Kind.ASKED, Kind.REVIEW_OPENED]


@dataclass(frozen=True)
class Line:
    """One row of the mail: a group, how many days it waits, and its page."""

    group: str
    days: int
    url: str


@dataclass(frozen=True)
class Summary:
    """What one reviewer is told; numbers are of the whole queue but their own applications."""

    total: int
    of_nobody: int
    mine: int
    late: int
    number_new: int
    new: list[Line]
    longest: list[Line]

    @property
    def more_new(self) -> int:
        """How many new ones are not named."""
        return self.number_new - len(self.new)


def register_all() -> None:
    """Make the mail and what is held of it known; called once, when the app is ready."""
    notices.register(
        KIND,
        f"{STEM}.subject.txt",
        f"{STEM}.txt",
        f"{STEM}.html",
        label=_("What waits for review"),
        category=Category.WORK,
        to_whom=_("Reviewers who are there and want it"),
        # It has a page of its own for that.
        can_switch_off=False,
        eligible=one_by_one(_is_still_of_use),
        more_context=_context,
    )
    personal_data.register(KIND, _held_on, heading=_("What waits for review"), forget=_forget)


def of(person: User, *, since: datetime) -> Summary:
    """What waits for this reviewer now. New is what came since then and nobody attends to."""
    waiting = review_queue.listed(Mandate.objects.filter(review_queue.WAITING)).exclude(
        person=person
    )
    for_me = Q(reviewer=None) | Q(reviewer=person)
    their_turn = ~Q(status=Mandate.Status.MORE_ASKED) | Q(last_word=Kind.ASKED)
    open_to_me = waiting.filter(for_me).filter(their_turn)
    new = (
        waiting.filter(_unattended())
        .annotate(news_at=Max("events__at", filter=Q(events__kind__in=NEWS)))
        .filter(news_at__gt=since)
        .order_by("-news_at", "-pk")
    )
    return Summary(
        total=waiting.count(),
        of_nobody=waiting.filter(reviewer=None).count(),
        mine=waiting.filter(reviewer=person).count(),
        late=review_queue.whose(waiting, "late", person).filter(their_turn).count(),
        number_new=new.count(),
        new=_lines(new[:MOST_ROWS]),
        longest=_lines(open_to_me.order_by(*review_queue.ORDER)[:MOST_ROWS]),
    )


def send_due(now: datetime | None = None) -> int:
    """Owe each reviewer the mail of their morning where there is something to tell; says how many.

    Safe to repeat, and to run twice at once: the row of each person is locked.
    """
    now = now or timezone.now()
    return sum(_tell(person, now) for person in _reviewers())


@transaction.atomic
def choose(*, person: User, is_wanted: bool) -> None:
    """Switch the mail on or off."""
    QueueSummary.objects.update_or_create(person=person, defaults={"is_wanted": is_wanted})


def is_wanted(person: User) -> bool:
    """What the person chose; yes before they chose."""
    return not QueueSummary.objects.filter(person=person, is_wanted=False).exists()


def _reviewers():
    return (
        User.objects.with_perm(
            "liaisons.review_mandate", backend="django.contrib.auth.backends.ModelBackend"
        )
        .filter(is_staff=True)
        .exclude(email="")
        .exclude(queue_summary__is_wanted=False)
        .order_by("pk")
    )


@transaction.atomic
def _tell(person: User, now: datetime) -> bool:
    QueueSummary.objects.get_or_create(person=person)
    row = QueueSummary.objects.select_for_update().get(person=person)
    zone = _zone_of(person)
    morning = due_hours.last_due_hour(Edition.Rhythm.DAILY, zone, now)
    if not row.is_wanted or person.is_away or (row.looked_at and row.looked_at >= morning):
        return False
    row.looked_at = now
    since = row.told_at or now - FIRST_TIME
    found = of(person, since=since)
    is_monday = now.astimezone(ZoneInfo(zone)).weekday() == MONDAY
    is_told = bool(found.number_new or (is_monday and found.late))
    if is_told:
        row.told_at = now
        notices.send(KIND, person, {"since": since.isoformat()})
    row.save()
    return is_told


def _unattended() -> Q:
    """Nobody took it, or whoever did is not there; reviewers hear of their own at once."""
    return (
        Q(reviewer=None)
        | Q(reviewer__away_until__gte=timezone.localdate())
        | Q(reviewer__is_staff=False)
        | Q(reviewer__is_active=False)
    )


def _zone_of(person: User) -> str:
    return person.time_zone if due_hours.is_time_zone(person.time_zone) else "UTC"


def _lines(rows: Iterable[Mandate]) -> list[Line]:
    now = timezone.now()
    return [
        Line(
            group=row.group.name,
            days=(now - review_queue.since(row)).days,
            url=settings.BASE_URL + reverse("admin:liaisons_mandate_change", args=[row.pk]),
        )
        for row in rows
    ]


def _is_still_of_use(notice) -> bool:
    """Asked right before sending: a reviewer who wants it, and something that waits."""
    person = notice.recipient.user
    return may_review(person) and is_wanted(person)


def _context(notice) -> dict:
    person, since = notice.recipient.user, datetime.fromisoformat(notice.context["since"])
    queue = settings.BASE_URL + reverse("admin:liaisons_mandate_changelist")
    return {
        "summary": of(person, since=since),
        "queue_url": f"{queue}?whose=nobody",
        "off_url": settings.BASE_URL + reverse("liaisons:settings_queue_summary"),
    }


def _held_on(person: User) -> list:
    return list(
        QueueSummary.objects.filter(person=person).values("is_wanted", "looked_at", "told_at")
    )


def _forget(person: User) -> None:
    QueueSummary.objects.filter(person=person).delete()
