"""What members of the group say about a mandate: they confirm it, or contest it and say why.

The link is signed and can be shown again; making a new one changes the mandate's ``share_nonce``,
and the old link stops working. Nothing is decided by numbers: a dispute on an active mandate only
opens a review, which a person of the Core Team closes.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from ..errors import AlreadyDone, NotAllowed
from ..models import Endorsement, Mandate, MandateEvent, User
from . import rules

Status = Mandate.Status
Kind = MandateEvent.Kind
Verdict = Endorsement.Verdict
_FORM = re.compile(r"s_([1-9]\d{0,17})_([A-Za-z0-9_-]{22})")


@transaction.atomic
def renew_share_link(*, mandate: Mandate, by: User) -> Mandate:
    """A link for members of the group; an earlier one stops working."""
    mandate = rules.own(mandate, by, *Mandate.WAITING, Status.CONFIRMED)
    if not can_be_spoken_of(mandate):
        raise AlreadyDone(_("This mandate is over: its last day has passed."))
    mandate.share_nonce = secrets.token_urlsafe(16)
    mandate.save(update_fields=["share_nonce", "changed_at"])
    return mandate


def share_token(mandate: Mandate) -> str:
    """The token of the link that works now; empty where none was made."""
    if not mandate.share_nonce:
        return ""
    return f"s_{mandate.pk}_{_bits(mandate, settings.SECRET_KEY)}"


def mandate_of(token: str) -> Mandate | None:
    """The mandate a token speaks of; None for a wrong or an old one."""
    form = _FORM.fullmatch(token)
    if form is None:
        return None
    found = Mandate.objects.select_related("group", "person").exclude(share_nonce="")
    mandate = found.filter(pk=int(form[1])).first()
    if mandate is None:
        return None
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if hmac.compare_digest(_bits(mandate, secret), form[2]):
            return mandate
    return None


def can_be_spoken_of(mandate: Mandate) -> bool:
    """True for applications that wait and mandates that are active."""
    return mandate.is_waiting or mandate.is_active


@transaction.atomic
def say(*, mandate: Mandate, by: User, verdict: str, reason: str = "") -> Endorsement:
    """Confirm or contest somebody else's mandate, or change what was said.

    The first dispute on an active mandate opens a review. The same words of the same person do
    not open another one within ``REVIEW_REST_DAYS`` after the Core Team decided with them in hand.
    """
    by = rules.present(by)
    mandate = rules.locked(mandate)
    if mandate.person_id == by.pk:
        raise NotAllowed(_("This is your own mandate. Others say whether they agree."))
    if not can_be_spoken_of(mandate):
        raise AlreadyDone(_("This link does not work any more."))
    contests = verdict == Verdict.CONTESTS
    reason = rules.required(reason, _("Please say why.")) if contests else ""
    said = Endorsement.objects.filter(mandate=mandate, person=by).first()
    said = said or Endorsement(mandate=mandate, person=by)
    if said.pk is None or (said.verdict, _words(said.reason)) != (verdict, _words(reason)):
        said.said_at = timezone.now()
    said.verdict, said.reason, said.withdrawn_at = Verdict(verdict), reason, None
    said.save()
    if contests and not mandate.is_waiting and not _was_decided(said):
        _open_review(mandate, by)
    return said


@transaction.atomic
def unsay(*, mandate: Mandate, by: User) -> Endorsement:
    """Withdraw what one said. A review that it opened goes on: the Core Team closes it."""
    mandate = rules.locked(mandate)
    said = Endorsement.objects.filter(mandate=mandate, person=by, withdrawn_at=None).first()
    if said is None:
        raise AlreadyDone(_("This is withdrawn already."))
    said.withdrawn_at = timezone.now()
    said.save(update_fields=["withdrawn_at"])
    return said


def _open_review(mandate: Mandate, by: User) -> None:
    if mandate.review_opened_at:
        return
    mandate.review_opened_at = timezone.now()
    # Whoever confirmed it stays in the history; this is a new question, and nobody's yet.
    mandate.reviewer = None
    mandate.save(update_fields=["review_opened_at", "reviewer", "changed_at"])
    rules.record(mandate, Kind.REVIEW_OPENED, by=by)


def _was_decided(said: Endorsement) -> bool:
    """True where the Core Team decided not long ago, when these very words lay before it."""
    return said.mandate.events.filter(
        kind__in=[Kind.CONFIRMED, Kind.REVIEW_CLOSED],
        at__gt=max(said.said_at, timezone.now() - timedelta(days=settings.REVIEW_REST_DAYS)),
    ).exists()


def _words(text: str) -> str:
    """The letters and digits of a text: a comma more does not make other words."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _bits(mandate: Mandate, secret: str | bytes) -> str:
    digest = salted_hmac(
        "liaisons.share", f"{mandate.pk}:{mandate.share_nonce}", secret=secret, algorithm="sha256"
    ).digest()
    return urlsafe_b64encode(digest[:16]).decode().rstrip("=")
