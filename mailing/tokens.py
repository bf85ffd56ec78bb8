"""Tokens in links: derived under ``SECRET_KEY``, bound to a row and an address, stored nowhere.

A token is ``<prefix>-<row>-<128 bits>``. So a copy of the database gives nobody one, it says
nothing about the address, and one sent to an earlier address has no force any more. Links in old
mails outlive a new key as long as the old one stands in ``SECRET_KEY_FALLBACKS``.
"""

import hmac
import re
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import salted_hmac


@dataclass(frozen=True)
class Kind:
    """One kind of link: its prefix, and the salt that keeps it apart from all others."""

    prefix: str
    salt: str

    def make(self, row_id: int, address_hash: str) -> str:
        """The token for this row and address; always 51 characters for a prefix of five."""
        bits = self._bits(row_id, address_hash, settings.SECRET_KEY)
        return f"{self.prefix}-{row_id:012x}-{bits}"

    def row_of(self, token: str) -> int | None:
        """Which row a token says it is for; None where it is none of this kind."""
        form = re.fullmatch(rf"{self.prefix}-([0-9a-f]{{12}})-[0-9a-f]{{32}}", token)
        return int(form[1], 16) if form else None

    def fits(self, token: str, row_id: int, address_hash: str) -> bool:
        """Whether a token of this form was made by us for this row and address."""
        bits = token.rsplit("-", 1)[-1]
        return any(
            hmac.compare_digest(self._bits(row_id, address_hash, secret), bits)
            for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        )

    def _bits(self, row_id, address_hash, secret):
        return salted_hmac(
            self.salt, f"{row_id}:{address_hash}", secret=secret, algorithm="sha256"
        ).hexdigest()[:32]
