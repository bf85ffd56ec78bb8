"""How a seat passes to the person the liaison names: by a link, used once.

Whoever uses the link begins an application that is tied to the seat. When a reviewer confirms it,
the mandate before it ends and its private notes go with the seat, in the same transaction.

Two mandates are locked together, after their group (``rules.lock_several``): two people who change
seats with each other so take turns.
"""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from ..errors import AlreadyDone, NotAllowed, Refused
from ..models import Handover, Mandate, MandateEvent, User
from . import rules
from .applying import draft_of, start_draft, withdraw

Status = Mandate.Status
Kind = MandateEvent.Kind
EndReason = Mandate.EndReason
PREFIX = "h_"
UNDECIDED = [Status.DRAFT, *Mandate.WAITING]


@transaction.atomic
def invite_successor(*, mandate: Mandate, by: User) -> tuple[Handover, str]:
    """A new link for the person who is to hold the seat next; an earlier one stops working.

    Gives the row and the link's token, which is kept nowhere and so can be shown only now.
    """
    mandate = rules.own(mandate, by, Status.CONFIRMED)
    _require_active(mandate)
    _unused(mandate).update(revoked_at=timezone.now())
    token = PREFIX + secrets.token_urlsafe(16)
    handover = Handover.objects.create(
        mandate=mandate,
        token_hash=_hash(token),
        expires_at=timezone.now() + timedelta(days=settings.HANDOVER_DAYS),
    )
    return handover, token


@transaction.atomic
def revoke_handover(*, mandate: Mandate, by: User) -> Mandate:
    """Take the link back. An application begun with it goes on, no longer tied to the seat."""
    is_tied = Q(predecessor=mandate, status__in=UNDECIDED)
    tied = rules.lock_several(Q(pk=mandate.pk) | is_tied)
    tied = [one for one in tied if one.pk != mandate.pk]
    mandate = rules.own(mandate, by, Status.CONFIRMED)
    revoked = _unused(mandate).update(revoked_at=timezone.now())
    for application in tied:
        application.predecessor = None
        application.save(update_fields=["predecessor", "changed_at"])
    if not (revoked or tied):
        raise AlreadyDone(_("There is no link that works any more."))
    return mandate


def open_handover(mandate: Mandate) -> Handover | None:
    """The link that can be used now, if there is one."""
    if not mandate.is_active:
        return None
    return _unused(mandate).filter(expires_at__gt=timezone.now()).first()


def successor_of(mandate: Mandate) -> Mandate | None:
    """The application that is tied to this mandate's seat and not decided, if there is one."""
    return mandate.successors.filter(status__in=UNDECIDED).order_by("-pk").first()


def handover_of(token: str) -> Handover | None:
    """What a token was made for, whether it still works or not; None for a wrong one."""
    found = Handover.objects.select_related("mandate__group", "mandate__person", "application")
    return found.filter(token_hash=_hash(token)).first()


def is_usable(handover: Handover) -> bool:
    """True while somebody can take over with this link."""
    return (
        handover.revoked_at is None
        and handover.used_at is None
        and handover.expires_at > timezone.now()
        and handover.mandate.is_active
    )


@transaction.atomic
def take_over(*, token: str, by: User) -> Mandate:
    """Begin the application for the seat, or go on with it; gives the draft.

    A draft for something else makes room: nobody has two.
    """
    handover = handover_of(token)
    if handover is None:
        raise Refused(_("This link does not work any more."))
    by = rules.present(by)
    rules.lock_several(Q(pk=handover.mandate_id) | Q(person=by, status=Status.DRAFT))
    draft = draft_of(by)
    mandate = rules.locked(handover.mandate)
    handover = Handover.objects.select_for_update(of=("self",)).filter(pk=handover.pk).first()
    if handover is None:
        # Whoever made it deleted their account meanwhile, and with it what was not used yet.
        raise AlreadyDone(_("This link does not work any more."))
    handover.mandate = mandate
    if is_begun_by(handover, by):
        return handover.application
    require_may_take_over(handover, by)
    draft = _tie(draft, mandate, by)
    handover.used_at = timezone.now()
    handover.application = draft
    handover.save()
    rules.record(mandate, Kind.SUCCESSOR_NAMED, by=by)
    return draft


def require_may_take_over(handover: Handover, by: User) -> None:
    """Refuse where the link does not work any more, or not for this person."""
    mandate = handover.mandate
    if mandate.person_id == by.pk:
        raise NotAllowed(
            _("You hold this seat yourself. Send the link to the person who is to follow you.")
        )
    if handover.used_at:
        raise AlreadyDone(_("Somebody has used this link already."))
    if not is_usable(handover):
        raise Refused(_("This link does not work any more."))
    rules.require_open_group(mandate.group, by)
    others = Mandate.objects.open().filter(person=by, group=mandate.group)
    others = others.exclude(status=Status.DRAFT).exclude(rules.other_seat(mandate.seat))
    if others.exists():
        raise Refused(_("You already have an application or a mandate for this group."))


def is_begun_by(handover: Handover, person: User) -> bool:
    """True where this person used the link and their application is not decided yet."""
    application = handover.application
    return bool(
        application and application.person_id == person.pk and application.status in UNDECIDED
    )


def lock_own(mandate: Mandate) -> None:
    """Lock the group, all mandates of this person for it, and the one before this."""
    own = Q(person=mandate.person_id, group=mandate.group_id)
    rules.lock_several(own | Q(pk=mandate.predecessor_id))


def leave_other_seat(mandate: Mandate, by: User) -> None:
    """End the seat that the person being confirmed held until now in the same group.

    Also where the link was taken back meanwhile: nobody holds two seats of a group. Their own mail,
    that they hold the new one, comes at the same moment.
    """
    held = Mandate.objects.filter(
        rules.other_seat(mandate.seat), person=mandate.person_id, group=mandate.group_id
    )
    for other in held.exclude(pk=mandate.pk):
        if other.is_active:
            rules.end(other, Kind.ENDED, why=EndReason.STEPPED_DOWN, by=by, is_told=False)
        else:
            rules.end(other, Kind.LAPSED, why=EndReason.EXPIRED, by=None, is_told=False)


def pass_on(mandate: Mandate, by: User) -> None:
    """End the mandate before this one, which is being confirmed, and move its private notes.

    Both are locked and in the caller's transaction; the caller saves ``mandate``.
    """
    predecessor = rules.locked(mandate.predecessor)
    if (predecessor.group_id, predecessor.seat) != (mandate.group_id, mandate.seat):
        return
    mandate.private_notes, predecessor.private_notes = predecessor.private_notes, ""
    if predecessor.is_active:
        rules.end(predecessor, Kind.ENDED, why=EndReason.REPLACED, by=by)
    elif predecessor.status == Status.CONFIRMED:
        rules.end(predecessor, Kind.LAPSED, why=EndReason.EXPIRED, by=None)
    else:
        predecessor.save(update_fields=["private_notes", "changed_at"])


def mark_of_notes(mandate: Mandate) -> str:
    """A mark of the private notes as somebody sees them; changes with every change of theirs."""
    return _hash(mandate.private_notes)


@transaction.atomic
def keep_notes(*, mandate: Mandate, by: User, notes: str, seen: str = "") -> Mandate:
    """Keep the private notes of a mandate's holder. Nobody else ever reads them.

    ``seen`` is the mark of the notes that this person began with, where a form carries it.
    """
    mandate = rules.own(mandate, by, Status.CONFIRMED, Status.ENDED)
    if seen and seen != mark_of_notes(mandate):
        raise AlreadyDone(
            _(
                "Your notes changed meanwhile, in another window or because the seat passed on. "
                "What you typed is not saved yet."
            )
        )
    mandate.private_notes = notes.strip()
    mandate.save(update_fields=["private_notes", "changed_at"])
    return mandate


def _tie(draft: Mandate | None, mandate: Mandate, by: User) -> Mandate:
    """A draft of this person for the seat of ``mandate``."""
    fits = draft and draft.group_id == mandate.group_id and not hasattr(draft, "came_by")
    if draft and not fits:
        withdraw(mandate=draft, by=by)
    draft = start_draft(person=by)
    draft.group = mandate.group
    draft.seat = mandate.seat
    draft.predecessor = mandate
    draft.save()
    return draft


def _unused(mandate: Mandate):
    return mandate.handovers.filter(revoked_at__isnull=True, used_at__isnull=True)


def _require_active(mandate: Mandate) -> None:
    if not mandate.is_active:
        raise AlreadyDone(_("This mandate is over: its last day has passed."))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
