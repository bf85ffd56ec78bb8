"""What reviewers of the Core Team do: take, ask, reply, confirm, decline, look again."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from web import content_version

from .. import groups
from ..errors import AlreadyDone, Refused
from ..models import Group, Mandate, MandateEvent, User
from . import handing_over, rules

Status = Mandate.Status
Kind = MandateEvent.Kind


@transaction.atomic
def take(*, mandate: Mandate, by: User, seen: int | None = None) -> Mandate:
    """Say that one looks after this application or dispute; also in place of another reviewer."""
    mandate = rules.reviewed(mandate, by, seen, *Mandate.WAITING, Status.CONFIRMED)
    _require_something_to_decide(mandate)
    if mandate.reviewer_id == by.pk:
        raise AlreadyDone(_("You have taken this already."))
    mandate.reviewer = by
    mandate.save()
    rules.record(mandate, Kind.TAKEN, by=by)
    return mandate


@transaction.atomic
def reply(*, mandate: Mandate, by: User, message: str, seen: int | None = None) -> Mandate:
    """Write to the applicant without deciding; also the answer to what they asked."""
    mandate = rules.reviewed(mandate, by, seen, *Mandate.WAITING)
    message = rules.required(message, _("Please write your answer."))
    mandate.reviewer = mandate.reviewer or by
    mandate.save()
    rules.record(mandate, Kind.REPLIED, by=by, message=message)
    return mandate


@transaction.atomic
def close_review(*, mandate: Mandate, by: User, message: str, seen: int | None = None) -> Mandate:
    """Keep a contested mandate. ``message`` is what the liaison reads.

    To end it instead, use ``end_mandate`` with ``EndReason.WITHDRAWN_BY_GROUP``.
    """
    mandate = rules.reviewed(mandate, by, seen, Status.CONFIRMED)
    _require_something_to_decide(mandate)
    message = rules.required(message, _("Say what you found: the liaison will read it."))
    mandate.review_opened_at = None
    mandate.reviewer = by
    mandate.save()
    rules.record(mandate, Kind.REVIEW_CLOSED, by=by, message=message)
    return mandate


def _require_something_to_decide(mandate: Mandate) -> None:
    if not (mandate.is_waiting or mandate.review_opened_at):
        raise AlreadyDone(rules.what_happened(mandate))


@transaction.atomic
def ask_for_more(*, mandate: Mandate, by: User, message: str, seen: int | None = None) -> Mandate:
    """Ask the applicant for more. ``message`` is what they read; ``seen`` see ``state_of``."""
    mandate = rules.reviewed(mandate, by, seen, Status.SUBMITTED)
    message = rules.required(message, _("Say what you would like to know."))
    mandate.status = Status.MORE_ASKED
    mandate.reviewer = by
    mandate.save()
    rules.record(mandate, Kind.MORE_ASKED, by=by, message=message)
    return mandate


@transaction.atomic
def confirm(
    *,
    mandate: Mandate,
    by: User,
    contact: User | None = None,
    message: str = "",
    seen: int | None = None,
) -> Mandate:
    """Make the applicant a liaison until ``MANDATE_LENGTH_DAYS`` from today.

    ``contact`` is the Core Team contact, by default the reviewer. A proposed group is accepted
    in the same transaction, and a mandate whose seat is handed over ends; so does another seat of
    the group that the applicant held. Raises ``SeatTaken`` while another person holds the primary
    seat.
    """
    handing_over.lock_own(mandate)
    mandate = rules.reviewed(mandate, by, seen, Status.SUBMITTED, Status.MORE_ASKED)
    rules.require_active_account(mandate.person)
    contact = rules.core_team_contact(contact or by, mandate)
    group = Group.objects.get(pk=mandate.group_id)  # locked above
    if group.status == Group.Status.PROPOSED:
        groups.accept(group=group, by=by)
    elif group.status != Group.Status.ACTIVE:
        raise Refused(_("This group is not active, so nobody can become its liaison."))
    if mandate.predecessor:
        handing_over.pass_on(mandate, by)
    handing_over.leave_other_seat(mandate, by)
    if mandate.seat == Mandate.Seat.PRIMARY:
        rules.free_primary_seat(group)
    mandate.status = Status.CONFIRMED
    mandate.reviewer = by
    mandate.contact = contact
    mandate.decided_at = timezone.now()
    mandate.last_day = timezone.localdate() + timedelta(days=settings.MANDATE_LENGTH_DAYS)
    mandate.save()
    rules.record(mandate, Kind.CONFIRMED, by=by, message=message.strip())
    content_version.bump()
    return mandate


@transaction.atomic
def decline(*, mandate: Mandate, by: User, message: str, seen: int | None = None) -> Mandate:
    """Decline an application; ``message`` is the reason the applicant reads."""
    mandate = rules.reviewed(mandate, by, seen, Status.SUBMITTED, Status.MORE_ASKED)
    message = rules.required(message, _("Give a reason: the applicant will read it."))
    mandate.status = Status.DECLINED
    mandate.reviewer = by
    mandate.decided_at = timezone.now()
    mandate.save()
    rules.record(mandate, Kind.DECLINED, by=by, message=message)
    return mandate
