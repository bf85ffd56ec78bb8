"""The steps of sign-up and the line that shows them."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..mandates import missing_step

ACCOUNT, GROUP, MANDATE, SUPPORT, CHECK = "account", "group", "mandate", "support", "check"

NAMES = {
    # Translators: a step of sign-up.
    ACCOUNT: _("Account"),
    # Translators: a step of sign-up.
    GROUP: _("Group"),
    # Translators: a step of sign-up.
    MANDATE: _("Mandate"),
    # Translators: a step of sign-up.
    SUPPORT: _("Support"),
    # Translators: a step of sign-up: look at all answers before sending them.
    CHECK: _("Check"),
}
ORDER = list(NAMES)


def url_of(step: str) -> str:
    """The address of a step in the reader's language."""
    return reverse(f"liaisons:join_{step}")


def next_step(draft) -> str:
    """Where to go on: the first step with an answer missing, else the check."""
    if draft is None:
        return GROUP
    return missing_step(draft) or CHECK


def line(here: str, draft=None) -> list[dict]:
    """The thin line: each step with its name, its state, and its address where one may go back."""
    reachable = ORDER.index(next_step(draft)) if draft else ORDER.index(GROUP)
    steps = []
    for number, step in enumerate(ORDER):
        is_open = step not in (ACCOUNT, here) and number <= reachable
        steps.append(
            {
                "label": NAMES[step],
                "url": url_of(step) if is_open else "",
                "state": _state(number, ORDER.index(here)),
            }
        )
    return steps


def _state(number: int, here: int) -> str:
    return "done" if number < here else "here" if number == here else ""
