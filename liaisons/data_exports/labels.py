"""What the entries of an archive are called for people; names and codes are for programs.

The words are those of the pages and of the models, so that most are translated already.
"""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from liaisons.models import Endorsement, Group, LanguageSkill, Mandate, MandateEvent, User
from mailing.models import Edition, FailReason, Rhythm, SkipReason, State

LABELS: dict[str, Any] = {
    "address": _("e-mail address"),
    "agreed_on": _("date of the agreement"),
    "at": _("Date"),
    "attempts": _("attempts"),
    "away_until": _("away until"),
    "body": _("text"),
    "by_me": _("by me"),
    "channel": _("where"),
    "contact_by": _("how the public can write"),
    "country": _("country"),
    "created": _("begun"),
    "created_at": _("begun"),
    "decided": _("decided"),
    "drafts": _("Drafts"),
    "edition__hour": _("hour"),
    "edition__rhythm": _("rhythm"),
    "effective_at": _("since"),
    "email": _("e-mail address"),
    "email_addresses": _("e-mail address"),
    "error": _("last answer"),
    "end_reason": _("why it ended"),
    "ended": _("ended"),
    "evidence": _("how the group agreed"),
    "evidence_text": _("explanation"),
    "evidence_url": _("link"),
    "finished_at": _("finished"),
    "group": _("group"),
    "group__name": _("group"),
    "history": _("History"),
    "is_verified": _("address confirmed"),
    "is_shown_by_name": _("shown by name"),
    "joined": _("account made"),
    "kind": _("kind"),
    "language": _("language"),
    "languages": _("languages"),
    "last_day": _("last day"),
    "last_sign_in": _("last sign-in"),
    "level": _("level"),
    "message": _("text"),
    "message_id": _("Message-ID"),
    "name": _("name"),
    "needs_help_from_english": _("needs translation from English"),
    "needs_help_to_english": _("needs translation into English"),
    "offers_help_from_english": _("offers translation from English"),
    "offers_help_to_english": _("offers translation into English"),
    "prefers_talk_page": _("news on the talk page, not by mail"),
    "private_notes": _("private notes"),
    "reason": _("reason"),
    "rhythm": _("rhythm"),
    "role": _("role in the group"),
    "roles": _("roles"),
    "second_step": _("Second step"),
    "seat": _("seat"),
    "state": _("state"),
    "status": _("status"),
    "submitted": _("sent in"),
    "time_zone": _("time zone"),
    "url": _("link"),
    "what": _("what happened"),
    "verified": _("address confirmed"),
    "wikimedia_accounts": _("Wikimedia account"),
    "wikimedia_user_name": _("Wikimedia user name"),
}

# Codes that have a name on the pages, by what the entry is called.
CHOICES: dict[str, dict[Any, Any]] = {
    "edition__rhythm": dict(Edition.Rhythm.choices),
    "contact_by": dict(User.ContactBy.choices),
    "end_reason": dict(Mandate.EndReason.choices),
    "evidence": dict(Mandate.Evidence.choices),
    "language": dict(settings.LANGUAGES),
    "level": dict(LanguageSkill.Level.choices),
    "reason": dict(SkipReason.choices) | dict(FailReason.choices),
    "rhythm": dict(Rhythm.choices),
    "role": dict(Mandate.Role.choices),
    "seat": dict(Mandate.Seat.choices),
    "state": dict(State.choices),
    "status": dict(Mandate.Status.choices) | dict(Group.Status.choices),
    "verdict": dict(Endorsement.Verdict.choices),
    "what": dict(MandateEvent.Kind.choices),
}


def label_of(key: str) -> Any:
    """What an entry is called; one that has no label yet by its name in the JSON."""
    return LABELS.get(key) or key.replace("__", " ").replace("_", " ")
