"""Accounts by address: whose it is, a new account for it, a change of it."""

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from liaisons.models import User
from mailing import recipients
from mailing.addresses import address_hash
from mailing.models import Preference
from web import content_version


class AddressTaken(Exception):
    """Another account has proved this address."""


class AccountGone(Exception):
    """The account was deleted meanwhile, in another tab or on another device."""


def person_of(address: str) -> User | None:
    """Whose address this is: proved by a code, or given to an account by a command and unproved.

    Always one query, whoever asks for whichever address.
    """
    address = address.lower()
    proved = Q(emailaddress__email=address, emailaddress__verified=True)
    given = Q(email=address, emailaddress__isnull=True)
    return User.objects.filter(proved | given, erased_at=None).order_by("pk").first()


def enter(address: str, *, language: str, password_hash: str = "") -> tuple[User, bool]:
    """The account of an address that was just proved, and whether it is new.

    ``password_hash`` is what a new account starts with; an existing account keeps its own.
    """
    address = address.lower()
    person = person_of(address)
    if person is None:
        try:
            return _create(address, language, password_hash), True
        except IntegrityError:
            # The same person confirmed twice at once: the other request made the account.
            person = person_of(address)
    _prove(person, address)
    note_use(person)
    return person, False


@transaction.atomic
def _create(address, language, password_hash) -> User:
    now = timezone.now()
    person = User.objects.create(
        email=address,
        language=language,
        password=password_hash or make_password(None),
        address_since=now,
        address_used_at=now,
    )
    EmailAddress.objects.create(user=person, email=address, verified=True, primary=True)
    sync_recipient(person)
    return person


def _prove(person: User, address: str) -> None:
    EmailAddress.objects.get_or_create(
        user=person, email=address, defaults={"verified": True, "primary": True}
    )


def note_use(person: User) -> None:
    """Remember that the account was just opened by its address."""
    person.address_used_at = timezone.now()
    person.save(update_fields=["address_used_at"])


@transaction.atomic
def take_offered_address(person: User, address: str) -> bool:
    """Give a new account the confirmed address its Wikimedia account has.

    False where another account has it: accounts are never merged by address.
    """
    address = address.lower()
    if User.objects.filter(email=address).exclude(pk=person.pk).exists() or person_of(address):
        return False
    try:
        with transaction.atomic():
            EmailAddress.objects.create(user=person, email=address, verified=True, primary=True)
    except IntegrityError:
        return False
    person.email, person.address_since = address, timezone.now()
    person.save(update_fields=["email", "address_since"])
    return True


@transaction.atomic
def change_address(person: User, address: str) -> str:
    """Make a proved address the account's only one; returns the old one.

    Raises ``AddressTaken`` where another account has it, ``AccountGone`` where there is none.
    """
    address = address.lower()
    person = User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    if person.erased_at:
        raise AccountGone
    owner = person_of(address)
    if owner and owner.pk != person.pk:
        raise AddressTaken
    old = person.email
    EmailAddress.objects.filter(user=person).delete()
    try:
        with transaction.atomic():
            EmailAddress.objects.create(user=person, email=address, verified=True, primary=True)
    except IntegrityError as error:
        raise AddressTaken from error
    person.email = address
    person.address_since, person.address_used_at = timezone.now(), None
    person.save(update_fields=["email", "address_since", "address_used_at"])
    sync_recipient(person)
    if not old:
        content_version.bump()  # from now on the group's page can offer to write to them
    return old


def hold_reader_at(address: str) -> None:
    """Lock the account whose mail goes there, if any, until the transaction ends.

    Before the address and what is sent to it, as everywhere: nobody waits for who waits for them.
    """
    readers = User.objects.filter(mail_recipient__address_hash=address_hash(address))
    list(readers.select_for_update(of=("self",), no_key=True).order_by("pk"))


def still_there(person: User) -> bool:
    """Lock the account until the transaction ends; False where it was deleted meanwhile."""
    there = User.objects.select_for_update(of=("self",), no_key=True)
    return there.filter(pk=person.pk, erased_at=None).first() is not None


def get_news_by_mail(person: User) -> None:
    """Let the digest come to the person's address from now on, as often as to the talk page."""
    person.prefers_talk_page = False
    person.save(update_fields=["prefers_talk_page"])
    rhythm = recipients.preference_of(person).rhythm
    recipients.set_channel(person, Preference.Channel.EMAIL, rhythm)


def sync_recipient(person: User) -> None:
    """Tell mailing where and in which language and time zone this person is reached."""
    recipients.sync_user(
        person, address=person.email, language=person.language, time_zone=person.time_zone
    )
