"""Ways to split the people of an edition, registered by apps above: mailing knows no region.

splits.register("region", label=_("Region"), expression=region_of, name=name_of_region)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models.expressions import Combinable


@dataclass(frozen=True)
class Split:
    """One way: ``expression("recipient__")`` gives each person's part, ``name`` its words."""

    key: str
    label: Any
    # Given the path to the recipient, with its underscores.
    expression: Callable[[str], Combinable]
    # Given all parts found, their names; what is not named has none.
    names: Callable[[list[str]], dict[str, str]]


_splits: dict[str, Split] = {}


def register(key: str, **about: Any) -> Split:
    """Add a way to split people (in ``AppConfig.ready``). A name in use is replaced."""
    _splits[key] = Split(key, **about)
    return _splits[key]


def unregister(key: str) -> None:
    """Take a way away again (tests)."""
    _splits.pop(key, None)


def registered() -> list[Split]:
    """All ways, in the order in which they were registered."""
    return list(_splits.values())
