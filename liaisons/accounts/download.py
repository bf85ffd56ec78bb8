"""Download my data: what this app holds on a person."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from liaisons import personal_data
from liaisons.models import Group, Mandate, MandateEvent, User
from mailing.models import Delivery, Notice, Preference, Recipient


def account(person: User) -> dict:
    """The account, its addresses, and how it signs in."""
    return {
        "id": person.pk,
        "name": person.display_name,
        "wikimedia_user_name": person.wiki_username,
        "email": person.email,
        "email_addresses": list(
            EmailAddress.objects.filter(user=person).values("email", "verified", "primary")
        ),
        "wikimedia_accounts": [
            {"central_id": uid, "first_sign_in": joined, "last_sign_in": last}
            for uid, joined, last in SocialAccount.objects.filter(user=person).values_list(
                "uid", "date_joined", "last_login"
            )
        ],
        "has_password": person.has_usable_password(),
        "second_step": list(
            Authenticator.objects.filter(user=person).values("type", "created_at", "last_used_at")
        ),
        "country": person.country_id,
        "language": person.language,
        "time_zone": person.time_zone,
        "is_shown_by_name": person.is_public_by_name,
        "prefers_talk_page": person.prefers_talk_page,
        "is_core_team": person.is_staff,
        "roles": list(person.groups.values_list("name", flat=True)),
        "joined": person.date_joined,
        "last_sign_in": person.last_login,
        "languages": list(
            person.language_skills.values(
                "language", "needs_help_from_english", "needs_help_to_english"
            )
        ),
    }


def mandates(person: User) -> list[dict]:
    """Every mandate and application, with its history."""
    found = Mandate.objects.filter(person=person).select_related("group").prefetch_related("events")
    return [
        {
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
            "last_day": mandate.last_day,
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


def proposed_groups(person: User) -> list[Any]:
    """Groups this person proposed."""
    return list(Group.objects.filter(proposed_by=person).values("name", "kind", "status"))


def decisions(person: User) -> list[Any]:
    """What this person did in other people's mandates, as a reviewer."""
    return list(
        MandateEvent.objects.filter(actor=person)
        .exclude(mandate__person=person)
        .values("mandate", "kind", "at", "message")
    )


def mail(person: User) -> dict[str, Any]:
    """What mailing holds: where mail goes, what was chosen, and each mail's fate."""
    letter = ("state", "reason", "language", "created_at", "finished_at", "message_id")
    return {
        "recipient": Recipient.objects.filter(user=person)
        .values("address", "is_verified", "language", "time_zone", "created_at")
        .first(),
        "preferences": list(
            Preference.objects.filter(recipient__user=person).values(
                "kind", "channel", "rhythm", "language", "time_zone", "effective_at"
            )
        ),
        "digests": list(
            Delivery.objects.filter(recipient__user=person).values(
                "edition__rhythm", "edition__hour", *letter
            )
        ),
        "messages": list(
            Notice.objects.filter(recipient__user=person).values("kind", "context", *letter)
        ),
    }


def register_all() -> None:
    """Add this app's sections to what a person can download."""
    personal_data.register("account", account)
    personal_data.register("mandates", mandates)
    personal_data.register("mail", mail)
    personal_data.register("proposed_groups", proposed_groups)
    personal_data.register("decisions", decisions)
