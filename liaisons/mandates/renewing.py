"""How a term goes on: renewed before its end, or applied for anew after it."""

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from web import content_version
from web.templatetags.web import day_text

from ..errors import AlreadyDone, Refused
from ..models import Mandate, MandateEvent, User
from . import applying, rules

Status = Mandate.Status
Kind = MandateEvent.Kind


def renewable_from(mandate: Mandate) -> date:
    """The first day on which a confirmed mandate can be renewed."""
    return mandate.last_day - timedelta(days=settings.MANDATE_RENEWAL_DAYS)


def is_renewable(mandate: Mandate) -> bool:
    """True while the liaison can renew: active, and near enough to its last day."""
    return bool(mandate.is_active) and renewable_from(mandate) <= timezone.localdate()


def day_after_renewal(mandate: Mandate) -> date:
    """What the last day becomes: a full term after the old one, so nobody loses by being early."""
    return mandate.last_day + timedelta(days=settings.MANDATE_LENGTH_DAYS)


@transaction.atomic
def renew(*, mandate: Mandate, by: User, until: date, evidence: str = "") -> Mandate:
    """Renew one's own mandate for another term.

    ``until`` is the last day as the liaison saw it: who sends the same form twice renews once.
    ``evidence`` is what is new about how the group agreed; empty where nothing is. A mandate that
    the Core Team looks at again can be renewed too, and they go on looking at it: otherwise a
    contest near the last day would end it by itself.
    """
    mandate = rules.own(mandate, by, Status.CONFIRMED)
    if mandate.last_day != until:
        raise AlreadyDone(_("This mandate has already been renewed."))
    if not mandate.is_active:
        raise AlreadyDone(rules.what_happened(mandate))
    if not is_renewable(mandate):
        day = day_text(renewable_from(mandate))
        raise Refused(_("You can renew this mandate from %(day)s on.") % {"day": day})
    rules.require_open_group(mandate.group, by)
    mandate.last_day = day_after_renewal(mandate)
    mandate.renewed_at = timezone.now()
    mandate.save()
    rules.record(mandate, Kind.RENEWED, by=by, message=evidence.strip())
    content_version.bump()
    return mandate


@transaction.atomic
def apply_again(*, mandate: Mandate, by: User) -> Mandate:
    """Begin an application for the group and seat of a mandate that is over; gives the draft.

    How the group agreed is asked anew. Answers of a draft for another group give way.
    """
    by = rules.present(by)
    rules.lock_several(Q(pk=mandate.pk) | Q(person=by, status=Status.DRAFT))
    mandate = rules.own(mandate, by, Status.CONFIRMED, Status.ENDED)
    if mandate.is_active:
        raise Refused(_("You already have an application or a mandate for this group."))
    if mandate.status == Status.CONFIRMED:
        # Nobody had written down yet that it is over.
        rules.end(mandate, Kind.LAPSED, why=Mandate.EndReason.EXPIRED, by=None)
        content_version.bump()
    rules.require_open_group(mandate.group, by)
    draft = applying.start_draft(person=by)
    if draft.group_id == mandate.group_id:
        return draft
    draft = applying.choose_group(mandate=draft, by=by, group=mandate.group)
    return applying.save_answers(
        mandate=draft,
        by=by,
        seat=mandate.seat,
        role=mandate.role,
        evidence="",
        evidence_url="",
        evidence_text="",
        agreed_on=None,
        support_answered=mandate.support_answered,
    )
