"""What is held on a person, gathered from every app that holds some.

Each app that holds something registers one function here, in its ``AppConfig.ready``. Higher apps
register too, so that this one need not know them.
"""

from collections.abc import Callable
from typing import Any

_sections: dict[str, Callable[[Any], Any]] = {}
_headings: dict[str, Any] = {}
_forgetters: dict[str, Callable[[Any], None]] = {}


def register(
    key: str,
    gather: Callable[[Any], Any],
    *,
    heading: Any = "",
    forget: Callable[[Any], None] | None = None,
) -> None:
    """Add a section: ``gather(user)`` gives everything the app holds on them, ready for JSON.

    ``heading`` stands above it where people read it. ``gather`` has to ask each table by the
    person's own id or through what belongs to them: a test watches which tables it asks.
    ``forget(user)`` deletes what need not stay when the account goes, in that transaction and
    before anything else of it.
    """
    if key in _sections and _sections[key] is not gather:
        raise ValueError(f"Two sections of personal data are called {key!r}.")
    _sections[key] = gather
    _headings[key] = heading
    if forget:
        _forgetters[key] = forget


def held_on(user) -> dict[str, Any]:
    """Everything held on this person, by section."""
    return {key: gather(user) for key, gather in _sections.items()}


def heading_of(key: str) -> Any:
    """What stands above a section."""
    return _headings[key] or key


def forget(user) -> None:
    """Delete what apps hold on a person who deletes their account and that need not stay."""
    for forgetter in _forgetters.values():
        forgetter(user)
