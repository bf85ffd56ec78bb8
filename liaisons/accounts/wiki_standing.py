"""What the wiki says about an account, kept with the person: a name, none any more, a lock.

Said at each sign-in with Wikimedia, and asked once a day (``wiki_accounts``).
"""

import enum
from dataclasses import dataclass
from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.mediawiki.provider import MediaWikiProvider
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from liaisons.models import User
from web import content_version

PROVIDER_ID = MediaWikiProvider.id


@dataclass(frozen=True)
class Word:
    """What the wiki said. Without a name the account is hidden; ``None`` is: nothing was said."""

    name: str
    is_locked: bool | None = None


class Change(enum.Enum):
    """What became different by the wiki's word."""

    RENAMED = "renamed"
    HIDDEN = "hidden"
    SHOWN = "shown again"
    LOCKED = "locked"
    UNLOCKED = "unlocked"


@transaction.atomic
def keep(uid: str, word: Word, *, said_at: datetime | None = None) -> set[Change]:
    """Take the wiki's word on a linked account over to the person, wherever it is shown.

    Nothing happens where the account is linked to nobody, or where a newer word is kept already.
    """
    said_at = said_at or timezone.now()
    links = SocialAccount.objects.filter(provider=PROVIDER_ID, uid=uid)
    found = User.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=links.values("user"), erased_at=None
    )
    person = found.first()
    # Asked again under the lock: it may have been unlinked meanwhile.
    if person is None or not links.filter(user=person).exists():
        return set()
    if person.wiki_checked_at and person.wiki_checked_at > said_at:
        return set()
    changes = _changes(person, word)
    _write(person, word, said_at)
    links.update(extra_data={"username": word.name} if word.name else {})
    if changes & {Change.RENAMED, Change.HIDDEN, Change.SHOWN}:
        rename_in_admin_log(person)
    if changes:
        # The name, and whether one can write to the person by the wiki's own page.
        content_version.bump()
    return changes


def _changes(person, word) -> set[Change]:
    changes = set()
    if word.name and person.wiki_suppressed_at:
        changes.add(Change.SHOWN)
    elif not word.name and not person.wiki_suppressed_at:
        changes.add(Change.HIDDEN)
    elif word.name != person.wiki_username:
        changes.add(Change.RENAMED)
    if word.is_locked is not None and word.is_locked != bool(person.wiki_locked_at):
        changes.add(Change.LOCKED if word.is_locked else Change.UNLOCKED)
    return changes


def _write(person, word, said_at):
    person.wiki_username = word.name
    person.wiki_suppressed_at = None if word.name else person.wiki_suppressed_at or said_at
    if word.is_locked is not None:
        person.wiki_locked_at = (person.wiki_locked_at or said_at) if word.is_locked else None
    person.wiki_checked_at = said_at
    person.save(
        update_fields=[
            "wiki_username",
            "wiki_suppressed_at",
            "wiki_locked_at",
            "wiki_checked_at",
        ]
    )


def rename_in_admin_log(person: User) -> None:
    """The admin's own log keeps what a thing was called: of a person, the name of today."""
    about = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk)
    )
    name = str(person.pk) if person.wiki_suppressed_at else person.name_for_core_team
    about.update(object_repr=name[:200])
