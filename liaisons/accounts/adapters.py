"""What allauth asks us: names, words, where to go next, what comes from Wikimedia."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthError
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from liaisons.models.people import new_username
from web import rate_limits

from . import connecting, freshness, mail_trouble, people, sessions, wiki_standing, wikimedia
from .network import network_address
from .wiki_http import WikiSession
from .wiki_standing import Word

# allauth's own messages have no Hindi and no plain Portuguese, so each one shown is said by us.
MESSAGES = {
    "account/messages/logged_in.txt": _("You are signed in."),
    "account/messages/logged_out.txt": _("You are signed out."),
}


def _password_limits(request, credentials):
    """What counts a password that is tried: the address and the network it comes from."""
    address = str(credentials.get("email", "")).lower()
    return [
        (f"passwords-for:{address}", settings.PASSWORDS_FOR_ADDRESS),
        (f"passwords-from:{network_address(request)}", settings.PASSWORDS_FROM_NETWORK),
    ]


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

    def pre_authenticate(self, request, **credentials):
        """Count every try of a password, for any address alike; the limits hold in the database."""
        limits = _password_limits(request, credentials)
        answers = [rate_limits.allow(key, limit=limit, seconds=per) for key, (limit, per) in limits]
        if not all(answers):
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request, **credentials):
        """A right password was no try. Only this one is given back, not those before it.

        Else a right one now and then would hide the wrong ones of somebody who guesses.
        """
        person = super().authenticate(request, **credentials)
        if person is not None:
            for key, (_limit, per) in _password_limits(request, credentials):
                rate_limits.give_back(key, seconds=per)
        return person

    def pre_login(self, request, user, **kwargs):
        """From the first proof on under a new key.

        Whoever gave this browser its session does not come along, not even to the second step.
        """
        request.session.cycle_key()
        return super().pre_login(request, user, **kwargs)

    def login(self, request, user):
        super().login(request, user)
        sessions.begin(request)

    def post_login(self, request, user, **kwargs):
        """Where mail does not reach somebody, the page they go to says so."""
        answer = super().post_login(request, user, **kwargs)
        mail_trouble.tell_after_sign_in(request, user, answer.url)
        return answer

    def send_mail(self, template_prefix, email, context):
        """allauth sends nothing by itself: each kind of mail is registered, with our own words."""
        raise LookupError(f"No kind of mail is registered for {template_prefix!r}.")

    def populate_username(self, request, user):
        user.username = user.username or new_username()

    def generate_unique_username(self, txts, regex=None):
        return new_username()

    def add_message(self, request, level, message_template=None, *args, **kwargs):
        text = kwargs.get("message") or MESSAGES.get(message_template)
        if text:
            messages.add_message(request, level, text)

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
