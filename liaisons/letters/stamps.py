"""A signed note in the form: which form it is, to whom it writes, and since when it is open.

It tells programs from people without asking anybody else: nobody writes a letter in a second. And
it makes a form that is sent twice one letter.
"""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.utils import timezone

SALT = "liaisons.letters.form"


@dataclass(frozen=True)
class Stamp:
    """``key`` is the form's own; ``seconds`` says how long it has been open."""

    key: str
    mandate_id: int
    seconds: float

    @property
    def is_too_fast(self) -> bool:
        return self.seconds < settings.LETTER_FORM_SECONDS[0]

    @property
    def is_too_old(self) -> bool:
        return self.seconds > settings.LETTER_FORM_SECONDS[1]


def make(mandate_id: int) -> str:
    """A stamp for a form that opens now and writes to the holder of this mandate."""
    note = {"k": secrets.token_hex(16), "m": mandate_id, "t": _now()}
    return signing.dumps(note, salt=SALT)


def read(text: str) -> Stamp | None:
    """What a stamp says; None where it is missing or not ours."""
    try:
        note = signing.loads(text or "", salt=SALT)
        return Stamp(note["k"], note["m"], _now() - note["t"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None


def _now() -> float:
    return timezone.now().timestamp()
