"""How a mandate comes to its end."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from web import content_version

from ..errors import AlreadyDone, NotAllowed
from ..models import Mandate, MandateEvent, User
from . import rules

Status = Mandate.Status
Kind = MandateEvent.Kind
EndReason = Mandate.EndReason

# Who may give which reason; the first one is taken where none is given. That a term is over or
# that another person took over is found out by the calendar and by a confirmation, never said.
BY_THE_LIAISON = (EndReason.STEPPED_DOWN, EndReason.PERSON_LEFT)
BY_THE_CORE_TEAM = (EndReason.ENDED_BY_CORE_TEAM, EndReason.WITHDRAWN_BY_GROUP)


@transaction.atomic
def end_mandate(
    *,
    mandate: Mandate,
    by: User,
    reason: str,
    seen: int | None = None,
    why: str = "",
) -> Mandate:
    """End a confirmed mandate today, by the liaison or by a reviewer of the Core Team.

    ``reason`` is in words. ``why`` is one of ``Mandate.EndReason`` that this person may give; by
    default the liaison stepped down, or the Core Team ended it. ``seen`` see ``state_of``.
    """
    mandate = rules.locked(mandate)
    allowed = BY_THE_LIAISON
    if by.pk != mandate.person_id:
        by, allowed = rules.reviewer(by), BY_THE_CORE_TEAM
        rules.require_no_part(mandate, by)
    rules.require_unchanged(mandate, seen, Status.CONFIRMED)
    reason = rules.required(reason, _("Please give a reason: it stays in the history."))
    why = why or allowed[0]
    if why not in allowed:
        raise NotAllowed(_("You cannot give this reason."))
    if mandate.is_active:
        rules.end(mandate, Kind.ENDED, why=why, by=by, message=reason)
    elif why == EndReason.PERSON_LEFT:
        # It was over before the person left; only nobody had written that down yet.
        rules.end(mandate, Kind.LAPSED, why=EndReason.EXPIRED, by=None)
    else:
        raise AlreadyDone(rules.what_happened(mandate))
    content_version.bump()
    return mandate


def end_lapsed() -> int:
    """End every confirmed mandate whose last day is over; returns how many. Run hourly."""
    ended = 0
    over = Mandate.objects.filter(status=Status.CONFIRMED, last_day__lt=timezone.localdate())
    for pk in list(over.values_list("pk", flat=True)):
        with transaction.atomic():
            mandate = (
                over.select_for_update(of=("self",), skip_locked=True)
                .select_related("person", "group")
                .filter(pk=pk)
                .first()
            )
            if mandate:
                rules.end(mandate, Kind.LAPSED, why=EndReason.EXPIRED, by=None)
                content_version.bump()
                ended += 1
    return ended
