"""The link that ends the digest, and by which a subscriber without an account manages it.

A message that can be switched off has the same link with the name of its kind, and ends that.

Its token is bound to the person and the address it was sent to (see ``tokens``), and derived anew
for each mail, which a stored random token (kept as a hash) could not be. Links from when the hash
of an address had no key are known too.
"""

from django.db import transaction

from . import kinds, preferences, recipients
from .addresses import unkeyed_hash
from .kinds import Kind
from .models import Preference, Recipient, Rhythm
from .tokens import Kind as TokenKind

_tokens = TokenKind("sl-u1", "mailing.unsubscribe")


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


def kind_named(name: str) -> Kind | None:
    """The kind of message that a link names; None where it is none that can be switched off."""
    kind = kinds.named(name)
    return kind if kind and kind.can_switch_off else None


def is_ended(recipient: Recipient, kind: Kind = kinds.DIGEST) -> bool:
    """Whether this person gets no more of this kind by mail."""
    chosen = recipient.preferences.filter(kind=kind.name, channel=Preference.Channel.EMAIL).first()
    if chosen is None:
        return kind == kinds.DIGEST
    return chosen.rhythm == Rhythm.NONE


@transaction.atomic
def unsubscribe(recipient: Recipient, kind: Kind = kinds.DIGEST) -> None:
    """End the digest, or another kind, for this person. Doing it again changes nothing."""
    if kind != kinds.DIGEST:
        preferences.switch_off(recipient, kind.name, source=Preference.Source.UNSUBSCRIBE_LINK)
        return
    # What is being chosen right now comes before: it could begin another way for the digest.
    held = Recipient.objects.select_for_update(of=("self",), no_key=True).get(pk=recipient.pk)
    for preference in held.preferences.filter(kind=Preference.Kind.DIGEST).exclude(
        rhythm=Rhythm.NONE
    ):
        recipients.change(preference, Rhythm.NONE, source=Preference.Source.UNSUBSCRIBE_LINK)
