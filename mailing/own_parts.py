"""Each person's own part of a digest: read for a whole batch at once, written for one at a time.

What is news was written down when the edition was frozen (``ToldItem``). What only stands beside
news is found now, and noted under this digest, so that the next one does not tell it again.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from secrets import token_hex
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import conditional_escape

from .models import Delivery, ToldItem
from .sections import Block, PersonalSection, Reader, registered_personal
from .templatetags.mail import tidy

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class OwnPart:
    """One person's own part, finished, and whether anything in it is a reason for a mail."""

    text: str = ""
    html: str = ""
    headline: str = ""
    is_news: bool = False


NO_PART = OwnPart()
# How many different frames one worker keeps: a few for each language, unless headings count.
FRAMES_KEPT = 500
# By section and delivery what was found for it, by its name.
_Found = dict[str, dict[int, dict[str, Any]]]


@dataclass
class OwnParts:
    """The own parts of one batch. Reading takes as many queries for one person as for fifty."""

    _things: dict[int, dict[str, list[Any]]] = field(default_factory=dict)
    _frames: dict[tuple[str, tuple[str, ...]], "_Frame"] = field(default_factory=dict)

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
            return self._written(things, delivery.language)

    def _written(self, things: dict[str, list[Any]], language: str) -> OwnPart:
        said = []
        for section in registered_personal():
            if things.get(section.key):
                block = section.render(things[section.key], language)
                if block.count:
                    said.append((section, block))
        if not said:
            return NO_PART
        frame = self._frame(
            language, tuple(str(block.heading or section.label) for section, block in said)
        )
        blocks = [block for _section, block in said]
        return OwnPart(
            text=_joined(frame.text, [tidy(block.text) for block in blocks]),
            html=_joined(frame.html, [conditional_escape(block.html) for block in blocks]),
            headline=next((block.headline for block in blocks if block.headline), ""),
            is_news=any(section.is_news for section, _block in said),
        )

    def _frame(self, language, headings):
        if (language, headings) not in self._frames:
            if len(self._frames) >= FRAMES_KEPT:
                self._frames.clear()
            self._frames[language, headings] = _framed(headings)
        return self._frames[language, headings]


@dataclass(frozen=True)
class _Frame:
    """What stands around the blocks of an own part: a piece more than there are blocks."""

    text: list[str]
    html: list[str]


def _framed(headings: tuple[str, ...]) -> _Frame:
    """What the templates say around blocks with these headings, in the active language.

    They are the same for thousands, and cost more than what is one person's own.
    """
    # Nobody can write this into a text.
    slot = f"slot{token_hex(12)}"
    blocks = [{"label": heading, "block": Block(slot, slot, 1)} for heading in headings]
    return _Frame(
        text=render_to_string("mailing/_blocks.txt", {"blocks": blocks}).split(slot),
        html=render_to_string("mailing/_blocks.html", {"blocks": blocks}).split(slot),
    )


def _joined(around: list[str], blocks: list[str]) -> str:
    return "".join(chain.from_iterable(zip(around, [*blocks, ""], strict=True)))


def told_by(delivery: Delivery) -> dict[str, list[Any]]:
    """By section what an earlier digest told that is still there. It notes nothing: what arose
    since is for the next one.
    """
    people = _people_of([delivery])
    noted = _noted_in(people)
    found = _loaded(people, noted)
    return {
        key: [
            thing
            for name, thing in of_section.get(delivery.pk, {}).items()
            if name in noted[delivery.pk, key]
        ]
        for key, of_section in found.items()
    }


def _things_of(deliveries: Sequence[Delivery]) -> dict[int, dict[str, list[Any]]]:
    """By delivery and section what is told; people without an account have no own part."""
    things: dict[int, dict[str, list[Any]]] = {delivery.pk: {} for delivery in deliveries}
    people = _people_of(deliveries)
    if not people:
        return things
    found = _loaded(people, _noted_in(people))
    besides = [section for section in registered_personal() if not section.is_news]
    found |= _first_told_here(besides, people, found)
    for key, of_section in found.items():
        for delivery_id, mine in of_section.items():
            if mine:
                things[delivery_id][key] = list(mine.values())
    return things


def _people_of(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Those with an own part: what is urgent stands alone, and a talk page is public."""
    return [
        one
        for one in deliveries
        if one.recipient.user_id
        and not (one.is_quiet or one.edition.is_urgent or one.edition.is_posted_by_hand)
    ]


def _loaded(people: Sequence[Delivery], noted: dict[tuple[int, str], set[str]]) -> _Found:
    """What each section gives for these people."""
    found = {}
    for section in registered_personal():
        readers = [
            Reader(one.pk, one.recipient.user_id, one.language, noted[one.pk, section.key])
            for one in people
        ]
        found[section.key] = section.load(readers) if readers else {}
    return found


def _noted_in(deliveries) -> dict[tuple[int, str], set[str]]:
    owed = defaultdict(set)
    noted = ToldItem.objects.filter(delivery__in=[one.pk for one in deliveries])
    for delivery, section, item in noted.values_list("delivery", "section", "item"):
        owed[delivery, section].add(item)
    return owed


def _first_told_here(
    sections: Sequence[PersonalSection], deliveries: Sequence[Delivery], found: _Found
) -> _Found:
    """Of what was found only what no other digest told, noted as told by this one."""
    named = [
        _Named(one.pk, one.recipient_id, section.key, name)
        for section in sections
        for one in deliveries
        for name in found[section.key].get(one.pk, ())
    ]
    most = {section.key: section.most for section in sections}
    first = _as_many_as(most, named)
    # Nearly always all of them are new.
    here = _note(first)
    if len(here) < len(first):
        here = _not_told_before(named, most)
    return {
        section.key: {
            one.pk: {
                name: thing
                for name, thing in found[section.key].get(one.pk, {}).items()
                if _Named(one.pk, one.recipient_id, section.key, name) in here
            }
            for one in deliveries
        }
        for section in sections
    }


def _not_told_before(named: Sequence["_Named"], most: dict[str, int]) -> set["_Named"]:
    """What of these no other digest tells, so many of each section; noted here by then."""
    told_by = _told_by(named)
    free = [one for one in named if told_by.get(one.thing, one.delivery_id) == one.delivery_id]
    wanted = _as_many_as(most, free)
    here = {one for one in wanted if one.thing in told_by}
    return here | _note([one for one in wanted if one not in here])


def _as_many_as(most: dict[str, int], named: Sequence["_Named"]) -> list["_Named"]:
    """The first of each digest and section, so many of each section."""
    taken: Counter[tuple[int, str]] = Counter()
    first = []
    for one in named:
        place = (one.delivery_id, one.section)
        if taken[place] < most[one.section]:
            taken[place] += 1
            first.append(one)
    return first


class _Named(NamedTuple):
    """One thing that one digest could tell."""

    delivery_id: int
    recipient_id: int
    section: str
    item: str

    @property
    def thing(self) -> tuple[int, str, str]:
        """What nobody is told twice."""
        return self[1:]


# Both are given the columns of what could be told as four lists.
_TOLD_BY = """
SELECT told.id, told.recipient_id, told.section, told.item, told.delivery_id,
       delivery.state IN ('failed', 'skipped') AND told.delivery_id <> named.delivery_id
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[])
     AS named (delivery_id, recipient_id, section, item)
JOIN mailing_tolditem AS told USING (recipient_id, section, item)
JOIN mailing_delivery AS delivery ON delivery.id = told.delivery_id
"""
_NOTE = """
INSERT INTO mailing_tolditem (delivery_id, recipient_id, section, item)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[])
ON CONFLICT DO NOTHING
RETURNING delivery_id, recipient_id, section, item
"""


def _told_by(named: Sequence[_Named]) -> dict[tuple[int, str, str], int]:
    """By thing the digest that tells it. What came to nothing with an earlier one is free again."""
    told_by, free = {}, []
    for row, *thing, delivery_id, came_to_nothing in _asked(_TOLD_BY, named):
        if came_to_nothing:
            free.append(row)
        else:
            told_by[tuple(thing)] = delivery_id
    if free:
        ToldItem.objects.filter(pk__in=free).delete()
    return told_by


def _note(named: Sequence[_Named]) -> set[_Named]:
    """Note these as told here; gives those that no other digest noted meanwhile."""
    return {_Named(*row) for row in _asked(_NOTE, named)}


def _asked(statement, named):
    if not named:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*named, strict=True)])
        return cursor.fetchall()
