"""Accounts: codes by mail, passwords, Wikimedia sign-in, the Core Team's second factor."""

import os

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = [
    "liaisons.accounts.backend.AddressBackend",
    # Signs nobody in by address; sessions that programs begin may name it.
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "strategy:dashboard"
LOGOUT_REDIRECT_URL = "home"
# In the database, each with whose it is; after two weeks one signs in again.
SESSION_ENGINE = "liaisons.models.sessions"
SESSION_COOKIE_AGE = 14 * 86_400

# --- allauth: its login stages, addresses, passwords and second factor; the pages are ours ------
ACCOUNT_ADAPTER = "liaisons.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
# An account is made only after its address is proved by a code, so nothing is left to verify.
ACCOUNT_EMAIL_VERIFICATION = "none"
# What changed about an account is told in our own words: liaisons/accounts/mails.py.
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXY_COUNT", "0"))

# --- Codes: how long they live, and how many may be asked for and tried -------------------------
CODE_MINUTES = 10
CODE_TRIES = 5
# (how many, in how many seconds). Asked for: for one address, and from one network address.
CODES_FOR_ADDRESS = (5, 600)
CODES_FOR_ADDRESS_A_DAY = (30, 86_400)
CODES_FROM_NETWORK = (60, 600)
CODE_TRIES_FROM_NETWORK = (120, 600)
# Passwords tried: for one address, and from one network address.
PASSWORDS_FOR_ADDRESS = (5, 300)
PASSWORDS_FROM_NETWORK = (60, 600)
# A page that waits for the mail server gives up after this many seconds.
CODE_MAIL_TIMEOUT = 5
# Sensitive settings ask again who it is when the last proof is older than this.
FRESH_SIGN_IN_MINUTES = 15

# --- Wikimedia sign-in: shown where a client id is set ------------------------------------------
WIKIMEDIA_CLIENT_ID = os.environ.get("WIKIMEDIA_CLIENT_ID", "")
WIKIMEDIA_CLIENT_SECRET = os.environ.get("WIKIMEDIA_CLIENT_SECRET", "")
SOCIALACCOUNT_ADAPTER = "liaisons.accounts.adapters.WikimediaAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = False
# The address comes confirmed or not at all; without one the talk page is the channel.
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_EMAIL_REQUIRED = False
# No answer of the wiki lasts or weighs more; a page that waits for one says that it did not work.
WIKIMEDIA_ANSWER_SECONDS = 5
WIKIMEDIA_ANSWER_BYTES = 200_000
# The daily question about renames, locks and hidden names: asked again after so many hours, at
# most so many accounts and seconds a run (it runs every hour), with a pause between two.
WIKI_CHECK_HOURS = 20
WIKI_CHECKS_A_RUN = 200
WIKI_CHECK_RUN_SECONDS = 200
WIKI_CHECK_PAUSE = 0.5
# The Core Team is told about accounts the wiki gave no answer about for so many hours.
WIKI_CHECK_LATE_HOURS = 48

# --- Second step: the Core Team must have one, others may -----------------------------------------
MFA_ADAPTER = "liaisons.accounts.second_factor_adapter.SecondFactorAdapter"
# Recovery codes are ours to make: allauth would make them unseen.
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "liaisons.accounts.second_factor_forms.SecondFactorForm",
    "authenticate_webauthn": "liaisons.accounts.second_factor_forms.PasskeyForm",
}
# (how many, in how many seconds): codes and passkeys tried for one account, from one network.
SECOND_STEP_TRIES = (5, 300)
SECOND_STEP_TRIES_A_DAY = (60, 86_400)
SECOND_STEP_TRIES_FROM_NETWORK = (60, 600)
# After a reset: for so many hours the code that an administrator handed over sets up a new one.
SECOND_STEP_RESET_HOURS = 48
