"""Writes messages."""

from urllib.parse import urlsplit

from django.conf import settings


def mail_domain() -> str:
    """The domain in Message-IDs and List-Id: the host of the site."""
    return urlsplit(settings.BASE_URL).hostname or "localhost"
