"""Pages of the second step: an app, recovery codes, and the step itself at sign-in."""

import base64
import functools

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, clear_totp_secret
from allauth.mfa.webauthn.internal import auth as webauthn_auth
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from liaisons.access import is_core_team, signed_in
from liaisons.models import User
from web.error_views import too_many_requests
from web.policies import policy

from . import mails, passkeys, second_factor, second_step_resets
from .forms import posted
from .freshness import fresh_sign_in
from .next_page import next_page, with_next
from .reset_code_views import reset_code_first
from .second_factor_forms import TurnOnAppForm

form_page = require_http_methods(["GET", "HEAD", "POST"])
APP_ON = gettext_lazy("Sign-in with a code from an app was turned on.")
APP_OFF = gettext_lazy("Sign-in with a code from an app was turned off.")
NEW_CODES = gettext_lazy("New recovery codes were made.")
CODE_USED = gettext_lazy("A recovery code was used.")


@signed_in
@require_safe
def index(request):
    """What is set up, and the choice between an app and a passkey."""
    own = {a.type: a for a in Authenticator.objects.filter(user=request.user)}
    codes_left = second_factor.codes_left(request.user)
    reset = second_step_resets.waiting(request.user)
    return render(
        request,
        "mfa/index.html",
        {
            "needs_reset_code": bool(reset and not second_step_resets.was_given(request, reset)),
            "app": own.get(Authenticator.Type.TOTP),
            "passkeys": [(key, key.wrap().name) for key in passkeys.of(request.user)],
            "passkeys_are_offered": passkeys.are_offered(),
            "codes_left": codes_left,
            "few_codes_left": codes_left is not None and codes_left <= second_factor.FEW_CODES,
            "is_needed": second_factor.is_missing(request.user),
            "next_url": next_page(request),
        },
    )


@fresh_sign_in
@reset_code_first
@never_cache
@form_page
def turn_on_app(request):
    """Show a secret as a picture and as text, and take the first code of the app."""
    if Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists():
        return redirect("mfa_index")
    if request.method == "POST" and not second_factor.may_try(request, request.user):
        return too_many_requests(request)
    form = TurnOnAppForm(posted(request), user=request.user)
    if form.is_valid():
        if second_factor.add(request, functools.partial(_save_app, form)):
            clear_totp_secret(request)
            tell(request, APP_ON, _("Signing in now asks for a code from your app."))
        return go_on(request)
    adapter = get_adapter()
    picture = adapter.build_totp_svg(adapter.build_totp_url(request.user, form.secret))
    return render(
        request,
        "mfa/totp/activate_form.html",
        {
            "form": form,
            "picture": "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode(),
            "next_url": next_page(request),
        },
    )


@fresh_sign_in
@form_page
def turn_off_app(request):
    """Ask, then turn off the app; the Core Team keeps at least one second step."""
    app = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).first()
    if app is None:
        raise Http404
    if request.method == "POST":
        if second_factor.remove(request, app.pk):
            tell(request, APP_OFF, _("Signing in no longer asks for a code from your app."))
        else:
            messages.error(request, last_one_stays())
        return redirect("mfa_index")
    return render(request, "mfa/totp/deactivate_form.html")


@fresh_sign_in
@never_cache
@form_page
def recovery_codes(request):
    """How many are left; new ones are made by a POST, and its answer alone shows them."""
    if not second_factor.has_factor(request.user):
        return redirect("mfa_index")
    context = {
        "next_url": next_page(request) or reverse("mfa_index"),
        "codes_left": second_factor.codes_left(request.user),
    }
    if request.method == "POST":
        if not second_factor.may_try(request, request.user):
            return too_many_requests(request)
        context["codes"] = _new_codes(request.user)
        tell(request, NEW_CODES)
    return render(request, "mfa/recovery_codes/index.html", context)


class EnterSecondStep(AuthenticateView):
    """allauth's page of the second step at sign-in, under our limits."""

    def post(self, request, *args, **kwargs):
        if not second_factor.may_try(request, self.stage.login.user):
            return too_many_requests(request)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form):
        response = super().form_valid(form)
        if self.request.user.is_authenticated:
            tell_of_recovery_code(self.request, form.authenticator)
        return response

    def get_context_data(self, **kwargs):
        person = self.stage.login.user
        context = super().get_context_data(**kwargs)
        webauthn_auth.clear_state()
        return {
            **context,
            "passkey_options": passkeys.options_to_ask(person),
            "passkey_is_wrong": bool(context["webauthn_form"].errors),
        }


_enter_second_step = EnterSecondStep.as_view()


@policy("anonymous")
@form_page
def authenticate(request):
    """The second step at sign-in: a code or a passkey."""
    return _enter_second_step(request)


def tell(request, notice, message="") -> None:
    """Say on the page and by mail that something about the second step changed."""
    if message:
        messages.success(request, message)
    if request.user.email:
        mails.send_security_notice(request.user.email, notice, language=request.user.language)


def tell_of_recovery_code(request, authenticator: Authenticator) -> None:
    """After a recovery code was used: how many are left, and a mail."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        return
    count = second_factor.codes_left(request.user) or 0
    messages.warning(
        request,
        ngettext(
            "You have %(count)s recovery code left.",
            "You have %(count)s recovery codes left.",
            count,
        )
        % {"count": count},
    )
    tell(request, CODE_USED)


def go_on(request):
    """After a second step was added: recovery codes, where there are none yet."""
    if second_factor.codes_left(request.user) is None:
        return redirect(with_next(request, "mfa_view_recovery_codes"))
    return redirect(next_page(request) or "mfa_index")


def last_one_stays() -> str:
    """Why a second step was not removed."""
    return _("The Core Team cannot do without a second step. Add another one first.")


def admin_sign_in(request, extra_context=None):
    """The admin's own sign-in page, of which only the address is left."""
    if is_core_team(request.user):
        return redirect("admin:index")
    if request.user.is_authenticated:
        raise Http404
    return redirect_to_login(next_page(request) or reverse("admin:index"), reverse("account_login"))


def admin_password(request, extra_context=None):
    """The admin's own pages for a password lead to the one of the settings."""
    return redirect("liaisons:settings_password")


def _save_app(form, person) -> Authenticator | None:
    if Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists():
        return None
    app = TOTP.activate(person, form.secret).instance
    # The code that turned it on does not sign in any more.
    app.data["last_counter"] = form.counter
    app.save(update_fields=["data"])
    return app


@transaction.atomic
def _new_codes(person) -> list[str]:
    # Two at once: the second ones are those that work.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).delete()
    return RecoveryCodes.activate(person).generate_codes()
