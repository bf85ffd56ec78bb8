"""Who is it? Asked again before sensitive settings when the last proof is some time ago."""

from allauth.account.adapter import get_adapter
from allauth.account.utils import get_next_redirect_url
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from liaisons.access import signed_in
from web.error_views import too_many_requests

from . import codes, freshness, mails, passkeys, second_factor, ways
from .codes import Purpose
from .entrance import code_page
from .forms import PasswordForm, posted
from .second_factor_forms import PasskeyForm, SecondFactorForm
from .second_factor_views import tell_of_recovery_code


@signed_in
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request):
    """By the second step where there is one; else by a code by mail, or by the password."""
    next_url = get_next_redirect_url(request) or reverse("liaisons:settings")
    if second_factor.has_factor(request.user):
        return _by_second_step(request, next_url)
    has_password = request.user.has_usable_password()
    form = PasswordForm()
    try:
        if request.method == "POST" and request.POST.get("action") == "code" and request.user.email:
            codes.send(
                request, purpose=Purpose.CONFIRM, address=request.user.email, next_url=next_url
            )
            return redirect("account_reauthenticate_code")
        if request.method == "POST" and has_password:
            form = PasswordForm(request.POST)
            if form.is_valid() and _is_right(request, form):
                freshness.prove(request, request.user, "password")
                return redirect(next_url)
    except (codes.TooMany, ValidationError):
        return too_many_requests(request)
    except mails.NotSent:
        form = PasswordForm({"password": ""})
        form.errors.clear()
        form.add_error(None, mails.NotSent.advice)
    return render(
        request,
        "account/reauthenticate.html",
        {
            "form": form,
            "has_password": has_password,
            "next_url": next_url,
            "wikimedia_is_on": ways.can_use_wikimedia(request.user),
        },
    )


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request):
    """The code that proves it, where there is no second step."""
    if second_factor.has_factor(request.user):
        return redirect("account_reauthenticate")
    return code_page(
        request,
        purpose=Purpose.CONFIRM,
        restart_url=reverse("account_reauthenticate"),
        then=_proved,
    )


def _by_second_step(request, next_url):
    if request.method == "POST" and not second_factor.may_try(request, request.user):
        return too_many_requests(request)
    has_answer = "credential" in request.POST
    form = SecondFactorForm(None if has_answer else posted(request), user=request.user)
    passkey_form = PasskeyForm(request.POST if has_answer else None, user=request.user)
    for tried in (form, passkey_form):
        if tried.is_valid():
            second_factor.prove(request, tried.authenticator)
            tell_of_recovery_code(request, tried.authenticator)
            return redirect(next_url)
    return render(
        request,
        "mfa/reauthenticate.html",
        {
            "form": form,
            "passkey_options": passkeys.options_to_ask(request.user),
            "passkey_is_wrong": bool(passkey_form.errors),
            "next_url": next_url,
        },
    )


def _is_right(request, form) -> bool:
    person = get_adapter().authenticate(
        request, email=request.user.email, password=form.cleaned_data["password"]
    )
    if person is None or person.pk != request.user.pk:
        form.add_error("password", get_adapter().error_messages["incorrect_password"])
        return False
    return True


def _proved(request, found):
    if found.address != request.user.email.lower():
        # Changed meanwhile, from another browser: who reads the old address proves nothing.
        return redirect("account_reauthenticate")
    freshness.prove(request, request.user, "code")
    return redirect(found.next_url or "liaisons:settings")
