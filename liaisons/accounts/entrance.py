"""Coming in: one page for an address, one for the code; a password where someone has one."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url, perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from liaisons.join import steps
from web.error_views import too_many_requests
from web.policies import policy

from . import codes, mails, people, wikimedia
from .codes import Purpose
from .forms import AddressForm, CodeForm, SignInForm, SignUpForm, posted


def _entrance(view):
    """For people who are not signed in; those who are go on to where they wanted to be."""

    @policy("anonymous")
    @never_cache
    @sensitive_post_parameters("password", "code")
    @require_http_methods(["GET", "HEAD", "POST"])
    def page(request):
        if request.user.is_authenticated:
            return redirect(_next(request) or get_adapter().get_login_redirect_url(request))
        return view(request)

    return page


@_entrance
def sign_in(request):
    """An address and a code; or, in the same form, a password."""
    form = SignInForm(posted(request))
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["password"]:
            return _sign_in_with_password(request, form)
        return _ask_for_code(request, form, "account/login.html")
    return _page(request, "account/login.html", form)


@_entrance
def sign_up(request):
    """The same for people who are new: an address, a code, and a password if they want one."""
    form = SignUpForm(posted(request))
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["password"]
        return _ask_for_code(
            request,
            form,
            "account/signup.html",
            password_hash=make_password(typed) if typed else "",
            is_signup=True,
        )
    return _page(request, "account/signup.html", form)


@_entrance
def forgotten_password(request):
    """Nobody needs an old password: a code signs in, and the next page takes a new one."""
    form = AddressForm(posted(request))
    if request.method == "POST" and form.is_valid():
        return _ask_for_code(
            request,
            form,
            "account/password_reset.html",
            next_url=reverse("liaisons:settings_password"),
        )
    return _page(request, "account/password_reset.html", form)


@_entrance
def enter_code(request):
    """The code from the mail; then the account is opened, or made."""
    return code_page(
        request,
        purpose=Purpose.ENTER,
        restart_url=reverse("account_login"),
        then=_come_in,
    )


@policy("anonymous")
@never_cache
def inactive(request):
    """The account was closed by the Core Team."""
    return render(request, "account/account_inactive.html", status=403)


@policy("signed_in")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request):
    """Ask, then end the session: a GET never acts."""
    if not request.user.is_authenticated:
        return redirect("home")
    if request.method == "POST":
        adapter = get_adapter()
        adapter.logout(request)
        messages.success(request, _("You are signed out."))
        return redirect("home")
    return render(request, "account/logout.html")


def code_page(request, *, purpose: str, restart_url: str, then):
    """Take a code sent for ``purpose``; ``then(request, waiting)`` answers a right one."""
    found = codes.waiting(request)
    if found is None or found.purpose != purpose:
        messages.info(request, _("Your code is no longer valid. Please ask for a new one."))
        return redirect(restart_url)
    form = CodeForm(request.POST if _typed(request) else None)
    try:
        if request.method == "POST" and request.POST.get("action") == "resend":
            return _send_again(request, found)
        if form.is_valid():
            result = codes.try_code(request, found, form.cleaned_data["code"])
            if result is codes.Result.RIGHT:
                return then(request, found)
            if result is codes.Result.USED_UP:
                messages.error(
                    request, _("That was too many tries for one code. Please ask for a new one.")
                )
                return redirect(restart_url)
            form.add_error("code", get_adapter().error_messages["incorrect_code"])
    except codes.TooMany:
        return too_many_requests(request)
    except mails.NotSent:
        form = CodeForm({})
        form.is_valid()
        form.errors.clear()
        form.add_error(None, mails.NotSent.advice)
    return render(
        request,
        "account/code.html",
        {
            "form": form,
            "address": found.address,
            "minutes": settings.CODE_MINUTES,
            "restart_url": restart_url,
            "is_entering": purpose == Purpose.ENTER,
            "steps": _join_steps(found.next_url),
        },
    )


def _typed(request):
    return request.method == "POST" and request.POST.get("action") != "resend"


def _send_again(request, found):
    codes.send(
        request,
        purpose=found.purpose,
        address=found.address,
        next_url=found.next_url,
        password_hash=found.password_hash,
        is_signup=found.is_signup,
    )
    messages.success(request, _("A new code is on its way. The old one is no longer valid."))
    return redirect(request.path)


def _ask_for_code(request, form, template, *, next_url="", password_hash="", is_signup=False):
    try:
        codes.send(
            request,
            purpose=Purpose.ENTER,
            address=form.cleaned_data["email"],
            next_url=next_url or _next(request),
            password_hash=password_hash,
            is_signup=is_signup,
        )
    except codes.TooMany:
        return too_many_requests(request)
    except mails.NotSent:
        form.add_error(None, mails.NotSent.advice)
        return _page(request, template, form, status=503)
    return redirect("account_confirm_login_code")


def _come_in(request, found):
    person, is_new = people.enter(
        found.address,
        language=translation.get_language() or settings.LANGUAGE_CODE,
        password_hash=found.password_hash,
    )
    if found.password_hash and not is_new:
        messages.info(
            request,
            _("You had an account with this address already. Its password was not changed."),
        )
    record_authentication(request, person, method="code", reauthenticated=True)
    return perform_login(
        request, person, redirect_url=found.next_url or None, signup=is_new, email=found.address
    )


def _sign_in_with_password(request, form):
    address = form.cleaned_data["email"]
    try:
        person = get_adapter().authenticate(
            request, email=address, password=form.cleaned_data["password"]
        )
    except ValidationError:
        return too_many_requests(request)
    if person is None:
        form.add_error(None, get_adapter().error_messages["email_password_mismatch"])
        return _page(request, "account/login.html", form)
    people.note_use(person)
    record_authentication(request, person, method="password", reauthenticated=True)
    return perform_login(request, person, redirect_url=_next(request) or None, email=address)


def _page(request, template, form, status=200):
    context = {
        "form": form,
        "next_url": _next(request),
        "steps": _join_steps(_next(request)),
        "wikimedia_is_on": wikimedia.is_on(),
        "minutes": settings.CODE_MINUTES,
    }
    return render(request, template, context, status=status)


def _join_steps(next_url: str) -> list[dict]:
    """The line of steps, for who is on the way into signing up as a liaison."""
    return steps.line(steps.ACCOUNT) if next_url.startswith(reverse("liaisons:join")) else []


def _next(request) -> str:
    """Where to go afterwards, if it is a page of ours."""
    return get_next_redirect_url(request) or ""
