"""What a person can do next: each app offers its own steps, the dashboard shows them all.

An app registers one function, in its ``AppConfig.ready``; given a person, it yields ``NextStep``s.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from .models import User


@dataclass(frozen=True)
class NextStep:
    """One thing to do. Texts are translated already.

    ``due`` is an aware datetime or None; ``about`` names what it is for (a group, a topic) in
    ``about_language`` where that is not the reader's own. ``weight`` decides among steps without
    a date: the smaller, the earlier. ``is_urgent`` steps stand first.
    """

    key: str
    title: str
    url: str
    action: str
    about: str = ""
    about_language: str = ""
    detail: str = ""
    due: datetime | None = None
    weight: int = 50
    is_urgent: bool = False


Offer = Callable[[User], Iterable[NextStep]]
_offers: dict[str, Offer] = {}


def register(key: str, offer: Offer) -> None:
    """Add the steps one app offers. Raises ``ValueError`` for a key in use."""
    if key in _offers:
        raise ValueError(f"Two apps offer next steps called {key!r}.")
    _offers[key] = offer


def of(person: User) -> list[NextStep]:
    """All a person's next steps: urgent ones first, then by date, then those without one."""
    steps = [step for offer in _offers.values() for step in offer(person)]
    return sorted(steps, key=_order)


def _order(step):
    has_no_date = step.due is None
    return (not step.is_urgent, has_no_date, step.due.timestamp() if step.due else 0, step.weight)
