"""The production settings: clean by Django's own deployment check, and never with a default."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

COMPLETE = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "not-a-real-key-0123456789-abcdefghijklmnopqrstuvwxyz-xyz",
    "ADDRESS_HASH_KEY": "not-a-real-address-key-0123456789-abcdefghijk",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "BASE_URL": "https://liaisons.example.org",
    "ALLOWED_HOSTS": "liaisons.example.org",
    "EMAIL_HOST": "mail.example.org",
    "CONTACT_EMAIL": "core-team@example.org",
    "DEFAULT_FROM_EMAIL": "Strategy Liaisons <news@example.org>",
}


def manage(*words, **changed):
    """Run manage.py with production settings; a variable set to None is left out."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    environment = {k: v for k, v in (kept | COMPLETE | changed).items() if v is not None}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip


def test_the_deployment_check_is_clean():
    done = manage("check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "insecure-" + "x" * 60}, "SECRET_KEY"),
        ({"ADDRESS_HASH_KEY": None}, "ADDRESS_HASH_KEY"),
        ({"ADDRESS_HASH_KEY": "short"}, "ADDRESS_HASH_KEY"),
        ({"ADDRESS_HASH_KEY": "insecure-" + "x" * 60}, "ADDRESS_HASH_KEY"),
        ({"ADDRESS_HASH_KEY": COMPLETE["SECRET_KEY"]}, "ADDRESS_HASH_KEY"),
        ({"DATABASE_URL": None}, "DATABASE_URL"),
        ({"REDIS_URL": None}, "REDIS_URL"),
        ({"BASE_URL": "http://liaisons.example.org"}, "https"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS"),
        ({"EMAIL_HOST": None}, "EMAIL_HOST"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else value,
)
def test_production_refuses_to_start_with_a_default(changed, word):
    done = manage("check", **changed)
    assert done.returncode != 0
    assert word in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("changed", "from_the_start", "starttls"),
    [
        ({}, False, True),
        ({"EMAIL_PORT": "465"}, True, False),
        ({"EMAIL_PORT": "465", "EMAIL_USE_TLS": "no"}, False, False),
    ],
)
def test_the_port_says_how_mail_is_encrypted(changed, from_the_start, starttls):
    done = manage(
        "shell", "-v", "0", "-c",
        "from django.conf import settings as s; print(s.EMAIL_USE_SSL, s.EMAIL_USE_TLS)", **changed,
    )  # fmt: skip
    assert done.stdout.split()[-2:] == [str(from_the_start), str(starttls)], done.stderr


def test_cookies_and_transport_are_safe():
    done = manage(
        "shell", "-v", "0", "-c",
        "from django.conf import settings as s; print(all([s.SESSION_COOKIE_SECURE, "
        "s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_SECURE, s.CSRF_COOKIE_HTTPONLY, "
        "s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS, not s.DEBUG, s.EMAIL_TIMEOUT, "
        "s.EMAIL_USE_TLS]))",
    )  # fmt: skip
    assert done.stdout.strip().endswith("True"), done.stdout + done.stderr
