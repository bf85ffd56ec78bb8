"""What a mail server answers, read within bounds.

``smtplib`` waits for each part of an answer anew and reads as many lines as there are. A server
that sends a letter every few seconds would hold a worker until its lease is over and another sends
the same message; one that never stops would fill its memory. Here the whole answer has to come
within the timeout, and what was not asked for is not taken for the answer to the next word.
"""

import select
import smtplib
import ssl
import time

from django.core.mail.backends.smtp import EmailBackend

MOST_BYTES = 64 * 1024  # Of one answer; RFC 5321 (4.5.3.1.5) has 512 in a line, and few have ten.
_AT_ONCE = 16 * 1024  # As much as one record of TLS holds, so that none is left half read.


class _Bounded(smtplib.SMTP):
    """Reads each answer from a buffer of its own."""

    _heard = b""
    _heard_on = None  # The socket the buffer belongs to: STARTTLS makes a new one.

    def getreply(self) -> tuple[int, bytes]:
        """The code (-1 where there is none) and the words of the next answer.

        Raises ``SMTPServerDisconnected`` where it does not come in time or is too long.
        """
        lines: list[bytes] = []
        ends = None
        size = 0
        while True:
            while (end := self._unread().find(b"\n")) < 0:
                if len(self._heard) + size > MOST_BYTES:
                    self._give_up("The answer is too long")
                ends = self._hear_more(ends)
            line, self._heard = self._heard[: end + 1], self._heard[end + 1 :]
            size += len(line)
            lines.append(line[4:].strip(b" \t\r\n"))
            code = int(line[:3]) if line[:3].isdigit() else -1
            if code < 0 or line[3:4] != b"-":
                return code, b"\n".join(lines)
            if size > MOST_BYTES:
                self._give_up("The answer is too long")

    def is_heard(self, seconds: float = 0) -> bool:
        """Whether the server said something that is not read yet, or hung up (within so long)."""
        if self.sock is None or self._unread():
            return True
        if not select.select([self.sock], [], [], seconds)[0]:
            return False
        before = self.sock.gettimeout()
        try:
            # Of TLS not all that arrives is for us.
            self.sock.settimeout(0)
            self._heard = self.sock.recv(_AT_ONCE)
            self.sock.settimeout(before)
        except (BlockingIOError, ssl.SSLWantReadError):
            self.sock.settimeout(before)
            return False
        except OSError:
            pass
        return True

    def _unread(self) -> bytes:
        if self._heard_on is not self.sock:
            self._heard, self._heard_on = b"", self.sock
        return self._heard

    def _hear_more(self, ends: float | None) -> float:
        """Wait for more of the answer; gives when the time for it ends."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("please run connect() first")
        patience = self.sock.gettimeout()
        now = time.monotonic()
        try:
            if ends is not None and patience is not None:
                # The rest of an answer: within the time for the whole.
                self.sock.settimeout(max(0.001, ends - now))
            more = self.sock.recv(_AT_ONCE)
            self.sock.settimeout(patience)
        except OSError as error:
            self._give_up(f"Connection unexpectedly closed: {error}", error)
        if not more:
            self._give_up("Connection unexpectedly closed")
        self._heard += more
        return ends if ends is not None else now + (patience or 0)

    def _give_up(self, said: str, error: Exception | None = None):
        self.close()
        raise smtplib.SMTPServerDisconnected(said) from error


class _BoundedTls(_Bounded, smtplib.SMTP_SSL):
    """The same, encrypted from the first word."""


class BoundedBackend(EmailBackend):
    """Django's own, with connections that read within bounds."""

    @property
    def connection_class(self):
        """Which kind of connection it opens."""
        return _BoundedTls if self.use_ssl else _Bounded

    def drop(self) -> None:
        """Hang up without a word, also where a connection was half made; never raises."""
        for one in (self.connection, self._partial_connection):  # type: ignore[attr-defined, has-type]
            if one is not None:
                one.close()
        self.connection = self._partial_connection = None
