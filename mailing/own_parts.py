"""Each person's own part of a digest: read for a whole batch at once, written for one at a time.

What is news was written down when the edition was frozen (``ToldItem``). What only stands beside
news is found now, and noted under this digest, so that the next one does not tell it again.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from .models import Delivery, State, ToldItem
from .sections import PersonalSection, Reader, registered_personal

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class OwnPart:
    """One person's own part, finished, and whether anything in it is a reason for a mail."""

    text: str = ""
    html: str = ""
    headline: str = ""
    is_news: bool = False


NO_PART = OwnPart()
_TOLD_BY = ("recipient", "item", "delivery")


@dataclass
class OwnParts:
    """The own parts of one batch. Reading takes as many queries for one person as for fifty."""

    _things: dict[int, dict[str, list[Any]]] = field(default_factory=dict)

    def read(self, deliveries: Sequence[Delivery]) -> None:
        """Read what these people are told. What fails for all is tried for each alone later."""
        self._things = {}
        try:
            # Its own savepoint: a failed query must not take the rest of the worker's work along.
            with transaction.atomic():
                self._things = _things_of(deliveries)
        except Exception:
            logger.exception("Could not read the own parts of %d digests.", len(deliveries))

    def things_of(self, delivery: Delivery) -> dict[str, list[Any]]:
        """What the own part of one digest tells, by section."""
        if delivery.pk not in self._things:
            self._things |= _things_of([delivery])
        return self._things[delivery.pk]

    def of(self, delivery: Delivery) -> OwnPart:
        """The own part of one digest, in its language."""
        things = self.things_of(delivery)
        if not things:
            return NO_PART
        with translation.override(delivery.language):
            return _written(things, delivery.language)


def _written(things: dict[str, list[Any]], language: str) -> OwnPart:
    blocks, is_news, headline = [], False, ""
    for section in registered_personal():
        if not things.get(section.key):
            continue
        block = section.render(things[section.key], language)
        if block.count:
            blocks.append({"label": block.heading or section.label, "block": block})
            is_news = is_news or section.is_news
            headline = headline or block.headline
    if not blocks:
        return NO_PART
    return OwnPart(
        text=render_to_string("mailing/_blocks.txt", {"blocks": blocks}),
        html=render_to_string("mailing/_blocks.html", {"blocks": blocks}),
        headline=headline,
        is_news=is_news,
    )


def _things_of(deliveries: Sequence[Delivery]) -> dict[int, dict[str, list[Any]]]:
    """By delivery and section what is told; people without an account have no own part."""
    things: dict[int, dict[str, list[Any]]] = {delivery.pk: {} for delivery in deliveries}
    # What is urgent stands alone.
    people = [
        one
        for one in deliveries
        if one.recipient.user_id and not one.is_quiet and not one.edition.is_urgent
    ]
    if not people:
        return things
    owed = _noted_in(people)
    for section in registered_personal():
        readers = [
            Reader(one.pk, one.recipient.user_id, one.language, owed[one.pk, section.key])
            for one in people
        ]
        found = section.load(readers)
        if not section.is_news:
            found = _first_told_here(section, people, found)
        for delivery_id, mine in found.items():
            if mine:
                things[delivery_id][section.key] = list(mine.values())
    return things


def _noted_in(deliveries) -> dict[tuple[int, str], set[str]]:
    owed = defaultdict(set)
    noted = ToldItem.objects.filter(delivery__in=deliveries)
    for delivery, section, item in noted.values_list("delivery", "section", "item"):
        owed[delivery, section].add(item)
    return owed


def _first_told_here(section: PersonalSection, deliveries, found) -> dict[int, dict[str, Any]]:
    """Of what was found only what no other digest told, noted as told by this one."""
    recipients = [one.recipient_id for one in deliveries]
    told = ToldItem.objects.filter(recipient__in=recipients, section=section.key)
    # What an earlier digest was to tell that came to nothing is told by this one.
    came_to_nothing = told.filter(delivery__state__in=[State.FAILED, State.SKIPPED])
    came_to_nothing.exclude(delivery__in=deliveries).delete()
    by = {(recipient, item): by for recipient, item, by in told.values_list(*_TOLD_BY)}
    wanted = []
    for one in deliveries:
        new = [
            name
            for name in found.get(one.pk, {})
            if by.get((one.recipient_id, name)) in (None, one.pk)
        ]
        wanted += [
            ToldItem(delivery=one, recipient_id=one.recipient_id, section=section.key, item=name)
            for name in new[: section.most]
        ]
    if not wanted:
        return {}
    ToldItem.objects.bulk_create(wanted, ignore_conflicts=True)
    here = set(told.filter(delivery__in=deliveries).values_list("delivery", "item"))
    return {
        delivery_id: {name: thing for name, thing in mine.items() if (delivery_id, name) in here}
        for delivery_id, mine in found.items()
    }
