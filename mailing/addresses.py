"""E-mail addresses: how two are compared, and how one is kept when it must not be readable."""

import base64
import hashlib
import hmac
import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail.message import sanitize_address
from django.core.validators import validate_email

# RFC 5322, 3.4.1 without quoted parts, comments and literals; ASCII only.
_ONE_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
# Begins at the beginning of a word only, or a long one would be gone through from each letter.
_ADDRESS = re.compile(r"(?<![^\s<>@,;:\"'])[^\s<>@,;:\"']+@[^\s<>@,;:\"']+")
# What nearly all addresses look like, a part of what Django takes: known without its many steps.
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_USUAL = re.compile(rf"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}")


# Says how a hash was made, so that one of another making can be told from it.
KEYED = "k1:"


def address_hash(address: str) -> str:
    """The address as only this installation can know it again; an empty string for no address.

    An HMAC under ``ADDRESS_HASH_KEY``, so that a copy of the database does not say whose addresses
    these are, not even to somebody who tries all they can think of. The key is not ``SECRET_KEY``:
    that a person wants no mail has to outlive a change of it.
    """
    unkeyed = unkeyed_hash(address)
    return keyed(unkeyed) if unkeyed else ""


def unkeyed_hash(address: str) -> str:
    """SHA-256 of the address in lower case; never stored. An empty string for no address."""
    address = (address or "").strip()
    return hashlib.sha256(address.lower().encode()).hexdigest() if address else ""


def keyed(unkeyed: str) -> str:
    """The stored form of an unkeyed hash; ``mailing.0003`` makes the same of the rows of old."""
    digest = hmac.digest(settings.ADDRESS_HASH_KEY.encode(), unkeyed.encode(), "sha256")
    return KEYED + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def wire_address(address: str) -> str:
    """The address as a mail server takes it: an international domain in its ASCII form.

    Raises ``ValueError`` where it is no address.
    """
    if len(address) < 250 and _USUAL.fullmatch(address):
        return address
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValueError("This is no e-mail address.") from error
    return address if address.isascii() else sanitize_address(address, "utf-8")


def spellings(address: str) -> set[str]:
    """The address as given, and with its domain in ASCII and in its own letters: all are one."""
    address = (address or "").strip()
    name, at, domain = address.rpartition("@")
    found = {address}
    for spell in (lambda: domain.encode("idna").decode(), lambda: domain.encode().decode("idna")):
        try:
            found.add(f"{name}{at}{spell()}")
        except UnicodeError:
            continue
    return found


def header_address(address: str) -> str:
    """One address as it may stand in a header by itself: nothing there can be read as a second.

    Raises ``ValueError`` for anything else, also for the rare addresses with a quoted part.
    """
    wire = wire_address(address)
    if not is_plain(wire):
        raise ValueError("This address cannot stand in a header.")
    return wire


def is_plain(address: str) -> bool:
    """Whether an address is a name and a domain in ASCII and nothing else, without quotes."""
    return bool(_ONE_ADDRESS.fullmatch(address))


def masked(address: str) -> str:
    """Enough of an address for its owner to know it, and for nobody else: ``n…@e….org``."""
    local, _at, domain = address.partition("@")
    name, _dot, last = domain.rpartition(".")
    return f"{local[:1]}…@{name[:1]}….{last}" if name else f"{local[:1]}…@…"


def without_addresses(text: str) -> str:
    """The text with each e-mail address blotted out: servers like to repeat them in refusals.

    A NUL goes, too: no text in PostgreSQL can hold one.
    """
    return _ADDRESS.sub("‹address›", text.replace("\0", "\N{REPLACEMENT CHARACTER}"))
