"""What the Core Team has to know on whatever page of the admin they are.

Apps register a function in ``AppConfig.ready`` that says what is wrong now, in the active language:

    alerts.register("mail", health.alerts.found)

What they say is kept for a minute in each process, so that a page of the admin costs no query.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import caches
from django.utils.translation import get_language

KEPT_SECONDS = 60


@dataclass(frozen=True)
class Alert:
    """One thing that is wrong, in a sentence, and the page that says more."""

    text: str
    url: str = ""
    # The link is shown to who may do this.
    permission: str = ""
    # Nothing is broken yet.
    is_early: bool = False


_sources: dict[str, Callable[[], list[Alert]]] = {}


def register(key: str, found: Callable[[], list[Alert]]) -> None:
    """Add a source. It depends on no visitor: all of the Core Team is told the same."""
    _sources[key] = found


def current() -> list[Alert]:
    """All that is wrong now, or was within the last minute."""
    kept = f"alerts:{get_language()}"
    found = caches["figures"].get(kept)
    if found is None:
        found = [alert for source in _sources.values() for alert in source()]
        caches["figures"].set(kept, found, KEPT_SECONDS)
    return found
