"""What a filled demo is made of, so that two of them can be compared."""

from config.demo import clock
from liaisons.models import (
    BlockedSender,
    Endorsement,
    Handover,
    LanguageSkill,
    Letter,
    Mandate,
    MandateEvent,
    User,
)
from mailing.models import Delivery, Edition, Notice, Preference, SectionCursor, Suppression
from strategy.models import (
    Image,
    Relay,
    Report,
    ReportDraft,
    Response,
    Statement,
    Topic,
    Translation,
    TranslationRequest,
    Update,
    UpdateRead,
)


def since_midnight(moment):
    return moment and (moment - clock.start_of_today()).total_seconds()


def rows(queryset, *names):
    """The rows as a sorted list; times count from the start of today."""
    return sorted(
        repr([since_midnight(value) if hasattr(value, "tzinfo") else value for value in row])
        for row in queryset.values_list(*names)
    )


def everything():
    """What the demo is made of, without ids: equal for two demos that are the same."""
    return {
        "people": rows(User.objects, "email", "display_name", "language", "is_public_by_name"),
        "mandates": rows(
            Mandate.objects, "person__email", "group__slug", "status", "seat", "submitted_at",
            "decided_at", "ended_at", "contact__email", "evidence_text",
        ),
        "events": rows(MandateEvent.objects, "mandate__person__email", "kind", "at", "message"),
        "languages": rows(
            LanguageSkill.objects, "person__email", "language", "level", "needs_help_from_english",
            "needs_help_to_english", "offers_help_from_english", "offers_help_to_english",
        ),
        "opinions": rows(
            Endorsement.objects, "person__email", "mandate__person__email", "verdict", "reason",
            "said_at",
        ),
        "handovers": rows(
            Handover.objects, "mandate__person__email", "made_at", "expires_at", "used_at",
            "application__person__email",
        ),
        "letters": rows(
            Letter.objects, "form_key", "mandate__person__email", "sender__email", "sender_name",
            "sender_address", "language", "body", "sent_at", "answer", "answered_at",
            "undelivered_at", "reported_at", "report_note", "report_closed_at", "report_outcome",
        ),
        "blocked": rows(BlockedSender.objects, "letter__form_key", "sender_hash", "blocked_at"),
        "updates": rows(
            Update.objects, "slug", "status", "published_at", "publish_at", "corrected_at",
            "position", "title_en", "title_fr", "short_ar", "body_hi",
        ),
        "images": rows(
            Image.objects, "update__slug", "number", "alt_en", "alt_ar", "credit", "licence",
            "file",
        ),
        "topics": rows(Topic.objects, "slug", "opens_at", "closes_at", "position"),
        "relays": rows(
            Relay.objects, "update__slug", "group__slug", "channel", "language", "people", "url",
            "recorded_at", "withdrawn_at",
        ),
        "reads": rows(UpdateRead.objects, "update__slug", "person__email", "at"),
        "reports": rows(
            Report.objects, "key", "number", "version", "group__slug", "topic__slug", "language",
            "published_at", "corrected_at", "overview", "place", "people",
        ),
        "drafts": rows(ReportDraft.objects, "report__key", "data", "saved_at"),
        "statements": rows(
            Statement.objects, "report__number", "number", "text", "changed_in", "withdrawn_in",
            "received_at", "answered_at", "response__text_en",
        ),
        "translations": rows(
            Translation.objects, "kind", "language", "status", "person__email", "published_at"
        ),
        "asked for": rows(
            TranslationRequest.objects, "person__email", "kind", "language", "needed_by", "note",
            "asked_at",
        ),
        "answers": rows(Response.objects, "text_en", "text_fr", "published_at", "corrected_at"),
        "editions": rows(Edition.objects, "rhythm", "hour", "cut_off", "audience", "frozen_at"),
        "deliveries": rows(
            Delivery.objects, "edition__rhythm", "edition__hour", "recipient__address", "state",
            "reason", "attempts", "since", "finished_at", "error",
        ),
        "notices": rows(
            Notice.objects, "kind", "recipient__address", "state", "reason", "created_at",
            "finished_at", "error",
        ),
        "cursors": rows(SectionCursor.objects, "recipient__address", "section", "position"),
        "preferences": rows(Preference.objects, "recipient__address", "rhythm", "effective_at"),
        "suppressions": rows(Suppression.objects, "address_hash", "reason"),
    }  # fmt: skip
