"""What the Core Team does with statements: mark them received, answer them, correct an answer.

Each verb names the acting person, checks their permission at the moment of acting, and runs in
one transaction with the statements locked.
"""

import hashlib
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.utils import build_localized_fieldname

from liaisons.errors import AlreadyDone, Refused
from mailing import positions
from web import content_version

from . import notices
from .models import Response, Statement
from .translating import states

MAY_ANSWER = "strategy.answer_statement"
SAVED_MEANWHILE = gettext_lazy(
    "Somebody else saved this answer while you were writing. Copy what you wrote, load this page "
    "again and put your changes in."
)


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
def answer(
    *, statements: Iterable[Statement], texts: Mapping[str, str | None], by, seen: str | None = None
) -> Response:
    """Answer statements in one text, and tell the liaisons of the groups that made them.

    ``texts`` gives the text by field: ``{"text_en": …, "text_fr": …}``; English is needed.
    ``seen`` is what ``state_of`` gave when the writer read them. Raises ``AlreadyDone`` where one
    of them has an answer, ``Refused`` where one was corrected since, none is left, or English is
    missing.
    """
    _require(by)
    if not (texts.get("text_en") or "").strip():
        raise Refused(_("The answer needs a text in English."))
    found = _locked(statements)
    answered = [one.ref for one in found if one.response_id]
    if answered:
        raise AlreadyDone(
            _("Answered already: %(statements)s. Nothing was changed.")
            % {"statements": ", ".join(answered)}
        )
    if seen is not None and seen != state_of(found):
        raise Refused(
            _("Statements were corrected while you were writing. Please read them again.")
        )
    found = [one for one in found if not one.withdrawn_in]
    if not found:
        raise Refused(_("Choose at least one statement."))
    now = timezone.now()
    response = Response.objects.create(
        author=by, published_at=now, position=positions.next_position(), **texts
    )
    states.record(response, by=by)
    _mark_received([one for one in found if not one.received_at], by)
    Statement.objects.filter(pk__in=[one.pk for one in found]).update(
        response=response, answered_at=now
    )
    content_version.bump()
    notices.tell_answered(response)
    return response


@transaction.atomic
def correct(
    *, response: Response, texts: Mapping[str, str | None], by, seen: str, meaning_is_same=False
) -> Response:
    """Change the words of an answer, or add a translation, which is no correction.

    ``texts`` gives the text by field, ``seen`` is what ``words_of`` gave when the writer began.
    ``meaning_is_same``: the English changed, and translations stay current. Raises ``Refused``
    where somebody else saved it since.
    """
    _require(by)
    response = Response.objects.select_for_update(of=("self",)).get(pk=response.pk)
    if seen != words_of(response):
        raise Refused(SAVED_MEANWHILE)
    changed = {
        name: text
        for name, text in texts.items()
        if (getattr(response, name) or "") != (text or "")
    }
    if not changed:
        return response
    if any(getattr(response, name) for name in changed):
        response.corrected_at = timezone.now()
    for name, text in changed.items():
        setattr(response, name, text)
    response.save()
    states.record(response, by=by, meaning_is_same=meaning_is_same)
    content_version.bump()
    return response


@transaction.atomic
def translate(*, response: Response, texts: Mapping[str, str], language: str, by) -> Response:
    """Save the translation of an answer, by a translator; no correction of it.

    Who may translate is asked before (``translating.access``).
    """
    response = Response.objects.select_for_update(of=("self",)).get(pk=response.pk)
    for name, text in texts.items():
        setattr(response, name, text)
    response.save()
    states.record(response, by=by, confirmed=[language])
    content_version.bump()
    return response


def state_of(statements: Iterable[Statement]) -> str:
    """What their words are now, to notice what was corrected meanwhile."""
    return " ".join(
        f"{one.pk}-{one.changed_in or 0}-{one.withdrawn_in or 0}"
        for one in sorted(statements, key=lambda one: one.pk)
    )


def words_of(response: Response) -> str:
    """What an answer says now in all languages, to notice what others saved meanwhile."""
    said = "\0".join(f"{name}={getattr(response, name) or ''}" for name in text_fields())
    return hashlib.sha256(said.encode()).hexdigest()[:20]


def text_fields() -> list[str]:
    """The field of an answer's text in each of the site's languages."""
    return [build_localized_fieldname("text", code) for code, _own_name in settings.LANGUAGES]


def _require(by) -> None:
    if not by.has_perm(MAY_ANSWER):
        raise PermissionDenied


def _locked(statements) -> list[Statement]:
    ids = [one.pk for one in statements]
    return list(
        Statement.objects.select_for_update(of=("self",))
        .filter(pk__in=ids)
        .select_related("report")
        .order_by("pk")
    )


def _mark_received(statements, by) -> None:
    Statement.objects.filter(pk__in=[one.pk for one in statements]).update(
        received_at=timezone.now(), received_by=by
    )
