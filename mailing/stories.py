"""A letter's life in plain sentences, for whoever is asked "did that mail arrive?"."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from .models import FailReason, Message, SkipReason, State

_EVENTS = {
    "retry": _("The server could not take it; to be tried again"),
    "held": _("Waiting"),
    "worker_lost": _("Its worker was lost; given to another"),
    "came_back": _("It came back: the address does not exist"),
    "not_this_time": _("It came back: it could not be delivered this time"),
    "complaint": _("The reader complained about it"),
    "send_again": _("To be sent again, by hand"),
    "posted": _("Marked as posted on the talk page"),
    State.FAILED.value: _("The server refused it"),
    State.UNCERTAIN.value: _("The connection broke; nobody knows whether it arrived"),
}
_ENDS = {
    State.SENT.value: _("The server took it"),
    State.FAILED.value: _("Given up"),
    State.UNCERTAIN.value: _("Set aside"),
    State.SKIPPED.value: _("Not sent"),
    State.POSTED.value: _("On the talk page"),
}


@dataclass(frozen=True)
class Line:
    """One thing that happened: when, what, and what the server said."""

    at: datetime
    what: Any
    detail: str = ""


def reason_label(letter: Message) -> Any:
    """Why a message was skipped or failed, in words; empty where it was not."""
    for reasons in (SkipReason, FailReason):
        if letter.reason in reasons.values:
            return reasons(letter.reason).label
    return letter.reason


def event_label(what: str) -> Any:
    """What happened to a message on its way, in words."""
    return _EVENTS.get(what, what)


def story_of(letter: Message) -> list[Line]:
    """All that is known of a letter, oldest first."""
    lines = [Line(letter.created_at, _("Written down"))]
    lines += [
        Line(
            datetime.fromisoformat(entry["at"]),
            event_label(entry["what"]),
            entry["detail"],
        )
        for entry in letter.story
    ]
    if letter.state in _ENDS:
        at = letter.finished_at or letter.created_at
        lines.append(Line(at, _ENDS[letter.state], str(reason_label(letter))))
    return lines
