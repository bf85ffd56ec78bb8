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
from mailing.kinds import Category, Urgency, one_by_one
from web import installation

from . import contact_rules
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
ENDS = "mandate_ends"
RENEWED = "mandate_renewed"
AWAY = "liaison_away"

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
    ENDS: _("A mandate ends soon"),
    RENEWED: _("A mandate is renewed"),
    AWAY: _("The primary liaison is away"),
}
# After which event each kind of mail to the person of the mandate is sent.
AFTER = {
    MandateEvent.Kind.SUBMITTED: RECEIVED,
    MandateEvent.Kind.MORE_ASKED: MORE_ASKED,
    MandateEvent.Kind.CONFIRMED: CONFIRMED,
    MandateEvent.Kind.DECLINED: DECLINED,
    MandateEvent.Kind.ENDED: ENDED,
    MandateEvent.Kind.LAPSED: LAPSED,
    MandateEvent.Kind.CONTACT_CHANGED: CONTACT_CHANGED,
    MandateEvent.Kind.RENEWED: RENEWED,
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
            more_context=more_context,
            **OF_MANDATE | TERMS.get(kind, {}),
        )


def tell(event: MandateEvent) -> None:
    """Owe the mails that follow from one event of a mandate, in the caller's transaction."""
    mandate = event.mandate
    context = {"mandate_id": mandate.pk, "event_id": event.pk}
    kind = AFTER.get(MandateEvent.Kind(event.kind))
    if kind and not is_replacement(event):
        notices.send(kind, mandate.person, context)
    is_own_end = event.kind == MandateEvent.Kind.ENDED and event.actor_id == mandate.person_id
    if is_own_end and (contact := contact_rules.contact_of(mandate)):
        notices.send(LEFT, contact.answering, context)


def is_replacement(event: MandateEvent) -> bool:
    """True for the end of a mandate whose seat went to a successor: it has a mail of its own."""
    return (
        event.kind == MandateEvent.Kind.ENDED
        and event.mandate.end_reason == Mandate.EndReason.REPLACED
    )


def tell_ends(mandates: list[Mandate]) -> None:
    """Owe each of these liaisons the mail that their term ends, in the caller's transaction."""
    notices.send_many(
        ENDS,
        [
            (one.person, {"mandate_id": one.pk, "last_day": one.last_day.isoformat()})
            for one in mandates
        ],
    )


def tell_absence(mandates: list[Mandate]) -> None:
    """Owe the deputies of these primary liaisons a mail, in the caller's transaction."""
    groups = {one.group_id: one for one in mandates}
    deputies = Mandate.objects.active().filter(group__in=groups, seat=Mandate.Seat.DEPUTY)
    notices.send_many(
        AWAY,
        [
            (deputy.person, {"mandate_id": groups[deputy.group_id].pk})
            for deputy in deputies.select_related("person")
            if deputy.person.is_active and not deputy.person.is_away
        ],
    )


def is_for_core_team(notice) -> bool:
    """Asked right before sending: the reviewer or contact may have left the Core Team meanwhile."""
    return is_core_team(notice.recipient.user)


def are_still_unattended(asked) -> list[bool]:
    """Asked right before sending: no reminder for who renewed, ended, left or went away."""
    unattended = Mandate.objects.unattended().filter(
        pk__in={notice.context["mandate_id"] for notice in asked}
    )
    ends = {(pk, day.isoformat()) for pk, day in unattended.values_list("pk", "last_day")}
    return [(one.context["mandate_id"], one.context["last_day"]) in ends for one in asked]


def are_deputies_of_absents(asked) -> list[bool]:
    """Asked right before sending: both still hold their seats, and one of them is away."""
    active = Mandate.objects.active().select_related("person")
    held = active.filter(pk__in={notice.context["mandate_id"] for notice in asked})
    absents = {one.pk: one.group_id for one in held if one.person.is_away}
    deputies = set(
        Mandate.objects.active()
        .filter(group__in=absents.values(), seat=Mandate.Seat.DEPUTY)
        .values_list("group", "person")
    )
    return [
        (absents.get(one.context["mandate_id"]), one.recipient.user_id) in deputies for one in asked
    ]


# What holds for mails about one's own mandate, and for those that tell the Core Team of one.
OF_MANDATE: dict = {
    "category": Category.MANDATE,
    "to_whom": _("The person of the mandate"),
}
WORK: dict = {
    "category": Category.WORK,
    "to_whom": _("The reviewer or the contact, as long as they are of the Core Team"),
    "eligible": one_by_one(is_for_core_team),
}
# What is not as usual for mails about one's own mandate.
TERMS: dict[str, dict] = {
    RECEIVED: {"category": Category.RECEIPT, "to_whom": _("Whoever sent in an application")},
    MORE_ASKED: {"urgency": Urgency.URGENT},
    ANSWERED: WORK,
    LEFT: WORK,
    # Nobody asked for it, and it is as good a few days later.
    CONTACT_CHANGED: {"is_unrequested": True},
    ENDS: {
        "category": Category.REMINDER,
        "to_whom": _("Liaisons whose term ends within 30 days and who did nothing about it"),
        # The last day does not wait.
        "urgency": Urgency.URGENT,
        "eligible": are_still_unattended,
    },
    RENEWED: {"category": Category.RECEIPT},
    AWAY: {
        "to_whom": _("The deputies of a liaison who is away"),
        "urgency": Urgency.URGENT,
        "eligible": are_deputies_of_absents,
    },
}


def more_context(notice) -> dict:
    """What the templates need, as it is when the mail is sent."""
    mandate = Mandate.objects.select_related("group", "person", "contact").get(
        pk=notice.context["mandate_id"]
    )
    event = notice.context.get("event_id")
    return _context(mandate, mandate.events.get(pk=event).message if event else "")


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
    contact = contact_rules.contact_of(mandate)
    stand_in = contact.stand_in if contact else None
    return {
        "group": mandate.group,
        "mandate": mandate,
        "message": message,
        "applicant": mandate.person.name_for_core_team,
        "contact": contact.person.name_for_core_team if contact else "",
        "contact_away_until": contact.person.away_until if contact else None,
        "stand_in": stand_in.name_for_core_team if stand_in else "",
        "contact_email": settings.CONTACT_EMAIL,
        "usual_days": usual_review_days(),
        "mandate_url": settings.BASE_URL + reverse("liaisons:mandate", args=[mandate.pk]),
        "renew_url": settings.BASE_URL + reverse("liaisons:mandate_renew", args=[mandate.pk]),
        "group_url": settings.BASE_URL + mandate.group.get_absolute_url(),
        "away_url": settings.BASE_URL + reverse("liaisons:away"),
        "review_url": settings.BASE_URL
        + reverse("admin:liaisons_mandate_change", args=[mandate.pk]),
    }
