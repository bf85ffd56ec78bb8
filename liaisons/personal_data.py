"""What is held on a person, gathered from every app that holds some.

Each app that holds something registers one function here, in its ``AppConfig.ready``. Higher apps
register too, so that this one need not know them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Words:
    """How the entries of a section are put for people; names and codes are for programs.

    Both go by the name of an entry, or by ``parent.name`` where a name means two things:
    ``labels`` say what an entry is called, ``values`` what it says, from a mapping of codes or by a
    function of what is held.
    """

    labels: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Mapping | Callable[[Any], Any]] = field(default_factory=dict)


_sections: dict[str, Callable[[Any], Any]] = {}
_headings: dict[str, Any] = {}
_words: dict[str, Words] = {}
_forgetters: dict[str, Callable[[Any], None]] = {}


def register(
    key: str,
    gather: Callable[[Any], Any],
    *,
    heading: Any = "",
    words: Words | None = None,
    forget: Callable[[Any], None] | None = None,
) -> None:
    """Add a section: ``gather(user)`` gives everything the app holds on them, ready for JSON.

    ``heading`` stands above it where people read it, and ``words`` are for what is in it, beyond
    those that the readable page has for all sections. ``gather`` has to ask each table by the
    person's own id or through what belongs to them: a test watches which tables it asks.
    ``forget(user)`` deletes what need not stay when the account goes, in that transaction and
    before anything else of it.
    """
    if key in _sections and _sections[key] is not gather:
        raise ValueError(f"Two sections of personal data are called {key!r}.")
    _sections[key] = gather
    _headings[key] = heading
    _words[key] = words or Words()
    if forget:
        _forgetters[key] = forget


def held_on(user) -> dict[str, Any]:
    """Everything held on this person, by section."""
    return {key: gather(user) for key, gather in _sections.items()}


def heading_of(key: str) -> Any:
    """What stands above a section."""
    return _headings[key] or key


def words_of(key: str) -> Words:
    """How the app that holds a section puts it for people."""
    return _words[key]


def forget(user) -> None:
    """Delete what apps hold on a person who deletes their account and that need not stay."""
    for forgetter in _forgetters.values():
        forgetter(user)
