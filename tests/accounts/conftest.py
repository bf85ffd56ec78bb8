"""What the tests of accounts share: reading a code out of a mail, and coming in with it."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from web.models import Installation

from .canaries import leaving  # noqa: F401 (a fixture)
from .oauth_server import CLIENT_ID, CLIENT_SECRET, OAuthServer
from .wiki import ADA


@pytest.fixture(autouse=True)
def real_installation(db):
    """Not a demo, unless a test says so."""
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": False})


def code_in(message) -> str:
    """The code a mail carries, as its reader sees it."""
    return re.search(r"^(\d{4}\s\d{4})$", message.body, re.M).group(1)


@pytest.fixture
def come_in(client):
    """``come_in("a@example.org")`` asks for a code, reads the mail, and enters it."""

    def _come_in(address, **more):
        mail.outbox.clear()
        client.post(reverse("account_login"), {"email": address, **more})
        return client.post(
            reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])}
        )

    return _come_in


@pytest.fixture
def wiki(settings, db):
    with OAuthServer() as server:
        settings.WIKIMEDIA_ORIGIN = server.origin
        settings.WIKIMEDIA_CLIENT_ID = CLIENT_ID
        settings.WIKIMEDIA_CLIENT_SECRET = CLIENT_SECRET
        server.profile = dict(ADA)
        yield server


@pytest.fixture
def without_pauses(settings):
    """The daily question about accounts waits for nothing, and remembers no earlier run."""
    settings.WIKI_CHECK_PAUSE = 0
    cache.clear()
    yield
    cache.clear()
