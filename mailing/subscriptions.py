"""The digest without an account: asked for, confirmed by whoever reads the address, and managed.

A wish is kept apart from what is (``SubscriptionRequest``), so that nobody can change what an
address gets by typing it. It asks for no look at who has that address: the same is done for every
one. Whoever opens the link in the mail and presses the button confirms it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from . import positions, recipients
from .addresses import address_hash
from .bounces import fates
from .choices import Choices, tidy
from .models import Notice, Preference, Recipient, Rhythm, SubscriptionRequest, Suppression
from .tokens import Kind
from .unsubscribe import token_for

# Under which name the mail that asks to confirm names the request, in its context.
REQUEST = "subscription_request"
# So many are forgotten in one transaction.
AT_ONCE = 200
MOST_BATCHES = 50

_tokens = Kind("sl-s1", "mailing.subscribe")


class Gone(Exception):
    """The request, or the subscription, was confirmed or forgotten meanwhile."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants: how often, in which language, in whose morning, and of what.

    ``tells_when_quiet`` None leaves it as it is.
    """

    rhythm: str
    language: str
    time_zone: str
    choices: Choices
    tells_when_quiet: bool | None = None


def ask(address: str, wish: Wish) -> SubscriptionRequest:
    """Write a wish down; a later one for the same address takes the place of the earlier."""
    request, _made = SubscriptionRequest.objects.update_or_create(
        address_hash=address_hash(address),
        defaults={
            "address": address.strip(),
            "rhythm": wish.rhythm,
            "language": wish.language,
            "time_zone": wish.time_zone,
            "choices": tidy(wish.choices),
            "asked_at": timezone.now(),
        },
    )
    return request


def kept_for() -> timedelta:
    """How long a wish waits to be confirmed."""
    return timedelta(days=settings.SUBSCRIPTION_REQUEST_DAYS)


def request_token(request: SubscriptionRequest) -> str:
    """The token of the link that confirms."""
    return _tokens.make(request.pk, request.address_hash)


def request_of(token: str) -> SubscriptionRequest | None:
    """The wish a token is for; None for a wrong one, and once it was confirmed or is too old."""
    row = _tokens.row_of(token)
    fresh = SubscriptionRequest.objects.filter(asked_at__gte=timezone.now() - kept_for())
    found = fresh.filter(pk=row).first() if row is not None else None
    return found if found and _tokens.fits(token, found.pk, found.address_hash) else None


@transaction.atomic
def confirm(request: SubscriptionRequest) -> Recipient:
    """Let the wish hold, for whom it is then sent to: the account with that address, if any.

    What an account says of language and time zone stays. That a mail arrived there lifts what
    stood against it. Raises ``Gone`` where somebody was faster.
    """
    wish = SubscriptionRequest.objects.select_for_update().filter(pk=request.pk).first()
    if wish is None:
        raise Gone
    recipients.hold_address(wish.address_hash)
    fates.lift(wish.address)
    locked = Recipient.objects.select_for_update(of=("self",), no_key=True)
    found = locked.filter(address_hash=wish.address_hash)
    recipient = found.filter(user__isnull=False, is_verified=True).order_by("pk").first()
    recipient = recipient or found.filter(user=None).first()
    if recipient is None:
        recipient = Recipient.objects.create(
            address=wish.address,
            address_hash=wish.address_hash,
            is_verified=True,
            joined_position=positions.current(),
        )
    change(recipient, Wish(wish.rhythm, wish.language, wish.time_zone, wish.choices))
    _forget_requests(SubscriptionRequest.objects.filter(pk=wish.pk))
    return recipient


@transaction.atomic
def change(recipient: Recipient, wish: Wish) -> None:
    """Set what a subscriber wants. Whoever comes back begins with what is published then.

    An account's digest comes by mail then, wherever it came before, and of what it chose unless
    the wish names something. Raises ``Gone`` where the subscription was deleted meanwhile.
    """
    if recipient.user_id:
        chosen = wish.choices or None
        recipients.set_channel(
            recipient.user, Preference.Channel.EMAIL, wish.rhythm, choices=chosen
        )
        return
    there = Recipient.objects.select_for_update(of=("self",), no_key=True)
    if there.filter(pk=recipient.pk, forgotten_at=None).first() is None:
        raise Gone
    moved = recipient.time_zone != wish.time_zone
    recipient.language, recipient.time_zone = wish.language, wish.time_zone
    recipient.is_verified = True
    recipient.save(update_fields=["language", "time_zone", "is_verified"])
    if moved:
        recipient.preferences.filter(time_zone="").update(effective_at=timezone.now())
    preference, _made = Preference.objects.get_or_create(
        recipient=recipient, kind=Preference.Kind.DIGEST, channel=Preference.Channel.EMAIL
    )
    if wish.tells_when_quiet is not None:
        preference.tells_when_quiet = wish.tells_when_quiet
    recipients.change(
        preference, wish.rhythm, choices=wish.choices, source=Preference.Source.PERSON
    )


def preference_of(recipient: Recipient) -> Preference:
    """What a subscriber wants; "no digest" where nothing is kept."""
    found = recipient.preferences.filter(
        kind=Preference.Kind.DIGEST, channel=Preference.Channel.EMAIL
    ).first()
    return found or Preference(recipient=recipient, rhythm=Rhythm.NONE)


def manage_token(recipient: Recipient) -> str:
    """The token of the link to manage: that of the link to unsubscribe, which stands beside it."""
    return token_for(recipient.pk, recipient.address_hash)


def forget_unconfirmed(at: datetime | None = None) -> int:
    """Delete the wishes nobody confirmed, and empty the mails that asked; says how many."""
    old = SubscriptionRequest.objects.filter(asked_at__lt=(at or timezone.now()) - kept_for())
    return _forget_requests(old)


def _forget_requests(requests) -> int:
    done = 0
    for _batch in range(MOST_BATCHES):
        with transaction.atomic():
            locked = requests.select_for_update(skip_locked=True).order_by("pk")
            ids = list(locked.values_list("pk", flat=True)[:AT_ONCE])
            if not ids:
                break
            Notice.objects.filter(**{f"context__{REQUEST}__in": ids}).update(address="", context={})
            SubscriptionRequest.objects.filter(pk__in=ids).delete()
        done += len(ids)
    return done


def forget_left(at: datetime | None = None) -> int:
    """Forget the addresses without an account that get nothing any more; says how many.

    They left, or their server said for good that it takes no mail, and they did not come back
    after that. The wait lets them.
    """
    before = (at or timezone.now()) - timedelta(days=settings.SUBSCRIPTION_LEFT_DAYS)
    left = Preference.objects.filter(
        recipient=OuterRef("pk"),
        kind=Preference.Kind.DIGEST,
        rhythm=Rhythm.NONE,
        effective_at__lt=before,
    )
    refused = Suppression.objects.filter(
        address_hash=OuterRef("address_hash"), created_at__lt=before
    )
    chosen = Preference.objects.filter(recipient=OuterRef("pk"), effective_at__gte=before)
    is_refused = Q(Exists(refused), ~Exists(chosen), created_at__lt=before)
    gone = Recipient.objects.filter(user=None, forgotten_at=None).exclude(address="")
    done = 0
    for pk in list(
        gone.filter(Q(Exists(left)) | is_refused).values_list("pk", flat=True)[
            : AT_ONCE * MOST_BATCHES
        ]
    ):
        with transaction.atomic():
            # Locked, so that whoever makes an account of it right now keeps it.
            recipient = (
                gone.select_for_update(of=("self",), no_key=True, skip_locked=True)
                .filter(Q(Exists(left)) | is_refused, pk=pk)
                .first()
            )
            if recipient:
                recipients.forget(recipient)
                done += 1
    return done
