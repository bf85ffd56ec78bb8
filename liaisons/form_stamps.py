"""A signed note in a form for anyone: what it is about, and since when it is open.

It tells programs from people without asking anybody else: nobody fills in a form in a second. And
it makes a form that is sent twice one thing.
"""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.utils import timezone

SALT = "liaisons.form_stamps"


@dataclass(frozen=True)
class Stamp:
    """``key`` is the form's own, ``about`` says which form; ``seconds``, how long it is open."""

    key: str
    about: str
    seconds: float

    @property
    def is_too_fast(self) -> bool:
        return self.seconds < settings.FORM_SECONDS[0]

    @property
    def is_too_old(self) -> bool:
        return self.seconds > settings.FORM_SECONDS[1]


def make(about: str) -> str:
    """A stamp for a form that opens now and is about this."""
    note = {"k": secrets.token_hex(16), "a": about, "t": _now()}
    return signing.dumps(note, salt=SALT)


def read(text: str) -> Stamp | None:
    """What a stamp says; None where it is missing or not ours."""
    try:
        note = signing.loads(text or "", salt=SALT)
        return Stamp(note["k"], note["a"], _now() - note["t"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None


def _now() -> float:
    return timezone.now().timestamp()
