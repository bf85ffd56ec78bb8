"""What Postmark posts about mails it was given, and the way it does."""

import base64
import json

from django.test import Client
from django.urls import reverse

SECRET = "provider:a-long-password-for-tests"


def tell(client, event, provider="postmark", secret=SECRET):
    """Post an event as the provider does."""
    given = base64.b64encode(secret.encode()).decode()
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    return client.post(
        reverse("mailing:events", args=[provider]), body, content_type="application/json",
        headers={"authorization": f"Basic {given}"},
    )  # fmt: skip


def bounced(letter, kind="HardBounce", number=1, **others):
    """That a mail came back."""
    return {
        "RecordType": "Bounce",
        "ID": number,
        "Type": kind,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Description": "The server was unable to deliver your message",
        "Details": f"smtp;550 5.1.1 {letter.recipient.address} no such user \x00 here",
        "Email": letter.recipient.address,
        "BouncedAt": "2026-07-13T08:00:00Z",
        **others,
    }


def full(letter):
    """That a mail came back because there was no room for it."""
    return bounced(letter, "SoftBounce", Details="smtp;452 4.2.2 mailbox full")


def complained(letter):
    """That a reader pressed "this is spam"."""
    return bounced(letter, "SpamComplaint", RecordType="SpamComplaint")


def told(settings, event) -> None:
    """The event has come in, and was believed."""
    settings.MAIL_EVENT_PROVIDERS = ["postmark"]
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    assert tell(Client(), event).status_code == 200
