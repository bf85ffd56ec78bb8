"""Unsubscribe tokens: what a link in a mail needs to know, and nothing that is stored.

A token is ``sl-u1-<recipient>-<128 bits>``; the bits are an HMAC of the recipient and the hash of
the address it was sent to, under ``SECRET_KEY``. So a copy of the database gives nobody a token,
a token says nothing about the address, and one sent to an earlier address has no force any more.
It is derived anew for each mail, which a stored random token (kept as a hash) could not be. Links
in old mails outlive a new key as long as the old one stands in ``SECRET_KEY_FALLBACKS``; those
from when the hash of an address had no key are known too.
"""

import hmac
import re

from django.conf import settings
from django.utils.crypto import salted_hmac

from . import recipients
from .addresses import unkeyed_hash
from .models import Preference, Recipient, Rhythm

_FORM = re.compile(r"sl-u1-([0-9a-f]{12})-([0-9a-f]{32})")


def token_for(recipient_id: int, address_hash: str) -> str:
    """The token of the link in a mail to this person at this address; always 51 characters."""
    return f"sl-u1-{recipient_id:012x}-{_bits(recipient_id, address_hash, settings.SECRET_KEY)}"


def _bits(recipient_id, address_hash, secret):
    return salted_hmac(
        "mailing.unsubscribe", f"{recipient_id}:{address_hash}", secret=secret, algorithm="sha256"
    ).hexdigest()[:32]


def recipient_of(token: str) -> Recipient | None:
    """The person a token was made for; None for a wrong one or an earlier address."""
    form = _FORM.fullmatch(token)
    recipient = Recipient.objects.filter(pk=int(form[1], 16)).first() if form else None
    if recipient is None or not recipient.address_hash:
        return None
    for hashed in (recipient.address_hash, unkeyed_hash(recipient.address)):
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            if hmac.compare_digest(_bits(recipient.pk, hashed, secret), form[2]):
                return recipient
    return None


def unsubscribe(recipient: Recipient) -> None:
    """End the digest for this person. Doing it again changes nothing."""
    for preference in recipient.preferences.filter(kind=Preference.Kind.DIGEST).exclude(
        rhythm=Rhythm.NONE
    ):
        recipients.change(preference, Rhythm.NONE, source=Preference.Source.UNSUBSCRIBE_LINK)
