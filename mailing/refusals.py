"""What the refusals of mail servers say about an address: by status (RFC 3463), else in words."""

import re

from .addresses import without_addresses

STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")
# The address or its domain is not there, was never valid or has moved, takes no mail at all, or its
# mailbox is disabled; and Postfix's word for a domain without an entry (5.4.4). Others that begin
# with 5.1 are about the sender's address (5.1.7, 5.1.8) or do not say (5.1.0): read as "gone", one
# fault of ours would take every reader off the list.
_GONE = frozenset(("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"))
# "Disabled, not accepting messages" (RFC 3463, 3.3) is also how Google refuses what is too much for
# a mailbox (https://support.google.com/mail/?p=ReceivingRatePerm), and others what it is about.
_DISABLED = "5.2.1"
_TOO_MUCH = re.compile(r"\brate\b|\btoo (?:quickly|fast|many|much)\b", re.I)
# Whoever wrote these knew no better.
_VAGUE = ("", "5.0.0", "5.5.0")
# In a refusal without a status: it is about what was sent or who sent it.
_OF_THE_MESSAGE = re.compile(
    r"spam|junk|virus|block|black ?list|reputation|policy|content|relay|dmarc|dkim|\bspf\b", re.I
)
# Refusals of our own sender, or of an address of which is not said whose it is (RFC 3463). Many
# servers (Postfix is one) say so at the recipient only. It is ours to mend, and then all can go.
_OF_THE_SENDER = ("1.0", "1.7", "1.8")


def is_gone(status: str, said: str) -> bool:
    """Whether a status such as "5.1.1" means that nobody reads mail at this address, now or later.

    All else, a full mailbox or a refused message, may be over tomorrow.
    """
    if status == _DISABLED and (_TOO_MUCH.search(said) or is_about_the_message(said)):
        return False
    return status in _GONE


def is_vague(status: str) -> bool:
    """Whether a status says nothing but that it failed; also an empty one."""
    return status in _VAGUE


def says_gone(status: str, said: str) -> bool:
    """Whether nobody has this address: by the status, or where that is vague by the words."""
    if not is_vague(status):
        return is_gone(status, said)
    code = _CODE.search(said)
    return bool(code) and code[1] in ("550", "551", "553") and not is_about_the_message(said)


def is_about_the_message(said: str) -> bool:
    """Whether words without a status speak of the message or its sender, not of the reader."""
    return bool(_OF_THE_MESSAGE.search(without_addresses(said)))


def status_in(text: str) -> str:
    """The first status in a text; empty where there is none."""
    found = STATUS.search(text)
    return found[0] if found else ""


def status_of(said: bytes) -> str:
    """The enhanced code of a refusal (RFC 3463); empty where it has none."""
    enhanced = re.match(rb"[45]\.\d{1,3}\.\d{1,3}(?!\d)", said)
    return enhanced[0].decode() if enhanced else ""


def is_of_the_sender(status: str) -> bool:
    """Whether it is our sender that is not wanted, or may be."""
    return status[2:] in _OF_THE_SENDER


def is_deferral(code: int, said: bytes) -> bool:
    """Whether it is the domain that asks for time.

    Not where the mail system itself is in trouble (RFC 3463: 4.3.x, and 452 without such a code: a
    full disk) or our sender is, and not where it made no sense.
    """
    status = status_of(said)
    is_our_server = status.startswith("4.3.") if status else code == 452
    return 400 <= code < 500 and not (is_our_server or is_of_the_sender(status))
