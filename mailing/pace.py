"""How fast: the limits of our mail server and of the domains behind it, kept by all workers.

Two things slow a worker down. A *limit* is ours: so many messages a second, in all and for each
domain. A *pause* is theirs: a domain that defers (421, 450) is left alone for a time that doubles
until it takes something again, while the others go on. Both stand in the database, where all
workers see them whatever Redis does. Without limits and pauses all of this costs one query for
each batch.

The empty domain is our own mail server. It is paused where it cannot be used at all.
"""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.encoding import punycode

from .addresses import without_addresses
from .models import MailDomain

logger = logging.getLogger(__name__)

SERVER = ""
# A domain is left alone after so many deferrals in a row: one alone may be chance. Those about one
# mailbox (RFC 3463: 4.2.x), which may be full or new to us, have to be more.
IN_A_ROW = 2
MAILBOXES_IN_A_ROW = 3
# Seconds ahead for which a worker may reserve turns: so long a sign-in code waits at most for the
# digests of one worker.
AHEAD = 1.0
_ABOUT_A_MAILBOX = re.compile(r"\d{3}[ -]4\.2\.\d")

# Turns are taken one after another. Two workers wait for each other's row for one statement only.
_TURNS = """
INSERT INTO mailing_maildomain AS known (domain, deferrals, said, free_at)
VALUES (%(domain)s, 0, '', %(now)s + %(taken)s)
ON CONFLICT (domain) DO UPDATE
SET free_at = CASE WHEN known.free_at BETWEEN %(now)s AND %(latest)s
                   THEN known.free_at ELSE %(now)s END + %(taken)s
WHERE known.free_at IS NULL OR known.free_at <= %(ahead)s OR known.free_at > %(latest)s
RETURNING free_at - %(taken)s
"""
_LINE_UP = """
UPDATE mailing_maildomain
SET lined_up_until = GREATEST(
    CASE WHEN lined_up_until <= %(latest)s THEN lined_up_until END,
    CASE WHEN free_at <= %(latest)s THEN free_at END,
    %(now)s
) + %(taken)s
WHERE domain = %(domain)s
RETURNING lined_up_until - %(taken)s
"""
# Growing and noting is one statement, so that two workers cannot both see the old number.
_DEFER = """
INSERT INTO mailing_maildomain AS known (domain, deferrals, said, deferred_at)
VALUES (%(domain)s, 1, %(said)s, %(now)s)
ON CONFLICT (domain) DO UPDATE
SET deferrals = known.deferrals + 1, said = excluded.said, deferred_at = excluded.deferred_at
RETURNING deferrals
"""


@dataclass(frozen=True)
class Turns:
    """The turns one worker has: the first at ``first``, so many, one every ``apart`` seconds."""

    first: datetime
    number: int
    apart: float

    def wait_for(self, number: int, now: datetime) -> float:
        """Seconds until turn ``number`` (from 0)."""
        at = self.first + timedelta(seconds=self.apart * number)
        return max(0.0, (at - now).total_seconds())


def domain_of(address: str) -> str:
    """The domain of an address as all of its spellings have it; "" for no address."""
    domain = address.rpartition("@")[2].strip().lower().rstrip(".")
    return domain if domain.isascii() else _on_the_wire(domain)


def _on_the_wire(domain: str) -> str:
    """An international domain as mail servers know it."""
    try:
        return punycode(domain)
    except UnicodeError:
        return domain


class Slow:
    """What is known, at the beginning of a batch, of the domains its messages go to."""

    def __init__(self, domains: Iterable[str]):
        asked = set(domains)
        found = MailDomain.objects.filter(domain__in=asked) if asked else []
        self._known = {known.domain: known for known in found}

    def paused_until(self, domain: str, now: datetime, *, is_awaited: bool) -> datetime | None:
        """Until when this domain is left alone; None where it is not.

        A message that somebody waits for, such as a sign-in code, is tried a little after the
        last deferral, however long the pause became.
        """
        known = self._known.get(domain)
        if known is None or not _is_paused(known, now):
            return None
        until = known.paused_until
        if is_awaited and known.deferred_at:
            soon = known.deferred_at + timedelta(seconds=settings.MAIL_RETRY_FIRST)
            until = min(until, soon)
        return until if until > now else None

    def deferrals(self, domain: str) -> int:
        """How often it asked us to wait, in a row."""
        known = self._known.get(domain)
        return known.deferrals if known else 0

    def said(self, domain: str) -> str:
        """What its server said when it asked us to wait."""
        known = self._known.get(domain)
        return known.said if known else ""

    def deferred(self, domain: str, said: str) -> None:
        """It asked us to wait."""
        self._known[domain] = defer(domain, said)

    def took(self, domain: str) -> None:
        """It took a message: whatever it asked for is over."""
        known = self._known.get(domain)
        if known and known.deferrals:
            del self._known[domain]
            forgive(domain)


def is_server_paused(now: datetime) -> bool:
    """Whether our mail server could not be used a short while ago."""
    known = MailDomain.objects.filter(domain=SERVER).first()
    return known is not None and _is_paused(known, now)


def server_away_until(since: datetime) -> datetime | None:
    """Until when our mail server is left alone; None where it took something, or was not asked
    again, since then.
    """
    known = MailDomain.objects.filter(domain=SERVER, deferrals__gt=0, paused_until__gt=since)
    return known.values_list("paused_until", flat=True).first()


def defer(domain: str, said: str) -> MailDomain:
    """Note that a domain (or our server) asked us to wait, and for how long we do."""
    now = timezone.now()
    said = without_addresses(said)[:500]
    with connection.cursor() as cursor:
        cursor.execute(_DEFER, {"domain": domain, "said": said, "now": now})
        [deferrals] = cursor.fetchone()
    steps = deferrals - _needed(domain, said) + 1
    known = MailDomain.objects.get(domain=domain)
    if steps > 0:
        known.paused_until = now + pause_after(steps, domain)
        MailDomain.objects.filter(pk=known.pk).update(paused_until=known.paused_until)
        # Not which one: a domain of one person's own says who they are.
        logger.warning(
            "%s is left alone until %s, after %d deferrals in a row.",
            "A domain" if domain else "Our mail server", known.paused_until, deferrals,
        )  # fmt: skip
    return known


def _needed(domain, said) -> int:
    if domain == SERVER:
        return 1
    return MAILBOXES_IN_A_ROW if _ABOUT_A_MAILBOX.match(said) else IN_A_ROW


def forgive(domain: str) -> None:
    """Something was taken: the next deferral is the first again."""
    MailDomain.objects.filter(domain=domain).filter(deferrals__gt=0).update(
        deferrals=0, deferred_at=None, paused_until=None, said=""
    )


def pause_after(deferrals: int, domain: str) -> timedelta:
    """How long a domain is left alone after the so-many-th deferral in a row."""
    first, longest = settings.MAIL_DOMAIN_PAUSE_FIRST, settings.MAIL_DOMAIN_PAUSE_LONGEST
    if domain == SERVER:
        first, longest = settings.MAIL_SERVER_PAUSE_FIRST, settings.MAIL_SERVER_PAUSE_LONGEST
    return timedelta(seconds=min(first * 2 ** min(deferrals - 1, 30), longest))


def most_at_once() -> int:
    """How many messages a worker may claim at once, so that it holds few turns in advance."""
    rate = settings.MAIL_PER_SECOND
    return min(settings.MAIL_BATCH, max(1, int(rate * AHEAD))) if rate else settings.MAIL_BATCH


def take_turns(domain: str, number: int, per_second: float, ahead: float) -> Turns | None:
    """Reserve turns in the limit of one domain (or, under the empty name, of all mail).

    None where others have reserved everything up to ``ahead`` seconds from now.
    """
    now = timezone.now()
    apart = 1 / per_second
    with connection.cursor() as cursor:
        cursor.execute(_TURNS, _moments(domain, now, apart * number, ahead))
        row = cursor.fetchone()
    return Turns(row[0], number, apart) if row else None


def line_up(domain: str, number: int, per_second: float) -> Turns:
    """Places in the line of a domain for messages that find no turn now."""
    now = timezone.now()
    apart = 1 / per_second
    with connection.cursor() as cursor:
        cursor.execute(_LINE_UP, _moments(domain, now, apart * number, 0))
        row = cursor.fetchone()
    return Turns(row[0] if row else now, number, apart)


def _moments(domain, now, taken, ahead):
    # What lies later than this was written by a clock that ran ahead, and counts as over.
    latest = now + timedelta(seconds=settings.MAIL_RETRY_LONGEST)
    return {
        "domain": domain,
        "now": now,
        "taken": timedelta(seconds=taken),
        "ahead": now + timedelta(seconds=ahead),
        "latest": latest,
    }


def forget_old(now: datetime) -> int:
    """Forget the domains that nothing is known of any more; says how many."""
    day = timedelta(days=1)
    is_over = Q()
    for moment in ("deferred_at", "paused_until", "free_at", "lined_up_until"):
        is_over &= Q(**{f"{moment}__isnull": True}) | Q(**{f"{moment}__lt": now - day})
    return MailDomain.objects.filter(is_over).delete()[0]


def _is_paused(known, now) -> bool:
    # A pause cannot be longer than the longest: one that is was written by a clock that ran ahead.
    longest = max(settings.MAIL_DOMAIN_PAUSE_LONGEST, settings.MAIL_SERVER_PAUSE_LONGEST)
    return bool(known.paused_until and now < known.paused_until <= now + timedelta(seconds=longest))
