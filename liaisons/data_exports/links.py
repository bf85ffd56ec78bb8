"""The link to an archive.

Its token is derived from the row under ``SECRET_KEY``, because the page and the mail have to say it
again; what is stored is its hash, and it opens nothing for anybody but its owner.
"""

import hashlib

from django.urls import reverse
from django.utils.crypto import salted_hmac

from liaisons.models import DataExport

PREFIX = "x_"


def token_of(export: DataExport) -> str:
    """The secret part of the link to an archive that is ready: 256 bits."""
    about = f"{export.pk}:{export.person_id}:{export.ready_at}"
    bits = salted_hmac("liaisons.data_exports", about, algorithm="sha256")
    return f"{PREFIX}{bits.hexdigest()}"


def link_to(export: DataExport) -> str:
    """The address, without the host, at which its owner gets the archive."""
    return reverse("liaisons:settings_data_get", args=[token_of(export)])


def hash_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
