"""Asking for the digest without an account, and managing it by the link in a mail.

The page that asks is for anyone and says the same to everyone. The others are opened by a link:
who holds it is whom it was sent to, so they need no cookie and no token of a form. GET never acts.
"""

from django.conf import settings
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from mailing import choices, pauses, preferences, recipients, subscriptions, unsubscribe
from mailing.addresses import masked
from mailing.models import Rhythm
from web import rate_limits
from web.error_views import csrf_failure
from web.policies import policy

from .. import form_tokens, own_mail
from ..accounts import people
from ..accounts.forms import posted
from ..accounts.network import network_address
from ..settings_pages import samples
from . import notices
from .forms import ManageForm, SubscribeForm


def _for_anyone(*methods):
    """A page of one reader that needs no account; who has one goes to their settings."""

    def declare(view):
        @policy("anonymous")
        @never_cache
        @require_http_methods(methods)
        def page(request):
            if request.user.is_authenticated:
                return redirect("liaisons:settings_digest")
            return view(request)

        return page

    return declare


@csrf_exempt  # checked inside, so that what was typed comes back
@_for_anyone("GET", "HEAD", "POST")
def subscribe(request):
    """The form. Whatever the address is, the same is done and the same is said."""
    forged = form_tokens.problem(request) if request.method == "POST" else ""
    if forged and not form_tokens.is_only_old(forged):
        return csrf_failure(request, forged)
    form = SubscribeForm(posted(request))
    status = 200
    if forged:
        form.add_error(
            None,
            _("This page was too old, or your browser keeps no cookies. Please send it again."),
        )
    if form.is_valid():
        if _may_ask(request, form.cleaned_data["address"]):
            with transaction.atomic():
                asked = subscriptions.ask(form.cleaned_data["address"], form.wish)
                notices.tell_asked(asked)
            return redirect("liaisons:subscribe_sent")
        form.add_error(
            None,
            _(
                "This was asked for several times already. Look for our mail in your mailbox, or "
                "try again tomorrow."
            ),
        )
        status = 429
    if form.is_bound:
        form.renew()
    context = {"form": form, "request_days": subscriptions.kept_for().days}
    return _page(request, "subscribe", status=status, **context)


def _may_ask(request, address: str) -> bool:
    limits = [
        (f"subscriptions-for:{address}", settings.SUBSCRIPTIONS_FOR_ADDRESS),
        (f"subscriptions-from:{network_address(request)}", settings.SUBSCRIPTIONS_FROM_NETWORK),
    ]
    # Each is counted, also when an earlier one says no.
    answers = [rate_limits.allow(key, limit=limit, seconds=per) for key, (limit, per) in limits]
    return all(answers)


@_for_anyone("GET", "HEAD")
def subscribe_sent(request):
    """A mail is on its way, and what happens next."""
    return _page(request, "subscribe_sent", request_days=subscriptions.kept_for().days)


def _by_link(view):
    """A page whose link was mailed. It is nobody else's, and says nothing to where one goes on."""

    @policy("token")
    @csrf_exempt
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    def page(request, token):
        response = view(request, token)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response

    return page


@_by_link
def subscribe_confirm(request, token):
    """Asks once more; POST lets it hold."""
    wish = subscriptions.request_of(token)
    if wish is None:
        return _page(request, "subscribe_gone", status=404)
    if request.method == "POST":
        try:
            with transaction.atomic():
                people.hold_reader_at(wish.address)
                recipient = subscriptions.confirm(wish)
                if recipient.user:
                    people.get_news_by_mail(recipient.user)
                else:
                    notices.tell_begun(recipient)
        except subscriptions.Gone:
            # A double click: the first one did it.
            return _page(request, "subscribe_gone", status=404)
        if recipient.user_id:
            return _page(request, "subscribed_account", rhythm=Rhythm(wish.rhythm).label)
        return redirect(f"{_manage(recipient)}?done=confirmed")
    return _page(
        request,
        "subscribe_confirm",
        address=masked(wish.address),
        rhythm=Rhythm(wish.rhythm).label,
        language=dict(settings.LANGUAGES)[wish.language],
        time_zone=wish.time_zone,
        chosen=choices.labels(wish.choices),
    )


def _manage(recipient) -> str:
    return reverse("liaisons:subscription", args=[subscriptions.manage_token(recipient)])


DONE = {"confirmed", "saved", "left"}


@_by_link
def subscription(request, token):
    """What a subscriber gets, and how to change it."""
    recipient = unsubscribe.recipient_of(token)
    if recipient is None:
        return _page(request, "subscribe_gone", status=404)
    if recipient.user_id:
        # Meanwhile the address has an account, which is not opened by a link in a mail.
        return redirect("liaisons:settings_digest")
    if request.method == "POST" and request.POST.get("action") == "leave":
        unsubscribe.unsubscribe(recipient)
        return redirect(f"{request.path}?done=left")
    form = ManageForm(posted(request), recipient=recipient)
    if form.is_valid():
        try:
            with transaction.atomic():
                subscriptions.change(recipient, form.wish)
                preferences.switch(recipient, form.switched())
                pauses.set_pause(recipient, form.cleaned_data["paused_until"])
        except subscriptions.Gone:
            return _page(request, "subscribe_gone", status=404)
        return redirect(f"{request.path}?done=saved")
    done = request.GET.get("done")
    preference = subscriptions.preference_of(recipient)
    return _page(
        request,
        "subscription",
        form=form,
        token=token,
        address=masked(recipient.address),
        since=recipient.created_at,
        has_left=preference.rhythm == Rhythm.NONE,
        done=done if done in DONE else "",
        left_days=settings.SUBSCRIPTION_LEFT_DAYS,
        **(own_mail.what_comes_next(preference) | own_mail.what_came(preference)),
    )


@_by_link
@require_safe
def subscription_sample(request, token):
    """How the digest looks."""
    recipient = unsubscribe.recipient_of(token)
    if recipient is None:
        return _page(request, "subscribe_gone", status=404)
    if recipient.user_id:
        return redirect("liaisons:settings_sample")
    shown = samples.looked_at(subscriptions.preference_of(recipient))
    return _page(request, "subscription_sample", token=token, **shown)


@_by_link
def subscription_delete(request, token):
    """Asks once more; POST deletes the address and all that was kept with it, at once."""
    recipient = unsubscribe.recipient_of(token)
    if recipient is None:
        return _page(request, "subscribe_gone", status=404)
    if recipient.user_id:
        return redirect("liaisons:settings_delete")
    if request.method == "POST":
        recipients.forget(recipient)
        return redirect("liaisons:subscription_deleted")
    return _page(request, "subscription_delete", token=token, address=masked(recipient.address))


@policy("anonymous")
@never_cache
@require_http_methods(["GET", "HEAD"])
def subscription_deleted(request):
    """Nothing is kept any more."""
    return _page(request, "subscription_deleted")


def _page(request, name, *, status=200, **context):
    return render(request, f"liaisons/subscribing/{name}.html", context, status=status)
