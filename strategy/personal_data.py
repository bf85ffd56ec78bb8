"""What this app holds on a person, for the download of one's own data, and what goes with them."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from liaisons.personal_data import Words

from .models import (
    Relay,
    Report,
    ReportDraft,
    ReportVersion,
    Response,
    Statement,
    Topic,
    Update,
    UpdateEvent,
    UpdateRead,
)


def updates(person) -> dict:
    """The updates a person read, wrote and handled."""
    read = UpdateRead.objects.filter(person=person).select_related("update")
    handled = UpdateEvent.objects.filter(actor=person).select_related("update")
    return {
        "read": [{**_of_update(one.update), "at": one.at} for one in read],
        "written": [
            {"title": one.title, "slug": one.slug, "created_at": one.created_at}
            for one in Update.objects.filter(author=person)
        ],
        "handled": [{**_of_update(one.update), "kind": one.kind, "at": one.at} for one in handled],
    }


def _of_update(update: Update) -> dict[str, str]:
    """Which update it is: its title in the language of the moment, and its address."""
    return {"update__title": update.title, "update__slug": update.slug}


def relays(person) -> list:
    """The relays a person recorded."""
    return [
        {
            **_of_update(one.update),
            "group__name": one.group.name,
            "channel": one.channel,
            "relayed_on": one.relayed_on,
            "language": one.language_id,
            "people": one.people,
            "url": one.url,
            "recorded_at": one.recorded_at,
            "changed_at": one.changed_at,
            "withdrawn_at": one.withdrawn_at,
        }
        for one in Relay.objects.filter(person=person).select_related("update", "group")
    ]


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


def _topic(wanted: Any) -> Any:
    """The title of a topic, of which drafts keep the address and versions the number."""
    found = {"pk": wanted} if isinstance(wanted, int) else {"slug": wanted}
    return next((topic.title for topic in Topic.objects.filter(**found)), wanted)


WORDS = Words(
    labels={
        "begun": _("reports you began"),
        "changed_at": _("changed"),
        "channel": _("where"),
        "content": _("what was published"),
        "data": _("what you typed"),
        "drafts": _("Drafts"),
        "form": _("form"),
        "handled": _("what you did with updates"),
        "held_on": _("date of the conversation"),
        "note": _("what was corrected"),
        "overview": _("overview"),
        "page_url": _("page"),
        "people": _("about how many people"),
        "place": _("place"),
        "published_at": _("published"),
        "published_versions": _("versions you published"),
        "published_versions.number": _("version"),
        "read": _("updates you read"),
        "received_at": _("received"),
        "recorded_at": _("recorded"),
        "relayed_on": _("when"),
        "report__group__name": _("group"),
        "report__number": _("report"),
        "responses_written": _("responses you wrote"),
        "saved_at": _("saved"),
        "slug": _("part of the web address"),
        "started_at": _("begun"),
        "statements": _("statements"),
        "statements_received": _("statements you marked as received"),
        "text": _("statement"),
        "text_en": _("answer"),
        "title": _("title"),
        "topic": _("topic"),
        "update__slug": _("part of the web address"),
        "update__title": _("update"),
        "url": _("link"),
        "withdrawn": _("withdrawn"),
        "written": _("updates you wrote"),
    },
    values={
        "begun.status": dict(Report.Status.choices),
        "channel": dict(Relay.Channel.choices),
        "data.language": str,
        "form": dict(Report.Form.choices),
        "handled.kind": dict(UpdateEvent.Kind.choices),
        "held_on": lambda day: date.fromisoformat(day) if isinstance(day, str) else day,
        "topic": _topic,
    },
)
