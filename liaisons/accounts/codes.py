"""Codes sent by mail: the proof that a person reads an address.

Nobody looks up whether an account exists before the code is right. So the answer, the mail and
the work are the same for every address, and there is nothing to find out by trying.

What waits in the session is the code's HMAC, never the code. Requests and tries are counted in
the database, where parallel requests cannot cheat.
"""

import secrets
import unicodedata
from dataclasses import asdict, dataclass
from enum import Enum

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from web import rate_limits

from . import mails
from .network import network_address

SESSION_KEY = "code_by_mail"
DIGITS = 8
# How long the address stands in the session of somebody who never comes in, in seconds.
KEPT_SIGNED_OUT = 86_400


class Purpose:
    """What the proof is for."""

    ENTER = "enter"  # sign in, or sign up where there is no account yet
    ADDRESS = "address"  # make it the address of the account that is signed in
    CONFIRM = "confirm"  # show once more who it is
    LETTER = "letter"  # send a letter to a liaison


class TooMany(Exception):
    """A limit was reached: answer 429."""


class Result(Enum):
    """What came of a try."""

    RIGHT = "right"
    WRONG = "wrong"
    USED_UP = "used up"


@dataclass(frozen=True)
class Waiting:
    """A code on its way, as the session keeps it."""

    purpose: str
    address: str
    nonce: str
    mac: str
    sent_at: float
    next_url: str = ""
    password_hash: str = ""
    is_signup: bool = False


def send(
    request,
    *,
    purpose: str,
    address: str,
    next_url: str = "",
    password_hash: str = "",
    is_signup: bool = False,
) -> None:
    """Send a code to ``address`` and remember in the session what it is for.

    Raises ``TooMany`` over the limits and ``mails.NotSent`` when the mail server does not take it.
    """
    address = address.lower()
    if not _may_ask(request, address):
        raise TooMany
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    nonce = secrets.token_hex(16)
    # A plain blank would change the halves' places in a text that runs from right to left.
    mails.send_code(address, f"{code[:4]}\N{NO-BREAK SPACE}{code[4:]}", purpose=purpose)
    waiting = Waiting(
        purpose=purpose,
        address=address,
        nonce=nonce,
        mac=_mac(nonce, code),
        sent_at=timezone.now().timestamp(),
        next_url=next_url,
        password_hash=password_hash,
        is_signup=is_signup,
    )
    request.session[SESSION_KEY] = asdict(waiting)
    if not request.user.is_authenticated:
        # Long enough to come back to what was typed; signing in makes it as long as any other.
        request.session.set_expiry(KEPT_SIGNED_OUT)


def waiting(request) -> Waiting | None:
    """The code this browser waits for; none where none was sent or its time is over."""
    kept = request.session.get(SESSION_KEY)
    if not kept:
        return None
    found = Waiting(**kept)
    if timezone.now().timestamp() - found.sent_at > settings.CODE_MINUTES * 60:
        forget(request)
        return None
    return found


def try_code(request, found: Waiting, typed: str) -> Result:
    """Compare what was typed, in whatever digits and spacing. A right code works once.

    Raises ``TooMany`` when this network address tries too much.
    """
    network_limit, network_seconds = settings.CODE_TRIES_FROM_NETWORK
    if not rate_limits.allow(
        f"code-tries-from:{network_address(request)}",
        limit=network_limit,
        seconds=network_seconds,
    ):
        raise TooMany
    if not rate_limits.allow(
        f"code-tries:{found.nonce}", limit=settings.CODE_TRIES, seconds=86_400
    ):
        forget(request)
        return Result.USED_UP
    if not constant_time_compare(found.mac, _mac(found.nonce, plain_digits(typed))):
        return Result.WRONG
    # Used once: of two browsers with the same session only one gets here.
    if not rate_limits.allow(f"code-used:{found.nonce}", limit=1, seconds=86_400):
        forget(request)
        return Result.USED_UP
    forget(request)
    return Result.RIGHT


def forget(request) -> None:
    """No code is waited for any more."""
    request.session.pop(SESSION_KEY, None)


def plain_digits(typed: str) -> str:
    """The digits of what was typed, in 0 to 9, from any script; everything else is left out."""
    return "".join(
        str(unicodedata.decimal(c)) for c in typed if unicodedata.decimal(c, None) is not None
    )


def _mac(nonce: str, code: str) -> str:
    return salted_hmac("liaisons.accounts.codes", f"{nonce}:{code}", algorithm="sha256").hexdigest()


def _may_ask(request, address: str) -> bool:
    limits = [
        (f"codes-for:{address}", settings.CODES_FOR_ADDRESS),
        (f"codes-from:{network_address(request)}", settings.CODES_FROM_NETWORK),
    ]
    # Each is counted, also when an earlier one says no.
    answers = [rate_limits.allow(key, limit=limit, seconds=per) for key, (limit, per) in limits]
    if not all(answers):
        # Not counted for the day: a burst would keep the owner of the address out until tomorrow.
        return False
    a_day, per = settings.CODES_FOR_ADDRESS_A_DAY
    return rate_limits.allow(f"codes-for:{address}", limit=a_day, seconds=per)
