"""The ways to sign in: what there is, connecting another one, taking one away."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from liaisons.access import signed_in
from liaisons.accounts import mails, ways, wikimedia
from liaisons.accounts.freshness import fresh_sign_in
from liaisons.errors import Refused

form_page = require_http_methods(["GET", "HEAD", "POST"])
DISCONNECTED = gettext_lazy("The Wikimedia account was disconnected from your account.")
ADDRESS_REMOVED = gettext_lazy(
    "This e-mail address was removed from your account. We send no more mail to it."
)


@signed_in
@never_cache
@require_safe
def sign_in(request):
    """Each way into the account: since when, last used, and how to change it."""
    return render(
        request,
        "liaisons/settings/sign_in.html",
        {"ways": ways.of(request.user), "wikimedia_is_on": wikimedia.is_on()},
    )


@fresh_sign_in
@never_cache
@form_page
def connect(request):
    """Say what connecting means; a POST begins it."""
    if not wikimedia.is_on():
        return redirect("liaisons:settings_sign_in")
    if ways.of(request.user).wikimedia:
        messages.info(request, ways.CONNECTED_ALREADY)
        return redirect("liaisons:settings_sign_in")
    if request.method == "POST":
        return wikimedia.begin_connecting(request)
    return render(request, "liaisons/settings/sign_in_connect.html")


@fresh_sign_in
@never_cache
@form_page
def disconnect(request):
    """Say what remains without Wikimedia; a POST disconnects it."""
    found = ways.of(request.user)
    if request.method == "POST":
        try:
            person = ways.disconnect_wikimedia(person=request.user)
        except Refused as refused:
            messages.error(request, refused.message)
        else:
            mails.tell(person, DISCONNECTED)
            messages.success(request, _("Your Wikimedia account is disconnected."))
        return redirect("liaisons:settings_sign_in")
    if not found.wikimedia or found.why_not_wikimedia:
        messages.info(request, found.why_not_wikimedia or ways.NOT_CONNECTED)
        return redirect("liaisons:settings_sign_in")
    return render(request, "liaisons/settings/sign_in_disconnect.html", {"ways": found})


@fresh_sign_in
@never_cache
@form_page
def remove_address(request):
    """Say that mail stops; a POST removes the address, and the password with it."""
    found = ways.of(request.user)
    if request.method == "POST":
        try:
            old = ways.remove_address(person=request.user)
        except Refused as refused:
            messages.error(request, refused.message)
        else:
            mails.send_security_notice(old, ADDRESS_REMOVED, language=request.user.language)
            # The new hash ends every other session; this one goes on.
            request.user.refresh_from_db()
            update_session_auth_hash(request, request.user)
            messages.success(request, _("Your e-mail address is removed."))
        return redirect("liaisons:settings_sign_in")
    if not found.address or found.why_not_address:
        messages.info(request, found.why_not_address if found.address else ways.NO_ADDRESS)
        return redirect("liaisons:settings_sign_in")
    return render(request, "liaisons/settings/sign_in_remove_address.html", {"ways": found})
