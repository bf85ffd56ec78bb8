"""What is held on a person, gathered from every app that holds some.

Each app that holds something registers one function here, in its ``AppConfig.ready``. Higher apps
register too, so that this one need not know them.
"""

from collections.abc import Callable
from typing import Any

_sections: dict[str, Callable[[Any], Any]] = {}


def register(key: str, gather: Callable[[Any], Any]) -> None:
    """Add a section: ``gather(user)`` gives everything the app holds on them, ready for JSON."""
    if key in _sections and _sections[key] is not gather:
        raise ValueError(f"Two sections of personal data are called {key!r}.")
    _sections[key] = gather


def held_on(user) -> dict[str, Any]:
    """Everything held on this person, by section."""
    return {key: gather(user) for key, gather in _sections.items()}
