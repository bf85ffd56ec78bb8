"""E-mail addresses: how two are compared, and how one is kept when it must not be readable."""

import hashlib
import re

from django.core.exceptions import ValidationError
from django.core.mail.message import sanitize_address
from django.core.validators import validate_email

_ADDRESS = re.compile(r"[^\s<>@,;:\"']+@[^\s<>@,;:\"']+")


def address_hash(address: str) -> str:
    """SHA-256 of the address in lower case; an empty string for no address.

    Unkeyed on purpose: a suppression has to outlive a change of ``SECRET_KEY``.
    """
    address = (address or "").strip()
    return hashlib.sha256(address.lower().encode()).hexdigest() if address else ""


def wire_address(address: str) -> str:
    """The address as a mail server takes it: an international domain in its ASCII form.

    Raises ``ValueError`` where it is no address.
    """
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValueError("This is no e-mail address.") from error
    return address if address.isascii() else sanitize_address(address, "utf-8")


def without_addresses(text: str) -> str:
    """The text with each e-mail address blotted out: servers like to repeat them in refusals."""
    return _ADDRESS.sub("‹address›", text)
