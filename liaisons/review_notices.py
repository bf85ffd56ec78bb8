"""Mails about seats handed over and disputes, and about what applicants and reviewers write.

As with all notices about mandates, ids are stored and words looked up when the mail is sent.
"""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mailing import notices as mailing_notices

from . import notices
from .models import MandateEvent

SUCCESSOR = "mandate_successor"
REPLACED = "mandate_replaced"
WROTE = "mandate_wrote"
REPLIED = "mandate_replied"
CONTESTED = "mandate_contested"
REVIEW_OPENED = "mandate_review_opened"
REVIEW_KEPT = "mandate_review_kept"

KINDS = {
    SUCCESSOR: _("Somebody used the link for a successor"),
    REPLACED: _("A successor is confirmed"),
    WROTE: _("An applicant wrote"),
    REPLIED: _("The Core Team replied"),
    CONTESTED: _("A mandate is contested: to the contact"),
    REVIEW_OPENED: _("A mandate is contested: to the liaison"),
    REVIEW_KEPT: _("A contested mandate is kept"),
}
FOR_CORE_TEAM = (WROTE, CONTESTED)
# After which event each kind of mail to the person of the mandate is sent.
AFTER = {
    MandateEvent.Kind.SUCCESSOR_NAMED: SUCCESSOR,
    MandateEvent.Kind.REPLIED: REPLIED,
    MandateEvent.Kind.REVIEW_OPENED: REVIEW_OPENED,
    MandateEvent.Kind.REVIEW_CLOSED: REVIEW_KEPT,
}


def register_all() -> None:
    """Make the kinds known to mailing; called once, when the app is ready."""
    for kind, label in KINDS.items():
        stem = f"liaisons/mail/{kind}"
        mailing_notices.register(
            kind,
            f"{stem}.subject.txt",
            f"{stem}.txt",
            f"{stem}.html",
            label=label,
            still_holds=notices.is_for_core_team if kind in FOR_CORE_TEAM else None,
            more_context=more_context,
        )


def tell(event: MandateEvent) -> None:
    """Owe the mails that follow from one event of a mandate, in the caller's transaction."""
    mandate = event.mandate
    context = {"mandate_id": mandate.pk, "event_id": event.pk}
    kind = AFTER.get(MandateEvent.Kind(event.kind))
    if notices.is_replacement(event):
        kind = REPLACED
    if kind:
        mailing_notices.send(kind, mandate.person, context)
    wrote = event.kind in (MandateEvent.Kind.ADDED, MandateEvent.Kind.ASKED)
    if wrote and mandate.reviewer:
        mailing_notices.send(WROTE, mandate.reviewer, context)
    is_new_dispute = event.kind == MandateEvent.Kind.REVIEW_OPENED
    if is_new_dispute and mandate.contact and mandate.contact_id != event.actor_id:
        mailing_notices.send(CONTESTED, mandate.contact, context)


def more_context(notice) -> dict:
    """What the templates need, as it is when the mail is sent."""
    path = reverse("liaisons:mandate_successor", args=[notice.context["mandate_id"]])
    return notices.more_context(notice) | {"successor_url": settings.BASE_URL + path}
