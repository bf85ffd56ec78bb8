"""How the public reaches the liaison of a group, as everyone may know it."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings

from ..models import Group, Mandate, User

ContactBy = User.ContactBy
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass(frozen=True)
class Way:
    """How to write to the person who speaks for a group now.

    ``by`` is one of ``User.ContactBy``. ``name`` is empty where the person is not public by name.
    """

    by: str
    mandate: Mandate
    url: str = ""

    @property
    def name(self) -> str:
        return self.mandate.person.public_name

    @property
    def is_form(self) -> bool:
        return self.by == ContactBy.FORM


def of_group(group: Group) -> Way | None:
    """The way to the primary, or to a deputy while the primary is away or the seat is free.

    None where the group has nobody to write to. One query.
    """
    if not group.is_active:
        return None
    mandates = (
        Mandate.objects.active()
        .filter(group=group, person__is_active=True, person__erased_at=None)
        .select_related("person")
        .order_by("decided_at", "pk")
    )
    in_order = sorted(mandates, key=lambda mandate: mandate.seat != Mandate.Seat.PRIMARY)
    if not in_order:
        return None
    there = [mandate for mandate in in_order if not mandate.person.is_away]
    return _way_to((there or in_order)[0], group)


def _way_to(mandate: Mandate, group: Group) -> Way:
    person = mandate.person
    if person.contact_by == ContactBy.FORM and person.email:
        return Way(ContactBy.FORM, mandate)
    if person.contact_by == ContactBy.WIKI and may_use_wiki(person):
        return Way(ContactBy.WIKI, mandate, email_page(person, group))
    return Way(ContactBy.NONE, mandate)


def may_use_wiki(person: User) -> bool:
    """True where a link that names the person's wiki account shows nothing they keep to themselves.

    The wiki's page does not work for an account that is locked or suppressed there.
    """
    is_well = person.wiki_locked_at is None and person.wiki_suppressed_at is None
    return bool(person.public_name and person.wiki_username and is_well)


def email_page(person: User, group: Group) -> str:
    """The page of a wiki on which one writes to an account: the group's own wiki, else Meta."""
    is_wiki = bool(group.dbname and _HOST.fullmatch(group.host))
    origin = f"https://{group.host}" if is_wiki else settings.WIKIMEDIA_ORIGIN
    # Titles have no spaces; everything else, of whatever script, is percent-encoded as UTF-8.
    return (
        f"{origin}/wiki/Special:EmailUser/{quote(person.wiki_username.replace(' ', '_'), safe='')}"
    )
