"""Each view says who it is for; the tests walk all URLs and refuse one that does not."""

from collections.abc import Callable

POLICIES = {
    "public": "anyone; the same for everyone",
    "anonymous": "sign-in, sign-up and other forms for people who are not signed in",
    "signed_in": "any account",
    "liaison": "people with an active mandate",
    "translator": "translators, and liaisons who offered help with translation",
    "core_team": "the Core Team",
    "token": "whoever holds the link",
    "machine": "health checks and other programs",
}


def policy(name: str) -> Callable:
    """Declare whom a view is for: one of ``POLICIES``. The access.py of each app enforces."""
    if name not in POLICIES:
        raise ValueError(f"Unknown policy {name!r}; use one of {', '.join(POLICIES)}.")

    def declare(view):
        view.policy = name
        return view

    return declare
