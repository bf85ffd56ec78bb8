"""What can be done with several mandates at once: what would happen to each, and doing it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .. import contact_rules, mandates, review_queue, review_texts
from ..errors import Refused
from ..models import Mandate, User

Status = Mandate.Status


@dataclass
class Work:
    """What is asked for, and by whom. ``contacts`` is whom each row was shown to get."""

    by: User
    to: str = ""
    book: contact_rules.Rules | None = None
    contact: User | None = None
    contacts: dict[int, User] | None = None
    asked_lately: set[int] = field(default_factory=set)

    def contact_for(self, mandate: Mandate) -> User | None:
        """The contact shown before; else the one that was chosen, or whom the rules name."""
        if self.contacts is not None:
            return self.contacts.get(mandate.pk)
        return self.book.contact_for(mandate) if self.book else self.contact


@dataclass(frozen=True)
class Act:
    """One thing to do with several. ``plan`` says what would happen, or raises ``Refused``."""

    label: Any
    plan: Callable[[Work, Mandate], str]
    do: Callable[[Work, Mandate, int], object]
    needs_contact: bool = False


def _plan_take(work, mandate):
    if not review_queue.is_waiting(mandate):
        raise Refused(_("Nothing waits for a decision here."))
    if mandate.reviewer_id == work.by.pk:
        raise Refused(_("You have taken this already."))
    if mandate.reviewer:
        name = mandate.reviewer.name_for_core_team
        return _("It becomes yours. Until now it was with %(name)s.") % {"name": name}
    return _("It becomes yours.")


def _take(work, mandate, seen):
    mandates.take(mandate=mandate, by=work.by, seen=seen)


def _plan_remind(work, mandate):
    if not review_queue.waits_for_applicant(mandate):
        raise Refused(_("The applicant was asked nothing, or answered."))
    if mandate.pk in work.asked_lately:
        raise Refused(mandates.was_asked_lately())
    return _("The applicant gets the question by mail again.")


def _remind(work, mandate, seen):
    mandates.remind_of_question(mandate=mandate, by=work.by, seen=seen)


def _plan_decline(work, mandate):
    if not review_queue.waits_for_applicant(mandate):
        raise Refused(_("The applicant was asked nothing, or answered."))
    asked = mandate.asked_at
    if asked and asked > timezone.now() - timedelta(days=settings.UNANSWERED_AFTER_DAYS):
        raise Refused(_still_young(settings.UNANSWERED_AFTER_DAYS))
    text = review_texts.TEXTS[review_texts.DECLINE]["no_answer"]
    return _("It is declined. The applicant gets a mail: “%(text)s”") % {"text": text}


def _still_young(days: int) -> str:
    young = ngettext(
        "The question is less than %(days)s day old.",
        "The question is less than %(days)s days old.",
        days,
    )
    return young % {"days": days}


def _decline(work, mandate, seen):
    message = review_texts.message(
        decision=review_texts.DECLINE, text="no_answer", own_words="", to=mandate.person
    )
    mandates.decline(mandate=mandate, by=work.by, message=message, seen=seen)


def _plan_reassign(work, mandate):
    if mandate.status != Status.CONFIRMED:
        raise Refused(_("Only liaisons have a contact."))
    contact = work.contact_for(mandate)
    if contact is None:
        raise Refused(_("The rules name nobody who is there."))
    if contact.pk == mandate.contact_id:
        raise Refused(_("This is the liaison’s contact already."))
    if contact.pk == mandate.person_id:
        raise Refused(_("Nobody is their own contact. Please choose another person."))
    names = {
        "old": mandate.contact.name_for_core_team if mandate.contact else "–",
        "new": contact.name_for_core_team,
    }
    # Translators: the contact of a liaison changes from one person to another.
    return _("Contact: %(old)s → %(new)s. The liaison gets a mail.") % names


def _reassign(work, mandate, seen):
    contact = work.contact_for(mandate)
    if contact is None:
        raise Refused(_("The rules name nobody who is there."))
    mandates.change_contact(mandate=mandate, by=work.by, contact=contact, seen=seen)


ACTIONS = {
    "take": Act(gettext_lazy("Take the applications"), _plan_take, _take),
    "remind": Act(gettext_lazy("Remind applicants of the question"), _plan_remind, _remind),
    "decline_unanswered": Act(
        gettext_lazy("Decline what was not answered"), _plan_decline, _decline
    ),
    "reassign": Act(
        gettext_lazy("Give another contact"), _plan_reassign, _reassign, needs_contact=True
    ),
}
