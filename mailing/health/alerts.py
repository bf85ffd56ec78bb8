"""What the Core Team is told on each page of the admin when mail does not work."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from web.alerts import Alert

from ..models import Delivery, Notice
from ..models.messages import OPEN
from . import pulses

MAY_SEE = "mailing.view_delivery"
MAILBOX_LATE = timedelta(hours=1)


def found() -> list[Alert]:
    """All that is wrong with mail now, in three queries."""
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
        ) % {"when": said(sweep.at)}
    if settings.BOUNCE_IMAP_HOST:
        read = last.get(pulses.BOUNCES)
        if read is None or read.at < timezone.now() - MAILBOX_LATE:
            yield _("The mailbox of bounces could not be read for an hour. The log says why.")


def _of_waiting() -> Iterator[str]:
    """What nobody takes though its time has come; what the mail server refuses to hear of."""
    late = timezone.now() - timedelta(seconds=settings.MAIL_LATE_SECONDS)
    untaken, unheard, since = 0, 0, []
    for model in (Notice, Delivery):
        overdue = Q(next_attempt_at__lt=late)
        # Given back without a try of its own: the server could not be used at all.
        refused = Q(attempts=0, created_at__lt=late) & ~Q(error="")
        waiting = model._default_manager.filter(state__in=OPEN).aggregate(
            untaken=Count("pk", filter=overdue),
            unheard=Count("pk", filter=refused),
            first=Min("next_attempt_at", filter=overdue),
            oldest=Min("created_at", filter=refused),
        )
        untaken, unheard = untaken + waiting["untaken"], unheard + waiting["unheard"]
        since.append((waiting["first"], waiting["oldest"]))
    if untaken:
        yield ngettext(
            "%(count)d message waits though its time came at %(when)s.",
            "%(count)d messages wait though their time has come, the first since %(when)s.",
            untaken,
        ) % {"count": untaken, "when": said(min(at for at, _at in since if at))}
    if unheard:
        yield ngettext(
            "The mail server cannot be used. %(count)d message waits for it since %(when)s.",
            "The mail server cannot be used. %(count)d messages wait for it, the first since "
            "%(when)s.",
            unheard,
        ) % {"count": unheard, "when": said(min(at for _at, at in since if at))}


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


def said(at: datetime) -> str:
    """A time with its day, in the active language."""
    return date_format(localtime(at), "DATETIME_FORMAT")
