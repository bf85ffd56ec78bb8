"""What a reader may choose among in the digest, such as topics. Higher apps register it.

    choices.register("topics", _("Topics"), options=lambda: [("advocacy", "Advocacy")])

A reader's choices are kept as ``{"topics": ["advocacy"]}``. A name that is not in it was not chosen
about: all of it is wanted. Sections follow the choices in ``Section.chosen``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Choices = dict[str, list[str]]

# In the choices of a digest that is frozen this names the positions that are not for its reader
# (``mailing.audiences``); nobody chooses it.
NOT_FOR = "not_for"


@dataclass(frozen=True)
class Choice:
    """One thing to choose about. ``options`` gives (value, label), in the active language."""

    name: str
    label: Any
    options: Callable[[], list[tuple[str, Any]]]
    help_text: Any = ""


_registered: dict[str, Choice] = {}


def register(
    name: str, label: Any, options: Callable[[], list[tuple[str, Any]]], *, help_text: Any = ""
) -> Choice:
    """Add something to choose about (in ``AppConfig.ready``). Raises ``ValueError`` for a name in
    use.
    """
    if name in _registered or name == NOT_FOR:
        raise ValueError(f"There is a choice called {name!r} already.")
    _registered[name] = Choice(name, label, options, help_text)
    return _registered[name]


def unregister(name: str) -> None:
    """Take a choice away again (tests)."""
    _registered.pop(name, None)


def registered() -> list[Choice]:
    """All there is to choose about, in the order in which it was registered."""
    return list(_registered.values())


def tidy(chosen: dict[str, Any]) -> Choices:
    """The choices as they are kept: what is known, each value once, in one order.

    Two readers who chose the same get the same digest, so it must be written in one way only.
    """
    return {
        name: sorted(set(values))
        for name, values in sorted(chosen.items())
        if values and name in _registered
    }


def labels(chosen: Choices) -> list[tuple[Any, list[Any]]]:
    """What was chosen, in words: (about what, which). What is offered no more is left out."""
    said = []
    for choice in registered():
        wanted = set(chosen.get(choice.name, ()))
        names = [label for value, label in choice.options() if value in wanted]
        if names:
            said.append((choice.label, names))
    return said
