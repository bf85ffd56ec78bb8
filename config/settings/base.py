"""Settings shared by every way of running, from the environment with a working default."""

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import embedded

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = BASE_DIR / "var"

# --- Identity of this installation ------------------------------------------------------------
SECRET_KEY = os.environ.get("SECRET_KEY", "insecure-development-key")
# Makes the coded form in which addresses are kept that want no mail. Has to outlive SECRET_KEY:
# with another one nobody knows those addresses again.
ADDRESS_HASH_KEY = os.environ.get("ADDRESS_HASH_KEY", "insecure-development-address-key")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost 127.0.0.1 [::1]").split()
# Links in mail use this, never the Host header.
PORT = os.environ.get("PORT", "8000")
BASE_URL = os.environ.get("BASE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
CONTACT_EMAIL = os.environ.get("CONTACT_EMAIL", "core-team@example.org")
SOURCE_URL = os.environ.get("SOURCE_URL", "")

# --- Parts ------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "modeltranslation",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.mediawiki",
    "csp",
    "web",
    "mailing",
    "liaisons",
    "strategy",
    "outreach_map",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "web.security_headers.SecurityHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "web.input_guard.InputGuardMiddleware",
    "liaisons.accounts.sessions.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "liaisons.accounts.sessions.SeenMiddleware",
    "liaisons.accounts.second_factor.SecondStepMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.context_processors.page",
            ],
        },
    },
]

# --- Data -------------------------------------------------------------------------------------
DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or embedded.database_url(),
        conn_max_age=60,
        conn_health_checks=True,
    )
}
# A database that does not answer is given up, so that a worker or a page can say so: seconds to
# connect, then the silence of its machine after which a connection counts as lost.
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=10, keepalives_idle=30, keepalives_interval=10, keepalives_count=3
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "liaisons.User"

# The default cache lives in the database: sign-in limits must hold while Redis is away.
# "pages", "searches" (pages with a query) and "figures" are each process's own memory:
# web/public_pages.py and web/kept_figures.py.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 3000},
    },
    "searches": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "searches",
        "OPTIONS": {"MAX_ENTRIES": 300},
    },
    "figures": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "figures",
        # The frame of each kind of page in ten languages is among them.
        "OPTIONS": {"MAX_ENTRIES": 1500},
    },
}

# --- Jobs: the database is the queue of record, Redis only nudges -------------------------------
CELERY_BROKER_URL = os.environ.get("REDIS_URL") or embedded.redis_url()

# --- Languages and time -------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("ar", "العربية"),
    ("de", "Deutsch"),
    ("en", "English"),
    ("es", "español"),
    ("fr", "français"),
    ("hi", "हिन्दी"),
    ("ja", "日本語"),
    ("pt", "português"),
    ("ru", "русский"),
    ("zh-hans", "简体中文"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en",)
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [VAR_DIR / "static-build"]  # made from static/ by script/build-assets
DATA_DIR = BASE_DIR / "data"

# --- Requests -----------------------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "web.error_views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SILENCED_SYSTEM_CHECKS: list[str] = []

# How many texts a translator works on at once, and after how many days without a save they go to
# somebody else.
TRANSLATIONS_AT_ONCE = int(os.environ.get("TRANSLATIONS_AT_ONCE", "3"))
TRANSLATION_CLAIM_DAYS = float(os.environ.get("TRANSLATION_CLAIM_DAYS", "3"))

# Where the Wikimedia sign-in redirects to; Chromium applies form-action to redirects as well.
WIKIMEDIA_ORIGIN = os.environ.get("WIKIMEDIA_ORIGIN", "https://meta.wikimedia.org")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF, WIKIMEDIA_ORIGIN],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# Groups, mandates and mails: intervals are settings so that stress tests take seconds.
MANDATE_LENGTH_DAYS = 365
# From how many days before its last day a mandate can be renewed.
MANDATE_RENEWAL_DAYS = 60
# How many days before its last day the end of a mandate is announced by mail.
MANDATE_REMINDER_DAYS = (30, 7, 1)
USUAL_REVIEW_DAYS = 7
# Days within which the next update was promised; the Core Team is warned so many days before.
UPDATE_RHYTHM_DAYS = int(os.environ.get("UPDATE_RHYTHM_DAYS", "28"))
UPDATE_RHYTHM_EARLY_DAYS = int(os.environ.get("UPDATE_RHYTHM_EARLY_DAYS", "5"))
# After so many days without an answer an applicant may be reminded of a question, and declined.
QUESTION_REMINDER_DAYS = 7
UNANSWERED_AFTER_DAYS = 30
# Days for which the words and addresses of letters to liaisons are kept.
LETTER_DAYS = 90
# A form for anyone, such as a letter's, is sent after so many seconds at the earliest, and at the
# latest.
FORM_SECONDS = (3, 86_400)
# How many letters in a day: of one address, of one account, from one network, to one liaison.
LETTERS_FROM_ADDRESS_A_DAY = 5
LETTERS_FROM_PERSON_A_DAY = 5
LETTERS_FROM_NETWORK_A_DAY = 30
LETTERS_TO_LIAISON_A_DAY = 20
# How long things are kept that then go by themselves; the privacy page names each of these.
ABANDONED_DRAFT_DAYS = 180
CLOSED_APPLICATION_DAYS = 180
ENDORSEMENT_DAYS = 365
# How long everything held on a person can be downloaded once it was asked for.
DATA_EXPORT_HOURS = 24
HANDOVER_DAYS = 30
# For so long the same dispute in the same words opens no new review.
REVIEW_REST_DAYS = 90

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}

SITE_NAME = _("Strategy Liaisons")

from .accounts import *  # noqa: E402,F403
from .mail import *  # noqa: E402,F403
from .mail_health import *  # noqa: E402,F403
