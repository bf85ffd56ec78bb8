"""Mails about the account itself, sent at once: nobody waits for them behind a digest."""

import logging

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from mailing import at_once

logger = logging.getLogger(__name__)
CODE = "account_code"
SECURITY_NOTICE = "account_security_notice"
KINDS = {
    CODE: ("account/email/code", _("A code to sign in or to confirm an address")),
    SECURITY_NOTICE: (
        "account/email/security_notice",
        _("Something was changed in the account"),
    ),
}


def register_all() -> None:
    """Make the kinds known to mailing; called once, when the app is ready."""
    for kind, (stem, label) in KINDS.items():
        at_once.register(
            kind,
            f"{stem}_subject.txt",
            f"{stem}.txt",
            f"{stem}.html",
            label=label,
            to_whom=_("Whoever asked for it or changed it, a moment ago"),
        )


class NotSent(Exception):
    """The mail server did not take the mail; ``advice`` is what to tell the person."""

    advice = _("The mail with the code could not be sent. Please try again in a few minutes.")


def send_code(address: str, code: str, *, purpose: str) -> None:
    """Mail a code in the language of the page it was asked for on. Raises ``NotSent``."""
    context = {"code": code, "purpose": purpose, "minutes": settings.CODE_MINUTES}
    try:
        at_once.send(CODE, address, context)
    except at_once.NotSent as error:
        raise NotSent from error


def send_security_notice(address: str, notice: str, *, language: str) -> None:
    """Tell a person that something about their account was changed. Never fails for the caller."""
    with translation.override(language):
        try:
            at_once.send(SECURITY_NOTICE, address, {"notice": str(notice)})
        except at_once.NotSent:
            logger.warning("A security notice could not be sent.")


def tell(person, notice: str) -> None:
    """The same, for whoever has an address."""
    if person.email:
        send_security_notice(person.email, notice, language=person.language)
