"""For real installations. Refuses to start with a default secret or debug on."""

import os

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403
from .base import ADDRESS_HASH_KEY, BASE_URL, DEBUG, SECRET_KEY

for name in (
    "SECRET_KEY", "ADDRESS_HASH_KEY", "DATABASE_URL", "REDIS_URL", "BASE_URL", "ALLOWED_HOSTS",
    "EMAIL_HOST",
):  # fmt: skip
    if not os.environ.get(name):
        raise ImproperlyConfigured(f"Set {name}: production does not start with a default for it.")
if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("insecure-"):
    raise ImproperlyConfigured("SECRET_KEY must be random and at least 50 characters long.")
if len(ADDRESS_HASH_KEY) < 32 or ADDRESS_HASH_KEY.startswith("insecure-"):
    raise ImproperlyConfigured("ADDRESS_HASH_KEY must be random and at least 32 characters long.")
if ADDRESS_HASH_KEY == SECRET_KEY:
    raise ImproperlyConfigured("ADDRESS_HASH_KEY must be another one than SECRET_KEY.")
if DEBUG:
    raise ImproperlyConfigured("DEBUG must be off in production.")
if not BASE_URL.startswith("https://"):
    raise ImproperlyConfigured("BASE_URL must begin with https:// in production.")

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
# A POST of RFC 8058 must never meet a redirect; the health checks come from inside.
SECURE_REDIRECT_EXEMPT = [r"^mail/unsubscribe/", r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
