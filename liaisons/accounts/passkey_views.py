"""Adding, naming and removing passkeys; the list of them is on the page of the second step."""

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from web.error_views import too_many_requests

from . import passkeys, second_factor
from .browser_names import name_of
from .forms import posted
from .freshness import fresh_sign_in
from .next_page import next_page
from .reset_code_views import reset_code_first
from .second_factor_forms import AddPasskeyForm, PasskeyNameForm
from .second_factor_views import go_on, last_one_stays, tell

form_page = require_http_methods(["GET", "HEAD", "POST"])
ADDED = gettext_lazy("A passkey was added.")
REMOVED = gettext_lazy("A passkey was removed.")


@fresh_sign_in
@reset_code_first
@never_cache
@form_page
def add(request):
    """Ask the browser for a new passkey, and keep its public half."""
    if not passkeys.are_offered():
        raise Http404
    if len(passkeys.of(request.user)) >= passkeys.MOST:
        messages.error(request, _("You have many passkeys already. Remove one first."))
        return redirect("mfa_index")
    if request.method == "POST" and not second_factor.may_try(request, request.user):
        return too_many_requests(request)
    browser = name_of(request.headers.get("User-Agent", ""))
    form = AddPasskeyForm(posted(request), initial={"name": browser})
    if form.is_valid():
        found = form.cleaned_data
        is_added = second_factor.add(
            request,
            lambda person: (
                WebAuthn.add(person, found["name"] or browser, found["credential"]).instance
            ),
        )
        if is_added:
            tell(request, ADDED, _("Your passkey is saved. Signing in now asks for it."))
        return go_on(request)
    return render(
        request,
        "mfa/webauthn/add_form.html",
        {
            "form": form,
            "passkey_is_wrong": bool(form.errors.get("credential")),
            "passkey_options": passkeys.options_to_make(request.user),
            "next_url": next_page(request),
        },
    )


@fresh_sign_in
@form_page
def rename(request, pk):
    """Give a passkey another name."""
    passkey = _own(request, pk)
    form = PasskeyNameForm(posted(request), initial={"name": passkey.wrap().name})
    if form.is_valid():
        passkey.wrap().name = form.cleaned_data["name"]
        passkey.save(update_fields=["data"])
        messages.success(request, _("Your changes are saved."))
        return redirect("mfa_index")
    return render(request, "mfa/webauthn/edit_form.html", {"form": form})


@fresh_sign_in
@form_page
def remove(request, pk):
    """Ask, then remove a passkey; the Core Team keeps at least one second step."""
    passkey = _own(request, pk)
    if request.method == "POST":
        if second_factor.remove(request, passkey.pk):
            tell(request, REMOVED, _("Your passkey is removed."))
        else:
            messages.error(request, last_one_stays())
        return redirect("mfa_index")
    return render(
        request, "mfa/webauthn/authenticator_confirm_delete.html", {"name": passkey.wrap().name}
    )


def _own(request, pk) -> Authenticator:
    return get_object_or_404(
        Authenticator, pk=pk, user=request.user, type=Authenticator.Type.WEBAUTHN
    )
