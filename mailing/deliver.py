"""Sending: notices before digests, a small batch at a time, until nothing is due.

Tasks call ``send_due``; any number of workers may do so side by side.
"""

import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import cached_property, partial

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from . import claimed, claims, pace, recipients, stopping, waiting
from .addresses import address_hash, wire_address
from .batches import Batch
from .bounces.fates import stop_mail_to
from .fates import Fates
from .models import (
    Delivery,
    FailReason,
    Message,
    Notice,
    SkipReason,
    State,
    Suppression,
)
from .own_parts import OwnParts
from .press import Press
from .transport import NotOurs, Permanent, ServerDown, Temporary, Trouble, Uncertain, open_transport
from .unsubscribe import token_for

logger = logging.getLogger(__name__)

# Where so many messages in a row come to a bad end that says nothing about them, it is our server's
# fault, and all others would end the same way. The second number: while none was taken since.
FAULTS_IN_A_ROW, FAULTS_AFTER_A_PAUSE = 5, 2
# So many letters of somebody's own are put into their mail while the server decides on the one
# before it, and no more: the one before is in doubt as long.
SHORT_OWN_PART = 20_000
# A worker begins with few messages, so that a small edition is shared, and takes twice as many next
# time where they took less than so many seconds: a batch costs the same queries for few and many.
FIRST_BATCH, SHORT_BATCH = 50, 1.0


@dataclass(frozen=True)
class Round:
    """What one call did: messages handed over, and whether more may be due."""

    sent: int
    more: bool


def send_due(seconds: float | None = None) -> Round:
    """Send what is due for up to ``seconds`` (default: MAIL_TASK_SECONDS)."""
    seconds = settings.MAIL_TASK_SECONDS if seconds is None else seconds
    ends = time.monotonic() + seconds
    if pace.is_server_paused(timezone.now()):
        return Round(0, more=False)
    worker = _Worker()
    with stopping.on_sigterm():
        try:
            while time.monotonic() < ends and not stopping.is_asked():
                if not (worker.work(Notice) or worker.work(Delivery)) or worker.is_server_down:
                    return Round(worker.sent, more=False)
            return Round(worker.sent, more=True)
        finally:
            worker.end()


def sweep() -> int:
    """Give back what lost workers held, and what lost digests carried; says how many messages."""
    pace.forget_old(timezone.now())
    recipients.mend_clocks(timezone.now())
    return claims.sweep(Notice) + claims.sweep(Delivery) + waiting.release_lost()


@dataclass
class _Written:
    """One message that is written but for the words that are one person's own."""

    letter: Message
    to: str
    fill: Callable[[], bytes]
    is_short: bool = True

    @cached_property
    def message(self) -> bytes:
        """The finished message, finished when it is asked for first."""
        return self.fill()


class _Worker:
    """One round of one worker: its connection, its prepared messages, its count."""

    def __init__(self):
        self.transport = open_transport()
        self.press = Press()
        self.own_parts = OwnParts()
        self.sender = settings.BOUNCE_ADDRESS or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        self.sent = 0
        self.is_server_down = False
        self.claimed_at = 0.0
        self.slow = pace.Slow([])
        self.fates = Fates()
        self.faults = 0
        # Taken by the server a moment ago, and not written down yet.
        self.in_doubt: Message | None = None
        self.batch = Batch([], 0.0)
        self.most = FIRST_BATCH
        # Written before its turn; and the one that this was last tried with.
        self.ahead: _Written | None = None
        self.tried_ahead: Message | None = None

    def work(self, model: type[Message]) -> bool:
        """Claim one batch and send it; False where nothing was due."""
        self.claimed_at = time.monotonic()
        ids = claims.claim(model, min(self.most, pace.most_at_once()))
        if not ids:
            return False
        self.fates.are_safe()
        self._send(self._read(model, ids))
        self._settle()
        took = time.monotonic() - self.claimed_at
        larger, smaller = min(2 * self.most, settings.MAIL_BATCH), max(self.most // 2, FIRST_BATCH)
        self.most = larger if took < SHORT_BATCH else smaller
        return True

    def _read(self, model, ids) -> Batch:
        """All there is to know of these messages."""
        try:
            letters = claimed.loaded(model, ids)
            if model is Delivery:
                self.own_parts.read(
                    [letter for letter in letters if claimed.decided(letter).may_go]
                )
            return Batch(letters, self.claimed_at, before_waiting=self._settle)
        except Exception:
            # Were they left to the sweep, each would count as if it had killed a worker.
            if self._claimed_for() < settings.MAIL_LEASE / 2:
                with contextlib.suppress(DatabaseError):
                    ours = model.objects.filter(pk__in=ids, state=State.CLAIMED)
                    claims.put_off(list(ours), _after_a_while())
            raise

    def _send(self, batch):
        self.batch, self.slow = batch, batch.slow
        try:
            for letter in batch:
                self._try(letter)
                if self.is_server_down:
                    break
        except Exception:
            # That in hand may be the cause, so it is left to the sweep; the others are not.
            with contextlib.suppress(DatabaseError):
                batch.put_off_rest(_after_a_while())
            raise

    def _try(self, letter):
        try:
            self._deliver(letter)
            if self.in_doubt is not letter:
                self._settle()
        except ServerDown as trouble:
            logger.warning("The mail server cannot be used: %s", trouble)
            pause = pace.defer(pace.SERVER, str(trouble))
            self.batch.put_off(letter, pause.paused_until, str(trouble))
            self.is_server_down = True

    def end(self) -> None:
        """Write down what is left to be, and hang up."""
        try:
            self._settle()
            self.fates.make_safe()
        finally:
            self.transport.leave()

    def _deliver(self, letter):
        """Bring one message to its next state. Raises ``ServerDown``, and nothing else."""
        try:
            if hasattr(letter, "is_unseen"):
                claimed.follow([letter])
            decision = claimed.decided(letter)
        except Exception as error:
            # Its own question failed: as with a broken template below.
            logger.exception("Could not decide on %s %s", letter._meta.verbose_name, letter.pk)
            claims.retry(letter, f"{type(error).__name__}: {error}")
            return
        if decision.waits:
            claims.hold(letter, decision.until, decision.reason)
            return
        if decision.reason:
            claims.skip(letter, decision.reason)
            return
        try:
            written = self._taken_ahead(letter)
            to = written.to if written else wire_address(letter.address_now)
        except ValueError as error:
            claims.fail(letter, FailReason.BAD_ADDRESS, str(error))
            return
        try:
            written = written or self._write(letter, to)
            message = written and written.message
        except Exception as error:
            # One broken template must not stop the others; it is tried again, and seen in the log.
            logger.exception("Could not write %s %s", letter._meta.verbose_name, letter.pk)
            claims.retry(letter, f"{type(error).__name__}: {error}")
            return
        if message is None:
            claims.skip(letter, SkipReason.EMPTY)
            return
        self._hand_over(letter, to, message)

    def _taken_ahead(self, letter) -> _Written | None:
        ahead, self.ahead = self.ahead, None
        return ahead if ahead and ahead.letter is letter else None

    def _write(self, letter, to) -> _Written | None:
        """One message; None where there is nothing to say."""
        if isinstance(letter, Notice):
            fill = partial(self.press.notice(letter).filled, message_id=letter.message_id)
            return _Written(letter, to, partial(fill, address=to, token=_token_of(letter)))
        own = self.own_parts.of(letter)
        if letter.waited:
            own = waiting.added(own, letter, self.press)
        sheet = self.press.digest(letter, own)
        if sheet is None:
            return None
        return _Written(
            letter,
            to,
            lambda: sheet.filled(
                address=to,
                message_id=letter.message_id,
                token=_token_of(letter),
                text=own.text,
                html=own.html,
            ),
            is_short=len(own.text) + len(own.html) <= SHORT_OWN_PART,
        )

    def _hand_over(self, letter, to, message):
        try:
            self.transport.send(
                self.sender,
                to,
                message,
                last_call=lambda: claims.is_still_ours(letter, self._claimed_for()),
                meanwhile=self._meanwhile,
                following=self._following,
                in_the_end=self._finish_ahead,
            )
        except Trouble as trouble:
            self._settle()
            self._note(letter, to, trouble)
        else:
            self.sent += 1
            self.faults = 0
            self.in_doubt = letter
            if isinstance(letter, Notice):
                self._settle()

    def _following(self) -> str:
        """The address of the message after this one, for a server that takes what it gets."""
        is_well = self.sent and not self.faults
        ahead = self.ahead
        return ahead.to if is_well and ahead and self.batch.may_go(ahead.letter) else ""

    def _meanwhile(self):
        """What there is to do while the server reads."""
        # Most are written without a question to the database, and the others when it is free again.
        self._settle(meanwhile=self._write_ahead)
        self._write_ahead()

    def _write_ahead(self):
        """Write the digest whose turn is next. Whatever is in the way of it is for its own turn."""
        letter = self.batch.coming()
        if letter is self.tried_ahead:
            return
        if not isinstance(letter, Delivery) or letter.waited or not claimed.decided(letter).may_go:
            return
        if hasattr(letter, "is_unseen"):
            return
        self.tried_ahead = letter
        try:
            self.ahead = self._write(letter, wire_address(letter.address_now))
        except DatabaseError:
            self.tried_ahead = None
        except Exception:
            logger.debug("Could not write %s before its turn", letter.pk, exc_info=True)

    def _finish_ahead(self):
        """Finish the digest whose turn is next, while the server makes up its mind on this one."""
        try:
            if self.ahead and self.ahead.is_short:
                _ = self.ahead.message
        except Exception:
            logger.debug("Could not finish %s before its turn", self.ahead.letter.pk, exc_info=True)

    def _settle(self, meanwhile=bool):
        """Write down that the last message was sent; always before another can be."""
        letter, self.in_doubt = self.in_doubt, None
        if letter:
            self.fates.sent(letter, meanwhile)
            self.slow.took(pace.domain_of(letter.address_now))
            self.slow.took(pace.SERVER)

    def _note(self, letter, to, trouble):
        """Write down why a message was not sent. Raises ``ServerDown`` where none will be."""
        match trouble:
            case NotOurs():
                logger.warning("%s went to another worker meanwhile.", letter.message_id)
            case Temporary():
                claims.retry(letter, str(trouble))
                if trouble.is_deferral:
                    self.slow.deferred(pace.domain_of(to), str(trouble))
                else:
                    self._count_fault(trouble)
            case Uncertain():
                # Were it not written down, it would be taken for lost, and sent a second time.
                self.fates.insist(lambda: claims.set_aside(letter, str(trouble)))
                self._count_fault(trouble)
            case Permanent():
                _fail(letter, trouble)
                if not trouble.is_about_one:
                    self._count_fault(trouble)
            case _:
                raise trouble

    def _count_fault(self, trouble):
        """Raises ``ServerDown`` where it is one too many."""
        self.faults += 1
        was_paused = self.slow.deferrals(pace.SERVER) > 0
        if self.faults >= (FAULTS_AFTER_A_PAUSE if was_paused else FAULTS_IN_A_ROW):
            raise ServerDown(f"{self.faults} messages in a row failed: {trouble}")

    def _claimed_for(self) -> float:
        return time.monotonic() - self.claimed_at


def _after_a_while() -> datetime:
    return timezone.now() + timedelta(seconds=settings.MAIL_RETRY_FIRST)


def _token_of(letter) -> str:
    """The token of the links in a message; one to an address that is nobody's has none."""
    recipient = letter.recipient
    return token_for(recipient.pk, recipient.address_hash) if recipient else ""


def _fail(letter, trouble: Permanent):
    said = str(trouble)
    if not trouble.is_bad_address:
        claims.fail(letter, FailReason.REFUSED, said)
        return
    # Together: a worker killed in between would leave a message that was never refused.
    with transaction.atomic():
        stop_mail_to(address_hash(letter.address_now), Suppression.Reason.BOUNCED, said)
        claims.fail(letter, FailReason.BAD_ADDRESS, said)
