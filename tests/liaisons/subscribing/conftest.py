"""A reader without an account, who asks for the digest and opens the links in mails."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from mailing import deliver
from mailing.models import Recipient
from strategy.models import WorkingGroup
from web.models import Installation

ADDRESS = "reader@example.org"


@pytest.fixture(autouse=True)
def real_installation(db, settings):
    """Not a demo, and a form may be sent as fast as a test fills it in, unless a test says so."""
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": False})
    settings.FORM_SECONDS = (0, 86_400)
    for slug in ("advocacy", "capacity-building"):
        WorkingGroup.objects.create(slug=slug, name_en=slug.title())


class Reader:
    """A browser of somebody without an account."""

    def __init__(self):
        self.client = Client(enforce_csrf_checks=True)
        self.url = reverse("liaisons:subscribe")

    def form(self, **typed):
        """What a person sends who opened the page, and typed this."""
        page = self.client.get(self.url).content.decode()
        hidden = dict(re.findall(r'name="(stamp|csrfmiddlewaretoken)" value="([^"]*)"', page))
        return {
            "address": ADDRESS,
            "rhythm": "daily",
            "language": "en",
            "time_zone": "UTC",
            "website": "",
            **hidden,
            **typed,
        }

    def ask(self, **typed):
        return self.client.post(self.url, self.form(**typed))

    def links(self):
        """The paths in the newest mail, after it was sent."""
        deliver.send_due()
        return re.findall(r"http://testserver(/\S+)", mail.outbox[-1].body)

    def confirm(self):
        [path] = [link for link in self.links() if "/confirm/" in link]
        return Client().post(path)

    def subscribe(self, **typed) -> Recipient:
        """All the way in."""
        assert self.ask(**typed).status_code == 302
        assert self.confirm().status_code == 302
        deliver.send_due()
        return Recipient.objects.get(address=typed.get("address", ADDRESS))

    def manage(self, recipient):
        from mailing.subscriptions import manage_token

        return reverse("liaisons:subscription", args=[manage_token(recipient)])


@pytest.fixture
def reader():
    return Reader()
