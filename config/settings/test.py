"""For pytest: quick password hashes, mails kept in memory, strict templates."""

from .base import *  # noqa: F403
from .base import TEMPLATES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
BASE_URL = "http://testserver"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "⚠ undefined: %s"
