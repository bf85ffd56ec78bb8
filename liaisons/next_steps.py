"""What a person can do next: each app offers its own steps; the dashboard and the digest tell them.

An app registers one function, in its ``AppConfig.ready``. Given people, it reads all it needs for
them in a few queries, and gives a function that yields the ``NextStep``s of one of them.
"""

from collections.abc import Callable, Iterable, Sequence
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
    smaller, the earlier. ``is_urgent`` steps stand first. ``in_digest`` is False where the digest
    says it anyway, or not yet.
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
    in_digest: bool = True

    @property
    def is_soon(self) -> bool:
        """True where it is due within a few days, or overdue."""
        return self.due is not None and self.due <= timezone.now() + SOON


StepsOfOne = Callable[[User], Iterable[NextStep]]
Offer = Callable[[Sequence[User]], StepsOfOne]
_offers: dict[str, Offer] = {}


def register(key: str, offer: Offer) -> None:
    """Add the steps one app offers. Raises ``ValueError`` for a key in use."""
    if key in _offers and _offers[key] is not offer:
        raise ValueError(f"Two apps offer next steps called {key!r}.")
    _offers[key] = offer


def of(person: User) -> list[NextStep]:
    """All a person's next steps: urgent ones, those due soon, those without a date, the others."""
    return of_each([person])(person)


def of_each(people: Sequence[User]) -> Callable[[User], list[NextStep]]:
    """Read what these people can do; the function given then tells each one's steps, as ``of``.

    It asks the database nothing more, and writes in the language that is active when it is called.
    """
    offered = [offer(people) for offer in _offers.values()]

    def steps_of(person: User) -> list[NextStep]:
        return sorted((step for offer in offered for step in offer(person)), key=_order)

    return steps_of


def _order(step: NextStep) -> tuple:
    part = 0 if step.is_urgent else 1 if step.is_soon else 3 if step.due else 2
    due = step.due.timestamp() if step.due else 0
    newest_first = -step.since.timestamp() if step.since else 0
    return (part, due, step.weight, newest_first)
