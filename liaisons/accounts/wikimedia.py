"""Sign-in with a Wikimedia account, on top of allauth's ``mediawiki`` provider.

An account is known by its central id alone. Names are for showing: they may be renamed, hold
spaces and any script, and two may differ in case only.
"""

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.mediawiki.provider import MediaWikiProvider
from allauth.socialaccount.providers.mediawiki.views import MediaWikiOAuth2Adapter
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from web import content_version
from web.policies import policy

PROVIDER_ID = MediaWikiProvider.id
LANGUAGE_KEY = "wikimedia_language"


def is_on() -> bool:
    """True where this installation has a client id for Wikimedia sign-in."""
    return bool(settings.WIKIMEDIA_CLIENT_ID)


def user_agent() -> str:
    """Who asks, with a contact: Wikimedia's User-Agent policy."""
    return f"StrategyLiaisons/1.0 ({settings.BASE_URL}; {settings.CONTACT_EMAIL})"


class WikimediaOAuth2Adapter(MediaWikiOAuth2Adapter):
    """allauth's adapter at the origin of our settings, read when used."""

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

    def complete_login(self, request, app, token, **kwargs):
        headers = {"Authorization": f"Bearer {token.token}", **self.headers}
        with get_adapter().get_requests_session() as session:
            response = session.get(self.profile_url, headers=headers)
            response.raise_for_status()
            profile = response.json()
        if not isinstance(profile, dict) or not profile.get("sub"):
            raise ProviderException("The profile holds no central id.")
        if not profile.get("username"):
            # A suppressed account sends no name: there is nobody to show or to ask.
            raise ImmediateHttpResponse(render(request, "socialaccount/no_name.html", status=403))
        return self.get_provider().sociallogin_from_response(request, profile)


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


def refresh_name(person, name: str) -> None:
    """Take over a renamed account's new name, wherever it is shown."""
    if person.wiki_username == name:
        return
    with transaction.atomic():
        person.wiki_username = name
        person.save(update_fields=["wiki_username"])
        if person.is_public_by_name:
            content_version.bump()


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
