"""What a mail that came back says (RFC 3464), or a complaint (RFC 5965). Never raises.

Only a mail that *is* a report counts: one that holds a report somewhere inside, such as a bounce
that somebody passed on, does not. So neither does an answer, a vacation notice or a receipt for
reading. What is read is text from strangers; whether it concerns anybody is for ``fates`` to say.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, message_from_string
from email.message import Message as Mail
from enum import StrEnum

from .. import refusals
from ..models import Bounce

logger = logging.getLogger(__name__)

# A report about one of our messages speaks of one recipient.
MOST_RECIPIENTS = 10
MOST_PARTS = 20
# More than any report has. The parser takes time by the product of lines and parts within parts,
# and by the square of the length of some headers: within these, half a megabyte takes a second.
MOST_LINES = 20_000
MOST_MIME_HEADERS = 100
LONGEST_MIME_HEADER = 4_000
LONGEST_SAID = 2_000
_LINE_END = re.compile(rb"\r\n?|\n")
_MIME_HEADER = re.compile(rb"^content-[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,200}>")
_HEADERS = ("text/rfc822-headers", "message/global-headers")
_STATUSES = ("message/delivery-status", "message/global-delivery-status")
_AUTOMATIC = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-vacation")


class What(StrEnum):
    """What kind of mail it is."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    # A report of no consequence: delayed, delivered, read.
    NEWS = "news"
    AUTOMATIC = "automatic"
    OTHER = "other"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Report:
    """One recipient's message that came back or was complained of."""

    kind: Bounce.Kind
    message_id: str
    # As the server names the recipient; empty where it does not.
    addresses: tuple[str, ...]
    status: str = ""
    said: str = ""


@dataclass(frozen=True)
class Reading:
    """What a mail is, and the reports it holds."""

    what: What
    reports: list[Report] = field(default_factory=list)


def read(raw: bytes) -> Reading:
    """Read one mail, also where its end is cut off."""
    if not _is_bounded(raw):
        logger.warning("A mail that came back is made to take long to read; it is left alone.")
        return Reading(What.UNREADABLE)
    try:
        return _read(message_from_bytes(raw))
    except Exception as error:
        # Strangers write these: whatever is wrong with one must not stop the next.
        logger.warning("A mail that came back cannot be read: %s", type(error).__name__)
        return Reading(What.UNREADABLE)


def _is_bounded(raw) -> bool:
    """Whether the parser is done with this soon, whatever it is. Takes time by its length only."""
    lines = _LINE_END.sub(b"\n", raw)
    if lines.count(b"\n") > MOST_LINES:
        return False
    lengths = [len(found[0]) for found in _MIME_HEADER.finditer(lines)]
    return len(lengths) <= MOST_MIME_HEADERS and max(lengths, default=0) <= LONGEST_MIME_HEADER


def _read(mail: Mail) -> Reading:
    if mail.get_content_type() == "multipart/report" and mail.is_multipart():
        kind = str(mail.get_param("report-type", "")).lower()
        if kind == "feedback-report":
            return _reading(What.COMPLAINT, _complaints(mail))
        if kind in ("delivery-status", ""):
            return _reading(What.BOUNCE, _bounces(mail))
        return Reading(What.NEWS)
    if _is_automatic(mail):
        return Reading(What.AUTOMATIC)
    return Reading(What.OTHER)


def _reading(what, reports) -> Reading:
    found = list(reports)
    return Reading(what if found else What.NEWS, found)


def _is_automatic(mail) -> bool:
    """RFC 3834 and what came before it."""
    submitted = _text(mail, "Auto-Submitted").lower()
    by_precedence = _text(mail, "Precedence").lower() in ("auto_reply", "bulk", "junk")
    return submitted not in ("", "no") or by_precedence or any(name in mail for name in _AUTOMATIC)


def _parts(mail, *kinds) -> list[Mail]:
    parts = mail.get_payload()[:MOST_PARTS]
    return [part for part in parts if part.get_content_type() in kinds]


def _bounces(mail) -> Iterator[Report]:
    message_id = _original(mail)[0]
    if not message_id:
        return
    for part in _parts(mail, *_STATUSES)[:1]:
        for block in _blocks(part)[: MOST_RECIPIENTS + 1]:
            if _text(block, "Action").lower() == "failed":
                yield _failed(block, message_id)


def _blocks(part) -> list[Mail]:
    """The groups of fields: one about the message, then one for each recipient."""
    held = part.get_payload()
    if not isinstance(held, list):
        return [message_from_string(str(held))]
    if len(held) == 1 and isinstance(held[0].get_payload(), str):
        # The parser knows the groups of message/delivery-status only.
        return [held[0], *map(message_from_string, held[0].get_payload().split("\n\n"))]
    return held


def _failed(block, message_id) -> Report:
    diagnostic = _text(block, "Diagnostic-Code")
    status = refusals.status_in(_text(block, "Status"))
    if refusals.is_vague(status):
        # The server that wrote the report knew no better; the one that refused may have said.
        status = refusals.status_in(diagnostic) or status
    return Report(
        kind=Bounce.Kind.HARD if refusals.says_gone(status, diagnostic) else Bounce.Kind.SOFT,
        message_id=message_id,
        addresses=_addresses(block, "Final-Recipient", "Original-Recipient"),
        status=status,
        said=diagnostic,
    )


def _complaints(mail) -> Iterator[Report]:
    message_id, to = _original(mail)
    for part in _parts(mail, "message/feedback-report")[:1]:
        held = part.get_payload()
        block = held[0] if isinstance(held, list) else message_from_string(str(held))
        if message_id and _text(block, "Feedback-Type").lower() in ("abuse", "fraud"):
            yield Report(
                kind=Bounce.Kind.COMPLAINT,
                message_id=message_id,
                addresses=_addresses(block, "Original-Rcpt-To") or to,
                said=_text(block, "User-Agent"),
            )


def _original(mail) -> tuple[str, tuple[str, ...]]:
    """The Message-ID and the recipient in what was returned of the message."""
    for part in _parts(mail, "message/rfc822", "message/global", *_HEADERS):
        held = part.get_payload()
        headers = held[0] if isinstance(held, list) else message_from_string(_decoded(part))
        found = _MESSAGE_ID.search(_text(headers, "Message-ID"))
        if found:
            return found[0], _addresses(headers, "To")
    return "", ()


def _decoded(part) -> str:
    return (part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _addresses(block, *names) -> tuple[str, ...]:
    """Each address named, without its type (``rfc822;``) and its brackets."""
    found = (_text(block, name).rpartition(";")[2].strip(" <>") for name in names)
    return tuple(address for address in found if "@" in address)


def _text(mail, name) -> str:
    """A header as text that a database takes: short, on one line, no NUL, no half of a letter."""
    # As it came: what is not ASCII is UTF-8 (RFC 6533), which ``get`` would not read.
    raw = next((value for key, value in mail.raw_items() if key.lower() == name.lower()), "")
    value = str(raw)[:LONGEST_SAID].replace("\0", "")
    return " ".join(value.encode("utf-8", "surrogateescape").decode("utf-8", "replace").split())
