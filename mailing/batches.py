"""The messages one worker claimed together, given out one by one when their turn comes.

What may not go now leaves the batch at once and stands in the ledger with the time of its next
try: whose domain is left alone, and for whom a limit has no turn. So nobody waits behind them.
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from . import claims, pace, stopping
from .models import Message, Notice

# Seconds a claimed batch is worked on; what is left then goes back, so no claim grows old and
# whether somebody may get mail was never asked longer ago.
HOLD_SECONDS = 5


class Batch:
    """Iterate over it to get each message in turn; what is left when the time is over goes back."""

    def __init__(self, letters: list[Message], claimed_at: float, before_waiting=bool):
        self.claimed_at = claimed_at
        self._before_waiting = before_waiting
        self.slow = pace.Slow({_domain(letter) for letter in letters} | {pace.SERVER})
        self._now, self._began = timezone.now(), time.monotonic()
        self._has_begun = False
        # Each with the seconds from now until its turn.
        self._left = self._with_turns(self._not_paused(letters))

    def __iter__(self) -> Iterator[Message]:
        while self._left:
            seconds, letter = self._left[0]
            wait = self._began + seconds - time.monotonic()
            if wait > 0:
                self._before_waiting()
                stopping.sleep(wait)
            if stopping.is_asked() or self._is_over():
                self.give_back()
                return
            del self._left[0]
            self._has_begun = True
            if self._not_paused([letter]):
                yield letter

    def _is_over(self) -> bool:
        # Where reading them took all the time, it would the next time, too: one goes in any case.
        return self._has_begun and time.monotonic() - self.claimed_at > HOLD_SECONDS

    def coming(self) -> Message | None:
        """The message after the one in hand, where its turn has come; it may be put off yet."""
        if not self._left or self._began + self._left[0][0] > time.monotonic():
            return None
        return self._left[0][1]

    def may_go(self, letter: Message) -> bool:
        """Whether its domain is not left alone just now."""
        return not self._paused_until(letter, timezone.now())

    def give_back(self) -> None:
        """Return what is left."""
        claims.give_back(self._all_left())

    def put_off(self, letter: Message, until: datetime, said: str) -> None:
        """Return the message in hand and what is left, all not to be tried before ``until``."""
        claims.put_off([letter, *self._all_left()], until, said)

    def put_off_rest(self, until: datetime) -> None:
        """Return what is left, not to be tried before ``until``; that in hand stays."""
        claims.put_off(self._all_left(), until)

    def _all_left(self):
        left = [letter for _seconds, letter in self._left]
        self._left = []
        return left

    def _not_paused(self, letters):
        """Those whose domain is not left alone just now; the others wait for it."""
        now = timezone.now()
        waiting = defaultdict(list)
        free = []
        for letter in letters:
            until = self._paused_until(letter, now)
            if until:
                waiting[_domain(letter), until].append(letter)
            else:
                free.append(letter)
        for (domain, until), those in waiting.items():
            said = self.slow.said(domain)
            gives_up = self.slow.deferrals(domain) >= settings.MAIL_GIVE_UP_ATTEMPTS
            claims.put_off(claims.give_up_old(those, said) if gives_up else those, until, said)
        return free

    def _paused_until(self, letter, now):
        domain, is_awaited = _domain(letter), isinstance(letter, Notice)
        # What has no address any more goes nowhere, and waits for nobody.
        return self.slow.paused_until(domain, now, is_awaited=is_awaited) if domain else None

    def _with_turns(self, letters):
        """The letters that have a turn soon, each with the seconds until then."""
        timed = [(0.0, letter) for letter in letters]
        if settings.MAIL_PER_SECOND_TO_A_DOMAIN:
            timed = self._turns_of_domains(letters)
        if settings.MAIL_PER_SECOND and timed:
            timed = self._turns_of_all(timed)
        return timed

    def _turns_of_all(self, timed):
        rate = settings.MAIL_PER_SECOND
        turns = pace.take_turns(pace.SERVER, len(timed), rate, HOLD_SECONDS - pace.AHEAD)
        if turns is None:
            claims.give_back([letter for _seconds, letter in timed])
            # Other workers have all turns for some seconds: this one need not look before.
            stopping.sleep(pace.AHEAD)
            return []
        return [
            (max(seconds, turns.wait_for(number, self._now)), letter)
            for number, (seconds, letter) in enumerate(timed)
        ]

    def _turns_of_domains(self, letters):
        rate = settings.MAIL_PER_SECOND_TO_A_DOMAIN
        by_domain = defaultdict(list)
        for letter in letters:
            by_domain[_domain(letter)].append(letter)
        timed = [(0.0, letter) for letter in by_domain.pop("", [])]
        for domain, those in by_domain.items():
            soon = those[: max(1, int(rate * pace.AHEAD))]
            # Nobody waits here for long: the messages to others would wait, too.
            turns = pace.take_turns(domain, len(soon), rate, ahead=0)
            if turns is None:
                soon = []
            else:
                waits = (turns.wait_for(number, self._now) for number in range(len(soon)))
                timed += zip(waits, soon, strict=True)
            self._line_up(domain, those[len(soon) :], rate)
        return sorted(timed, key=lambda one: one[0])

    def _line_up(self, domain, letters, rate):
        """Each of these comes back when it is about its turn; who is waited for, very soon."""
        awaited = [letter for letter in letters if isinstance(letter, Notice)]
        claims.put_off(awaited, self._now + timedelta(seconds=max(pace.AHEAD, 1 / rate)))
        patient = [letter for letter in letters if not isinstance(letter, Notice)]
        if patient:
            line = pace.line_up(domain, len(patient), rate)
            claims.put_off_in_line(patient, line.first, line.apart)


def _domain(letter):
    return pace.domain_of(letter.address_now)
