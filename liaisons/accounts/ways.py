"""The ways into an account: its address, and its Wikimedia account. Never merged, never none left.

Each verb locks the person's row first and asks the database afterwards, so two tabs at once
cannot take away the last way between them.
"""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaisons.errors import AlreadyDone, NotAllowed, Refused
from liaisons.models import User
from liaisons.models.people import new_username
from web import content_version

from . import people, wikimedia
from .wiki_standing import PROVIDER_ID, rename_in_admin_log

GONE = _("This account is closed.")
CONNECTED_ALREADY = _("This Wikimedia account is connected with your account already.")
ANOTHER_CONNECTED = _(
    "Your account is connected with another Wikimedia account. Disconnect that one first."
)
OF_ANOTHER = _(
    "This Wikimedia account belongs to another account here, so nothing was changed. "
    "Accounts are never merged. Sign in with that Wikimedia account to use the other one, "
    "or disconnect it there and connect it here afterwards."
)
NOT_CONNECTED = _("Your account is not connected with Wikimedia.")
NO_ADDRESS = _("Your account has no e-mail address yet.")
ADDRESS_IS_LAST = _("Without your e-mail address you could not sign in any more.")
WIKIMEDIA_IS_LAST = _(
    "Without Wikimedia you could not sign in any more. Add an e-mail address first."
)
CORE_TEAM_KEEPS = _("Accounts of the Core Team keep an e-mail address.")


@dataclass(frozen=True)
class Ways:
    """Both ways as their owner sees them; ``why_not`` says why one cannot be taken away."""

    address: str
    has_password: bool
    address_since: datetime | None
    address_used_at: datetime | None
    why_not_address: str
    wikimedia: SocialAccount | None
    wiki_name: str
    is_hidden: bool
    is_locked: bool
    why_not_wikimedia: str


def of(person: User) -> Ways:
    """The ways into this account."""
    link = _link_of(person)
    return Ways(
        address=person.email,
        has_password=person.has_usable_password(),
        address_since=person.address_since,
        address_used_at=person.address_used_at,
        why_not_address=_why_keep_address(person, link),
        wikimedia=link,
        wiki_name=person.wiki_username,
        is_hidden=bool(person.wiki_suppressed_at),
        is_locked=bool(person.wiki_locked_at),
        why_not_wikimedia=_why_keep_wikimedia(person),
    )


def can_use_wikimedia(person: User) -> bool:
    """True where this account can be opened by its Wikimedia account today."""
    return wikimedia.is_on() and _opens(person, _link_of(person))


@transaction.atomic
def connect_wikimedia(*, person: User, uid: str, name: str) -> User:
    """Let a Wikimedia account that was just proved sign in to this account.

    Raises ``AlreadyDone`` where it does so already, ``Refused`` where it belongs to another
    account or this account has another one.
    """
    person = _locked(person)
    link = _link_of(person)
    if link:
        raise AlreadyDone(CONNECTED_ALREADY) if link.uid == uid else Refused(ANOTHER_CONNECTED)
    try:
        with transaction.atomic():
            SocialAccount.objects.create(
                user=person, provider=PROVIDER_ID, uid=uid, extra_data={"username": name}
            )
    except IntegrityError as error:
        raise Refused(OF_ANOTHER) from error
    _be_known_as(person, name, checked_at=timezone.now())
    return person


@transaction.atomic
def disconnect_wikimedia(*, person: User) -> User:
    """Take the Wikimedia account away from this account; the address remains, and gets the news.

    Raises ``AlreadyDone`` where there is none, ``Refused`` where nothing would remain.
    """
    person = _locked(person)
    link = _link_of(person)
    if link is None:
        raise AlreadyDone(NOT_CONNECTED)
    why_not = _why_keep_wikimedia(person)
    if why_not:
        raise Refused(why_not)
    link.delete()
    # Else whoever comes with this Wikimedia account later could get no account of their own.
    person.username = new_username()
    if person.wiki_suppressed_at:
        # What the wiki hid does not come back by leaving the wiki.
        person.display_name = ""
    on_talk_page, person.prefers_talk_page = person.prefers_talk_page, False
    if person.contact_by == User.ContactBy.WIKI:
        person.contact_by = User.ContactBy.NONE
    person.save(update_fields=["username", "display_name", "prefers_talk_page", "contact_by"])
    _be_known_as(person, "", checked_at=None)
    if on_talk_page:
        people.sync_recipient(person)
        people.get_news_by_mail(person)
    return person


@transaction.atomic
def remove_address(*, person: User) -> str:
    """Take the address away, and with it the password; Wikimedia remains. Returns the old one.

    Mail stops. Raises ``AlreadyDone`` where there is none, ``NotAllowed`` for the Core Team,
    ``Refused`` where nothing would remain.
    """
    person = _locked(person)
    old = person.email
    if not old:
        raise AlreadyDone(NO_ADDRESS)
    if person.is_staff or person.is_superuser:
        raise NotAllowed(CORE_TEAM_KEEPS)
    why_not = _why_keep_address(person, _link_of(person))
    if why_not:
        raise Refused(why_not)
    EmailAddress.objects.filter(user=person).delete()
    person.email = ""
    person.address_since = person.address_used_at = None
    # It is asked for together with the address; and it must not come back with another one.
    person.password = make_password(None)
    person.save(update_fields=["email", "address_since", "address_used_at", "password"])
    people.sync_recipient(person)
    content_version.bump()  # the group's page no longer offers to write to them
    return old


def _locked(person) -> User:
    there = User.objects.select_for_update(of=("self",), no_key=True)
    found = there.filter(pk=person.pk, erased_at=None).first()
    if found is None:
        raise Refused(GONE)
    return found


def _link_of(person) -> SocialAccount | None:
    return SocialAccount.objects.filter(user=person, provider=PROVIDER_ID).order_by("pk").first()


def _why_keep_wikimedia(person) -> str:
    owner = people.person_of(person.email) if person.email else None
    return "" if owner and owner.pk == person.pk else str(WIKIMEDIA_IS_LAST)


def _why_keep_address(person, link) -> str:
    if person.is_staff or person.is_superuser:
        return str(CORE_TEAM_KEEPS)
    return "" if _opens(person, link) else str(ADDRESS_IS_LAST)


def _opens(person, link) -> bool:
    """A locked or hidden account cannot sign in at the wiki, so it is no way in here."""
    is_well = not person.wiki_locked_at and not person.wiki_suppressed_at
    return bool(link) and wikimedia.is_on() and is_well


def _be_known_as(person, name, *, checked_at):
    person.wiki_username = name
    person.wiki_checked_at = checked_at
    person.wiki_locked_at = person.wiki_suppressed_at = None
    person.save(
        update_fields=[
            "wiki_username",
            "wiki_checked_at",
            "wiki_locked_at",
            "wiki_suppressed_at",
        ]
    )
    rename_in_admin_log(person)
    # The name, and whether one can write to the person by the wiki's own page.
    content_version.bump()
