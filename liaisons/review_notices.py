"""Mails about seats handed over and disputes, and about what applicants and reviewers write.

As with all notices about mandates, ids are stored and words looked up when the mail is sent.
"""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mailing import notices as mailing_notices
from mailing.kinds import Category, Urgency
from web import rate_limits

from . import contact_rules, notices
from .access import may_review
from .models import Mandate, MandateEvent

SUCCESSOR = "mandate_successor"
REPLACED = "mandate_replaced"
WROTE = "mandate_wrote"
WROTE_UNTAKEN = "mandate_wrote_untaken"
REPLIED = "mandate_replied"
CONTESTED = "mandate_contested"
REVIEW_OPENED = "mandate_review_opened"
REVIEW_KEPT = "mandate_review_kept"

KINDS = {
    SUCCESSOR: _("Somebody used the link for a successor"),
    REPLACED: _("A successor is confirmed"),
    WROTE: _("An applicant wrote"),
    WROTE_UNTAKEN: _("An applicant wrote, and no reviewer is there"),
    REPLIED: _("The Core Team replied"),
    CONTESTED: _("A mandate is contested: to the contact"),
    REVIEW_OPENED: _("A mandate is contested: to the liaison"),
    REVIEW_KEPT: _("A contested mandate is kept"),
}
# Which mail to the Core Team follows when an applicant wrote.
FROM_APPLICANTS = {
    MandateEvent.Kind.ANSWERED: notices.ANSWERED,
    MandateEvent.Kind.ADDED: WROTE,
    MandateEvent.Kind.ASKED: WROTE,
}
# What is not as usual for mails about one's own mandate.
TERMS: dict[str, dict] = {
    WROTE: notices.WORK,
    WROTE_UNTAKEN: notices.WORK,
    REPLIED: {"category": Category.PEOPLE, "to_whom": _("The applicant who asked")},
    CONTESTED: notices.WORK | {"urgency": Urgency.URGENT, "can_switch_off": False},
    REVIEW_OPENED: {"urgency": Urgency.URGENT},
}
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
            more_context=more_context,
            **notices.OF_MANDATE | TERMS.get(kind, {}),
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
    if event.kind in FROM_APPLICANTS:
        _tell_reader(FROM_APPLICANTS[MandateEvent.Kind(event.kind)], mandate, context)
    is_new_dispute = event.kind == MandateEvent.Kind.REVIEW_OPENED
    contact = contact_rules.contact_of(mandate) if is_new_dispute else None
    if contact and contact.answering.pk != event.actor_id:
        mailing_notices.send(CONTESTED, contact.answering, context)


def _tell_reader(kind: str, mandate, context) -> None:
    """Owe the mail to the reviewer, or to who stands in for them or would be the contact.

    A reviewer hears of each message. Somebody who did not take the application hears once a day;
    where nobody is named, all reviewers find it in their summary (``queue_summary.py``).
    """
    if mandate.reviewer and contact_rules.is_there(mandate.reviewer):
        mailing_notices.send(kind, mandate.reviewer, context)
        return
    person = contact_rules.Rules(without=mandate.reviewer).contact_for(mandate)
    if person is None or not may_review(person):
        return
    if rate_limits.allow(f"wrote-untaken:{mandate.pk}", limit=1, seconds=86_400):
        mailing_notices.send(WROTE_UNTAKEN, person, context)


def more_context(notice) -> dict:
    """What the templates need, as it is when the mail is sent."""
    path = reverse("liaisons:mandate_successor", args=[notice.context["mandate_id"]])
    own: dict = {"successor_url": settings.BASE_URL + path}
    if notice.kind == WROTE_UNTAKEN:
        mandate = Mandate.objects.get(pk=notice.context["mandate_id"])
        own["is_taken"] = mandate.reviewer_id is not None
    return notices.more_context(notice) | own
