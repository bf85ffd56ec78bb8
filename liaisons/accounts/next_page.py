"""Where a person wanted to go, carried from page to page in ``next``."""

from urllib.parse import urlencode

from allauth.account.utils import get_next_redirect_url
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.urls import reverse


def next_page(request) -> str:
    """The page asked for, if it is one of ours; empty where none was."""
    return get_next_redirect_url(request) or ""


def with_next(request, name: str) -> str:
    """The address of that name, with the page asked for carried along."""
    asked = next_page(request)
    if not asked:
        return reverse(name)
    query = urlencode({REDIRECT_FIELD_NAME: asked}, safe="/")
    return f"{reverse(name)}?{query}"
