"""Who gets mail and how often: the verbs the apps above call."""

from django.db import connection, transaction
from django.db.models import CharField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from . import given_back, positions
from .addresses import address_hash
from .choices import Choices, tidy
from .due_hours import is_time_zone
from .models import (
    Bounce,
    Delivery,
    Notice,
    Preference,
    Recipient,
    Rhythm,
    SectionCursor,
    SkipReason,
    State,
    SubscriptionRequest,
    Suppression,
)

DEFAULT_RHYTHM = Rhythm.WEEKLY


@transaction.atomic
def sync_user(
    user, address: str, language: str, time_zone: str, *, is_verified: bool = True
) -> Recipient:
    """Copy what an account says about its mail; call it after each change of these four.

    ``address`` is empty where the account has none. A new recipient gets a weekly digest until
    the person chooses (``set_rhythm``), and nothing that was published before.
    """
    time_zone = time_zone if is_time_zone(time_zone) else "UTC"
    hashed = address_hash(address)
    hold_address(hashed)
    recipient = Recipient.objects.select_for_update(no_key=True).filter(user=user).first()
    if recipient is None:
        recipient = _adopt(user, hashed if is_verified else "") or Recipient(
            user=user, joined_position=positions.current()
        )
    elif is_verified:
        _drop_subscription(hashed)
    moved = recipient.pk is not None and recipient.time_zone != time_zone
    recipient.address, recipient.address_hash = address.strip(), hashed
    recipient.is_verified = bool(hashed) and is_verified
    recipient.language, recipient.time_zone = language, time_zone
    recipient.save()
    Preference.objects.get_or_create(
        recipient=recipient,
        kind=Preference.Kind.DIGEST,
        channel=Preference.Channel.EMAIL,
        defaults={"rhythm": DEFAULT_RHYTHM},
    )
    if moved:
        recipient.preferences.filter(time_zone="").update(effective_at=timezone.now())
    return recipient


def hold_address(hashed: str) -> None:
    """Until the transaction ends nobody else gives this address to anybody.

    Else an address that is confirmed without an account, and given to one, at the same moment
    would get each digest twice.
    """
    if hashed:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [hashed])


def _drop_subscription(hashed):
    """The account's own settings hold for an address it comes to; nobody gets a digest twice."""
    for subscriber in Recipient.objects.filter(user=None, address_hash=hashed).exclude(address=""):
        forget(subscriber)


def _adopt(user, hashed):
    """An address that was on the list before its owner had an account becomes that account's."""
    if not hashed:
        return None
    there = Recipient.objects.filter(user=None, address_hash=hashed)
    recipient = there.select_for_update(no_key=True).first()
    if recipient:
        recipient.user = user
    return recipient


@transaction.atomic
def forget_user(user) -> None:
    """Take everything personal out of the mail tables. The ledger keeps its counts.

    What still waited is dropped as skipped when its turn comes.
    """
    for recipient in Recipient.objects.select_for_update(no_key=True).filter(user=user):
        forget(recipient)


@transaction.atomic
def forget(recipient: Recipient) -> None:
    """Empty the row of somebody who gets mail; with an account or without."""
    recipient = Recipient.objects.select_for_update(of=("self",), no_key=True).get(pk=recipient.pk)
    bounces = Bounce.objects.filter(
        Q(delivery__recipient=recipient) | Q(notice__recipient=recipient)
    )
    # A server's answer may repeat a name; that these addresses take no mail stays.
    hashes = {recipient.address_hash, *bounces.values_list("address_hash", flat=True)}
    Suppression.objects.filter(address_hash__in=hashes).update(detail="")
    bounces.delete()
    if recipient.address:
        elsewhere = Notice.objects.filter(address__iexact=recipient.address)
        elsewhere.update(address="", context={}, error="", story=[])
        SubscriptionRequest.objects.filter(address_hash=recipient.address_hash).delete()
    recipient.preferences.all().delete()
    recipient.cursors.all().delete()
    recipient.told_items.all().delete()
    # The same of servers' answers here.
    Notice.objects.filter(recipient=recipient).update(context={}, error="", story=[])
    Delivery.objects.filter(recipient=recipient).update(error="", story=[], choices={})
    # At the end, because it changes a key: an edition that names this row has to commit before, and
    # waits for nothing of ours then.
    recipient.user = None
    recipient.address = recipient.address_hash = ""
    recipient.is_verified = False
    recipient.language, recipient.time_zone = "en", "UTC"
    recipient.paused_until = None
    recipient.forgotten_at = timezone.now()
    recipient.save()


@transaction.atomic
def set_rhythm(
    user,
    rhythm: str,
    *,
    language: str | None = None,
    time_zone: str | None = None,
    choices: Choices | None = None,
    source: str = Preference.Source.PERSON,
) -> Preference:
    """Change how often a person gets the digest; the other three only if given.

    Whoever comes back from "no digest" begins with what is published from then on. Raises
    ``Recipient.DoesNotExist`` where ``sync_user`` was never called, ``ValueError`` for an
    unknown rhythm.
    """
    recipient = Recipient.objects.select_for_update(no_key=True).get(user=user)
    preference, _made = Preference.objects.get_or_create(
        recipient=recipient, kind=Preference.Kind.DIGEST, channel=Preference.Channel.EMAIL
    )
    return change(
        preference, rhythm, language=language, time_zone=time_zone, choices=choices, source=source
    )


@transaction.atomic
def change(
    preference, rhythm, *, language=None, time_zone=None, choices=None, source
) -> Preference:
    """Set one preference; see ``set_rhythm``."""
    rhythm = Rhythm(rhythm)
    if time_zone and not is_time_zone(time_zone):
        raise ValueError(f"Unknown time zone {time_zone!r}.")
    before = (preference.rhythm, preference.time_zone)
    if preference.rhythm == Rhythm.NONE and rhythm != Rhythm.NONE:
        _begin_now(preference.recipient)
    preference.rhythm, preference.source = rhythm, source
    if language is not None:
        preference.language = language
    if time_zone is not None:
        preference.time_zone = time_zone
    if choices is not None:
        preference.choices = tidy(choices)
    if (preference.rhythm, preference.time_zone) != before:
        preference.effective_at = timezone.now()
    preference.save()
    return preference


@transaction.atomic
def set_channel(user, channel: str, rhythm: str, **changes) -> Preference:
    """Choose by which way the digest comes, and how often; the other way ends.

    Whoever changes the way goes on where they are, with what they chose; whoever had none begins
    with what is published from then on. A talk page gets it every week at most. ``changes`` and
    what is raised are those of ``set_rhythm``.
    """
    recipient = Recipient.objects.select_for_update(no_key=True).get(user=user)
    if channel == Preference.Channel.TALK_PAGE and rhythm in (Rhythm.AT_ONCE, Rhythm.DAILY):
        rhythm = Rhythm.WEEKLY
    digests = recipient.preferences.filter(kind=Preference.Kind.DIGEST)
    before = digests.exclude(channel=channel).exclude(rhythm=Rhythm.NONE).first()
    preference, _is_new = Preference.objects.get_or_create(
        recipient=recipient,
        kind=Preference.Kind.DIGEST,
        channel=channel,
        defaults={"rhythm": Rhythm.NONE},
    )
    if before:
        _go_on(before, preference, Rhythm(rhythm))
    changes.setdefault("source", Preference.Source.PERSON)
    return change(preference, rhythm, **changes)


def _go_on(before, preference, rhythm):
    """Only the way changes: nothing published meanwhile is left out, and what was chosen stays."""
    now = timezone.now()
    for name in ("language", "time_zone", "choices", "tells_when_quiet"):
        setattr(preference, name, getattr(before, name))
    preference.rhythm, preference.effective_at = rhythm, now
    before.rhythm, before.effective_at = Rhythm.NONE, now
    before.save()
    # What nobody posted yet comes the new way; a mail on its way is decided on when it is sent.
    reason = SkipReason.RHYTHM_NONE if rhythm == Rhythm.NONE else SkipReason.OTHER_WAY
    Delivery.objects.filter(recipient=preference.recipient, state=State.TO_POST).update(
        state=State.SKIPPED, reason=reason, finished_at=now
    )


@transaction.atomic
def tell_when_quiet(user, wanted: bool) -> None:
    """Whether one line comes by mail after a month without anything new.

    The month counts from the last digest, or from when the rhythm was chosen, whichever is later.
    Raises ``Recipient.DoesNotExist`` where ``sync_user`` was never called.
    """
    recipient = Recipient.objects.select_for_update(no_key=True).get(user=user)
    recipient.preferences.filter(kind=Preference.Kind.DIGEST).update(tells_when_quiet=wanted)


def mend_clocks(now) -> int:
    """Choices that a clock dated ahead count from now on; says how many."""
    return Preference.objects.filter(effective_at__gt=now).update(effective_at=now)


def _begin_now(recipient):
    now = positions.current()
    SectionCursor.objects.filter(recipient=recipient).update(position=now, owed=[])
    given_back.forget(recipient, timezone.now())
    Recipient.objects.filter(pk=recipient.pk).update(joined_position=now)


def preference_of(user) -> Preference:
    """A person's digest preference; an unsaved one with the default where nothing is known yet."""
    found = _digests().filter(recipient__user=user).first()
    return found or Preference(recipient=Recipient(user=user), rhythm=DEFAULT_RHYTHM)


def digest_of(recipient: Recipient) -> Preference | None:
    """The same for whoever gets mail, with an account or without; None where nothing is kept."""
    return _digests().filter(recipient=recipient).first()


def language_now(channel: str) -> Coalesce:
    """An expression for a digest: the language its person has now for this way."""
    chosen = Preference.objects.filter(
        recipient=OuterRef("recipient"), kind=Preference.Kind.DIGEST, channel=channel
    )
    return Coalesce(
        NullIf(Subquery(chosen.values("language")[:1]), Value("")),
        "recipient__language",
        output_field=CharField(),
    )


def _digests():
    """Digest preferences, each person's own first: that by mail, unless it comes to a talk page."""
    by_mail = Preference.Channel.EMAIL
    on_talk_page = Q(channel=Preference.Channel.TALK_PAGE) & ~Q(rhythm=Rhythm.NONE)
    return (
        Preference.objects.select_related("recipient")
        .filter(on_talk_page | Q(channel=by_mail), kind=Preference.Kind.DIGEST)
        .order_by("-channel")
    )
