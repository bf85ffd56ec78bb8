"""A letter that waits in the browser's session, until its sender has proved the address.

It comes back into the form wherever something stops it on the way: nothing typed is lost.
"""

from dataclasses import asdict, dataclass

from ..models import Group

KEY = "letter"
SENT = "letter_sent"


@dataclass(frozen=True)
class Typed:
    """What was typed into the form of one group. ``key`` and ``mandate_id`` are its stamp's."""

    group_id: int
    mandate_id: int
    key: str
    name: str
    address: str
    language: str
    body: str


def keep(request, typed: Typed) -> None:
    """Let a letter wait."""
    request.session[KEY] = asdict(typed)


def of(request, group: Group) -> Typed | None:
    """The letter to this group's liaison that waits in this browser."""
    kept = request.session.get(KEY)
    return Typed(**kept) if kept and kept["group_id"] == group.pk else None


def done(request, group: Group) -> None:
    """The letter is on its way: nothing waits, and the next page may say so."""
    request.session.pop(KEY, None)
    request.session[SENT] = group.pk


def was_sent(request, group: Group) -> bool:
    """True where the last letter from this browser went to this group's liaison."""
    return request.session.get(SENT) == group.pk
