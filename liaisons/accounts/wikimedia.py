"""Sign-in with a Wikimedia account, on top of allauth's ``mediawiki`` provider.

An account is known by its central id alone. Names are for showing: they may be renamed, hold
spaces and any script, and two may differ in case only.
"""

import re

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialToken
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.mediawiki.provider import MediaWikiProvider
from allauth.socialaccount.providers.mediawiki.views import MediaWikiOAuth2Adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from web.one_line import is_break, is_turn
from web.policies import policy

from . import wiki_standing
from .wiki_http import read_json
from .wiki_standing import PROVIDER_ID, Word

LANGUAGE_KEY = "wikimedia_language"
TOKEN = re.compile(r"[\x21-\x7e]{1,10000}")
# Central ids are counted up from 1.
CENTRAL_ID = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
LONGEST_NAME = 255
LONGEST_ADDRESS = 254


def is_on() -> bool:
    """True where this installation has a client id for Wikimedia sign-in."""
    return bool(settings.WIKIMEDIA_CLIENT_ID)


def user_agent() -> str:
    """Who asks, with a contact: Wikimedia's User-Agent policy."""
    return f"StrategyLiaisons/1.0 ({settings.BASE_URL}; {settings.CONTACT_EMAIL})"


def is_name(value) -> bool:
    """True for what can be the name of a Wikimedia account: a line of text without controls."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= LONGEST_NAME
        and value == value.strip()
        and not any(is_break(character) or is_turn(character) for character in value)
    )


class WikimediaClient(OAuth2Client):
    """allauth's client; what is not a token in JSON is no answer."""

    def get_access_token(self, code, pkce_code_verifier=None, extra_data=None):
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback_url,
            "client_id": self.consumer_key,
            "client_secret": self.consumer_secret,
            "code_verifier": pkce_code_verifier,
        }
        with get_adapter().get_requests_session() as session:
            response = session.post(self.access_token_url, data=asked, headers=self.headers)
        answer = read_json(response) if response.status_code == 200 else None
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not TOKEN.fullmatch(token):
            raise OAuth2Error("The answer is not a token.")
        return {"access_token": token}


class WikimediaOAuth2Adapter(MediaWikiOAuth2Adapter):
    """allauth's adapter at the origin of our settings, read when used."""

    client_class = WikimediaClient

    @property
    def rest_api(self):
        return f"{settings.WIKIMEDIA_ORIGIN}/w/rest.php/oauth2"

    @property
    def access_token_url(self):
        return f"{self.rest_api}/access_token"

    @property
    def authorize_url(self):
        return f"{self.rest_api}/authorize"

    @property
    def profile_url(self):
        return f"{self.rest_api}/resource/profile"

    @property
    def headers(self):
        return {"User-Agent": user_agent()}

    def get_callback_url(self, request, app):
        # The address registered with Wikimedia: without a language, and not from the Host header.
        return settings.BASE_URL + reverse("mediawiki_callback")

    def parse_token(self, data):
        return SocialToken(token=data["access_token"])

    def complete_login(self, request, app, token, **kwargs):
        headers = {"Authorization": f"Bearer {token.token}", **self.headers}
        with get_adapter().get_requests_session() as session:
            response = session.get(self.profile_url, headers=headers)
        if response.status_code != 200:
            raise ProviderException("The wiki did not send the profile.")
        profile = checked(read_json(response))
        if not profile["username"]:
            # A hidden account sends no name: there is nobody to show or to ask.
            wiki_standing.keep(profile["sub"], Word(""))
            raise ImmediateHttpResponse(render(request, "socialaccount/no_name.html", status=403))
        return self.get_provider().sociallogin_from_response(request, profile)


def checked(profile) -> dict:
    """What we use of a profile, each part what it has to be; else ``ProviderException``."""
    if not isinstance(profile, dict):
        raise ProviderException("The profile is not one.")
    central_id = profile.get("sub")
    is_number = isinstance(central_id, int | str) and not isinstance(central_id, bool)
    if not is_number or not CENTRAL_ID.fullmatch(str(central_id)):
        raise ProviderException("The profile holds no central id.")
    name = profile.get("username")
    if name not in (None, "") and not is_name(name):
        raise ProviderException("The name in the profile is not one.")
    address = profile.get("email")
    is_usable = isinstance(address, str) and len(address) <= LONGEST_ADDRESS
    return {
        "sub": str(central_id),
        "username": name or "",
        "is_blocked": profile.get("blocked") is True,
        "confirmed_email": is_usable and profile.get("confirmed_email") is True,
        "email": address if is_usable else None,
    }


class WikimediaProvider(MediaWikiProvider):
    """allauth's provider: PKCE on, nothing taken from the query, little kept of the profile."""

    oauth2_adapter_class = WikimediaOAuth2Adapter
    pkce_enabled_default = True

    def get_redirect_from_request_kwargs(self, request):
        kwargs = super().get_redirect_from_request_kwargs(request)
        return {
            "process": AuthProcess.LOGIN,
            **({"next_url": kwargs["next_url"]} if "next_url" in kwargs else {}),
        }

    def extract_extra_data(self, data):
        return {"username": data["username"]}

    def extract_common_fields(self, data):
        return {**super().extract_common_fields(data), "is_blocked": data["is_blocked"]}


_login = OAuth2LoginView.adapter_view(WikimediaOAuth2Adapter)
_callback = OAuth2CallbackView.adapter_view(WikimediaOAuth2Adapter)


@policy("anonymous")
def begin(request):
    """Send the browser to Wikimedia, by POST only; remember the language to come back in."""
    if not is_on():
        raise Http404
    if request.method != "POST":
        return redirect("account_login")
    request.session[LANGUAGE_KEY] = translation.get_language()
    return _login(request)


def begin_connecting(request):
    """Send the browser to Wikimedia to connect an account with the one that is signed in.

    The state is kept in this session and names the person who began: nobody else's account can
    be the one that is connected.
    """
    request.session[LANGUAGE_KEY] = translation.get_language()
    provider = get_adapter(request).get_provider(request, PROVIDER_ID)
    return provider.redirect(request, AuthProcess.CONNECT, data={"person": request.user.pk})


@policy("anonymous")
@require_safe
def come_back(request):
    """The address Wikimedia sends the browser back to; it has no language prefix of its own."""
    if not is_on():
        raise Http404
    language = request.session.get(LANGUAGE_KEY, settings.LANGUAGE_CODE)
    with translation.override(language):
        request.LANGUAGE_CODE = language
        try:
            return _callback(request)
        except IntegrityError:
            # The same account came back twice at once; the other answer made the account.
            messages.info(request, _("Please sign in once more."))
            return redirect("account_login")
