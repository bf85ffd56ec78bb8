"""Mails after a second step was reset: to whose it was, and to all administrators.

A notice holds the id of the reset. No mail holds the code.
"""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from liaisons.access import is_core_team
from liaisons.models import SecondStepReset
from mailing import notices
from mailing.kinds import Category, Urgency, one_by_one

OWN = "second_step_reset"
OTHERS = "second_step_reset_of_another"
KINDS = {
    OWN: _("A second step was reset: to whose it was"),
    OTHERS: _("A second step was reset: to administrators"),
}


def register_all() -> None:
    """Make the kinds known to mailing; called once, when the app is ready."""
    terms: dict[str, dict[str, Any]] = {
        OWN: {
            "category": Category.ACCOUNT,
            "to_whom": _("The person whose second step was reset"),
            "urgency": Urgency.URGENT,
        },
        OTHERS: {
            "category": Category.WORK,
            "to_whom": _("All administrators, so that none is deceived"),
            "urgency": Urgency.URGENT,
            "can_switch_off": False,
            "eligible": one_by_one(_is_core_team),
        },
    }
    for kind, label in KINDS.items():
        stem = f"liaisons/mail/{kind}"
        notices.register(
            kind,
            f"{stem}.subject.txt",
            f"{stem}.txt",
            f"{stem}.html",
            label=label,
            more_context=_context,
            **terms[kind],
        )


def tell(reset: SecondStepReset, *, others) -> None:
    """Owe the mails, in the caller's transaction."""
    context = {"reset_id": reset.pk}
    notices.send(OWN, reset.person, context)
    notices.send_many(OTHERS, [(person, context) for person in others])


def _is_core_team(notice) -> bool:
    return is_core_team(notice.recipient.user)


def _context(notice) -> dict:
    reset = SecondStepReset.objects.select_related("person", "by").get(
        pk=notice.context["reset_id"]
    )
    page = reverse("admin:liaisons_user_second_step", args=[reset.person_id])
    return {
        "reset": reset,
        "person": reset.person.name_for_core_team,
        "by": reset.by.name_for_core_team if reset.by else "",
        "hours": settings.SECOND_STEP_RESET_HOURS,
        "needs_code": bool(reset.code_hash),
        "sign_in_url": settings.BASE_URL + reverse("account_login"),
        "page_url": settings.BASE_URL + page,
    }
