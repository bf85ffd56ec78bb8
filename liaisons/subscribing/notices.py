"""The two mails of a subscription: one that asks to confirm, one that says how to change it.

The first goes to an address nobody has proved: it holds nothing that a person wrote, and is the
same for whoever has the address.
"""

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mailing import choices, notices, subscriptions
from mailing.kinds import Category, one_by_one
from mailing.links import absolute, manage_url, unsubscribe_url
from mailing.models import Notice, Recipient, Rhythm, State, SubscriptionRequest

ASKED = "subscription_asked"
BEGUN = "subscription_begun"


def register_all() -> None:
    """Make both kinds known to mailing."""
    to_whom = _("Whoever entered the address to get news without an account")
    for kind, label, holds, more in (
        (ASKED, _("Asks to confirm a subscription"), _still_asked, _asked),
        (BEGUN, _("A subscription begins"), _still_subscribed, _begun),
    ):
        stem = f"liaisons/mail/{kind}"
        notices.register(
            kind,
            f"{stem}.subject.txt",
            f"{stem}.txt",
            f"{stem}.html",
            label=label,
            category=Category.RECEIPT,
            to_whom=to_whom,
            eligible=one_by_one(holds),
            goes_to_unconfirmed=kind == ASKED,
            more_context=more,
        )


def tell_asked(request: SubscriptionRequest) -> None:
    """Owe the mail that asks, in the caller's transaction."""
    context = {subscriptions.REQUEST: request.pk}
    notices.send(ASKED, request.address, context, language=request.language)


def tell_begun(recipient: Recipient) -> None:
    """Owe the receipt to a subscriber without an account, in the caller's transaction."""
    context = {"recipient": recipient.pk}
    notices.send(BEGUN, recipient.address, context, language=recipient.language)


def _requests_of(notice: Notice) -> QuerySet[SubscriptionRequest]:
    return SubscriptionRequest.objects.filter(
        pk=notice.context.get(subscriptions.REQUEST), address=notice.address
    )


def _still_asked(notice: Notice) -> bool:
    """Whether it is asked for, and was not asked so often that somebody else must be doing it."""
    about = {f"context__{subscriptions.REQUEST}": notice.context.get(subscriptions.REQUEST)}
    mails = Notice.objects.filter(kind=ASKED, state=State.SENT, **about)
    return (
        _requests_of(notice).exists() and mails.count() < settings.SUBSCRIPTION_MAILS_FOR_A_REQUEST
    )


def _asked(notice: Notice) -> dict:
    request = _requests_of(notice).get()
    token = subscriptions.request_token(request)
    return {
        "confirm_url": absolute(reverse("liaisons:subscribe_confirm", args=[token])),
        "days": subscriptions.kept_for().days,
        "rhythm": Rhythm(request.rhythm).label,
        "chosen": choices.labels(request.choices),
    }


def _recipients_of(notice: Notice) -> QuerySet[Recipient]:
    return Recipient.objects.filter(
        pk=notice.context.get("recipient"), user=None, address=notice.address
    )


def _still_subscribed(notice: Notice) -> bool:
    recipient = _recipients_of(notice).first()
    return bool(recipient and subscriptions.preference_of(recipient).rhythm != Rhythm.NONE)


def _begun(notice: Notice) -> dict:
    recipient = _recipients_of(notice).get()
    token = subscriptions.manage_token(recipient)
    preference = subscriptions.preference_of(recipient)
    return {
        "manage_url": manage_url(token),
        "unsubscribe_url": unsubscribe_url(token),
        "rhythm": Rhythm(preference.rhythm).label,
        "chosen": choices.labels(preference.choices),
    }
