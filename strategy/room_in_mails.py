"""How much has room in one mail: Gmail cuts a long one, and some pay for each byte."""

from dataclasses import dataclass
from itertools import accumulate

# What stands around each text, in bytes: its link and its look.
FRAME = 150


@dataclass(frozen=True)
class Room:
    """So many bytes stand in one section: in full, and named with their link after these.

    The first is always told; what has no room for all its words is cut. What has no room at all is
    counted, with a link to the list. A mail holds each text twice, and in most
    scripts every byte takes a third more on its way: so that a whole mail has less than 60 kB, all
    sections together have room for 13 kB.
    """

    in_full: int
    named: int


def as_many(sizes: list[int], room: int) -> int:
    """How many of these fit, from the first on."""
    return sum(used <= room for used in accumulate(sizes))


def as_many_named(sizes: list[int], room: int) -> int:
    """The same for names; the last one takes no more than to say "and one more"."""
    fitting = as_many(sizes, room)
    return fitting + (fitting == len(sizes) - 1)
