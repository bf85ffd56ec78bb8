"""What can be done with a group: propose it, accept it, decline it, change it."""

import secrets

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from web import content_version

from .accounts import people
from .errors import AlreadyDone, NotAllowed, Refused
from .group_search import refresh_search_text
from .models import Country, Group, Language, User

# So that one person cannot fill the review queue.
PROPOSALS_AT_ONCE = 5


@transaction.atomic
def propose(
    *,
    by: User,
    name: str,
    kind: str,
    country: Country | None,
    languages: list[Language],
    page_url: str,
) -> Group:
    """A group that is not in the directory yet; ``country`` is None for a worldwide one.

    It is seen only by the one who proposed it and the Core Team until it is accepted.
    """
    if not people.still_there(by):
        raise Refused(_("This account is closed."))
    waiting = Group.objects.filter(proposed_by=by, status=Group.Status.PROPOSED)
    if waiting.count() >= PROPOSALS_AT_ONCE:
        raise Refused(_("You have proposed several groups already. Please wait for their review."))
    group = Group.objects.create(
        name=name,
        kind=kind,
        slug=_free_slug(name),
        status=Group.Status.PROPOSED,
        scope="" if country else Group.Scope.WORLDWIDE,
        country=country,
        region=country.region if country else None,
        page_url=page_url,
        proposed_by=by,
    )
    group.languages.set(languages)
    if country:
        group.countries.set([country])
    refresh_search_text([group.pk])
    return group


@transaction.atomic
def accept(*, group: Group, by: User) -> Group:
    """Put a proposed group into the directory."""
    group = _proposed(group, by)
    group.status = Group.Status.ACTIVE
    if group.country and group.latitude is None and group.country.latitude is not None:
        group.latitude, group.longitude = group.country.latitude, group.country.longitude
    group.save()
    content_version.bump()
    return group


@transaction.atomic
def decline(*, group: Group, by: User) -> Group:
    """Keep a proposed group out of the directory; applications for it stay to be declined."""
    group = _proposed(group, by)
    group.status = Group.Status.DECLINED
    group.save()
    return group


def _proposed(group: Group, by: User) -> Group:
    group = Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
    by = User.objects.get(pk=by.pk)
    if not (by.is_active and by.is_staff and by.has_perm("liaisons.review_mandate")):
        raise NotAllowed(_("Only reviewers of the Core Team can do this."))
    if group.status != Group.Status.PROPOSED:
        raise AlreadyDone(_("This proposal has already been decided."))
    return group


def _free_slug(name: str) -> str:
    base = slugify(name)[:100] or "group"
    if base != "group" and not Group.objects.filter(slug=base).exists():
        return base
    return f"{base}-{secrets.token_hex(3)}"
