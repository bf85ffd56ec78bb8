"""How long the words of letters are kept, what a person can download of them, and what goes."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailing.models import Notice

from .. import personal_data
from ..models import Letter
from . import notices


def register() -> None:
    """Make known what is held of letters on a person; called once, when the app is ready."""
    personal_data.register("letters", held_on, heading=_("Letters"), forget=forget)


def forget_old(at: datetime | None = None) -> int:
    """Empty letters older than ``LETTER_DAYS``; says how many. That there was one stays."""
    over = (at or timezone.now()) - timedelta(days=settings.LETTER_DAYS)
    return _emptied(Letter.objects.filter(sent_at__lt=over))


def _emptied(letters) -> int:
    kept = letters.exclude(
        sender=None, sender_name="", sender_address="", body="", answer="", report_note=""
    )
    return kept.update(
        sender=None, sender_name="", sender_address="", body="", answer="", report_note=""
    )


@transaction.atomic
def tell_senders() -> int:
    """Tell the senders of letters that did not reach the liaison; says how many. Safe to repeat."""
    lost = Letter.objects.filter(
        pk__in=notices.undelivered_ids(), undelivered_at=None, answered_at=None
    )
    return _tell(lost)


def _tell(letters) -> int:
    found = list(letters.select_for_update(of=("self",), skip_locked=True).select_related("sender"))
    for letter in found:
        notices.tell_undelivered(letter)
    Letter.objects.filter(pk__in=[letter.pk for letter in found]).update(
        undelivered_at=timezone.now()
    )
    return len(found)


def held_on(person) -> dict:
    """The letters a person sent and got; the other side's address is in neither."""
    dates = ("group__name", "language", "sent_at", "answered_at", "undelivered_at")
    return {
        "sent": list(
            _sent_by(person).values(*dates, "sender_name", "sender_address", "body", "answer")
        ),
        "received": list(
            Letter.objects.filter(mandate__person=person).values(
                *dates, "sender_name", "body", "answer",
                "reported_at", "report_note", "report_closed_at", "report_outcome",
            )
        ),
    }  # fmt: skip


def forget(person) -> None:
    """Empty the letters a person sent and got, before the account goes.

    Whoever wrote to them in the last minutes is told that the letter was not delivered.
    """
    sent = list(_sent_by(person).values_list("pk", flat=True))
    _tell(
        Letter.objects.filter(pk__in=notices.undelivered_ids(person), undelivered_at=None).exclude(
            pk__in=sent
        )
    )
    _emptied(Letter.objects.filter(Q(mandate__person=person) | Q(pk__in=sent)))
    if person.email:
        to_them = Notice.objects.filter(kind__in=notices.KINDS, address__iexact=person.email)
        to_them.update(address="", context={})


def _sent_by(person):
    """Signed in, or with an address that is proved to be theirs."""
    proved = [
        address.lower()
        for address in person.emailaddress_set.filter(verified=True).values_list("email", flat=True)
    ]
    return Letter.objects.filter(Q(sender=person) | Q(sender_address__in=proved))
