"""This app's parts of a person's story: mandates, what members said, and mails."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailing import kinds
from mailing.models import Delivery, Notice
from mailing.stories import reason_label

from . import story
from .models import Endorsement, Mandate, MandateEvent, MandateReminder, User
from .story import Line, Part

Kind = MandateEvent.Kind

APPLYING = [Kind.SUBMITTED, Kind.ANSWERED, Kind.ADDED, Kind.ASKED, Kind.WITHDRAWN]
DECIDING = [
    Kind.TAKEN, Kind.MORE_ASKED, Kind.REPLIED, Kind.CONFIRMED, Kind.DECLINED, Kind.REVIEW_OPENED,
    Kind.REVIEW_CLOSED,
]  # fmt: skip
LASTING = [Kind.RENEWED, Kind.SUCCESSOR_NAMED, Kind.ENDED, Kind.LAPSED]


def _events(*kinds):
    """What was done with a person's mandates; drafts belong to the person who writes them."""

    def rows(person: User):
        return (
            MandateEvent.objects.filter(mandate__person=person, kind__in=kinds)
            .filter(mandate__submitted_at__isnull=False)
            .exclude(mandate__status=Mandate.Status.DRAFT)
            .select_related("mandate__group", "actor")
        )

    return rows


def _of_mandate(mandate: Mandate, what: str, by: str = "") -> Line:
    return Line(
        what=what,
        about=mandate.group.name,
        by=by,
        url=reverse("admin:liaisons_mandate_change", args=[mandate.pk]),
    )


def _event(event: MandateEvent) -> Line:
    by = event.actor.name_for_core_team if event.actor else _("by the calendar")
    return _of_mandate(event.mandate, event.get_kind_display(), by)


def _reminders(person: User):
    return MandateReminder.objects.filter(mandate__person=person).select_related("mandate__group")


def _reminder(reminder: MandateReminder) -> Line:
    what = ngettext(
        "Reminded %(days)s day before the end", "Reminded %(days)s days before the end",
        reminder.days_before,
    )  # fmt: skip
    return _of_mandate(reminder.mandate, what % {"days": reminder.days_before})


def _said(person: User):
    return Endorsement.objects.filter(mandate__person=person).select_related(
        "mandate__group", "person"
    )


def _said_line(said: Endorsement) -> Line:
    what = _("Withdrawn") if said.withdrawn_at else said.get_verdict_display()
    return _of_mandate(said.mandate, what, said.person.name_for_core_team)


def _mails(person: User):
    """Single messages: their kind and fate, never their words."""
    return Notice.objects.filter(recipient__user=person)


def _mail(notice: Notice) -> Line:
    return Line(
        what=str(kinds.label_of(notice.kind)),
        about=_fate(notice),
    )


def _digests(person: User):
    return (
        Delivery.objects.filter(recipient__user=person)
        .filter(finished_at__isnull=False)
        .select_related("edition")
    )


def _digest(delivery: Delivery) -> Line:
    return Line(
        what=delivery.edition.get_rhythm_display(),
        about=_fate(delivery),
    )


def _fate(message) -> str:
    """Where a message stands, and why where there is a reason."""
    reason = reason_label(message)
    return " · ".join(str(part) for part in (message.get_state_display(), reason) if part)


PARTS = [
    Part("applications", gettext_lazy("Applications"), _events(*APPLYING), "at", _event),
    Part("decisions", gettext_lazy("Decisions"), _events(*DECIDING), "at", _event),
    Part("terms", gettext_lazy("Terms"), _events(*LASTING), "at", _event),
    Part("contacts", gettext_lazy("Contacts"), _events(Kind.CONTACT_CHANGED), "at", _event),
    Part("reminders", gettext_lazy("Reminders"), _reminders, "sent_at", _reminder),
    Part("said", gettext_lazy("What members said"), _said, "said_at", _said_line),
    Part("mails", gettext_lazy("Mails"), _mails, "created_at", _mail),
    Part("digests", gettext_lazy("Digests"), _digests, "finished_at", _digest),
]


def register_all() -> None:
    """Make the parts known; called once, when the app is ready."""
    story.register(*PARTS)
