"""Which kinds of message a person wants: what the pages for it call.

How often the digest comes is a choice of its own (``recipients.set_rhythm``).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from . import kinds
from .kinds import Kind
from .models import Preference, Recipient, Rhythm


@dataclass(frozen=True)
class Switch:
    """One kind of message that can be switched off, and whether this person gets it."""

    kind: Kind
    is_on: bool


def switchable() -> list[Kind]:
    """The kinds that can be switched off, by category; each has a ``label`` and a ``to_whom``."""
    places = list(kinds.Category)
    found = [kind for kind in kinds.registered() if kind.can_switch_off and kind != kinds.DIGEST]
    return sorted(found, key=lambda kind: places.index(kind.category))


def switches(recipient: Recipient) -> list[Switch]:
    """The same with this person's choices; without an account only what comes beside the digest."""
    off = set(
        recipient.preferences.filter(rhythm=Rhythm.NONE)
        .exclude(kind=kinds.DIGEST.name)
        .values_list("kind", flat=True)
    )
    return [
        Switch(kind, kind.name not in off)
        for kind in switchable()
        if recipient.user_id or kind.ends_with_the_digest
    ]


@transaction.atomic
def switch(recipient: Recipient, changes: Iterable[Switch]) -> None:
    """Set these kinds as they are to be from now on. Raises as ``switch_off``."""
    for one in changes:
        set_it = switch_on if one.is_on else switch_off
        set_it(recipient, one.kind.name)


@transaction.atomic
def switch_off(recipient: Recipient, kind: str, *, source: str = Preference.Source.PERSON) -> None:
    """Send this person no more messages of this kind; what waits is not sent either.

    Doing it again changes nothing. Raises ``ValueError`` for a kind that cannot be switched off.
    """
    Preference.objects.get_or_create(
        recipient=recipient,
        kind=_require(kind).name,
        channel=Preference.Channel.EMAIL,
        defaults={"rhythm": Rhythm.NONE, "source": source},
    )


def switch_on(recipient: Recipient, kind: str) -> None:
    """Send this person messages of this kind again, from now on. Raises as ``switch_off``."""
    recipient.preferences.filter(kind=_require(kind).name).delete()


def _require(name: str) -> Kind:
    kind = kinds.named(name)
    if kind is None or not kind.can_switch_off or kind == kinds.DIGEST:
        raise ValueError(f"Messages of kind {name!r} cannot be switched off.")
    return kind
