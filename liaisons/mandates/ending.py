"""How a mandate comes to its end."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from web import content_version

from ..models import Mandate, MandateEvent, User
from . import rules

Status = Mandate.Status
Kind = MandateEvent.Kind
EndReason = Mandate.EndReason


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

    ``reason`` is in words. ``why`` is one of ``Mandate.EndReason``; by default the liaison stepped
    down, or the Core Team ended it.
    """
    mandate = rules.locked(mandate)
    if by.pk != mandate.person_id:
        by = rules.reviewer(by)
    rules.require_unchanged(mandate, seen, Status.CONFIRMED)
    reason = rules.required(reason, _("Please give a reason: it stays in the history."))
    default = EndReason.STEPPED_DOWN if by.pk == mandate.person_id else EndReason.ENDED_BY_CORE_TEAM
    rules.end(mandate, Kind.ENDED, why=why or default, by=by, message=reason)
    content_version.bump()
    return mandate


def end_lapsed() -> int:
    """End every confirmed mandate whose last day is over; returns how many. Run daily."""
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
