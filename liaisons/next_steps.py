"""What a person can do next: each app offers its own steps, the dashboard shows them all.

An app registers one function, in its ``AppConfig.ready``; given a person, it yields ``NextStep``s.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from .models import User

# What is due within these days stands before steps that have no date, what is due later after.
SOON = timedelta(days=7)


@dataclass(frozen=True)
class NextStep:
    """One thing to do. Texts are translated already.

    ``due`` is an aware datetime or None; ``since`` says since when it can be done, where nothing
    is due. ``about`` names what it is for (a group, a topic, an update) in ``about_language``
    where that is not the reader's own. ``weight`` decides among steps without a date: the
    smaller, the earlier. ``is_urgent`` steps stand first.
    """

    key: str
    title: str
    url: str
    action: str
    about: str = ""
    about_language: str = ""
    detail: str = ""
    due: datetime | None = None
    since: datetime | None = None
    weight: int = 50
    is_urgent: bool = False

    @property
    def is_soon(self) -> bool:
        """True where it is due within a few days, or overdue."""
        return self.due is not None and self.due <= timezone.now() + SOON


Offer = Callable[[User], Iterable[NextStep]]
_offers: dict[str, Offer] = {}


def register(key: str, offer: Offer) -> None:
    """Add the steps one app offers. Raises ``ValueError`` for a key in use."""
    if key in _offers and _offers[key] is not offer:
        raise ValueError(f"Two apps offer next steps called {key!r}.")
    _offers[key] = offer


def of(person: User) -> list[NextStep]:
    """All a person's next steps: urgent ones, those due soon, those without a date, the others."""
    steps = [step for offer in _offers.values() for step in offer(person)]
    return sorted(steps, key=_order)


def _order(step: NextStep) -> tuple:
    part = 0 if step.is_urgent else 1 if step.is_soon else 3 if step.due else 2
    due = step.due.timestamp() if step.due else 0
    newest_first = -step.since.timestamp() if step.since else 0
    return (part, due, step.weight, newest_first)
