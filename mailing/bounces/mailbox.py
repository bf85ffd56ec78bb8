"""Reads the mailbox to which mail servers return what they cannot deliver (IMAP over TLS).

Each mail is marked as read once what it says is committed. A worker that dies in between reads it
again, and it counts once all the same; but no mail is begun a third time, or one that kills whoever
reads it would stop all after it. Other mail in the box is marked as read and left alone.
"""

import imaplib
import logging
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import Error, InterfaceError, OperationalError

from ..health import pulses
from ..models import Bounce
from . import fates
from .reports import What, read

logger = logging.getLogger(__name__)

TLS_PORT = 993
# So many places of the box are asked about at once, so that no answer grows with the box.
PLACES = 2_000
# Seconds one run takes at most.
LONGEST_RUN = 60
# A mail that somebody began to read has this mark: servers need not keep marks of our own, and
# nobody answers these.
SEEN, BEGUN = r"(\Seen)", r"(\Answered)"
Trouble = (OSError, imaplib.IMAP4.error)


def read_mailbox() -> Counter | None:
    """Read what is new, up to BOUNCE_MAILS_A_RUN mails; says how many of which kind.

    None where no mailbox is set or it cannot be read now.
    """
    if not settings.BOUNCE_IMAP_HOST:
        return None
    counts: Counter = Counter()
    ends = time.monotonic() + LONGEST_RUN
    try:
        with _opened() as (box, size):
            for place in _unread(box, size):
                counts[_handle(box, place)] += 1
                if counts.total() >= settings.BOUNCE_MAILS_A_RUN or time.monotonic() > ends:
                    break
    except Trouble as error:
        logger.warning("The mailbox of bounces cannot be read: %s", type(error).__name__)
        return None
    pulses.note(pulses.BOUNCES, dict(counts))
    return counts


@contextmanager
def _opened() -> Iterator[tuple[imaplib.IMAP4, int]]:
    """The folder and how many mails are in it. Never without TLS: the password goes over it."""
    box = _connected()
    try:
        box.login(settings.BOUNCE_IMAP_USER, settings.BOUNCE_IMAP_PASSWORD)
        status, told = box.select(_quoted(settings.BOUNCE_IMAP_FOLDER))
        if status != "OK":
            raise imaplib.IMAP4.error("no such folder")
        yield box, int(told[0])
    finally:
        try:
            box.logout()
        except Trouble:
            pass


def _connected() -> imaplib.IMAP4:
    trusted = ssl.create_default_context()
    if settings.BOUNCE_IMAP_CA:
        trusted.load_verify_locations(settings.BOUNCE_IMAP_CA)
    host, port = settings.BOUNCE_IMAP_HOST, settings.BOUNCE_IMAP_PORT
    if port == TLS_PORT:
        return imaplib.IMAP4_SSL(host, port, ssl_context=trusted, timeout=settings.EMAIL_TIMEOUT)
    box = imaplib.IMAP4(host, port, timeout=settings.EMAIL_TIMEOUT)
    try:
        box.starttls(trusted)
    except BaseException:
        box.shutdown()
        raise
    return box


def _quoted(folder):
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _unread(box, size) -> Iterator[str]:
    """The places of unread mails, oldest first. As nothing is taken out, places stay."""
    for first in range(1, size + 1, PLACES):
        last = min(first + PLACES - 1, size)
        _status, found = box.search(None, f"{first}:{last}", "UNSEEN", "UNDELETED")
        for line in found:
            yield from (line or b"").decode("ascii").split()


def _handle(box, place) -> What:
    """Read one mail, commit what it says, mark it as read."""
    raw, was_begun = _fetched(box, place)
    box.store(place, "+FLAGS.SILENT", SEEN if was_begun else BEGUN)
    reading = read(raw)
    try:
        taken = sum(_take(report) for report in reading.reports)
    except Error as error:
        logger.exception("What a mail that came back says could not be written down.")
        if isinstance(error, OperationalError | InterfaceError):
            # The database is away, which is not this mail's fault: it comes with the next run.
            for mark in (SEEN, BEGUN):
                box.store(place, "-FLAGS.SILENT", mark)
        raise imaplib.IMAP4.error("not written down") from None
    if reading.reports and not taken:
        logger.info("A mail that came back is about no message of ours, or was read before.")
    box.store(place, "+FLAGS.SILENT", SEEN)
    return reading.what


def _fetched(box, place) -> tuple[bytes, bool]:
    """The beginning of a mail, without marking it, and whether somebody began to read it before.

    The report stands before the returned mail.
    """
    most = settings.BOUNCE_MAIL_BYTES
    _status, answer = box.fetch(place, f"(FLAGS BODY.PEEK[]<0.{most}>)")
    raw = next((part[1] for part in answer if isinstance(part, tuple)), b"")[:most]
    around = b" ".join(part[0] if isinstance(part, tuple) else part or b"" for part in answer)
    return raw, rb"\answered" in around.lower()


def _take(report) -> bool:
    """Write a report down where it is about a message of ours, and about its own recipient.

    Who knows the Message-ID has the mail: its recipient, whoever was passed it on, and the servers
    on its way. Nobody else can make one come back.
    """
    letter = fates.letter_with(report.message_id)
    if letter is None or not fates.is_addressee(letter, report.addresses):
        return False
    return fates.write_down(
        letter,
        report.kind,
        source=Bounce.Source.MAILBOX,
        status=report.status,
        said=report.said,
    )
