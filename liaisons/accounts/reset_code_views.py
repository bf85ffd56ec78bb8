"""The code that an administrator handed over after a reset, asked for before a new second step."""

import functools

from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from web.error_views import too_many_requests

from . import second_factor, second_step_resets
from .forms import posted
from .freshness import fresh_sign_in
from .next_page import next_page, with_next
from .second_factor_forms import ResetCodeForm


def reset_code_first(view):
    """For who sets up a second step; after a reset they give the code first."""

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        reset = second_step_resets.waiting(request.user)
        if reset and not second_step_resets.was_given(request, reset):
            return redirect(with_next(request, "mfa_enter_reset_code"))
        return view(request, *args, **kwargs)

    return guarded


@fresh_sign_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request):
    """Type the code; then choose an app or a passkey."""
    reset = second_step_resets.waiting(request.user)
    if reset is None or second_step_resets.was_given(request, reset):
        return redirect(with_next(request, "mfa_index"))
    if request.method == "POST" and not second_factor.may_try(request, request.user):
        return too_many_requests(request)
    form = ResetCodeForm(posted(request))
    is_over = second_step_resets.is_over(reset)
    if form.is_valid() and not is_over:
        if second_step_resets.try_code(request, reset, form.cleaned_data["code"]):
            return redirect(with_next(request, "mfa_index"))
        form.add_error("code", _("This code is not right. Please type it again."))
    return render(
        request,
        "mfa/reset_code.html",
        {"form": form, "reset": reset, "is_over": is_over, "next_url": next_page(request)},
    )
