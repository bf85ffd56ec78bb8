"""The mail backend of the tests: keeps what it is given, refuses what passed by the register.

Every mail of the product is of a registered kind. Two ways lead out, and both ask the register:
the ledger (``mailing.transport``) and mails that somebody waits for (``mailing.at_once``).
"""

from django.core.mail.backends import locmem

from mailing.at_once import AtOnce
from mailing.transport import PreparedMessage

# What was refused since the test began; kept too, because a caller may hide an exception.
refused: list[str] = []


class Backend(locmem.EmailBackend):
    """Keeps mails in ``django.core.mail.outbox``."""

    def send_messages(self, messages):
        messages = list(messages)
        for message in messages:
            if not isinstance(message, AtOnce | PreparedMessage):
                refused.append(str(message.subject))
                raise AssertionError(f"A mail passed by the register: {message.subject!r}")
        return super().send_messages(messages)
