"""How long things are kept: one list for the jobs that forget, and for the privacy page.

Each period comes from a setting. A job may run twice and be cut short: it takes up what is left.
What must stay, stays: that there was an application, a message, a letter, and when.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailing import notices, subscriptions
from mailing.bounces import fates
from web import rate_limits

from .accounts import codes
from .data_exports import making as data_exports
from .letters import keeping as letters
from .mandates import rules
from .models import Endorsement, Mandate, MandateEvent

AT_ONCE = 200
MOST_BATCHES = 50
Status = Mandate.Status
JOB = "liaisons.tasks.forget_what_is_old"


@dataclass(frozen=True)
class Period:
    """One kind of thing that goes by itself: what, after how long, and which job sees to it.

    ``forget`` takes the present moment and returns how many it emptied or deleted; None where
    the job is Django's own.
    """

    name: str
    what: Any
    kept_for: timedelta
    job: str
    forget: Callable[[datetime], int] | None

    @property
    def days(self) -> int:
        """Whole days; 0 where it is shorter than two, and said in hours."""
        return self.kept_for.days if self.kept_for >= timedelta(days=2) else 0

    @property
    def hours(self) -> int:
        """The same in hours."""
        return int(self.kept_for.total_seconds() // 3600)


def periods() -> list[Period]:
    """Every period, as the settings are now."""
    return [
        Period(
            "drafts",
            _("A draft of an application with which nobody went on"),
            timedelta(days=settings.ABANDONED_DRAFT_DAYS),
            JOB,
            close_abandoned_drafts,
        ),
        Period(
            "applications",
            _("How the group agreed, and all messages, of a declined or withdrawn application"),
            timedelta(days=settings.CLOSED_APPLICATION_DAYS),
            JOB,
            empty_closed_applications,
        ),
        Period(
            "endorsements",
            _("Why members confirmed or contested a mandate, counted from its end"),
            timedelta(days=settings.ENDORSEMENT_DAYS),
            JOB,
            empty_endorsements,
        ),
        Period(
            "letters",
            _("The words and addresses of letters to liaisons"),
            timedelta(days=settings.LETTER_DAYS),
            "liaisons.tasks.forget_old_letters",
            letters.forget_old,
        ),
        Period(
            "notices",
            _("What a single mail said, such as a receipt"),
            timedelta(days=settings.MAIL_NOTICE_DAYS),
            "mailing.forget_old_notices",
            notices.forget_old,
        ),
        Period(
            "subscription_requests",
            _("An address for which news was asked and which nobody confirmed"),
            subscriptions.kept_for(),
            JOB,
            subscriptions.forget_unconfirmed,
        ),
        Period(
            "left_subscriptions",
            _("An address without an account that wants no news any more, or takes none"),
            timedelta(days=settings.SUBSCRIPTION_LEFT_DAYS),
            JOB,
            subscriptions.forget_left,
        ),
        Period(
            "bounces",
            _("What a mail server or provider said of a mail that came back"),
            timedelta(days=settings.MAIL_NOTICE_DAYS),
            "mailing.forget_old_notices",
            fates.forget_old,
        ),
        Period(
            "sessions",
            _("That a browser is signed in, counted from its last use"),
            timedelta(seconds=settings.SESSION_COOKIE_AGE),
            "liaisons.tasks.clear_what_is_over",
            None,
        ),
        Period(
            "typed",
            _("What was typed to get a code, in a browser that then did not use it"),
            timedelta(seconds=codes.KEPT_SIGNED_OUT),
            "liaisons.tasks.clear_what_is_over",
            None,
        ),
        Period(
            "limits",
            _("Counts of tries against misuse, under a coded form of the address"),
            timedelta(seconds=rate_limits.LONGEST),
            "liaisons.tasks.clear_what_is_over",
            None,
        ),
        Period(
            "exports",
            _("The file with everything held on you"),
            timedelta(hours=settings.DATA_EXPORT_HOURS),
            JOB,
            data_exports.forget_old,
        ),
    ]


def forget_what_is_old(at: datetime | None = None) -> dict[str, int]:
    """Do what is due of the periods that have no job of their own; says how many of each."""
    now = at or timezone.now()
    return {one.name: one.forget(now) for one in periods() if one.job == JOB and one.forget}


def close_abandoned_drafts(now: datetime) -> int:
    """Withdraw drafts nobody went on with, and empty them. Nobody did it, so no mail is owed."""
    before = now - timedelta(days=settings.ABANDONED_DRAFT_DAYS)
    return _in_batches(Mandate.objects.filter(status=Status.DRAFT, changed_at__lt=before), _close)


def _close(drafts: list[Mandate]) -> None:
    for draft in drafts:
        draft.status = Status.WITHDRAWN
        draft.save()
        rules.record(draft, MandateEvent.Kind.WITHDRAWN, by=None)
    _empty_applications(drafts)


def empty_closed_applications(now: datetime) -> int:
    """Empty the words of applications that came to nothing; that there was one stays."""
    before = now - timedelta(days=settings.CLOSED_APPLICATION_DAYS)
    has_words = ~Q(evidence_url="", evidence_text="", private_notes="", share_nonce="") | Q(
        events__in=MandateEvent.objects.exclude(message="")
    )
    closed = Mandate.objects.filter(
        Q(pk__in=Mandate.objects.filter(has_words).values("pk")),
        status__in=[Status.DECLINED, Status.WITHDRAWN],
        pk__in=MandateEvent.objects.order_by()
        .values("mandate")
        .annotate(last=Max("at"))
        .filter(last__lt=before)
        .values("mandate"),
    )
    return _in_batches(closed, _empty_applications)


def _empty_applications(mandates: list[Mandate]) -> None:
    ids = [mandate.pk for mandate in mandates]
    Mandate.objects.filter(pk__in=ids).update(
        evidence_url="", evidence_text="", private_notes="", share_nonce=""
    )
    MandateEvent.objects.filter(mandate__in=ids).exclude(message="").update(message="")


def empty_endorsements(now: datetime) -> int:
    """Empty the reasons members gave, once the mandate is over for so long; the verdict stays."""
    before = now - timedelta(days=settings.ENDORSEMENT_DAYS)
    over = Endorsement.objects.filter(
        mandate__status__in=[Status.ENDED, Status.DECLINED, Status.WITHDRAWN]
    ).exclude(reason="")
    ended_at = Coalesce("mandate__ended_at", "mandate__decided_at", "mandate__changed_at")
    old = over.annotate(end=Greatest(ended_at, F("said_at"))).filter(end__lt=before)
    return _in_batches(old, _empty_reasons)


def _empty_reasons(endorsements: list[Endorsement]) -> None:
    Endorsement.objects.filter(pk__in=[one.pk for one in endorsements]).update(reason="")


def _in_batches(due: QuerySet, do: Callable[[list], None]) -> int:
    """Do it with the rows that are due, each batch in a transaction of its own."""
    done = 0
    for _batch in range(MOST_BATCHES):
        with transaction.atomic():
            # Somebody may be at work on one of them right now: it comes with the next run.
            rows = due.select_for_update(of=("self",), skip_locked=True).order_by("pk")
            batch = list(rows[:AT_ONCE])
            if not batch:
                break
            do(batch)
        done += len(batch)
    return done
