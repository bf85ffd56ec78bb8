"""Addresses in mails: always from the fixed base URL, never from a Host header."""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import NoReverseMatch, reverse


def mail_domain() -> str:
    """The domain in Message-IDs and List-Id: the host of the site."""
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def absolute(path: str) -> str:
    """A whole address for a path of this site."""
    return f"{settings.BASE_URL}{path}"


def settings_url() -> str:
    """Where a person changes what they get, in the active language."""
    try:
        return absolute(reverse(settings.MAIL_SETTINGS_URL_NAME))
    except NoReverseMatch:
        return absolute("/")


def manage_url(token: str) -> str:
    """Where a subscriber without an account changes what they get, in the active language."""
    return absolute(reverse(settings.MAIL_MANAGE_URL_NAME, args=[token]))


def unsubscribe_url(token: str, kind: str = "") -> str:
    """The link that ends the digest, or the kind named, for the holder of the token."""
    query = f"?kind={kind}" if kind else ""
    return absolute(reverse("mailing:unsubscribe", args=[token]) + query)
