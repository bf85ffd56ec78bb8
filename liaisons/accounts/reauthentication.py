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

from . import codes, freshness, mails
from .codes import Purpose
from .entrance import code_page
from .forms import PasswordForm


@signed_in
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request):
    """By a code to the account's address, or by its password."""
    next_url = get_next_redirect_url(request) or reverse("liaisons:settings")
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
        {"form": form, "has_password": has_password, "next_url": next_url},
    )


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request):
    """The code that proves it."""
    return code_page(
        request,
        purpose=Purpose.CONFIRM,
        restart_url=reverse("account_reauthenticate"),
        then=_proved,
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
    freshness.prove(request, request.user, "code")
    return redirect(found.next_url or "liaisons:settings")
