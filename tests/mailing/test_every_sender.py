"""No mail leaves but through the register of kinds: looked for in the code, and when it is sent."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage, mail_admins, send_mail

from liaisons.accounts.adapters import AccountAdapter
from mailing import at_once, kinds, notices
from tests import registered_mail

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("config", "web", "importing", "mailing", "liaisons", "strategy", "outreach_map")
# The two ways out, each of which asks the register, and how the first reads a server's answers.
WAYS_OUT = {"mailing/transport.py", "mailing/at_once.py", "mailing/replies.py"}
MODULES = ("django.core.mail", "smtplib", "aiosmtplib", "email.message", "email.mime")
CALLS = {
    "send_mail", "send_mass_mail", "mail_admins", "mail_managers", "email_user", "sendmail",
    "send_messages", "get_connection", "render_mail", "send_confirmation_mail",
    "send_password_reset_mail", "send_notification_mail",
}  # fmt: skip
# Checks how an address is written; what a mail that came in is read into. They send nothing.
HARMLESS = {"django.core.mail.message.sanitize_address", "email.message.Message"}
# Django's own ways to mail that a setting or a class switches on.
NAMES = {"AdminEmailHandler", "BrokenLinkEmailsMiddleware"}


def can_send(name: str) -> bool:
    """Whether something of this name, with its module, could be a way out."""
    return name not in HARMLESS and f"{name}.".startswith(tuple(f"{one}." for one in MODULES))


def senders(code: str) -> list[str]:
    """What in this code could send mail by itself."""
    found = []
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Import(names=names):
                found += [one.name for one in names if can_send(one.name)]
            case ast.ImportFrom(module=str(module), names=names):
                whole = [f"{module}.{one.name}" for one in names]
                found += [name for name in whole if can_send(name)]
            case ast.Call(func=ast.Attribute(attr=name)) if name in CALLS:
                found.append(name)
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in NAMES:
                found.append(name)
            case ast.Constant(value=str(value)) if any(name in value for name in NAMES):
                found.append(value)
    return found


def product_files():
    paths = [ROOT / "manage.py"]
    for package in PACKAGES:
        paths += sorted((ROOT / package).rglob("*.py"))
    assert len(paths) > 200
    return paths


def test_nothing_in_the_code_sends_mail_by_itself():
    found = {}
    for path in product_files():
        name = str(path.relative_to(ROOT))
        if name not in WAYS_OUT and (sends := senders(path.read_text(encoding="utf-8"))):
            found[name] = sends
    assert found == {}


@pytest.mark.parametrize(
    "code",
    [
        "from django.core.mail import send_mail",
        "from django.core import mail",
        "from django.core.mail.backends.smtp import EmailBackend",
        "import django.core.mail",
        "import smtplib",
        "import smtplib as anything",
        "person.email_user('Hello', 'there')",
        "adapter.send_mail('account/email/x', address, {})",
        "from email.message import EmailMessage",
        "LOGGING = {'class': 'django.utils.log.AdminEmailHandler'}",
        "MIDDLEWARE = ['django.middleware.common.BrokenLinkEmailsMiddleware']",
    ],
)
def test_each_way_to_send_mail_is_seen(code):
    assert senders(code)


def test_the_two_ways_out_are_there_and_no_others():
    assert all(senders((ROOT / way).read_text(encoding="utf-8")) for way in WAYS_OUT)


def test_no_library_mails_by_itself():
    """Errors go to the log; allauth's own words go nowhere."""
    assert settings.ADMINS == []
    assert settings.MANAGERS == []
    assert settings.ACCOUNT_EMAIL_NOTIFICATIONS is False
    assert settings.ACCOUNT_EMAIL_VERIFICATION == "none"
    with pytest.raises(LookupError, match="password_reset_key"):
        AccountAdapter().send_mail("account/email/password_reset_key", "a@example.org", {})


@pytest.mark.parametrize(
    "send",
    [
        lambda: send_mail("Unknown", "x", None, ["a@example.org"]),
        lambda: EmailMessage("Unknown", "x", to=["a@example.org"]).send(),
        lambda: mail_admins("Unknown", "x"),
    ],
    ids=["send_mail", "EmailMessage", "mail_admins"],
)
def test_what_passes_by_the_register_fails_its_test(send, settings):
    settings.ADMINS = [("Op", "op@example.org")]
    with pytest.raises(AssertionError, match="passed by the register"):
        send()
    assert mail.outbox == []
    assert len(registered_mail.refused) == 1
    registered_mail.refused.clear()


@pytest.mark.django_db
def test_a_kind_nobody_registered_cannot_be_sent():
    with pytest.raises(KeyError):
        notices.send("unknown", "a@example.org")
    with pytest.raises(KeyError):
        at_once.send("unknown", "a@example.org", {})


@pytest.mark.django_db
def test_each_way_takes_its_own_kinds_only():
    """A code never waits in the ledger, and nothing that a switch can stop goes past it."""
    with pytest.raises(KeyError):
        notices.send("account_code", "a@example.org")
    for kind in kinds.registered():
        if kind.is_in_ledger:
            with pytest.raises(KeyError):
                at_once.send(kind.name, "a@example.org", {})
        else:
            assert kind.subject_template
