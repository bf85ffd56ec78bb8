"""What allauth asks us: names, words, where to go next, what comes from Wikimedia."""

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthError
from allauth.socialaccount.providers.base.constants import AuthProcess
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from liaisons.models.people import new_username

from . import connecting, freshness, mails, people, sessions, wiki_standing, wikimedia
from .wiki_http import WikiSession
from .wiki_standing import Word

# allauth's own messages have no Hindi and no plain Portuguese, so each one shown is said by us.
MESSAGES = {
    "account/messages/logged_in.txt": _("You are signed in."),
    "account/messages/logged_out.txt": _("You are signed out."),
    "mfa/messages/totp_activated.txt": _("Signing in now asks for a code from your app."),
    "mfa/messages/totp_deactivated.txt": _("Signing in no longer asks for a code from your app."),
    "mfa/messages/recovery_codes_generated.txt": _(
        "You have new recovery codes. Keep them in a safe place."
    ),
}
NOTICES = {
    "mfa/email/totp_activated": _("Sign-in with a code from an app was turned on."),
    "mfa/email/totp_deactivated": _("Sign-in with a code from an app was turned off."),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made."),
}


class AccountAdapter(DefaultAccountAdapter):
    """Opaque user names, our own words, and our own way to prove once more who one is."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _("Too many tries. Please wait some minutes."),
        "rate_limited": _("Too many tries. Please wait some minutes."),
        "incorrect_code": _("This code is not right. Please type it again."),
        "incorrect_password": _("This password is not right."),
        "email_password_mismatch": _("The address or the password is not right."),
    }

    def login(self, request, user):
        super().login(request, user)
        sessions.begin(request)

    def populate_username(self, request, user):
        user.username = user.username or new_username()

    def generate_unique_username(self, txts, regex=None):
        return new_username()

    def add_message(self, request, level, message_template=None, *args, **kwargs):
        text = kwargs.get("message") or MESSAGES.get(message_template)
        if text:
            messages.add_message(request, level, text)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        notice, address = NOTICES.get(template_prefix), email or user.email
        if notice and address:
            mails.send_security_notice(address, notice, language=user.language)

    def get_login_redirect_url(self, request):
        """One's own page: it says what is next, where the home page is the same for everybody."""
        return reverse(settings.LOGIN_REDIRECT_URL)

    def get_signup_redirect_url(self, request):
        return reverse(settings.LOGIN_REDIRECT_URL)

    def is_reauthentication_required(self, *, app, **kwargs):
        return not freshness.is_fresh(self.request) and freshness.can_prove(self.request.user)

    def get_reauthentication_methods(self, user):
        return [
            {"id": "reauthenticate", "description": "", "url": reverse("account_reauthenticate")}
        ]


class WikimediaAccountAdapter(DefaultSocialAccountAdapter):
    """Wikimedia accounts: known by their central id, shown by a name that may change."""

    def list_apps(self, request, provider=None, client_id=None):
        if not wikimedia.is_on() or provider not in (None, wikimedia.PROVIDER_ID):
            return []
        return [
            SocialApp(
                provider=wikimedia.PROVIDER_ID,
                name="Wikimedia",
                client_id=settings.WIKIMEDIA_CLIENT_ID,
                secret=settings.WIKIMEDIA_CLIENT_SECRET,
            )
        ]

    def get_provider(self, request, provider, client_id=None):
        return wikimedia.WikimediaProvider(request, app=self.get_app(request, provider, client_id))

    def get_requests_session(self):
        return WikiSession()

    def populate_user(self, request, sociallogin, data):
        user = sociallogin.user
        user.username = f"wm:{sociallogin.account.uid}"
        user.wiki_username = data["username"]
        user.wiki_checked_at = timezone.now()
        user.email = ""
        user.language = get_language() or settings.LANGUAGE_CODE
        if data.get("is_blocked"):
            messages.info(
                request, _("Your Wikimedia account is blocked. You can use this site all the same.")
            )
        return user

    def pre_social_login(self, request, sociallogin):
        """Connect, where that was begun; else follow a rename and let the person in."""
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            raise ImmediateHttpResponse(connecting.finish(request, sociallogin))
        if sociallogin.is_existing:
            name = sociallogin.account.extra_data["username"]
            wiki_standing.keep(sociallogin.account.uid, Word(name))
            sociallogin.user.refresh_from_db()
            return
        # Looked at only when the account is made: whose it is may change until then.
        sociallogin.offered, sociallogin.email_addresses = sociallogin.email_addresses, []

    def save_user(self, request, sociallogin, form=None):
        """A new account. An address that another account has is left out, and the person told."""
        offered = next((one.email for one in sociallogin.offered), "")
        with transaction.atomic():
            person = super().save_user(request, sociallogin, form)
            if offered and not people.take_offered_address(person, offered):
                messages.warning(
                    request,
                    _(
                        "The e-mail address of your Wikimedia account belongs to another account "
                        "here. So it was not added to this one."
                    ),
                )
            people.sync_recipient(person)
        return person

    def on_authentication_error(
        self, request, provider, error=None, exception=None, extra_context=None
    ):
        """Say what happened where the person came from; nothing was changed."""
        if error == AuthError.CANCELLED:
            messages.info(
                request, _("You stopped the sign-in with Wikimedia. Nothing was changed.")
            )
        else:
            messages.error(
                request,
                _(
                    "The sign-in with Wikimedia did not work. "
                    "Try again, or use your e-mail address."
                ),
            )
        is_in = request.user.is_authenticated
        raise ImmediateHttpResponse(
            redirect("liaisons:settings_sign_in" if is_in else "account_login")
        )


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are kept encrypted under the installation's key; the app shows our name."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right. Please type it again."),
        "unverified_email": _("Confirm your e-mail address first."),
        "cannot_delete_authenticator": _("The Core Team needs the code from an app to sign in."),
        "cannot_generate_recovery_codes": _("Turn on the code from an app first."),
    }

    def get_totp_label(self, user):
        return user.email or user.wiki_username or str(self._get_site_name())

    def get_totp_issuer(self):
        return str(settings.SITE_NAME)

    def can_delete_authenticator(self, authenticator):
        return not authenticator.user.is_staff

    def encrypt(self, text):
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> Fernet:
    key = hashlib.sha256(b"liaisons.second_factor" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
