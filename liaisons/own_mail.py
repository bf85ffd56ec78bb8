"""What pages say to somebody of their mail, with an account or without: what comes, what came."""

from typing import Any

from mailing import reasons, upcoming, why
from mailing.models import Preference, Rhythm, SkipReason

from .mail_fields import pause_day

# So many messages of those that came stand on a page; the earlier ones are folded.
SHOWN_AT_FIRST = 10


def what_comes_next(preference: Preference) -> dict[str, Any]:
    """The context of ``liaisons/_next_digest.html``; ``next`` is None where nothing is known yet.

    ``is_busy`` while digests are being prepared for everybody.
    """
    if preference.pk is None:
        return {"next": None, "is_busy": False}
    try:
        found = upcoming.next_digest(preference)
    except upcoming.Busy:
        return {"next": None, "is_busy": True}
    is_empty = found.reason == SkipReason.EMPTY
    return {
        "next": found,
        "is_busy": False,
        "is_at_once": found.rhythm == Rhythm.AT_ONCE,
        "why_not": "" if is_empty else _why_not(found.reason, preference.recipient),
        "is_empty": is_empty,
        "paused_until": pause_day(preference.recipient),
        "zone": preference.time_zone_used,
    }


def _why_not(reason, recipient) -> Any:
    return reasons.to_person(reason, has_account=recipient.user_id is not None)


def what_came(preference: Preference) -> dict[str, Any]:
    """The context of ``mailing/_fates.html``: what came and what did not, the newest first."""
    recipient = preference.recipient
    fates = why.gathered(why.recent(recipient)) if recipient.pk else []
    return {
        "fates": fates[:SHOWN_AT_FIRST],
        "earlier": fates[SHOWN_AT_FIRST:],
        "zone": preference.time_zone_used,
    }
