"""Reminding applicants of a question that they have not answered."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mailing.models import Notice

from .. import notices
from ..errors import AlreadyDone
from ..models import Mandate, MandateEvent, User
from . import rules

Status = Mandate.Status
Kind = MandateEvent.Kind


@transaction.atomic
def remind_of_question(*, mandate: Mandate, by: User, seen: int | None = None) -> Mandate:
    """Send the applicant the question again; at most once in ``QUESTION_REMINDER_DAYS``.

    It is the same mail, so the history gets no line of its own: the ledger of mails has it.
    """
    mandate = rules.reviewed(mandate, by, seen, Status.MORE_ASKED)
    if mandate.pk in asked_lately(mandate):
        raise AlreadyDone(was_asked_lately())
    notices.tell(mandate.events.filter(kind=Kind.MORE_ASKED).latest("pk"))
    return mandate


def asked_lately(mandate: Mandate | None = None) -> set[int]:
    """The ids of mandates whose applicant got the question by mail in the last days."""
    since = timezone.now() - timedelta(days=settings.QUESTION_REMINDER_DAYS)
    sent = Notice.objects.filter(kind=notices.MORE_ASKED, created_at__gt=since)
    if mandate:
        sent = sent.filter(context__mandate_id=mandate.pk)
    return set(sent.order_by().values_list("context__mandate_id", flat=True))


def was_asked_lately() -> str:
    """Why nobody is reminded now."""
    return _("The applicant got the question by mail a few days ago.")
