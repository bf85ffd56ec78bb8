"""What mail providers tell over the web, in the one form that django-anymail gives it.

An operator names the providers (MAIL_EVENT_PROVIDERS) and a secret (MAIL_EVENT_SECRET); then each
posts to ``/mail/events/<provider>/``. The events are handled right here: anymail's signal would
hide from the reader what happens with them.
"""

import logging
import re

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks import (
    brevo,
    mailersend,
    mailgun,
    mailjet,
    mailtrap,
    mandrill,
    postmark,
    sendgrid,
    sparkpost,
    unisender_go,
)
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from .. import unsubscribe
from ..addresses import address_hash, spellings
from ..links import mail_domain
from ..models import Bounce, Delivery, Notice, State
from . import fates, verdicts

logger = logging.getLogger(__name__)

# The providers whose events can be read without further packages.
VIEWS = {
    "brevo": brevo.BrevoTrackingWebhookView,
    "mailersend": mailersend.MailerSendTrackingWebhookView,
    "mailgun": mailgun.MailgunTrackingWebhookView,
    "mailjet": mailjet.MailjetTrackingWebhookView,
    "mailtrap": mailtrap.MailtrapTrackingWebhookView,
    "mandrill": mandrill.MandrillCombinedWebhookView,
    "postmark": postmark.PostmarkTrackingWebhookView,
    "sendgrid": sendgrid.SendGridTrackingWebhookView,
    "sparkpost": sparkpost.SparkPostTrackingWebhookView,
    "unisender_go": unisender_go.UnisenderGoTrackingWebhookView,
}


class Unreadable(Exception):
    """What was posted is not what this provider posts."""


def is_on(provider: str) -> bool:
    """Whether the operator named this provider."""
    return provider in VIEWS and provider in settings.MAIL_EVENT_PROVIDERS


def take(provider: str, request) -> int:
    """Check who posts, and write down what is news; says how many.

    Raises ``SuspiciousOperation`` for a wrong secret or signature, ``Unreadable`` where nothing in
    it can be read. One event that cannot be read is left out: told again, it would be the same.
    """
    view = VIEWS[provider]()
    if not view.basic_auth:
        raise SuspiciousOperation("MAIL_EVENT_SECRET is not set, so nobody can be believed.")
    read = view.esp_to_anymail_event
    view.esp_to_anymail_event = lambda *told: _tried(provider, lambda: read(*told))
    try:
        view.run_validators(request)
        events = view.parse_events(request)
    except SuspiciousOperation:
        raise
    except Exception as error:
        # Each provider's own check and parser, and as many kinds of errors.
        logger.warning("Events of %s cannot be read: %s", provider, type(error).__name__)
        raise Unreadable from error
    taken = [_tried(provider, lambda event=event: _take(provider, event)) for event in events]
    if taken and set(taken) == {None}:
        raise Unreadable
    return sum(filter(None, taken))


def _tried(provider, step):
    """What a step says of one event; None where it stumbles over what a stranger wrote."""
    try:
        with transaction.atomic():
            return step()
    except (OperationalError, InterfaceError):
        # The database is away: the provider tells all again.
        raise
    except Exception as error:
        logger.warning("An event of %s cannot be read: %s", provider, type(error).__name__)
        return None


def _take(provider, event: AnymailTrackingEvent) -> bool:
    said = _clean(event.mta_response or event.description)
    status = verdicts.status_of(provider, event.esp_event, said)
    is_gone = verdicts.is_gone(provider, event.esp_event, said, status)
    kind = _kind(event, is_gone)
    is_farewell = event.event_type == EventType.UNSUBSCRIBED
    letter = _letter(event) if kind or is_farewell else None
    if letter is None:
        return False
    if kind is None:
        if letter.recipient:
            unsubscribe.unsubscribe(letter.recipient)
        return bool(letter.recipient)
    return fates.write_down(
        letter,
        kind,
        source=Bounce.Source.PROVIDER,
        status=status,
        said=said,
    )


def _kind(event, is_gone) -> Bounce.Kind | None:
    """What an event means for the address; None where it means nothing."""
    if event.event_type == EventType.COMPLAINED:
        return Bounce.Kind.COMPLAINT
    if event.event_type == EventType.BOUNCED:
        return Bounce.Kind.HARD if is_gone else Bounce.Kind.SOFT
    if event.event_type == EventType.REJECTED:
        # The provider did not even try, because of what it learned before.
        if event.reject_reason == RejectReason.SPAM:
            return Bounce.Kind.COMPLAINT
        return Bounce.Kind.HARD if is_gone else None
    return None


def _letter(event) -> fates.Letter | None:
    """The message an event is about: by our own Message-ID, wherever in the event it stands."""
    addresses = (event.recipient,) if event.recipient else ()
    ours = re.compile(rf"\b[0-9a-f]{{32}}@{re.escape(mail_domain())}(?![\w.-])")
    found = ours.search(f"{event.message_id} {event.esp_event}")
    if found:
        letter = fates.letter_with(f"<{found[0]}>")
        return letter if letter and fates.is_addressee(letter, addresses) else None
    return _last_to(event.recipient) if event.recipient else None


def _last_to(address) -> fates.Letter | None:
    """Some providers know a message by a number of their own: then the last one to the address."""
    hashes = set(map(address_hash, spellings(address)))
    since = timezone.now() - fates.RECENT
    found: list[fates.Letter] = []
    for model, about in (
        (Delivery, {"recipient__address_hash__in": hashes}),
        (Notice, {"recipient__address_hash__in": hashes}),
        # Such as the mail that asks whether an address wants any.
        (Notice, {"recipient": None, "address__iexact": address}),
    ):
        sent = model.objects.filter(state=State.SENT, finished_at__gte=since, **about)
        found += sent.select_related("recipient").order_by("-finished_at")[:1]
    return max(found, key=lambda letter: letter.finished_at, default=None)


def _clean(text) -> str:
    """What a server said, as a database takes it."""
    return str(text or "").replace("\0", "").encode("utf-8", "replace").decode("utf-8")
