"""What this app holds on a person, for the download of one's own data, and what goes with them."""

from .models import (
    Relay,
    Report,
    ReportDraft,
    ReportVersion,
    Response,
    Statement,
    Update,
    UpdateEvent,
    UpdateRead,
)


def updates(person) -> dict:
    """The updates a person read, wrote and handled."""
    return {
        "read": list(UpdateRead.objects.filter(person=person).values("update__slug", "at")),
        "written": list(Update.objects.filter(author=person).values("slug", "created_at")),
        "handled": list(
            UpdateEvent.objects.filter(actor=person).values("update__slug", "kind", "at")
        ),
    }


def relays(person) -> list:
    """The relays a person recorded."""
    return list(
        Relay.objects.filter(person=person).values(
            "update__slug", "group__name", "channel", "relayed_on", "language", "people", "url",
            "recorded_at", "changed_at", "withdrawn_at",
        )
    )  # fmt: skip


def reports(person) -> dict:
    """The reports a person began or published, and the drafts they saved last."""
    return {
        "begun": list(
            Report.objects.filter(person=person).values(
                "number", "group__name", "status", "started_at", "published_at",
                "held_on", "place", "page_url", "overview",
            )
        ),
        "published_versions": list(
            ReportVersion.objects.filter(actor=person).values(
                "report__number", "number", "at", "note", "content"
            )
        ),
        "drafts": list(
            ReportDraft.objects.filter(saved_by=person).values(
                "report__group__name", "saved_at", "data"
            )
        ),
    }  # fmt: skip


def answers(person) -> dict:
    """What a person of the Core Team marked and answered; empty for everybody else."""
    return {
        "statements_received": list(
            Statement.objects.filter(received_by=person).values(
                "report__number", "number", "received_at"
            )
        ),
        "responses_written": list(
            Response.objects.filter(author=person).values("text_en", "published_at")
        ),
    }


def forget(person) -> None:
    """Delete what only this person saw: what they read, and drafts nobody else worked on.

    Published reports and relays belong to the group and stay.
    """
    UpdateRead.objects.filter(person=person).delete()
    only_theirs = {"draft__saved_by": person, "draft__is_shared": False}
    # The reports first, as everyone who writes takes their locks.
    reports = list(
        Report.objects.select_for_update(of=("self",)).filter(**only_theirs).order_by("pk")
    )
    ReportDraft.objects.filter(report__in=reports).delete()
    Report.objects.filter(
        pk__in=[report.pk for report in reports if not report.is_published]
    ).delete()
