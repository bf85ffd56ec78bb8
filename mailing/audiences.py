"""What of a digest is not for everyone: whoever it is not for is found in the database.

A section says what of it is narrowed (``Section.narrowed``), with a condition each. Freezing asks
these conditions in the query that finds who is due, and sending asks them again. Each delivery then
names the positions that are not for its reader, beside what the reader chose:
``{"topics": ["advocacy"], "not_for": [12, 15]}``. So readers who are told the same still share one
text, and whoever belongs to all of them has choices as if nothing were narrowed.
"""

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    F,
    Func,
    JSONField,
    OuterRef,
    Q,
    Value,
    When,
)

from .choices import NOT_FOR, Choices
from .models import Delivery, Preference, State
from .sections import Section, registered

# Between which positions something is looked for, and which positions besides.
Place = tuple[int, int, Collection[int]]

_POSITIONS = ArrayField(BigIntegerField())


@dataclass(frozen=True)
class Narrowed:
    """One thing that is not for everyone: its position, and for whom it is.

    ``is_for`` gives a condition, for the path to the recipient with its underscores, such as
    ``recipient__``. Things with equal ``people`` are for the same, so they are asked about once.
    """

    position: int
    people: Hashable
    is_for: Callable[[str], Q]


def narrowed(places: dict[str, Place]) -> list[Narrowed]:
    """What is narrowed in each section, by its key, at these places: a query for each section."""
    found: list[Narrowed] = []
    for section in registered():
        if section.key in places:
            found += section.narrowed(*places[section.key])
    return sorted(found, key=lambda one: one.position)


def left_out(things: Iterable[Narrowed], recipient: str) -> Any:
    """An expression: the positions of those of the things that are not for the recipient."""
    alike: dict[Hashable, list[Narrowed]] = {}
    for one in things:
        alike.setdefault(one.people, []).append(one)
    parts: list[Any] = [
        Case(
            When(same[0].is_for(recipient), then=Value([], _POSITIONS)),
            default=Value([one.position for one in same], _POSITIONS),
            output_field=_POSITIONS,
        )
        for same in alike.values()
    ]
    if not parts:
        return Value([], _POSITIONS)
    found = parts[0]
    for part in parts[1:]:
        found = Func(found, part, function="array_cat", output_field=_POSITIONS)
    return found


class _Beside(Func):
    """Choices with a list of positions beside them; without it where that is empty."""

    arity = 2
    arg_joiner = f" || jsonb_strip_nulls(jsonb_build_object('{NOT_FOR}', to_jsonb(NULLIF("
    template = "(%(expressions)s, '{}'::bigint[])))))"
    output_field = JSONField()


def choices_beside(things: list[Narrowed], recipient: str) -> Any:
    """An expression for a preference: what was chosen, and what is not for its reader."""
    return _Beside(F("choices"), left_out(things, recipient)) if things else F("choices")


def with_left_out(choices: Choices, positions: Collection[int]) -> dict[str, list[Any]]:
    """The same in memory, for one reader."""
    rest: dict[str, list[Any]] = {key: value for key, value in choices.items() if key != NOT_FOR}
    return rest | {NOT_FOR: sorted(positions)} if positions else rest


def told(section: Section, items: list[Any], choices: Choices) -> list[Any]:
    """Those of the items that a reader is told: for them, and among what they chose."""
    others = set(choices.get(NOT_FOR, ()))
    meant = [item for item in items if item.position not in others] if others else items
    return section.chosen(meant, choices)


def choices_of(preference: Preference, until: int) -> dict[str, list[Any]]:
    """One reader's choices for a digest of everything ever published up to a position."""
    if preference.pk is None:
        return preference.choices
    things = narrowed({section.key: (0, until, ()) for section in registered()})
    found = Preference.objects.annotate(chosen=choices_beside(things, "recipient__"))
    return found.values_list("chosen", flat=True).get(pk=preference.pk)


def was_told(section: str, position: int, recipient: str) -> Q:
    """Whether some digest told, or will tell, a recipient what lies at this position."""
    before = Delivery.objects.filter(recipient=OuterRef(f"{recipient}id" if recipient else "pk"))
    before = before.exclude(state__in=[State.FAILED, State.SKIPPED]).exclude(
        choices__contains={NOT_FOR: [position]}
    )
    in_place = Q(**{f"since__{section}__lt": position}, edition__cut_off__gte=position)
    waited = Q(besides__contains={section: {"owed": [position]}})
    later = Q(besides__contains={section: {"also": [position]}})
    return Q(Exists(before.filter((in_place & ~waited) | later)))


# --- Right before sending ---------------------------------------------------------------------


def follow(deliveries: list[Delivery]) -> list[Delivery]:
    """Have these digests name what is not for their readers as of now; gives those that changed.

    A query for each section that narrows anything, and one for all the deliveries.
    """
    things = narrowed(_places(deliveries))
    if not things:
        return []
    rows = Delivery.objects.filter(pk__in=[one.pk for one in deliveries])
    now = dict(rows.annotate(others=left_out(things, "recipient__")).values_list("pk", "others"))
    changed = []
    for delivery in deliveries:
        asked = [one.position for one in things if _is_in(one.position, delivery)]
        before = set(delivery.choices.get(NOT_FOR, ()))
        after = before.difference(asked) | (set(asked) & set(now.get(delivery.pk) or ()))
        if after != before:
            delivery.choices = with_left_out(delivery.choices, after)
            changed.append(delivery)
    return changed


def left_out_of(delivery: Delivery) -> list[int]:
    """The positions a digest would have told its reader of, had they been for them."""
    return [one for one in delivery.choices.get(NOT_FOR, ()) if _is_in(one, delivery)]


def _places(deliveries: Iterable[Delivery]) -> dict[str, Place]:
    """For each section the narrowest place that holds what any of these digests tells."""
    places: dict[str, Place] = {}
    for delivery in deliveries:
        cut_off = delivery.edition.cut_off
        for key, since in delivery.since.items():
            after, until, besides = places.get(key, (since, 0, set()))
            places[key] = (
                min(after, since),
                max(until, cut_off),
                {*besides, *delivery.besides.get(key, {}).get("also", ())},
            )
    return places


def _is_in(position: int, delivery: Delivery) -> bool:
    """Whether a digest would tell what lies at this position."""
    return any(
        since < position <= delivery.edition.cut_off
        or position in delivery.besides.get(key, {}).get("also", ())
        for key, since in delivery.since.items()
    )
