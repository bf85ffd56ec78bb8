"""What the Core Team does with statements: mark them received, answer them, correct an answer.

Each verb names the acting person, checks their permission at the moment of acting, and runs in
one transaction with the statements locked.
"""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from liaisons.errors import AlreadyDone, Refused
from web import content_version

from . import notices
from .models import Response, Statement

MAY_ANSWER = "strategy.answer_statement"


@transaction.atomic
def receive(*, statements: Iterable[Statement], by) -> int:
    """Mark statements as received; gives how many were not before. Withdrawn ones are left out."""
    _require(by)
    waiting = [one for one in _locked(statements) if not (one.withdrawn_in or one.received_at)]
    if not waiting:
        return 0
    _mark_received(waiting, by)
    content_version.bump()
    return len(waiting)


@transaction.atomic
def answer(*, statements: Iterable[Statement], texts: dict[str, str], by) -> Response:
    """Answer statements in one text, and tell the liaisons of the groups that made them.

    ``texts`` gives the text by field: ``{"text_en": …, "text_fr": …}``; English is needed.
    Raises ``AlreadyDone`` where one of them has an answer, ``Refused`` where none is left or
    English is missing.
    """
    _require(by)
    if not texts.get("text_en", "").strip():
        raise Refused(_("The answer needs a text in English."))
    found = _locked(statements)
    answered = [one.ref for one in found if one.response_id]
    if answered:
        raise AlreadyDone(
            _("Answered already: %(statements)s. Nothing was changed.")
            % {"statements": ", ".join(answered)}
        )
    found = [one for one in found if not one.withdrawn_in]
    if not found:
        raise Refused(_("Choose at least one statement."))
    now = timezone.now()
    response = Response.objects.create(author=by, published_at=now, **texts)
    _mark_received([one for one in found if not one.received_at], by)
    Statement.objects.filter(pk__in=[one.pk for one in found]).update(
        response=response, answered_at=now
    )
    content_version.bump()
    notices.tell_answered(response)
    return response


@transaction.atomic
def correct(response: Response, *, by, is_correction: bool) -> Response:
    """Save changed words of an answer. A translation added is no correction."""
    _require(by)
    if is_correction:
        response.corrected_at = timezone.now()
    response.save()
    content_version.bump()
    return response


def _require(by) -> None:
    if not by.has_perm(MAY_ANSWER):
        raise PermissionDenied


def _locked(statements) -> list[Statement]:
    ids = [one.pk for one in statements]
    return list(
        Statement.objects.select_for_update(of=("self",))
        .filter(Q(pk__in=ids))
        .select_related("report")
        .order_by("pk")
    )


def _mark_received(statements, by) -> None:
    Statement.objects.filter(pk__in=[one.pk for one in statements]).update(
        received_at=timezone.now(), received_by=by
    )
