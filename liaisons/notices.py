"""Mails about mandates: what was done, what happens next, and where to ask.

A notice stores ids only. Names, words and addresses are looked up when it is sent, so that an
erased person is in no mail any more.
"""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from mailing import notices
from web import installation

from .access import is_core_team
from .models import Mandate, MandateEvent
from .waiting_times import usual_review_days

RECEIVED = "mandate_received"
MORE_ASKED = "mandate_more_asked"
ANSWERED = "mandate_answered"
CONFIRMED = "mandate_confirmed"
DECLINED = "mandate_declined"
ENDED = "mandate_ended"
LAPSED = "mandate_lapsed"
LEFT = "mandate_left"
CONTACT_CHANGED = "mandate_contact_changed"

KINDS = {
    RECEIVED: _("Receipt of an application"),
    MORE_ASKED: _("The Core Team asks for more"),
    ANSWERED: _("An applicant answered"),
    CONFIRMED: _("A mandate is confirmed"),
    DECLINED: _("An application is declined"),
    ENDED: _("A mandate was ended"),
    LAPSED: _("A mandate lapsed"),
    LEFT: _("A liaison ended their mandate"),
    CONTACT_CHANGED: _("A liaison has another contact"),
}
# These tell the Core Team what a liaison wrote.
FOR_CORE_TEAM = (ANSWERED, LEFT)
# After which event each kind of mail to the person of the mandate is sent.
AFTER = {
    MandateEvent.Kind.SUBMITTED: RECEIVED,
    MandateEvent.Kind.MORE_ASKED: MORE_ASKED,
    MandateEvent.Kind.CONFIRMED: CONFIRMED,
    MandateEvent.Kind.DECLINED: DECLINED,
    MandateEvent.Kind.ENDED: ENDED,
    MandateEvent.Kind.LAPSED: LAPSED,
    MandateEvent.Kind.CONTACT_CHANGED: CONTACT_CHANGED,
}


def register_all() -> None:
    """Make the kinds known to mailing; called once, when the app is ready."""
    for kind, label in KINDS.items():
        stem = f"liaisons/mail/{kind}"
        notices.register(
            kind,
            f"{stem}.subject.txt",
            f"{stem}.txt",
            f"{stem}.html",
            label=label,
            still_holds=is_for_core_team if kind in FOR_CORE_TEAM else None,
            more_context=more_context,
        )


def tell(event: MandateEvent) -> None:
    """Owe the mails that follow from one event of a mandate, in the caller's transaction."""
    mandate = event.mandate
    context = {"mandate_id": mandate.pk, "event_id": event.pk}
    kind = AFTER.get(MandateEvent.Kind(event.kind))
    if kind:
        notices.send(kind, mandate.person, context)
    if event.kind == MandateEvent.Kind.ANSWERED and mandate.reviewer:
        notices.send(ANSWERED, mandate.reviewer, context)
    is_own_end = event.kind == MandateEvent.Kind.ENDED and event.actor_id == mandate.person_id
    if is_own_end and mandate.contact:
        notices.send(LEFT, mandate.contact, context)


def is_for_core_team(notice) -> bool:
    """Asked right before sending: the reviewer or contact may have left the Core Team meanwhile."""
    return is_core_team(notice.recipient.user)


def more_context(notice) -> dict:
    """What the templates need, as it is when the mail is sent."""
    mandate = Mandate.objects.select_related("group", "person", "contact").get(
        pk=notice.context["mandate_id"]
    )
    return _context(mandate, mandate.events.get(pk=notice.context["event_id"]).message)


def preview(kind: str, mandate: Mandate, message: str) -> tuple[str, str]:
    """Subject and text of a mail as the person of the mandate would get it, in their language."""
    with translation.override(mandate.person.language):
        context = {
            "site_name": settings.SITE_NAME,
            "is_demo": installation.current().is_demo,
            **_context(mandate, message),
        }
        stem = f"liaisons/mail/{kind}"
        subject = render_to_string(f"{stem}.subject.txt", context)
        return " ".join(subject.split()), render_to_string(f"{stem}.txt", context).strip()


def _context(mandate: Mandate, message: str) -> dict:
    return {
        "group": mandate.group,
        "mandate": mandate,
        "message": message,
        "applicant": mandate.person.name_for_core_team,
        "contact": mandate.contact.name_for_core_team if mandate.contact else "",
        "contact_email": settings.CONTACT_EMAIL,
        "usual_days": usual_review_days(),
        "mandate_url": settings.BASE_URL + reverse("liaisons:mandate", args=[mandate.pk]),
        "review_url": settings.BASE_URL
        + reverse("admin:liaisons_mandate_change", args=[mandate.pk]),
    }
