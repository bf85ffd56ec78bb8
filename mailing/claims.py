"""How workers take messages from the ledger and give their fate back.

A worker claims a small batch and commits: the rows carry its claim and a lease. Right before the
final dot of each message it notes that this one is in hand, and right after the server's answer
what became of it. A worker that dies leaves at most one message whose fate nobody noted; the
sweep gives all it held to the others once the lease is over. No transaction is open while a
server is talked to.
"""

import logging
import time
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import CharField, F, Func, JSONField, Q, Value
from django.db.models.lookups import Exact
from django.utils import timezone

from .addresses import without_addresses
from .models import FailReason, Letter, State
from .models.letters import OPEN

logger = logging.getLogger(__name__)

# A message during which so many workers died is taken for the cause.
MOST_WORKERS_LOST = 10
# Always true; turns off the wait for the disk for the one statement (transaction) it stands in.
_WITHOUT_WAITING = Exact(
    Func(
        Value("synchronous_commit"),
        Value("off"),
        Value(True),
        function="set_config",
        output_field=CharField(),
    ),
    Value("off"),
)
_UNCLAIMED = {"claim": None, "lease_until": None}


def claim(model: type[Letter]) -> list[int]:
    """Take up to MAIL_BATCH due messages for this worker; gives their ids, first due first."""
    now = timezone.now()
    with transaction.atomic():
        due = model.objects.due(now).select_for_update(skip_locked=True)
        ids = list(due.values_list("pk", flat=True)[: settings.MAIL_BATCH])
        if ids:
            model.objects.filter(pk__in=ids).update(
                state=State.CLAIMED,
                claim=uuid.uuid4(),
                lease_until=now + timedelta(seconds=settings.MAIL_LEASE),
                started_at=None,
            )
    return ids


def begin(letter: Letter) -> bool:
    """Note that this message is handed over now; False where it is no longer this worker's.

    Others see the note at once; the disk may have it later. After a crash of the database only
    fates count, and those wait for the disk.
    """
    now = timezone.now()
    return bool(
        _mine(letter)
        .filter(_WITHOUT_WAITING)
        .update(
            started_at=now,
            lease_until=now + timedelta(seconds=settings.MAIL_LEASE),
        )
    )


def sent(letter: Letter) -> None:
    """The server took it. Tries for some seconds to write that down, since it is true already."""
    for wait in (0.2, 0.5, 1, 2, 4, 0):
        try:
            # Also where a sweep took it from this worker meanwhile: nobody need send it again.
            noted = type(letter).objects.filter(
                Q(claim=letter.claim) | Q(state__in=OPEN), pk=letter.pk
            )
            if not noted.update(
                state=State.SENT,
                reason="",
                error="",
                finished_at=timezone.now(),
                attempts=F("attempts") + 1,
                **_UNCLAIMED,
            ):
                logger.warning("%s was sent, and somebody else has it by now.", letter.message_id)
            return
        except OperationalError:
            if not wait:
                raise
            connection.close()
            time.sleep(wait)


def skip(letter: Letter, reason: str) -> None:
    """Nothing is to be sent any more."""
    _finish(letter, State.SKIPPED, reason, "", tried=0)


def fail(letter: Letter, reason: str, said: str) -> None:
    """It will never be taken."""
    _finish(letter, State.FAILED, reason, said)


def set_aside(letter: Letter, said: str) -> None:
    """Nobody knows whether the server took it; sent again only by hand."""
    _finish(letter, State.UNCERTAIN, FailReason.CONNECTION_LOST, said)


def retry(letter: Letter, said: str) -> None:
    """Try again later, each time after a longer wait; give up after MAIL_GIVE_UP_SECONDS."""
    now = timezone.now()
    attempts = letter.attempts + 1
    is_old = now - letter.created_at > timedelta(seconds=settings.MAIL_GIVE_UP_SECONDS)
    if is_old and attempts >= settings.MAIL_GIVE_UP_ATTEMPTS:
        fail(letter, FailReason.GAVE_UP, said)
        return
    _mine(letter).update(
        state=State.RETRY,
        attempts=attempts,
        next_attempt_at=now + wait_after(attempts),
        error=without_addresses(said),
        story=_and_then("retry", said),
        **_UNCLAIMED,
    )


def wait_after(attempts: int) -> timedelta:
    """The wait after the so-many-th try: doubled each time up to MAIL_RETRY_LONGEST."""
    doubled = settings.MAIL_RETRY_FIRST * 2 ** min(attempts - 1, 30)
    return timedelta(seconds=min(doubled, settings.MAIL_RETRY_LONGEST))


def give_back(letters: list[Letter], *, said: str = "", wait: timedelta = timedelta(0)) -> None:
    """Return messages of this batch that were not tried; with ``wait`` not to be taken before."""
    for letter in letters:
        changes = {"error": without_addresses(said)} if said else {}
        _mine(letter).update(
            state=State.RETRY if letter.attempts or said else State.PENDING,
            next_attempt_at=timezone.now() + wait if wait else F("next_attempt_at"),
            **changes,
            **_UNCLAIMED,
        )


def sweep(model: type[Letter], at: datetime | None = None) -> int:
    """Give back what workers held that did not come back in time; says how many."""
    now = at or timezone.now()
    abandoned = model.objects.abandoned(now)
    # The last worker died with this very message in hand, again and again: stop it.
    lost = abandoned.filter(started_at__isnull=False, attempts__gte=MOST_WORKERS_LOST - 1).update(
        state=State.FAILED,
        reason=FailReason.GAVE_UP,
        finished_at=now,
        attempts=F("attempts") + 1,
        error="worker lost",
        **_UNCLAIMED,
    )
    in_hand = abandoned.filter(started_at__isnull=False).update(
        state=State.RETRY,
        next_attempt_at=now,
        attempts=F("attempts") + 1,
        story=_and_then("worker_lost"),
        **_UNCLAIMED,
    )
    untouched = abandoned.update(state=State.RETRY, next_attempt_at=now, **_UNCLAIMED)
    if lost or in_hand or untouched:
        logger.warning(
            "Swept %s: %d were in hand of a lost worker, %d untouched, %d given up.",
            model._meta.verbose_name_plural,
            in_hand,
            untouched,
            lost,
        )
    return in_hand + untouched


def send_again(letter: Letter, by: str) -> bool:
    """By hand: try a failed or uncertain message once more, under the same Message-ID."""
    now = timezone.now()
    stopped = type(letter).objects.filter(pk=letter.pk, state__in=[State.FAILED, State.UNCERTAIN])
    return bool(
        stopped.update(
            state=State.RETRY,
            reason="",
            finished_at=None,
            next_attempt_at=now,
            story=_and_then("send_again", by),
        )
    )


def _mine(letter):
    return type(letter).objects.filter(pk=letter.pk, state=State.CLAIMED, claim=letter.claim)


def _finish(letter, state, reason, said, tried=1):
    _mine(letter).update(
        state=state,
        reason=reason,
        attempts=F("attempts") + tried,
        error=without_addresses(said),
        finished_at=timezone.now(),
        story=_and_then(state, said) if said else F("story"),
        **_UNCLAIMED,
    )


def _and_then(what: str, detail: str = ""):
    """The letter's story with one more line."""
    line = {
        "at": timezone.now().isoformat(timespec="seconds"),
        "what": str(what),
        "detail": without_addresses(detail)[:500],
    }
    return Func(
        F("story"), Value([line], JSONField()), template="(%(expressions)s)", arg_joiner=" || "
    )
