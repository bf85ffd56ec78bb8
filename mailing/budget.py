"""The contact budget: how many unrequested messages a person gets in seven days.

A message takes a place right before it is sent, under a lock on its person, and holds it from
then on: while it is being sent, and for seven days after. So in no seven days does anybody get
more, whatever the number of workers. A message that was skipped or failed holds none. Requested
and urgent messages, receipts and the digest itself need no place (``Kind.has_to_fit``).
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from .models import Notice, Recipient, State
from .models.messages import OPEN

WEEK = timedelta(days=7)
# Apart from the lock of editions: "unrq" in ASCII, then the hash of an address without account.
_LOCK = 0x756E7271

# Whose budget it is: a recipient's id, or an address without an account.
Whose = int | str


def whose(notice: Notice) -> Whose:
    """The person a notice counts for."""
    return notice.recipient_id or notice.address.lower()


def used(people: Iterable[Whose], now: datetime) -> dict[Whose, list[datetime]]:
    """For each of them when the places in use were taken, oldest first; what is on its way: now."""
    people = set(people)
    ids = {one for one in people if isinstance(one, int)}
    addresses = people - ids
    of_them = Q(recipient__in=ids)
    if addresses:
        of_them |= Q(recipient=None, lowered__in=addresses)
    on_its_way = Q(state__in=[*OPEN, State.CLAIMED])
    lately = Q(state__in=[State.SENT, State.UNCERTAIN], finished_at__gt=now - WEEK)
    places = (
        Notice.objects.annotate(lowered=Lower("address"))
        .filter(of_them, on_its_way | lately, has_place=True)
        .order_by()
    )
    taken = defaultdict(list)
    for recipient, address, ended in places.values_list("recipient", "lowered", "finished_at"):
        taken[recipient or address].append(min(ended or now, now))
    return {one: sorted(times) for one, times in taken.items()}


def room_from(places: list[datetime], now: datetime) -> datetime | None:
    """None where there is room now, else when there will be."""
    most = settings.MAIL_UNREQUESTED_A_WEEK
    if len(places) < most:
        return None
    return places[-most] + WEEK if most else now + WEEK


def waits(notices: list[Notice], now: datetime) -> list[datetime | None]:
    """For each of them until when it waits for room, or None. Takes no place."""
    taken = used({whose(notice) for notice in notices if not notice.has_place}, now)
    return [
        None if notice.has_place else room_from(taken.get(whose(notice), []), now)
        for notice in notices
    ]


@transaction.atomic
def take(notices: list[Notice], now: datetime | None = None) -> list[datetime | None]:
    """Take a place for each that this worker holds: None, or until when it waits for one.

    One that has a place keeps it. Two workers never both take the last one.
    """
    now = now or timezone.now()
    asking = [notice for notice in notices if not notice.has_place]
    people = {whose(notice) for notice in asking}
    _lock(people)
    taken = used(people, now)
    answers: dict[int, datetime | None] = {}
    for notice in asking:
        places = taken.setdefault(whose(notice), [])
        answers[notice.pk] = room_from(places, now)
        if answers[notice.pk] is None:
            places.append(now)
    given = [notice for notice in asking if answers[notice.pk] is None]
    for notice in given:
        notice.has_place, notice.reason = True, ""
    # Only where no other worker has it meanwhile.
    claims = {notice.claim for notice in given}
    Notice.objects.filter(
        pk__in=[notice.pk for notice in given], state=State.CLAIMED, claim__in=claims
    ).update(has_place=True, reason="")
    return [answers.get(notice.pk) for notice in notices]


def _lock(people: set[Whose]) -> None:
    """One after the other, always in the same order, so that no two wait for each other."""
    ids = [one for one in people if isinstance(one, int)]
    locked = Recipient.objects.select_for_update(no_key=True).filter(pk__in=ids)
    list(locked.order_by("pk").values_list("pk"))
    addresses = sorted(one for one in people if isinstance(one, str))
    with connection.cursor() as cursor:
        for address in addresses:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, address])
