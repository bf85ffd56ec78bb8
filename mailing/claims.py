"""How workers take messages from the ledger and give their fate back.

A worker claims a small batch and commits: the rows carry its claim and a lease. Right before the
final dot of each message it makes sure that the lease still holds, and before the next one leaves
it commits what became of this one (``fates.py``). So a worker that dies leaves at most one message
whose fate nobody noted; the sweep gives all it held to the others once the lease is over. No
transaction is open while a server is talked to.
"""

import logging
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, F, Func, JSONField, Q, Value, When
from django.utils import timezone

from .addresses import without_addresses
from .models import Delivery, FailReason, Message, SkipReason, State
from .models.messages import OPEN

logger = logging.getLogger(__name__)

# A message that so many workers held when they died is taken for the cause.
MOST_WORKERS_LOST = 5
_UNCLAIMED = {"claim": None, "lease_until": None}


def claim(model: type[Message], most: int | None = None) -> list[int]:
    """Take up to ``most`` (default MAIL_BATCH) due messages for this worker; first due first.

    A message whose worker died before is taken alone, so that if it is the cause, it takes no
    other with it again.
    """
    now = timezone.now()
    with transaction.atomic():
        due = model.objects.due(now).select_for_update(skip_locked=True)
        rows = list(due.values_list("pk", "workers_lost")[: most or settings.MAIL_BATCH])
        is_suspect = bool(rows) and rows[0][1] > 0
        ids = [rows[0][0]] if is_suspect else [pk for pk, lost in rows if not lost]
        if ids:
            model.objects.filter(pk__in=ids).update(
                state=State.CLAIMED, claim=uuid.uuid4(), lease_until=_lease_from(now)
            )
    return ids


def is_still_ours(letter: Message, claimed_for: float) -> bool:
    """Whether no other worker can have this message, ``claimed_for`` seconds after its claim.

    In the first half of the lease nobody is asked: a sweep takes nothing before the lease is over,
    as long as the clocks of two machines differ by less than the other half. Later the database
    is, and also where the clock was set meanwhile; it makes the lease longer where the message is
    still this worker's.
    """
    half = settings.MAIL_LEASE / 2
    if claimed_for < half < _lease_left(letter) <= 2 * half:
        return True
    return bool(_mine(letter).update(lease_until=_lease_from(timezone.now())))


def skip(letter: Message, reason: str) -> None:
    """Nothing is to be sent any more."""
    _finish(letter, State.SKIPPED, reason, "", tried=0)


def note_language(letter: Message) -> None:
    """The person changed their language since the message was planned: it follows."""
    _mine(letter).update(language=letter.language)


def note_choices(letter: Delivery) -> None:
    """What is for the person changed since the digest was planned: it follows."""
    Delivery.objects.filter(pk=letter.pk, state=State.CLAIMED, claim=letter.claim).update(
        choices=letter.choices
    )


def fail(letter: Message, reason: str, said: str) -> None:
    """It will never be taken."""
    _finish(letter, State.FAILED, reason, said)


def set_aside(letter: Message, said: str) -> None:
    """Nobody knows whether the server took it; sent again only by hand."""
    _finish(letter, State.UNCERTAIN, FailReason.CONNECTION_LOST, said)


def retry(letter: Message, said: str) -> None:
    """Try again later, each time after a longer wait; give up after MAIL_GIVE_UP_SECONDS."""
    now = timezone.now()
    attempts = letter.attempts + 1
    is_old = now - _due_since(letter) > timedelta(seconds=settings.MAIL_GIVE_UP_SECONDS)
    if is_old and attempts >= settings.MAIL_GIVE_UP_ATTEMPTS:
        fail(letter, FailReason.GAVE_UP, said)
        return
    _mine(letter).update(
        state=State.RETRY,
        reason="",
        attempts=attempts,
        next_attempt_at=now + wait_after(attempts),
        error=without_addresses(said),
        story=and_then("retry", said),
        **_UNCLAIMED,
    )


def wait_after(attempts: int) -> timedelta:
    """The wait after the so-many-th try: doubled each time up to MAIL_RETRY_LONGEST."""
    doubled = settings.MAIL_RETRY_FIRST * 2 ** min(attempts - 1, 30)
    return timedelta(seconds=min(doubled, settings.MAIL_RETRY_LONGEST))


def give_back(letters: list[Message]) -> None:
    """Return messages of this batch that were not tried; the next worker may take them at once."""
    if letters:
        _ours(letters).update(state=_as_before(), **_UNCLAIMED)


def put_off(letters: list[Message], until: datetime, said: str = "") -> None:
    """Return messages that were not tried, not to be taken before ``until``; no try is counted.

    ``said`` is what the server said of all of them, where it did.
    """
    if letters:
        heard = {"error": without_addresses(said), "state": State.RETRY}
        kept = {"state": _as_before()}
        _ours(letters).update(next_attempt_at=until, **(heard if said else kept), **_UNCLAIMED)


def put_off_in_line(letters: list[Message], first: datetime, apart: float) -> None:
    """Return messages that were not tried, each ``apart`` seconds after the one before."""
    moments = [
        When(pk=letter.pk, then=Value(first + timedelta(seconds=apart * number)))
        for number, letter in enumerate(letters)
    ]
    _ours(letters).update(state=_as_before(), next_attempt_at=Case(*moments), **_UNCLAIMED)


def give_up_old(letters: list[Message], said: str) -> list[Message]:
    """Fail those that are due for longer than MAIL_GIVE_UP_SECONDS; gives the others."""
    oldest = timezone.now() - timedelta(seconds=settings.MAIL_GIVE_UP_SECONDS)
    others = []
    for letter in letters:
        if _due_since(letter) < oldest:
            fail(letter, FailReason.GAVE_UP, said)
        else:
            others.append(letter)
    return others


def hold(letter: Message, until: datetime, reason: str) -> None:
    """Let a message wait: for the end of a pause, or for room. Nothing was tried."""
    _mine(letter).update(
        state=State.RETRY if letter.attempts else State.PENDING,
        reason=reason,
        next_attempt_at=until,
        story=and_then("held", until.isoformat(timespec="minutes")),
        **_UNCLAIMED,
    )


def _due_since(letter) -> datetime:
    """Since when nothing but a server is in its way: its reader's pause does not count."""
    held = [entry["detail"] for entry in letter.story if entry["what"] == "held"]
    return max(letter.created_at, datetime.fromisoformat(held[-1])) if held else letter.created_at


def is_clock_right() -> bool:
    """Whether this machine's clock and the database's differ by less than half a lease.

    By another clock, leases of workers that live would be over.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs((cursor.fetchone()[0] - timezone.now()).total_seconds())
    if apart > settings.MAIL_LEASE / 2:
        logger.error("This machine's clock is %.0f s from the database's.", apart)
    return apart <= settings.MAIL_LEASE / 2


def sweep(model: type[Message], at: datetime | None = None) -> int:
    """Give back what workers held that did not come back in time; says how many."""
    now = at or timezone.now()
    _call_back(model, now)
    abandoned = model.objects.abandoned(now)
    lost = {"workers_lost": F("workers_lost") + 1, "story": and_then("worker_lost")}
    given_up = abandoned.filter(workers_lost__gte=MOST_WORKERS_LOST - 1).update(
        state=State.FAILED,
        reason=FailReason.WORKERS_LOST,
        finished_at=now,
        **lost,
        **_UNCLAIMED,
    )
    given_back = abandoned.update(state=State.RETRY, next_attempt_at=now, **lost, **_UNCLAIMED)
    if given_up or given_back:
        logger.warning(
            "Swept %s of lost workers: %d given to others, %d given up.",
            model._meta.verbose_name_plural,
            given_back,
            given_up,
        )
    return given_back


def _call_back(model, now):
    """Make due what a clock that ran ahead put off for longer than anybody waits."""
    latest = now + timedelta(seconds=settings.MAIL_RETRY_LONGEST)
    far_off = model.objects.filter(state__in=OPEN, next_attempt_at__gt=latest)
    # Whoever wants no mail for a while is waited for as long as that takes.
    far_off = far_off.exclude(recipient__paused_until__gte=F("next_attempt_at"))
    # So does what waits for room in the contact budget.
    far_off = far_off.exclude(reason=SkipReason.OVER_BUDGET)
    back = far_off.filter(Q(state=State.RETRY) | Q(created_at__gt=now)).update(next_attempt_at=now)
    if back:
        logger.warning("%d messages were put off by a clock that ran ahead.", back)


def send_again(letter: Message, by: str) -> bool:
    """By hand: try a failed or uncertain message once more, under the same Message-ID.

    Not a digest whose reader was owed again what it told: the next one tells it.
    """
    now = timezone.now()
    stopped = type(letter).objects.filter(pk=letter.pk, state__in=[State.FAILED, State.UNCERTAIN])
    if isinstance(letter, Delivery):
        stopped = stopped.filter(given_back_at=None)
    return bool(
        stopped.update(
            state=State.RETRY,
            reason="",
            finished_at=None,
            next_attempt_at=now,
            workers_lost=0,
            story=and_then("send_again", by),
        )
    )


def note(letter: Message, what: str, detail: str = "") -> None:
    """Add to the story of a message what happened after its fate was known."""
    type(letter).objects.filter(pk=letter.pk).update(story=and_then(what, detail))


def _lease_from(now):
    return now + timedelta(seconds=settings.MAIL_LEASE)


def _lease_left(letter) -> float:
    """Seconds by this machine's clock, which may have been set since the claim."""
    return (letter.lease_until - timezone.now()).total_seconds()


def _mine(letter):
    return type(letter).objects.filter(pk=letter.pk, state=State.CLAIMED, claim=letter.claim)


def _ours(letters):
    """Those of one batch that are still this worker's."""
    return type(letters[0]).objects.filter(
        pk__in=[letter.pk for letter in letters], state=State.CLAIMED, claim=letters[0].claim
    )


def _as_before():
    tried = Q(attempts__gt=0) | ~Q(error="")
    return Case(When(tried, then=Value(State.RETRY.value)), default=Value(State.PENDING.value))


def _finish(letter, state, reason, said, tried=1):
    _mine(letter).update(
        state=state,
        reason=reason,
        attempts=F("attempts") + tried,
        error=without_addresses(said),
        finished_at=timezone.now(),
        story=and_then(state, said) if said else F("story"),
        **_UNCLAIMED,
    )


def and_then(what: str, detail: str = ""):
    """The letter's story with one more line, for an update of its row."""
    line = {
        "at": timezone.now().isoformat(timespec="seconds"),
        "what": str(what),
        "detail": without_addresses(detail)[:500],
    }
    return Func(
        F("story"), Value([line], JSONField()), template="(%(expressions)s)", arg_joiner=" || "
    )
