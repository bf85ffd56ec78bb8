"""Download my data: what this app holds on a person."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from liaisons import personal_data
from liaisons.models import (
    ContactRule,
    DataExport,
    Endorsement,
    Group,
    LanguageSkill,
    Mandate,
    MandateEvent,
    User,
)
from mailing.addresses import address_hash
from mailing.models import (
    Bounce,
    Delivery,
    Notice,
    Preference,
    Recipient,
    SubscriptionRequest,
    ToldItem,
)

OF_A_LANGUAGE = (
    "language", "level", "needs_help_from_english", "needs_help_to_english",
    "offers_help_from_english", "offers_help_to_english",
)  # fmt: skip


def account(person: User) -> dict:
    """The account, its addresses, and how it signs in."""
    return {
        "id": person.pk,
        "name": person.display_name,
        "wikimedia_user_name": person.wiki_username,
        "email": person.email,
        "email_since": person.address_since,
        "email_last_used_to_sign_in": person.address_used_at,
        "email_addresses": list(
            EmailAddress.objects.filter(user=person).values("email", "verified", "primary")
        ),
        "wikimedia_accounts": [
            {"central_id": uid, "first_sign_in": joined, "last_sign_in": last, "told": told}
            for uid, joined, last, told in SocialAccount.objects.filter(user=person).values_list(
                "uid", "date_joined", "last_login", "extra_data"
            )
        ],
        "has_password": person.has_usable_password(),
        "second_step": list(
            Authenticator.objects.filter(user=person).values(
                "type", "created_at", "last_used_at", name=F("data__name")
            )
        ),
        "country": person.country_id,
        "language": person.language,
        "time_zone": person.time_zone,
        "is_shown_by_name": person.is_public_by_name,
        "away_until": person.away_until,
        "contact_by": person.contact_by,
        "wikimedia_name_checked": person.wiki_checked_at,
        "wikimedia_account_locked": person.wiki_locked_at,
        "wikimedia_name_hidden": person.wiki_suppressed_at,
        "prefers_talk_page": person.prefers_talk_page,
        "is_core_team": person.is_staff,
        "roles": list(person.groups.values_list("name", flat=True)),
        "joined": person.date_joined,
        "last_sign_in": person.last_login,
        "languages": list(LanguageSkill.objects.filter(person=person).values(*OF_A_LANGUAGE)),
        "downloads": list(
            DataExport.objects.filter(person=person).values("requested_at", "expires_at")
        ),
    }


def mandates(person: User) -> list[dict]:
    """Every mandate and application, with its history."""
    found = (
        Mandate.objects.filter(person=person)
        .select_related("group")
        .prefetch_related("events", "handovers", "reminders")
    )
    return [
        {
            "number": mandate.pk,
            "group": mandate.group.name if mandate.group else None,
            "status": mandate.status,
            "seat": mandate.seat,
            "role": mandate.role,
            "evidence": mandate.evidence,
            "evidence_url": mandate.evidence_url,
            "evidence_text": mandate.evidence_text,
            "agreed_on": mandate.agreed_on,
            "created": mandate.created_at,
            "submitted": mandate.submitted_at,
            "decided": mandate.decided_at,
            "ended": mandate.ended_at,
            "end_reason": mandate.end_reason,
            "last_day": mandate.last_day,
            "renewed": mandate.renewed_at,
            "took_over_from_mandate": mandate.predecessor_id,
            "private_notes": mandate.private_notes,
            "invitations_to_a_successor": [
                {"made": one.made_at, "until": one.expires_at, "used": one.used_at}
                for one in mandate.handovers.all()
            ],
            "reminded": [reminder.sent_at for reminder in mandate.reminders.all()],
            "history": [
                {
                    "what": event.kind,
                    "at": event.at,
                    "by_me": event.actor_id == person.pk,
                    "message": event.message,
                }
                for event in mandate.events.all()
            ],
        }
        for mandate in found
    ]


def endorsements(person: User) -> list[Any]:
    """What this person said about other people's mandates."""
    return list(
        Endorsement.objects.filter(person=person).values(
            "mandate__group__name", "verdict", "reason", "said_at", "withdrawn_at"
        )
    )


def proposed_groups(person: User) -> list[Any]:
    """Groups this person proposed."""
    return list(Group.objects.filter(proposed_by=person).values("name", "kind", "status"))


def core_team_work(person: User) -> dict[str, Any]:
    """What this person did and does for the Core Team; empty for everybody else."""
    return {
        "decisions": list(
            MandateEvent.objects.filter(actor=person)
            .exclude(mandate__person=person)
            .values("mandate", "kind", "at", "message")
        ),
        "reviewer_of_mandates": list(
            Mandate.objects.filter(reviewer=person).values_list("pk", flat=True)
        ),
        "contact_of_mandates": list(
            Mandate.objects.filter(contact=person).values_list("pk", flat=True)
        ),
        "contact_for": list(
            ContactRule.objects.filter(contact=person).values("region", "language")
        ),
        "stand_in_for": list(
            ContactRule.objects.filter(stand_in=person).values("region", "language")
        ),
        "done_in_the_admin": [
            {"at": entry.action_time, "what": str(entry), "detail": entry.get_change_message()}
            for entry in LogEntry.objects.filter(user=person)
        ],
    }


def mail(person: User) -> dict[str, Any]:
    """What mailing holds: where mail goes, what was chosen, and each mail's fate."""
    of_a_message = (
        "state", "reason", "language", "created_at", "finished_at", "message_id", "error", "story",
    )  # fmt: skip
    own = Preference.objects.filter(recipient__user=person)
    return {
        "recipient": Recipient.objects.filter(user=person)
        .values("address", "is_verified", "language", "time_zone", "created_at", "paused_until")
        .first(),
        "preferences": list(
            own.filter(kind=Preference.Kind.DIGEST).values(
                "kind",
                "channel",
                "rhythm",
                "language",
                "time_zone",
                "choices",
                "tells_when_quiet",
                "effective_at",
            )
        ),
        "switched_off": list(
            own.exclude(kind=Preference.Kind.DIGEST).values("kind", "effective_at")
        ),
        # What stood in one's own part of which digest.
        "told_in_digests": list(
            ToldItem.objects.filter(recipient__user=person).values(
                "delivery__edition__hour", "section", "item"
            )
        ),
        "subscriptions_to_confirm": list(
            SubscriptionRequest.objects.filter(address_hash=address_hash(person.email)).values(
                "address", "rhythm", "language", "time_zone", "choices", "asked_at"
            )
        ),
        "digests": list(
            Delivery.objects.filter(recipient__user=person).values(
                "edition__rhythm", "edition__hour", "choices", *of_a_message
            )
        ),
        "came_back": list(
            Bounce.objects.filter(
                Q(delivery__recipient__user=person) | Q(notice__recipient__user=person)
            ).values("kind", "reported_at", "status", "said")
        ),
        "messages": list(
            Notice.objects.filter(recipient__user=person).values("kind", "context", *of_a_message)
        ),
    }


def register_all() -> None:
    """Add this app's sections to what a person can download."""
    personal_data.register("account", account, heading=_("Account"))
    personal_data.register("mandates", mandates, heading=_("Mandates"))
    personal_data.register(
        "endorsements", endorsements, heading=_("What you said about mandates of others")
    )
    personal_data.register("mail", mail, heading=_("Mail"))
    personal_data.register("proposed_groups", proposed_groups, heading=_("Proposed groups"))
    personal_data.register("core_team_work", core_team_work, heading=_("Core Team"))
