"""Settings that change who can come in: the address, the password, the end of the account."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from liaisons.access import signed_in
from liaisons.accounts import codes, erasure, mails, people
from liaisons.accounts.codes import Purpose
from liaisons.accounts.entrance import code_page
from liaisons.accounts.forms import AddressForm, NewPasswordForm, posted
from liaisons.accounts.freshness import fresh_sign_in
from liaisons.models import Mandate
from mailing.bounces import fates
from web.error_views import too_many_requests
from web.policies import policy

from .forms import DeleteForm

form_page = require_http_methods(["GET", "HEAD", "POST"])
ADDRESS_CHANGED = gettext_lazy("The e-mail address of your account was changed.")
PASSWORD_CHANGED = gettext_lazy("The password of your account was changed.")


@fresh_sign_in
@form_page
def email(request):
    """Another address, or the same again where mail came back from it: a code has to come back."""
    trouble = fates.trouble_of(request.user)
    form = AddressForm(posted(request))
    if form.is_valid():
        address = form.cleaned_data["email"]
        if address == request.user.email and not trouble:
            form.add_error("email", _("This is your address already."))
        else:
            try:
                codes.send(request, purpose=Purpose.ADDRESS, address=address)
                return redirect("liaisons:settings_email_code")
            except codes.TooMany:
                return too_many_requests(request)
            except mails.NotSent:
                form.add_error(None, mails.NotSent.advice)
    return render(request, "liaisons/settings/email.html", {"form": form, "trouble": trouble})


@signed_in
@form_page
def email_code(request):
    """The code that proves the new address."""
    return code_page(
        request,
        purpose=Purpose.ADDRESS,
        restart_url=reverse("liaisons:settings_email"),
        then=_take_address,
    )


def _take_address(request, found):
    if found.address == request.user.email:
        if fates.lift(found.address):
            messages.success(request, _("Your address is confirmed. Mail goes there again."))
        return redirect("liaisons:settings_email")
    try:
        old = people.change_address(request.user, found.address)
    except people.AddressTaken:
        messages.error(request, _("Another account uses this address. Sign in there with it."))
        return redirect("liaisons:settings_email")
    except people.AccountGone:
        return redirect("account_login")
    if old:
        mails.send_security_notice(old, ADDRESS_CHANGED, language=request.user.language)
    fates.lift(found.address)
    messages.success(request, _("Your e-mail address is changed."))
    return redirect("liaisons:settings_email")


@fresh_sign_in
@sensitive_post_parameters("password")
@form_page
def password(request):
    """A password for who wants one; other devices are signed out."""
    form = NewPasswordForm(posted(request), user=request.user)
    if form.is_valid():
        get_adapter().set_password(request.user, form.cleaned_data["password"])
        update_session_auth_hash(request, request.user)
        if request.user.email:
            mails.send_security_notice(
                request.user.email, PASSWORD_CHANGED, language=request.user.language
            )
        messages.success(request, _("Your password is saved. Other devices are signed out."))
        return redirect("liaisons:settings")
    return render(request, "liaisons/settings/password.html", {"form": form})


@fresh_sign_in
@form_page
def delete(request):
    """Delete the account, after saying what goes and what stays."""
    own = Mandate.objects.filter(person=request.user).select_related("group")
    form = DeleteForm(posted(request), was_liaison=own.held().exists())
    if form.is_valid():
        person = erasure.erase(request.user, with_pseudonym=form.wants_pseudonym)
        get_adapter().logout(request)
        if person.public_name:
            messages.info(
                request,
                _("Histories and published texts call you “%(name)s” from now on.")
                % {"name": person.public_name},
            )
        return redirect("liaisons:account_deleted")
    return render(
        request,
        "liaisons/settings/delete.html",
        {"form": form, "seats": own.active().order_by("pk")},
    )


@policy("anonymous")
@require_safe
def deleted(request):
    """The account is gone: what that means."""
    return render(request, "liaisons/settings/deleted.html")
