"""Mails about the account itself, sent at once: nobody waits for them behind a digest."""

import logging
import smtplib

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from mailing import kinds
from mailing.links import mail_domain
from mailing.models.messages import new_message_id

logger = logging.getLogger(__name__)
# Subject, text, HTML.
CODE = (
    "account/email/code_subject.txt",
    "account/email/code.txt",
    "account/email/code.html",
)
SECURITY_NOTICE = (
    "account/email/security_notice_subject.txt",
    "account/email/security_notice.txt",
    "account/email/security_notice.html",
)
KINDS = {
    "account_code": _("A code to sign in or to confirm an address"),
    "account_security_notice": _("Something was changed in the account"),
}
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def register_all() -> None:
    """Make the kinds known to mailing; called once, when the app is ready.

    The ledger holds neither: they are sent in the request, to whoever just asked. So nothing can be
    in their way, also no earlier trouble with the address, or a page would tell of it.
    """
    for kind, label in KINDS.items():
        kinds.register(
            kind,
            label=label,
            category=kinds.Category.ACCOUNT,
            to_whom=_("Whoever asked for it or changed it, a moment ago"),
        )


class NotSent(Exception):
    """The mail server did not take the mail; ``advice`` is what to tell the person."""

    advice = _("The mail with the code could not be sent. Please try again in a few minutes.")


def send_code(address: str, code: str, *, purpose: str) -> None:
    """Mail a code in the language of the page it was asked for on. Raises ``NotSent``."""
    context = {"code": code, "purpose": purpose, "minutes": settings.CODE_MINUTES}
    _send(CODE, address, context)


def send_security_notice(address: str, notice: str, *, language: str) -> None:
    """Tell a person that something about their account was changed. Never fails for the caller."""
    with translation.override(language):
        try:
            _send(SECURITY_NOTICE, address, {"notice": str(notice)})
        except NotSent:
            logger.warning("A security notice could not be sent.")


def tell(person, notice: str) -> None:
    """The same, for whoever has an address."""
    if person.email:
        send_security_notice(person.email, notice, language=person.language)


def _send(templates: tuple[str, str, str], address: str, context: dict) -> None:
    subject, text, html = templates
    context = {
        **context,
        "site_name": settings.SITE_NAME,
        "base_url": settings.BASE_URL,
        "contact_email": settings.CONTACT_EMAIL,
        "mail_language": translation.get_language(),
        "mail_direction": "rtl" if translation.get_language_bidi() else "ltr",
    }
    mail = EmailMultiAlternatives(
        subject=" ".join(render_to_string(subject, context).split()),
        body=render_to_string(text, context).strip() + "\n",
        to=[address],
        # Django would put this machine's own name into it.
        headers={**HEADERS, "Message-ID": new_message_id(mail_domain())},
        connection=get_connection(timeout=settings.CODE_MAIL_TIMEOUT),
    )
    mail.attach_alternative(render_to_string(html, context), "text/html")
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as error:
        # The address is not logged; what the server said may hold it.
        logger.warning("A mail about an account could not be sent: %s", type(error).__name__)
        raise NotSent from error
