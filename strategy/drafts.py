"""Saving what is typed as one goes: no page overwrites what another one saved."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from liaisons.errors import Refused

from .models.drafts import Draft

# Twice what a full report holds: long pastes are kept too, until somebody shortens them.
MOST_TYPED = 250_000


@dataclass(frozen=True)
class Opened:
    """An opened page in which somebody writes, and how often it has saved.

    ``page`` is a name of its own for each opening. ``before`` names the page whose unsaved words
    this one took over, after a crash or a new sign-in, and ``before_step`` how often that one had
    sent its words by then: it may still be open, and have saved newer ones since.
    """

    page: str = ""
    step: int = 0
    before: str = ""
    before_step: int = 0

    @classmethod
    def by(cls, typed) -> "Opened":
        """The opened page that sent these values."""
        return cls(
            page=typed.get("page", "")[:36],
            step=number(typed.get("step")),
            before=typed.get("before", "")[:36],
            before_step=number(typed.get("before_step")),
        )

    def saved(self, draft: Draft) -> bool:
        """True where the draft's last words came from here, whatever became of the answer."""
        if not draft.saved_from:
            return False
        is_taken_over = draft.saved_from == self.before and draft.saved_step <= self.before_step
        return draft.saved_from == self.page or is_taken_over


UNKNOWN = Opened()


class Changed(Refused):
    """Somebody saved this draft in another window or on another device meanwhile.

    ``draft`` is what is saved now; nothing was overwritten.
    """

    def __init__(self, draft):
        super().__init__(self.said())
        self.draft = draft

    def said(self) -> str:
        return _("This text was changed in another window meanwhile.")


def put(draft: Draft, data: dict, *, by, seen: int, opened: Opened, changed=Changed) -> bool:
    """Put what is typed into a draft that is locked, and save it; True where words changed.

    ``seen`` is the revision the writer's page began with. Raises ``changed`` where the draft went
    on meanwhile elsewhere and says something else.
    """
    is_from_here = opened.saved(draft)
    if draft.saved_from == opened.page and 0 < opened.step < draft.saved_step:
        return False  # A slow request that a later one of the same page has overtaken.
    is_new = draft.data != data
    if is_new:
        if draft.revision != seen and not is_from_here:
            raise changed(draft)
        draft.data, draft.saved_by, draft.saved_at = data, by, timezone.now()
        draft.saved_from = opened.page
        draft.revision += 1
    if draft.saved_from == opened.page:
        draft.saved_step = opened.step
    draft.save()
    return is_new


def number(text) -> int:
    """A revision or step as a form sends it; 0 for anything else."""
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0
