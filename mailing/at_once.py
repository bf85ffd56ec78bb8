"""Mails that somebody waits for at the screen: sent in the request, past the ledger.

    at_once.register("account_code", "account/email/code_subject.txt", "account/email/code.txt",
                     "account/email/code.html", label=…, to_whom=…)
    at_once.send("account_code", "a@example.org", {"code": "1234 5678"})

Nothing can be in their way, also no earlier trouble with the address: a page that answered
differently would tell of it. All other mail goes through ``notices`` and the digest.
"""

import logging
import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import translation

from . import kinds
from .kinds import Category, Kind, Urgency
from .links import mail_domain
from .mime import one_line
from .models.messages import new_message_id

logger = logging.getLogger(__name__)
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


class NotSent(Exception):
    """The mail server did not take it."""


class AtOnce(EmailMultiAlternatives):
    """One of these mails, in the form Django's backends take."""


def register(
    kind: str,
    subject_template: str,
    text_template: str,
    html_template: str,
    *,
    label: Any,
    to_whom: Any,
) -> Kind:
    """Add a kind (in ``AppConfig.ready``). Raises ``ValueError`` for a name in use."""
    return kinds.register(
        kind,
        label=label,
        category=Category.ACCOUNT,
        to_whom=to_whom,
        urgency=Urgency.AT_ONCE,
        subject_template=subject_template,
        text_template=text_template,
        html_template=html_template,
    )


def send(kind: str, address: str, context: dict[str, Any]) -> None:
    """Send one now, in the active language.

    Raises ``NotSent``, and ``KeyError`` for a kind that is not registered as one of these.
    """
    found = kinds.named(kind)
    if found is None or found.is_in_ledger:
        raise KeyError(f"No kind {kind!r} of mail that is sent at once is registered.")
    mail = _written(found, address, context)
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as error:
        # The address is not logged; what the server said may hold it.
        logger.warning("A mail of kind %s could not be sent: %s", kind, type(error).__name__)
        raise NotSent from error


def _written(kind: Kind, address: str, context) -> AtOnce:
    context = {
        **context,
        "site_name": settings.SITE_NAME,
        "base_url": settings.BASE_URL,
        "contact_email": settings.CONTACT_EMAIL,
        "mail_language": translation.get_language(),
        "mail_direction": "rtl" if translation.get_language_bidi() else "ltr",
    }
    mail = AtOnce(
        subject=one_line(render_to_string(kind.subject_template, context)),
        body=render_to_string(kind.text_template, context).strip() + "\n",
        to=[address],
        # Django would put this machine's own name into it.
        headers={**HEADERS, "Message-ID": new_message_id(mail_domain())},
        connection=get_connection(timeout=settings.CODE_MAIL_TIMEOUT),
    )
    mail.attach_alternative(render_to_string(kind.html_template, context), "text/html")
    return mail
