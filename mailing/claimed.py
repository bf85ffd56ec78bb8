"""A claimed batch: its messages with all that decides whether they may go out, read just now.

What can be asked of all at once is; where that fails, each is asked by itself.
"""

import logging

from django.db.models import Case, When

from . import audiences, claims, eligibility, kinds, recipients, waiting
from .eligibility import Decision
from .models import Delivery, Edition, Message, Notice, SkipReason

logger = logging.getLogger(__name__)


def loaded(model, ids) -> list[Message]:
    """The claimed messages with all that decides whether they may go out, read just now."""
    claimed = model.objects.filter(pk__in=ids)
    if model is Delivery:
        letters = list(_with_digest_decisions(claimed))
        waiting.attach(letters)
    else:
        letters = list(claimed.select_related("recipient__user"))
    letters.sort(key=lambda letter: (letter.next_attempt_at, letter.pk))
    _follow_languages(letters)
    if model is Delivery:
        _follow_together(letters)
    if model is Notice:
        _decide_together(letters)
    return letters


def _with_digest_decisions(claimed):
    """The one rule and the language chosen, asked in the same query."""
    # Few editions for many: read once, not built anew for each.
    return (
        claimed.select_related("recipient")
        .prefetch_related("edition")
        .annotate(
            obstacle=Case(
                When(
                    edition__rhythm=Edition.Rhythm.URGENT,
                    then=eligibility.obstacle(kinds.URGENT, "recipient__"),
                ),
                default=eligibility.obstacle(kinds.DIGEST, "recipient__"),
            ),
            language_now=recipients.language_now(kinds.DIGEST.channel),
        )
    )


def _follow_languages(letters) -> None:
    """Write each in the language its person has now, whatever it was when it was planned."""
    for letter in letters:
        if letter.recipient is None:
            continue
        now = getattr(letter, "language_now", letter.recipient.language)
        if letter.language != now:
            letter.language = now
            claims.note_language(letter)


def _follow_together(letters) -> None:
    """See for the whole batch what is not for whom by now; where that fails, for each by itself."""
    try:
        follow(letters)
    except Exception:
        logger.exception("Could not see what of %d digests is for whom.", len(letters))
        for letter in letters:
            letter.is_unseen = True


def follow(letters) -> None:
    """Leave out what is not for their readers by now, and write that down."""
    for letter in audiences.follow(letters):
        claims.note_choices(letter)


def _decide_together(letters) -> None:
    """Ask about the whole batch at once; where that fails each is asked by itself."""
    try:
        decisions = eligibility.decide(letters, take_place=True)
    except Exception:
        logger.exception("Could not decide on %d notices together.", len(letters))
        return
    for letter, decision in zip(letters, decisions, strict=True):
        letter.decision = decision


def decided(letter) -> Decision:
    """Whether this message may go out now. Asked again at every try."""
    if isinstance(letter, Delivery):
        reason = letter.obstacle  # type: ignore[attr-defined]
        is_paused = reason == SkipReason.PAUSED
        # An edition had promised it before the pause began.
        return Decision(reason, letter.recipient.paused_until if is_paused else None)
    if hasattr(letter, "decision"):
        return letter.decision
    return eligibility.decide([letter], take_place=True)[0]
