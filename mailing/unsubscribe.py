"""The link that ends the digest, and by which a subscriber without an account manages it.

Its token is bound to the person and the address it was sent to (see ``tokens``), and derived anew
for each mail, which a stored random token (kept as a hash) could not be. Links from when the hash
of an address had no key are known too.
"""

from . import recipients
from .addresses import unkeyed_hash
from .models import Preference, Recipient, Rhythm
from .tokens import Kind

_tokens = Kind("sl-u1", "mailing.unsubscribe")


def token_for(recipient_id: int, address_hash: str) -> str:
    """The token of the link in a mail to this person at this address; always 51 characters."""
    return _tokens.make(recipient_id, address_hash)


def recipient_of(token: str) -> Recipient | None:
    """The person a token was made for; None for a wrong one or an earlier address."""
    row = _tokens.row_of(token)
    recipient = Recipient.objects.filter(pk=row).first() if row is not None else None
    if recipient is None or not recipient.address_hash:
        return None
    hashes = (recipient.address_hash, unkeyed_hash(recipient.address))
    is_right = any(_tokens.fits(token, recipient.pk, hashed) for hashed in hashes)
    return recipient if is_right else None


def unsubscribe(recipient: Recipient) -> None:
    """End the digest for this person. Doing it again changes nothing."""
    for preference in recipient.preferences.filter(kind=Preference.Kind.DIGEST).exclude(
        rhythm=Rhythm.NONE
    ):
        recipients.change(preference, Rhythm.NONE, source=Preference.Source.UNSUBSCRIBE_LINK)
