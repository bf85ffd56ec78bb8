"""Who of the Core Team is the contact of a liaison: given, changed, handed on."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from .. import contact_rules
from ..errors import AlreadyDone
from ..models import Mandate, MandateEvent, User
from . import rules

Status = Mandate.Status
Kind = MandateEvent.Kind


@transaction.atomic
def change_contact(
    *, mandate: Mandate, by: User, contact: User, seen: int | None = None
) -> Mandate:
    """Give a liaison another Core Team contact; the liaison is told. ``seen`` see ``state_of``.

    Nothing else of the mandate changes.
    """
    mandate = rules.locked(mandate)
    by = rules.reviewer(by)
    rules.require_no_part(mandate, by)
    rules.require_unchanged(mandate, seen, Status.CONFIRMED)
    return _give(mandate, contact, by=by)


@transaction.atomic
def hand_on_liaisons(*, of: User, by: User) -> list[Mandate]:
    """Give each liaison of somebody who leaves the Core Team the contact that the rules name.

    By a reviewer, or by the one who leaves. Gives the mandates for which the rules name nobody:
    these keep their contact.
    """
    if by.pk != of.pk:
        by = rules.reviewer(by)
    book = contact_rules.Rules(without=of)
    rules.lock_several(Q(contact=of, status=Status.CONFIRMED))
    theirs = (
        Mandate.objects.active()
        .filter(contact=of)
        .select_related("person", "group")
        .prefetch_related(contact_rules.WITH_LANGUAGES)
        .order_by("pk")
    )
    left = []
    for mandate in theirs:
        contact = book.contact_for(mandate)
        if contact is None:
            left.append(mandate)
            continue
        _give(mandate, contact, by=by)
    return left


def _give(mandate: Mandate, contact: User, *, by: User) -> Mandate:
    contact = rules.core_team_contact(contact, mandate)
    if mandate.contact_id == contact.pk:
        raise AlreadyDone(_("This is the liaison’s contact already."))
    mandate.contact = contact
    mandate.save(update_fields=["contact", "changed_at"])
    rules.record(mandate, Kind.CONTACT_CHANGED, by=by)
    return mandate
