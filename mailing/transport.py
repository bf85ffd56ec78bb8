"""Hands finished messages to the mail server and says exactly how that went.

Four kinds of trouble call for four different answers, so each is an exception of its own.
"""

import re
import smtplib
import socket
import time
from collections.abc import Callable
from email import message_from_bytes, policy

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend

from .addresses import is_plain
from .refusals import is_deferral, is_gone, is_of_the_sender, status_of
from .replies import BoundedBackend

LastCall = Callable[[], bool]
Meanwhile = Callable[[], object]
Following = Callable[[], str]
# Seconds after which an answer counts as slow, and bytes after which a message does.
SLOW = 0.005
LARGE = 60_000
# The answers to sender, recipient and DATA that let us go on (RFC 5321, 4.2.1: 2yz is well done).
_DONE = range(200, 300)
_WELL = (_DONE, _DONE, (354,))

# A server near by that hangs up in the middle of a message is heard before the dot, so that it is
# known to have nothing: it is given as long as its slow answers take these days, and so many
# seconds at most. It reads the message meanwhile, so little time is lost.
PAUSE_BEFORE_THE_DOT = 0.001
# So much of a slow answer is remembered at each quicker one.
REMEMBERED = 0.7


class Trouble(Exception):
    """A message was not handed over, or nobody knows; ``str()`` is what the server said."""


class ServerDown(Trouble):
    """The server cannot be used at all now (refused, no TLS, bad login): stop, come back later."""


class Temporary(Trouble):
    """This message cannot be taken now: try it again later.

    ``is_deferral`` where a domain asked for time, which others to it may need too; else it is our
    own server or the connection to it.
    """

    def __init__(self, said: str, *, is_deferral: bool = False):
        super().__init__(said)
        self.is_deferral = is_deferral


class Permanent(Trouble):
    """This message will never be taken.

    ``is_about_one`` where the server says that it is for this one mailbox; else it may be for all.
    """

    def __init__(self, said: str, *, is_bad_address: bool = False, is_about_one: bool = False):
        super().__init__(said)
        self.is_bad_address = is_bad_address
        self.is_about_one = is_about_one


class NotOurs(Trouble):
    """Another worker has this message by now; it was taken back before the final dot."""


class _Gone(Exception):
    """The connection ended before a message was begun; ``trouble`` is what that means at last."""

    def __init__(self, trouble: Trouble):
        super().__init__(str(trouble))
        self.trouble = trouble


class Uncertain(Trouble):
    """The connection broke after the final dot: the server may have taken the message."""


def open_transport() -> "SmtpTransport | BackendTransport":
    """The way out that EMAIL_BACKEND names."""
    backend = get_connection(fail_silently=False)
    if isinstance(backend, EmailBackend):
        return SmtpTransport(BoundedBackend(fail_silently=False))
    return BackendTransport(backend)


class SmtpTransport:
    """One connection to the mail server, kept from message to message."""

    def __init__(self, backend: BoundedBackend):
        self._backend = backend
        self._begun_here = 0  # Messages begun on this connection.
        self._slow_answer = 0.0  # Seconds.
        # Sender and recipient of the message whose envelope went out with the last dot.
        self._said_for: tuple[str, str] | None = None

    def open(self) -> bool:
        """Connect where needed; True where the connection is new. Raises ``ServerDown``.

        Where TLS is asked for and not to be had, Django's backend raises before anything about a
        message was said: never plaintext then. Whatever else goes wrong by then, such as a login
        that makes no sense, is no message's fault either.
        """
        try:
            is_new = bool(self._backend.open())
            if is_new:
                # Body and final dot leave apart; Nagle's algorithm would hold the dot for 40 ms.
                self._backend.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # Django greets only before STARTTLS or a login.
            self._backend.connection.ehlo_or_helo_if_needed()
            return is_new
        except Exception as error:
            self.close()
            raise ServerDown(_said(error)) from error

    def close(self) -> None:
        """Hang up; never raises."""
        self._begun_here = 0
        self._said_for = None
        self._backend.drop()

    def leave(self) -> None:
        """Say goodbye where there is a connection, so that the server knows that all went well."""
        try:
            # Who waits for a message would take it for one.
            if self._backend.connection is not None and self._said_for is None:
                self._backend.connection.docmd("QUIT")
        except OSError:
            pass
        self.close()

    def send(
        self,
        sender: str,
        address: str,
        message: bytes,
        last_call: LastCall,
        meanwhile: Meanwhile = bool,
        following: Following = str,
        in_the_end: Meanwhile = bool,
    ) -> None:
        """Hand over one message. Returns once the server took it; else raises a ``Trouble``.

        ``meanwhile`` is called while the server reads, or sooner if that takes long (where we have
        to connect, too), and always before ``last_call``. That is asked right before the final dot:
        up to there the server cannot have taken anything. Where it says no, the message is taken
        back. ``following`` gives the address of the message after this one, where it is known by
        then: its envelope goes out with the dot, and the connection is given up where another
        message, or none, follows. ``in_the_end`` is called after the dot, while the server decides;
        it must not raise, and be short: whether the server took the message is in doubt as long.
        """
        if self._said_for not in (None, (sender, address)):
            self.close()
        if self._is_used_up():
            meanwhile()
            self.leave()
        elif self._backend.connection is None:
            meanwhile()
        is_new = self.open()
        try:
            self._say_envelope(sender, address, meanwhile)
        except _Gone as error:
            # A connection kept for long may have been closed meanwhile: once more, on a new one.
            self.close()
            if is_new:
                raise error.trouble from error.__cause__
            meanwhile()
            self.open()
            try:
                self._say_envelope(sender, address, meanwhile)
            except _Gone as again:
                self.close()
                raise again.trouble from again.__cause__
        self._begun_here += 1
        if len(message) > LARGE:
            meanwhile()
        self._guarded(self._say_message, message)
        said_at = time.monotonic()
        try:
            meanwhile()
            may_end = last_call()
        except BaseException:
            self.close()
            raise
        if not may_end:
            self.close()
            raise NotOurs("claimed by another worker")
        self._guarded(self._hear_interruption, said_at)
        self._end_data(sender, "" if self._is_used_up() else following(), in_the_end)

    def _is_used_up(self) -> bool:
        return 0 < settings.MAIL_PER_CONNECTION <= self._begun_here

    def _guarded(self, step, *words):
        """A step before the final dot: a connection lost here is safe to try again."""
        try:
            step(*words)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            self.close()
            raise Temporary(_said(error)) from error

    def _say_envelope(self, sender, address, meanwhile):
        """Sender, recipient and DATA; in one go where the server offers that (RFC 2920).

        Raises ``_Gone`` where the connection ended before anything about this message was
        answered.
        """
        connection = self._backend.connection
        is_said, self._said_for = self._said_for is not None, None
        if not is_said and connection.is_heard():
            # It hung up or was about to; or its answers do not belong to our words any more.
            raise _Gone(ServerDown("the connection is of no use any more"))
        at_once = self._takes_all_at_once()
        answers: list[tuple[int, bytes]] = []
        words = _envelope(sender, address)

        def heard():
            # Of a group's answers the first tells how slow they are; the rest may be read already.
            is_first = not (at_once and answers)
            if is_first and not connection.is_heard(SLOW):
                meanwhile()
            if not (answers or is_said):
                self._has_answered(said_at)
            return connection.getreply()

        said_at = time.monotonic()
        try:
            if not is_said:
                connection.send(_lines(words if at_once else words[:1]))
            answers.append(heard())
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            raise _Gone(Temporary("connection lost before the message")) from error
        self._hear_sender(*answers[0])
        for word in words[1:]:
            if not at_once:
                if answers[-1][0] not in _WELL[len(answers) - 1]:
                    break
                self._guarded(connection.send, _lines([word]))
            try:
                answers.append(heard())
            except (OSError, smtplib.SMTPServerDisconnected) as error:
                self.close()
                if answers[-1][0] in _WELL[len(answers) - 1]:
                    raise Temporary(_said(error)) from error
                # It hung up after it had refused: that stands.
                break
            if answers[-1][0] == 421:
                break
        for answer, well in zip(answers, _WELL, strict=False):
            if answer[0] not in well:
                if answers[-1][0] == 354:
                    # It waits for a message though it took no recipient: an empty one then.
                    self._make_way(".")
                self._refuse(*answer)

    def _hear_sender(self, code, said):
        """What concerns our own address, login or server is true for all: nobody's bounce."""
        if code == 421:
            # Also what a kept connection says that has become too old.
            raise _Gone(ServerDown(_answer(code, said)))
        if code not in _DONE:
            self.close()
            raise ServerDown(_answer(code, said))

    def _say_message(self, message):
        if message.startswith(b".") or b"\n." in message:
            message = re.sub(rb"(?m)^\.", b"..", message)
        if not message.endswith(b"\r\n"):
            message += b"\r\n"
        self._backend.connection.send(message)

    def _hear_interruption(self, said_at):
        """Who speaks or hangs up before the final dot certainly did not take the message."""
        connection = self._backend.connection
        pause = min(self._slow_answer, PAUSE_BEFORE_THE_DOT)
        if connection.is_heard(max(0.0, said_at + pause - time.monotonic())):
            code, said = connection.getreply()
            self.close()
            if 500 <= code < 600:
                raise Permanent(_answer(code, said))
            raise Temporary(_answer(code, said), is_deferral=is_deferral(code, said))

    def _has_answered(self, said_at):
        self._slow_answer = max(time.monotonic() - said_at, REMEMBERED * self._slow_answer)

    def _takes_all_at_once(self) -> bool:
        return settings.MAIL_PIPELINING and self._backend.connection.has_extn("pipelining")

    def _end_data(self, sender, following, in_the_end):
        """The final dot, and with it the envelope of the message that follows (RFC 2920, 3.1)."""
        connection = self._backend.connection
        words = ["."]
        if following and self._takes_all_at_once():
            self._said_for = (sender, following)
            words += _envelope(sender, following)
        said_at = time.monotonic()
        try:
            connection.send(_lines(words))
            in_the_end()
            code, said = connection.getreply()
            self._has_answered(said_at)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            self.close()
            raise Uncertain(_said(error)) from error
        if code in _DONE:
            return
        if not 400 <= code < 600:
            # No answer that the protocol knows: it may have taken the message.
            self.close()
            raise Uncertain(_answer(code, said))
        self._refuse(code, said)

    def _refuse(self, code, said):
        """Raise what a refusal means (RFC 5321, 4.2.1), leaving the connection usable or closed."""
        answer = _answer(code, said)
        if code == 421 or not 400 <= code < 600:
            self.close()
        elif self._said_for is None:
            self._make_way("RSET")
        status = status_of(said)
        if 500 <= code < 600 and not is_of_the_sender(status):
            raise Permanent(
                answer,
                is_bad_address=is_gone(status, answer),
                is_about_one=status.startswith(("5.1.", "5.2.")),  # RFC 3463: a mailbox
            )
        raise Temporary(answer, is_deferral=is_deferral(code, said))

    def _make_way(self, word):
        """Say what lets the next message follow. What was said of this one stands in any case."""
        try:
            if self._backend.connection is not None:
                self._backend.connection.docmd(word)
        except (OSError, smtplib.SMTPServerDisconnected):
            self.close()


class BackendTransport:
    """Any other of Django's mail backends: in memory for tests, the console, a provider's."""

    def __init__(self, backend):
        self._backend = backend

    def open(self) -> bool:
        """Nothing to do: such a backend opens what it needs."""
        return False

    def leave(self) -> None:
        """Nothing to do."""

    def send(
        self,
        sender: str,
        address: str,
        message: bytes,
        last_call: LastCall,
        meanwhile: Meanwhile = bool,
        following: Following = str,
        in_the_end: Meanwhile = bool,
    ) -> None:
        """Hand over one message; any error of the backend counts as temporary."""
        meanwhile()
        if not last_call():
            raise NotOurs("claimed by another worker")
        try:
            self._backend.send_messages([PreparedMessage(sender, address, message)])
        except Exception as error:
            raise Temporary(_said(error)) from error


class PreparedMessage(EmailMultiAlternatives):
    """A finished message in the form Django's backends take."""

    def __init__(self, sender: str, address: str, message: bytes):
        self._parsed = message_from_bytes(message, policy=policy.default)
        html = self._parsed.get_body(["html"])
        super().__init__(
            subject=str(self._parsed["Subject"]),
            body=_text(self._parsed.get_body(["plain"])),
            from_email=sender,
            to=[address],
            headers={name: str(value) for name, value in self._parsed.items()},
        )
        if html is not None:
            self.attach_alternative(_text(html), "text/html")

    def message(self):
        """The message as it was prepared."""
        return self._parsed


def _text(part) -> str:
    return part.get_content().replace("\r\n", "\n")


def _envelope(sender: str, address: str) -> list[str]:
    return [f"MAIL FROM:{_path(sender)}", f"RCPT TO:{_path(address)}", "DATA"]


def _lines(words: list[str]) -> str:
    return "\r\n".join([*words, ""])


def _path(address: str) -> str:
    """An address as SMTP has it (RFC 5321, 4.1.2)."""
    # What needs no taking apart is the rule, and taking apart is slow.
    return f"<{address}>" if is_plain(address) else smtplib.quoteaddr(address)


def _answer(code, said) -> str:
    return f"{code} {said.decode('utf-8', 'replace')}"


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _answer(error.smtp_code, said if isinstance(said, bytes) else str(said).encode())
    return f"{type(error).__name__}: {error}"[:500]
