"""Mails about letters. A notice holds the letter's id; its words are looked up when it is sent."""

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from mailing import notices
from mailing.bounces import fates
from mailing.kinds import Category, one_by_one
from mailing.models import Notice, State

from ..models import Letter
from . import ways

RECEIVED = "letter_received"
ANSWERED = "letter_answered"
UNDELIVERED = "letter_undelivered"
DECIDED = "letter_report_decided"
KINDS = {
    RECEIVED: _("A letter to a liaison"),
    ANSWERED: _("A liaison answered a letter"),
    UNDELIVERED: _("A letter could not be delivered"),
    DECIDED: _("A reported letter was decided on"),
}
# How many mails that did not go out are looked at in one round.
MOST_AT_ONCE = 500


def register_all() -> None:
    """Make the kinds known to mailing; called once, when the app is ready."""
    terms: dict[str, dict[str, Any]] = {
        RECEIVED: {
            "category": Category.PEOPLE,
            "to_whom": _("The liaison the letter is to, who chose to be written to"),
            "eligible": one_by_one(_still_takes_letters),
            "reply_to": _sender_address,
        },
        ANSWERED: {
            "category": Category.PEOPLE,
            "to_whom": _("Whoever wrote the letter"),
            "eligible": one_by_one(_is_still_kept),
        },
        UNDELIVERED: {
            "category": Category.RECEIPT,
            "to_whom": _("Whoever wrote the letter"),
        },
        DECIDED: {
            "category": Category.RECEIPT,
            "to_whom": _("The liaison who reported the letter"),
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


def tell_received(letter: Letter) -> None:
    """Owe the liaison the letter, in the caller's transaction."""
    notices.send(RECEIVED, letter.mandate.person, {"letter_id": letter.pk})


def tell_answered(letter: Letter) -> None:
    """Owe the sender the answer, in the caller's transaction."""
    _tell_sender(ANSWERED, letter)


def tell_undelivered(letter: Letter) -> None:
    """Owe the sender the truth, in the caller's transaction: the liaison did not get it."""
    _tell_sender(UNDELIVERED, letter)


def tell_decided(letter: Letter) -> None:
    """Owe the liaison who reported it the decision, in the caller's transaction.

    The sender gets nothing: they are not to learn that it was reported.
    """
    notices.send(DECIDED, letter.mandate.person, {"letter_id": letter.pk})


def _tell_sender(kind, letter):
    to = letter.sender if letter.sender and letter.sender.email else letter.sender_address
    if to:
        notices.send(kind, to, {"letter_id": letter.pk}, language=letter.language)


def undelivered_ids(person=None) -> list[int]:
    """Letters whose mail to the liaison was dropped, refused or came back; of one person, those
    owed too.
    """
    to_liaisons = Notice.objects.filter(kind=RECEIVED, context__has_key="letter_id")
    is_lost = Q(pk__in=fates.returned(Notice))
    if person is None:
        is_lost |= Q(state__in=[State.SKIPPED, State.FAILED])
    else:
        to_liaisons = to_liaisons.filter(recipient__user=person)
        is_lost |= ~Q(state__in=[State.SENT, State.UNCERTAIN])
    lost = to_liaisons.filter(is_lost)
    kept = lost.order_by("-pk").values_list("context", flat=True)[:MOST_AT_ONCE]
    return [context["letter_id"] for context in kept]


def _letter(notice) -> Letter:
    related = Letter.objects.select_related("mandate__person", "group", "sender")
    return related.get(pk=notice.context["letter_id"])


def _still_takes_letters(notice) -> bool:
    """Asked right before sending: the mandate may have ended, or the choice have changed."""
    letter = _letter(notice)
    person = letter.mandate.person
    takes = person.is_active and not person.erased_at and person.contact_by == ways.ContactBy.FORM
    return bool(letter.body and letter.mandate.is_active and takes)


def _is_still_kept(notice) -> bool:
    return bool(_letter(notice).answer)


def _sender_address(notice) -> str:
    return _letter(notice).sender_address


def _context(notice) -> dict:
    letter = _letter(notice)
    with translation.override(notice.language):
        own_page = reverse("liaisons:letter", args=[letter.pk])
        write_again = reverse("liaisons:letter_new", args=[letter.group.slug])
    return {
        "letter": letter,
        "group": letter.group,
        # The words of a stranger stand marked, so that none of them can pass for ours.
        "quoted_body": _quoted(letter.body),
        "quoted_answer": _quoted(letter.answer),
        "liaison_name": letter.mandate.person.public_name,
        "letter_url": settings.BASE_URL + own_page,
        "write_again_url": settings.BASE_URL + write_again,
    }


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
