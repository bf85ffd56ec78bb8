"""Relays: record, change and withdraw them, and count how far an update came.

Each verb names the acting person, checks at the moment of acting that they speak for the group,
and runs in one transaction. Raises ``liaisons.errors.Refused`` with a message for that person.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db import IntegrityError, transaction
from django.db.models import Count, Max, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from liaisons.access import require_liaison
from liaisons.errors import AlreadyDone, Refused
from liaisons.models import Group
from web import content_version

from . import days
from .models import Relay, Update, UpdateRead

UNIQUE = "one_relay_per_update_group_and_channel"
# How many relays the page of a group shows at once.
PER_PAGE = 10
SAID = ("channel", "relayed_on", "language_id", "people", "url")


class AlreadyRecorded(AlreadyDone):
    """The group has a relay of this update in this channel: ``relay``.

    ``is_the_same`` where the same person recorded the same things, as who sends a form twice does.
    """

    def __init__(self, relay: Relay, *, is_the_same: bool):
        super().__init__(_("It is recorded already that your group passed this update on there."))
        self.relay = relay
        self.is_the_same = is_the_same


@dataclass(frozen=True)
class Reach:
    """How far one update came: groups and languages, and about how many people where given."""

    groups: int = 0
    languages: int = 0
    people: int = 0


@transaction.atomic
def record(
    *, update: Update, group: Group, by, channel, relayed_on, language, people=None, url=""
) -> Relay:
    """Record that the group passed an update on; who does so has read it.

    Raises ``AlreadyRecorded`` where the group has a relay of this update in this channel,
    ``Refused`` where the update is not published or the date is not between its publication and
    today.
    """
    require_liaison(by, group)
    relay = Relay(
        update=update,
        group=group,
        person=by,
        channel=channel,
        relayed_on=relayed_on,
        language=language,
        people=people,
        url=url,
    )
    _save(relay)
    mark_read([update], by=by)
    return relay


@transaction.atomic
def change(
    *, relay: Relay, by, channel, relayed_on, language, people=None, url="", seen=""
) -> Relay:
    """Correct what a relay says. Raises as ``record`` does, and for a withdrawn one.

    ``seen`` is the ``state`` that the writer's page began with: raises ``Refused`` where another
    liaison of the group changed it since.
    """
    relay = _current(relay, by)
    if seen and seen != relay.state:
        raise Refused(_("Somebody changed this at the same moment. Please try again."))
    relay.channel, relay.relayed_on, relay.language = channel, relayed_on, language
    relay.people, relay.url = people, url
    _save(relay)
    return relay


@transaction.atomic
def withdraw(*, relay: Relay, by) -> Relay:
    """Have a relay count no more. Raises ``AlreadyDone`` where it is withdrawn."""
    relay = _current(relay, by)
    relay.withdrawn_at = timezone.now()
    relay.save(update_fields=["withdrawn_at", "changed_at"])
    content_version.bump()
    return relay


def mark_read(updates: Iterable[Update], *, by) -> None:
    """Note that a person has read these updates as they are now. Safe to call twice."""
    rows = [UpdateRead(person=by, update=update) for update in updates]
    UpdateRead.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["person", "update"],
        update_fields=["at"],
    )


def reach_of(update: Update) -> Reach:
    """How far this update came."""
    return reaches([update])[update.pk]


def reaches(updates: Iterable[Update]) -> dict[int, Reach]:
    """How far each of these updates came, by its id, in one query.

    People are counted once a group and channel, as liaisons estimated them: the same person may
    be on a mailing list and at a meeting.
    """
    found = {update.pk: Reach() for update in updates}
    rows = (
        Relay.objects.current()
        .filter(update__in=found)
        .order_by()
        .values("update")
        .annotate(
            groups=Count("group", distinct=True),
            languages=Count("language", distinct=True),
            people=Sum("people", default=0),
        )
    )
    for row in rows:
        found[row["update"]] = Reach(row["groups"], row["languages"], row["people"])
    return found


def groups_count() -> int:
    """How many groups have passed on at least one update."""
    return Relay.objects.current().aggregate(groups=Count("group", distinct=True))["groups"]


def of_group(group: Group) -> QuerySet[Relay]:
    """The relays of a group as everyone may see them, newest first."""
    return Relay.objects.current().filter(group=group).newest_first().for_lists()


def page_of_group(group: Group, number) -> Page:
    """One page of a group's relays for everyone; ``number`` as asked for, whatever it is."""
    return Paginator(of_group(group), PER_PAGE).get_page(number)


def with_reach(updates: Iterable[Update]) -> list[Update]:
    """These updates, each with how far it came as ``reach``."""
    updates = list(updates)
    found = reaches(updates)
    for update in updates:
        update.reach = found[update.pk]  # type: ignore[attr-defined]
    return updates


def usual_language(group: Group, *, by):
    """The id of the language of a group's last relay by this person; None where there is none."""
    last = Relay.objects.current().filter(group=group, person=by)
    return last.order_by("-recorded_at").values_list("language", flat=True).first()


def last_of_group(group: Group):
    """The day of a group's newest relay, or None."""
    return Relay.objects.current().filter(group=group).aggregate(last=Max("relayed_on"))["last"]


def _current(relay, by) -> Relay:
    relay = Relay.objects.select_for_update(of=("self",)).select_related("group").get(pk=relay.pk)
    require_liaison(by, relay.group)
    if relay.is_withdrawn:
        raise AlreadyDone(_("This relay is withdrawn already."))
    return relay


def _save(relay) -> None:
    if not relay.update.is_published:
        raise Refused(_("This update is not published."))
    first = days.earliest_day_of(relay.update.published_at)
    if not first <= relay.relayed_on <= days.latest_today():
        raise Refused(_("Give a day between the publication of the update and today."))
    try:
        with transaction.atomic():
            relay.save()
    except IntegrityError as error:
        if UNIQUE not in str(error):
            raise
        raise _already_recorded(relay) from error
    content_version.bump()


def _already_recorded(relay) -> Refused:
    there = (
        Relay.objects.current()
        .filter(update=relay.update, group=relay.group, channel=relay.channel)
        .exclude(pk=relay.pk)
        .first()
    )
    if there is None:
        # Withdrawn in this very moment.
        return AlreadyDone(_("Somebody changed this at the same moment. Please try again."))
    is_the_same = there.person_id == relay.person_id and all(
        getattr(there, name) == getattr(relay, name) for name in SAID
    )
    return AlreadyRecorded(there, is_the_same=is_the_same)
