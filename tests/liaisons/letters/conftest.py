"""What the tests of letters share: a form filled in as by a person, and the mails that follow."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from mailing import deliver, recipients
from web.models import Installation

BODY = "Good day,\n\nwhen do you meet next?\nA reader"


@pytest.fixture(autouse=True)
def real_installation(db, settings):
    """Not a demo, and a form may be sent as fast as a test fills it in, unless a test says so."""
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": False})
    settings.FORM_SECONDS = (0, 86_400)


@pytest.fixture
def reachable(alice, bob, swahili):
    """Alice and Bob, with the addresses to which mails go."""
    for person in (alice, bob):
        recipients.sync_user(person, person.email, "en", "UTC")
    return alice


class Writer:
    """A browser that writes to the liaison of one group."""

    def __init__(self, client, group, language="en"):
        self.client = client
        self.url = reverse("liaisons:letter_new", args=[group.slug]).replace(
            "/en/", f"/{language}/", 1
        )

    def form(self, **typed):
        """What a person sends who opened the page, and typed this."""
        page = self.client.get(self.url).content.decode()
        stamp = re.search(r'name="stamp" value="([^"]*)"', page).group(1)
        return {
            "name": "Wanjiru",
            "address": "reader@example.org",
            "language": "en",
            "body": BODY,
            "website": "",
            "stamp": stamp,
            **typed,
        }

    def post(self, **typed):
        return self.client.post(self.url, self.form(**typed))

    def enter_code(self):
        code = re.search(r"^(\d{4}\s\d{4})$", mail.outbox[-1].body, re.M).group(1)
        return self.client.post(f"{self.url}code/", {"code": code})

    def send(self, **typed):
        """From the form to the letter on its way, with the code where it is asked for."""
        mail.outbox.clear()
        answer = self.post(**typed)
        if answer.status_code == 302 and answer.url.endswith("/code/"):
            answer = self.enter_code()
        return answer


@pytest.fixture
def writer(client, reachable, swahili):
    """Somebody without an account who writes to the liaison of ``swahili``."""
    return Writer(client, swahili)


def sent_mails():
    """The mails that go out now; those before are not in it."""
    mail.outbox.clear()
    deliver.send_due()
    return list(mail.outbox)
