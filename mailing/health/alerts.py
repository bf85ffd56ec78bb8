"""What the Core Team is told on each page of the admin when mail does not work."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, F, Min, Q
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from web.alerts import Alert
from web.templatetags.web import moment_text

from .. import pace
from ..models import Delivery, Notice
from ..models.messages import OPEN
from . import pulses

MAY_SEE = "mailing.view_delivery"
MAILBOX_LATE = timedelta(hours=1)


def found() -> list[Alert]:
    """All that is wrong with mail now, in a few queries."""
    url = reverse("admin:mailing_edition_health")
    last = pulses.latest()
    return [Alert(text, url, MAY_SEE) for text in [*_of_jobs(last), *_of_waiting()]] + [
        Alert(text, reverse("admin:mailing_edition_change", args=[edition]), MAY_SEE)
        for text, edition in _of_ledger(last)
    ]


def _of_jobs(last) -> Iterator[str]:
    sweep = last.get(pulses.SWEEP)
    late = timezone.now() - timedelta(seconds=settings.MAIL_SWEEP_LATE_SECONDS)
    if sweep is None:
        yield _("The jobs that send mail have never run. See to it that worker and beat run.")
    elif sweep.at < late:
        yield _(
            "The jobs that send mail have not run since %(when)s. See to it that worker and beat "
            "run."
        ) % {"when": moment_text(sweep.at)}
    if settings.BOUNCE_IMAP_HOST:
        read = last.get(pulses.BOUNCES)
        if read is None or read.at < timezone.now() - MAILBOX_LATE:
            yield _("The mailbox of bounces could not be read for an hour. The log says why.")


def _of_waiting() -> Iterator[str]:
    """What waits for our mail server, or is taken by nobody; what is tried for hours in vain."""
    now = timezone.now()
    late = now - timedelta(seconds=settings.MAIL_LATE_SECONDS)
    away_until = pace.server_away_until(late)
    if away_until:
        yield from _of_server(Q(next_attempt_at__lte=away_until, created_at__lt=late, reason=""))
    else:
        yield from _of_untaken(Q(next_attempt_at__lt=late, created_at__lt=late))
    old = now - timedelta(seconds=settings.MAIL_OLDEST_SECONDS)
    # What waits on purpose has its reason, and what waited for the end of a pause began then.
    tried = Q(next_attempt_at__gt=away_until or now, created_at__lt=old, reason="")
    yield from _of_tried(tried & ~Q(recipient__paused_until__gt=old))


def _of_server(waits) -> Iterator[str]:
    count, first = _open(waits, F("created_at"))
    if count:
        yield ngettext(
            "The mail server cannot be used. %(count)d message waits for it since %(when)s.",
            "The mail server cannot be used. %(count)d messages wait for it, the first since "
            "%(when)s.",
            count,
        ) % {"count": count, "when": moment_text(first)}


def _of_untaken(waits) -> Iterator[str]:
    # What is urgent counts as due since before it was written down.
    count, first = _open(waits, Greatest("created_at", "next_attempt_at"))
    if count:
        yield ngettext(
            "%(count)d message waits though its time came at %(when)s.",
            "%(count)d messages wait though their time has come, the first since %(when)s.",
            count,
        ) % {"count": count, "when": moment_text(first)}


def _of_tried(waits) -> Iterator[str]:
    count, first = _open(waits, F("created_at"))
    if count:
        yield ngettext(
            "%(count)d message could not be delivered yet. It has waited since %(when)s.",
            "%(count)d messages could not be delivered yet. The first has waited since %(when)s.",
            count,
        ) % {"count": count, "when": moment_text(first)}


def _open(waits: Q, since) -> tuple[int, datetime | None]:
    """How many open messages there are of these, and since when the first waits."""
    count, firsts = 0, []
    for model in (Notice, Delivery):
        found = model._default_manager.filter(waits, state__in=OPEN).aggregate(
            count=Count("pk"), first=Min(since)
        )
        count += found["count"]
        firsts.append(found["first"])
    return count, min((first for first in firsts if first), default=None)


def _of_ledger(last) -> Iterator[tuple[str, int]]:
    watched = last[pulses.WATCH].found if pulses.WATCH in last else {}
    for edition in watched.get("uneven", []):
        yield (
            _("The figures of edition %(number)d do not add up to its audience.")
            % {"number": edition},
            edition,
        )
    for edition in watched.get("doubles", []):
        yield (
            _("An address got edition %(number)d twice. Two accounts may have the same address.")
            % {"number": edition},
            edition,
        )
