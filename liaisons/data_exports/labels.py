"""What the entries of an archive are called for people; names and codes are for programs.

The words are those of the pages and of the models, so that most are translated already. These are
for all sections and for those of this app; an app above gives its own with the section it registers
(``personal_data.Words``).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaisons import personal_data
from liaisons.models import (
    Endorsement,
    Group,
    LanguageSkill,
    Letter,
    Mandate,
    MandateEvent,
    Region,
    User,
)
from mailing import choices, kinds, stories
from mailing.models import Edition, FailReason, Preference, Rhythm, SkipReason, State
from web import names

LABELS: dict[str, Any] = {
    "address": _("e-mail address"),
    "agreed_on": _("date of the agreement"),
    "answer": _("answer"),
    "answered_at": _("answered"),
    "asked_at": _("asked for"),
    "at": _("when"),
    "away_until": _("away until"),
    "body": _("text"),
    "browser": _("browser"),
    "by_me": _("by me"),
    "central_id": _("number"),
    "channel": _("channel"),
    "choices": _("chosen in the digest"),
    "contact_by": _("how the public can write"),
    "contact_for": _("contact rules"),
    "contact_of_mandates": _("mandates whose contact you are"),
    "context": _("what it is about"),
    "came_back": _("Mail that came back"),
    "country": _("country"),
    "created": _("begun"),
    "created_at": _("made"),
    "decided": _("decided"),
    "decisions": _("Decisions"),
    "detail": _("details"),
    "digests": _("Digests"),
    "delivery__edition__hour": _("hour"),
    "item": _("thing"),
    "section": _("part of the digest"),
    "told_in_digests": _("What digests told only you"),
    "switched_off": _("messages you switched off"),
    "tells_when_quiet": _("tell me when nothing happened"),
    "done_in_the_admin": _("done in the administration pages"),
    "downloads": _("The file with everything held on you"),
    "edition__hour": _("edition of"),
    "edition__rhythm": _("rhythm"),
    "effective_at": _("since"),
    "email": _("e-mail address"),
    "email_addresses": _("all addresses"),
    "email_last_used_to_sign_in": _("address last used to sign in"),
    "email_since": _("this address since"),
    "end_reason": _("why it ended"),
    "ended": _("ended"),
    "error": _("last answer"),
    "event_id": _("number of the entry in the history"),
    "evidence": _("how the group agreed"),
    "evidence_text": _("explanation"),
    "evidence_url": _("link"),
    "expires_at": pgettext_lazy("a day", "Until"),
    "export_id": _("number of the file"),
    "finished_at": _("finished"),
    "first_sign_in": _("first sign-in"),
    "group": _("group"),
    "group__name": _("group"),
    "has_password": _("Password"),
    "history": _("History"),
    "id": _("number"),
    "invitations_to_a_successor": _("links for a successor"),
    "is_core_team": _("Core Team"),
    "is_shown_by_name": _("shown by name"),
    "is_verified": _("address confirmed"),
    "is_wanted": _("summary of what waits"),
    "looked_at": _("looked at"),
    "told_at": _("sent"),
    "joined": _("account made"),
    "kind": _("kind"),
    "language": _("language"),
    "languages": _("languages"),
    "last_day": _("last day"),
    "last_sign_in": _("last sign-in"),
    "last_used": _("last used"),
    "last_used_at": _("last used"),
    "letter_id": _("number of the letter"),
    "level": _("level"),
    "made": _("made"),
    "mandate": _("mandate"),
    "mandate__group__name": _("group"),
    "mandate_id": _("number of the mandate"),
    "message": _("text"),
    "message_id": _("Message-ID"),
    "messages": _("single mails"),
    "name": _("name"),
    "needs_help_from_english": _("needs translation from English"),
    "needs_help_to_english": _("needs translation into English"),
    "number": _("number"),
    "offers_help_from_english": _("offers translation from English"),
    "offers_help_to_english": _("offers translation into English"),
    "paused_until": _("paused until"),
    "preferences": _("mail preferences"),
    "prefers_talk_page": _("news on the talk page, not by mail"),
    "primary": _("main address"),
    "private_notes": _("private notes"),
    "reason": _("reason"),
    "received": _("received"),
    "recipient": _("where mail goes"),
    "region": _("region"),
    "reminded": _("Reminders"),
    "renewed": _("Renewed"),
    "report_closed_at": _("decided"),
    "report_id": _("number of the report"),
    "report_note": _("what is wrong with it"),
    "report_outcome": _("what was decided"),
    "reported_at": pgettext_lazy("letter", "reported"),
    "requested_at": _("asked for"),
    "response_id": _("number of the response"),
    "reviewer_of_mandates": _("applications you review"),
    "rhythm": _("rhythm"),
    "role": _("role in the group"),
    "roles": _("roles"),
    "said_at": _("said"),
    "seat": _("seat"),
    "said": _("what the server said"),
    "second_step": _("Second step"),
    "sender_address": _("e-mail address"),
    "sender_name": _("name"),
    "sent": pgettext_lazy("letter", "Sent"),
    "sent_at": pgettext_lazy("letter", "Sent"),
    "signed_in": _("signed in"),
    "stand_in_for": _("stand-in while the contact is away"),
    "state": _("state"),
    "status": _("status"),
    "story": _("what became of it"),
    "subscriptions_to_confirm": _("Subscriptions to be confirmed"),
    "submitted": _("sent in"),
    "time_zone": _("time zone"),
    "told": _("what the wiki told us"),
    "took_over_from_mandate": _("taken over from the mandate with the number"),
    "type": _("kind"),
    "undelivered_at": _("could not be delivered"),
    "until": pgettext_lazy("a day", "Until"),
    "url": _("link"),
    "used": _("used"),
    "username": _("Wikimedia user name"),
    "verdict": _("what they say"),
    "verified": _("address confirmed"),
    "version": _("version"),
    "what": _("what happened"),
    "wikimedia_account_locked": _("locked on the wiki since"),
    "wikimedia_accounts": _("Wikimedia account"),
    "wikimedia_name_checked": _("name last compared with the wiki"),
    "wikimedia_name_hidden": _("name hidden on the wiki since"),
    "wikimedia_user_name": _("Wikimedia user name"),
    "withdrawn_at": _("withdrawn"),
}


def _language(code: str) -> str:
    return names.language_name(code, default=code)


def _country(code: str) -> str:
    return names.country_name(code, default=code)


def _region(code: str) -> str:
    return str(Region.objects.filter(pk=code).first() or code)


def _kind_of_mail(name: str) -> Any:
    return kinds.label_of(name)


_REASONS = dict(SkipReason.choices) | dict(FailReason.choices)
# What stands there in words instead of a code, or as a day instead of its text.
VALUES: dict[str, Mapping | Callable[[Any], Any]] = {
    "contact_by": dict(User.ContactBy.choices),
    "context.last_day": date.fromisoformat,
    "country": _country,
    "decisions.kind": dict(MandateEvent.Kind.choices),
    "digests.reason": _REASONS,
    "edition__rhythm": dict(Edition.Rhythm.choices),
    "end_reason": dict(Mandate.EndReason.choices),
    "evidence": dict(Mandate.Evidence.choices),
    "history.what": dict(MandateEvent.Kind.choices),
    "language": _language,
    "level": dict(LanguageSkill.Level.choices),
    "mandates.status": dict(Mandate.Status.choices),
    "messages.kind": _kind_of_mail,
    "messages.reason": _REASONS,
    "preferences.channel": dict(Preference.Channel.choices),
    "preferences.kind": _kind_of_mail,
    "proposed_groups.kind": dict(Group.Kind.choices),
    "proposed_groups.status": dict(Group.Status.choices),
    "region": _region,
    "switched_off.kind": _kind_of_mail,
    "report_outcome": dict(Letter.Outcome.choices),
    "rhythm": dict(Rhythm.choices),
    "role": dict(Mandate.Role.choices),
    "seat": dict(Mandate.Seat.choices),
    "second_step.type": {
        Authenticator.Type.TOTP: _("Authenticator app"),
        Authenticator.Type.WEBAUTHN: _("Passkey"),
        Authenticator.Type.RECOVERY_CODES: _("Recovery codes"),
    },
    "state": dict(State.choices),
    "story.at": datetime.fromisoformat,
    "story.what": stories.event_label,
    "verdict": dict(Endorsement.Verdict.choices),
}

# Said where it is so; that it is not so says nothing.
ONLY_YES = {
    "by_me",
    "is_core_team",
    "needs_help_from_english",
    "needs_help_to_english",
    "offers_help_from_english",
    "offers_help_to_english",
    "primary",
    "withdrawn",
}

# Long lists of entries in parts, each with a heading; what is not named stands before them.
PARTS: dict[str, list[tuple[Any, Iterable[str]]]] = {
    "account": [
        (
            _("What others see of you"),
            ("is_shown_by_name", "country", "contact_by", "away_until"),
        ),
        (
            _("E-mail address"),
            (
                "email",
                "email_since",
                "email_last_used_to_sign_in",
                "prefers_talk_page",
                "email_addresses",
            ),
        ),
        (
            _("Ways to sign in"),
            (
                "joined",
                "last_sign_in",
                "has_password",
                "second_step",
                "wikimedia_name_checked",
                "wikimedia_account_locked",
                "wikimedia_name_hidden",
                "wikimedia_accounts",
            ),
        ),
        (_("Languages"), ("language", "time_zone", "languages")),
        (_("Download my data"), ("downloads",)),
    ],
    "mandates": [
        (
            _("How the group agreed"),
            ("evidence", "evidence_url", "evidence_text", "agreed_on"),
        ),
        (
            _("Dates"),
            ("created", "submitted", "decided", "last_day", "renewed", "ended", "end_reason"),
        ),
        (
            _("Handing over"),
            ("took_over_from_mandate", "invitations_to_a_successor", "private_notes"),
        ),
        (_("Reminders and history"), ("reminded", "history")),
    ],
}


def label_of(key: str, *, section: str, parent: str = "") -> Any:
    """What an entry is called; None for a name that is not ours, such as one the wiki sent."""
    if parent == "choices" and (choice := _choice(key)):
        return choice.label
    return _found(personal_data.words_of(section).labels, LABELS, key, parent)


def said(value: Any, key: str, *, section: str, parent: str = "") -> Any:
    """What a code says in words, and a day that is kept as text as a day; the rest as it is."""
    if parent == "choices" and (choice := _choice(key)):
        return dict(choice.options()).get(value, value)
    words = _found(personal_data.words_of(section).values, VALUES, key, parent)
    if words is None:
        return value
    if isinstance(words, Mapping):
        return words.get(value, value)
    try:
        return words(value)
    except (TypeError, ValueError):
        return value  # typed by somebody, and not of that form


def _choice(name: str) -> choices.Choice | None:
    """What can be chosen about in the digest, under this name."""
    return next((one for one in choices.registered() if one.name == name), None)


def _found(own: Mapping, common: Mapping, key: str, parent: str) -> Any:
    for words in (own, common):
        for name in (f"{parent}.{key}", key):
            if name in words:
                return words[name]
    return None
