"""What has to be right before the first mail leaves."""

from urllib.parse import urlsplit

from anymail.exceptions import AnymailConfigurationError
from django.conf import settings
from django.core.checks import Error, register

from .bounces import providers

# Words of the conversation for one message: greeting, sender, recipient, data, end, and one spare.
WORDS = 6
SLOWEST = 0.01  # messages a second
SECRET_LENGTH = 20


@register()
def check_mail_settings(app_configs, **kwargs):
    """Refuses settings under which mail would hang, double or carry broken links."""
    errors = []
    base = urlsplit(settings.BASE_URL)
    if base.scheme not in ("http", "https") or not base.hostname:
        errors.append(Error("BASE_URL must be a whole address with http(s)://.", id="mailing.E001"))
    if not settings.EMAIL_TIMEOUT:
        errors.append(
            Error(
                "EMAIL_TIMEOUT must be set: without it a worker waits for ever.", id="mailing.E002"
            )
        )
    elif settings.MAIL_LEASE < WORDS * settings.EMAIL_TIMEOUT:
        errors.append(
            Error(
                f"MAIL_LEASE must be at least {WORDS} times EMAIL_TIMEOUT, "
                "or a slow worker is taken for a dead one and a mail goes out twice.",
                id="mailing.E003",
            )
        )
    if not 1 <= settings.MAIL_BATCH <= 1000:
        errors.append(Error("MAIL_BATCH must lie between 1 and 1000.", id="mailing.E004"))
    if not 1 <= settings.MAIL_PAUSE_MOST_DAYS < settings.MAIL_NOTICE_DAYS:
        errors.append(
            Error(
                "MAIL_PAUSE_MOST_DAYS must be at least 1 and less than MAIL_NOTICE_DAYS.",
                id="mailing.E005",
            )
        )
    limits = (
        settings.MAIL_PER_CONNECTION,
        settings.MAIL_PER_SECOND,
        settings.MAIL_PER_SECOND_TO_A_DOMAIN,
    )
    if min(limits) < 0 or any(0 < limit < SLOWEST for limit in limits[1:]):
        errors.append(
            Error(
                f"The limits of the mail server are 0 (none) or at least {SLOWEST} a second.",
                id="mailing.E006",
            )
        )
    pauses = (
        (settings.MAIL_DOMAIN_PAUSE_FIRST, settings.MAIL_DOMAIN_PAUSE_LONGEST),
        (settings.MAIL_SERVER_PAUSE_FIRST, settings.MAIL_SERVER_PAUSE_LONGEST),
    )
    if not all(0 < first <= longest <= settings.MAIL_RETRY_LONGEST for first, longest in pauses):
        errors.append(
            Error(
                "Each MAIL_…_PAUSE_FIRST is more than 0 and at most its MAIL_…_PAUSE_LONGEST, "
                "which is at most MAIL_RETRY_LONGEST.",
                id="mailing.E007",
            )
        )
    if settings.MAIL_UNREQUESTED_A_WEEK < 0:
        errors.append(Error("MAIL_UNREQUESTED_A_WEEK must not be less than 0.", id="mailing.E008"))
    return errors


@register()
def check_bounce_settings(app_configs, **kwargs):
    """Refuses events from whoever likes to send some, and a mailbox that cannot be opened."""
    errors = []
    unknown = [name for name in settings.MAIL_EVENT_PROVIDERS if name not in providers.VIEWS]
    if unknown:
        errors.append(
            Error(
                f"MAIL_EVENT_PROVIDERS names {', '.join(unknown)}. Known are: "
                f"{', '.join(providers.VIEWS)}.",
                id="mailing.E009",
            )
        )
    if settings.MAIL_EVENT_PROVIDERS and not _is_secret(settings.ANYMAIL["WEBHOOK_SECRET"]):
        errors.append(
            Error(
                "MAIL_EVENT_SECRET must be name:password, the password of at least 20 characters: "
                "anybody could otherwise say that an address does not exist.",
                id="mailing.E010",
            )
        )
    for name in settings.MAIL_EVENT_PROVIDERS:
        missing = _missing_key(name)
        if missing:
            errors.append(Error(f"{name}: {missing}", id="mailing.E011"))
    if settings.BOUNCE_IMAP_HOST and not (
        settings.BOUNCE_IMAP_USER and settings.BOUNCE_IMAP_PASSWORD
    ):
        errors.append(
            Error(
                "BOUNCE_IMAP_HOST needs BOUNCE_IMAP_USER and BOUNCE_IMAP_PASSWORD.",
                id="mailing.E012",
            )
        )
    return errors


def _missing_key(name) -> str:
    """What a provider's events cannot be believed without; empty where nothing is missing."""
    try:
        view = providers.VIEWS[name]() if name in providers.VIEWS else None
    except AnymailConfigurationError as error:
        return str(error).splitlines()[0]
    # The library notices this one only with the first event.
    is_missing = isinstance(view, providers.VIEWS["mandrill"]) and view.webhook_key is None
    return "MANDRILL_WEBHOOK_KEY must be set." if is_missing else ""


def _is_secret(secret) -> bool:
    name, colon, password = secret.partition(":")
    return bool(name and colon and len(password) >= SECRET_LENGTH)
