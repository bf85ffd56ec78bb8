"""Writes down what became of a message after it was sent, and acts upon it.

*Hard*: the address takes no mail until its owner confirms it or gives another. *Soft*: counted,
and fading; so many in so many days are as good as hard. *Complaint*: no unrequested mail any more.
"""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from .. import claims
from ..addresses import address_hash, spellings, without_addresses
from ..models import Bounce, Delivery, Notice, Recipient, Suppression

Letter = Delivery | Notice
# Mail servers give up after days. What is said of a message later says nothing of its address as it
# is now, and whoever was passed the mail on can say it.
RECENT = timedelta(days=30)
_REASONS = {
    Bounce.Kind.HARD: Suppression.Reason.BOUNCED,
    Bounce.Kind.SOFT: Suppression.Reason.SOFT,
    Bounce.Kind.COMPLAINT: Suppression.Reason.COMPLAINT,
}
_STORY = {
    Bounce.Kind.HARD: "came_back",
    Bounce.Kind.SOFT: "not_this_time",
    Bounce.Kind.COMPLAINT: "complaint",
}


def letter_with(message_id: str) -> Letter | None:
    """The delivery or notice that was sent under this Message-ID, not long ago."""
    # One that came back at once may not be written down as sent yet.
    is_recent = Q(finished_at__gte=timezone.now() - RECENT) | Q(finished_at=None)
    models: tuple[type[Letter], ...] = (Delivery, Notice)
    for model in models:
        sent = model.objects.filter(is_recent, message_id=message_id)
        found = sent.select_related("recipient").first()
        if found:
            return found
    return None


def hash_of(letter: Letter) -> str:
    """The address a message goes to, as its hash; empty where it has none any more."""
    if letter.recipient:
        return letter.recipient.address_hash
    return address_hash(letter.address)


def is_addressee(letter: Letter, addresses: tuple[str, ...]) -> bool:
    """Whether one of these is the address the message goes to. True where none is named."""
    own = hash_of(letter)
    named = {address_hash(one) for address in addresses for one in spellings(address)}
    return bool(own) and (not addresses or own in named)


@transaction.atomic
def write_down(
    letter: Letter,
    kind: Bounce.Kind,
    *,
    source: Bounce.Source,
    status: str = "",
    said: str = "",
    at: datetime | None = None,
) -> bool:
    """What was reported of a message; False where the same was reported before.

    Each kind counts once for each message: several servers may report one that came back, and
    providers tell again what was not answered.
    """
    said = without_addresses(said)[:500]
    about = {"delivery" if isinstance(letter, Delivery) else "notice": letter}
    bounce, is_new = Bounce.objects.get_or_create(
        key=hashlib.sha256(f"{letter.message_id}:{kind}".encode()).hexdigest(),
        defaults={
            "kind": kind,
            "source": source,
            "address_hash": hash_of(letter),
            "status": status[:20],
            "said": said,
            "reported_at": at or timezone.now(),
            **about,
        },
    )
    if is_new:
        claims.note(letter, _STORY[kind], f"{status} {said}".strip())
        if kind != Bounce.Kind.SOFT or _are_too_many(bounce.address_hash):
            said = f"{bounce.status} {bounce.said}".strip()
            stop_mail_to(bounce.address_hash, _REASONS[kind], said)
    return is_new


def _are_too_many(hashed) -> bool:
    since = timezone.now() - timedelta(days=settings.MAIL_SOFT_BOUNCE_DAYS)
    soft = Bounce.objects.filter(
        address_hash=hashed, kind=Bounce.Kind.SOFT, is_settled=False, reported_at__gte=since
    )
    return soft.count() >= settings.MAIL_SOFT_BOUNCES


def stop_mail_to(hashed: str, reason: Suppression.Reason, said: str) -> None:
    """Let an address, given as its hash, get no more mail; ``said`` is what a server said of it."""
    detail = without_addresses(said)[:500]
    suppression, is_new = Suppression.objects.get_or_create(
        address_hash=hashed, defaults={"reason": reason, "detail": detail}
    )
    # After a complaint requested mail still goes out; to an address that is gone nothing can.
    if not is_new and suppression.reason == Suppression.Reason.COMPLAINT:
        suppression.reason, suppression.detail = reason, detail
        suppression.created_at = timezone.now()
        suppression.save(update_fields=["reason", "detail", "created_at"])


def returned(model: type[Letter]) -> QuerySet:
    """The ids of the deliveries or notices that came back, and so did not arrive."""
    about = f"{model._meta.model_name}_id"
    back = Bounce.objects.filter(kind__in=[Bounce.Kind.HARD, Bounce.Kind.SOFT])
    return back.exclude(**{about: None}).order_by().values(about)


def trouble_of(user) -> Suppression | None:
    """Why mail does not reach this person, where it does not."""
    hashes = Recipient.objects.filter(user=user).exclude(address_hash="").values("address_hash")
    return Suppression.objects.filter(address_hash__in=hashes).first()


def settle(hashed: str) -> None:
    """What came back from this address until now counts no more."""
    Bounce.objects.filter(address_hash=hashed).update(is_settled=True)


@transaction.atomic
def lift(address: str) -> bool:
    """Its owner has just proved that mail arrives there: it counts as new. True where it helped.

    What the Core Team entered by hand stays.
    """
    hashed = address_hash(address)
    settle(hashed)
    lifted = Suppression.objects.filter(address_hash=hashed).exclude(
        reason=Suppression.Reason.BY_HAND
    )
    return bool(lifted.delete()[0])


def forget_old(at: datetime | None = None) -> int:
    """Delete reports of long ago; what the address then took or not stays with the address."""
    kept_for = timedelta(days=settings.MAIL_NOTICE_DAYS)
    old = Bounce.objects.filter(reported_at__lt=(at or timezone.now()) - kept_for)
    return old.delete()[0]
