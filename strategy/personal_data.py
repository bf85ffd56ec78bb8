"""What this app holds on a person, for the download of one's own data, and what goes with them."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone
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
    Translation,
    TranslationDraft,
    TranslationRequest,
    TranslationState,
    Update,
    UpdateEvent,
    UpdateRead,
)
from .translating import texts


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
        "agreed": [
            {"title": one.title, "slug": one.slug, "at": one.agreed_at}
            for one in Update.objects.filter(agreed_by=person)
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


def translations(person) -> dict:
    """What a person translates, translated, and has written and not published."""
    works = Translation.objects.filter(person=person)
    done = TranslationState.objects.filter(by=person)
    drafts = TranslationDraft.objects.filter(saved_by=person).select_related("translation")
    credited = Translation.objects.filter(translator=person)
    read = Translation.objects.filter(reader=person)
    asked = TranslationRequest.objects.filter(person=person)
    names = _Names(
        [*works, *asked, *done, *credited, *read, *(draft.translation for draft in drafts)]
    )
    return {
        "worked_on": [
            {
                **names.of(one),
                "status": one.status,
                "claimed_until": one.claimed_until,
                "published_at": one.published_at,
            }
            for one in works
        ],
        "translated": [{**names.of(one), "at": one.at} for one in done],
        "credited": [{**names.of(one), "published_at": one.published_at} for one in credited],
        "read_for_others": [{**names.of(one), "published_at": one.published_at} for one in read],
        "asked_for": [
            {
                **names.of(one),
                "needed_by": one.needed_by,
                "note": one.note,
                "asked_at": one.asked_at,
                "done_at": one.done_at,
                "withdrawn_at": one.withdrawn_at,
            }
            for one in asked
        ],
        "translation_drafts": [
            {
                **names.of(one.translation),
                "saved_at": one.saved_at,
                "typed": [text for text in one.data.values() if text],
            }
            for one in drafts
        ],
    }


class _Names:
    """What the things are called that translations are of: a query for each kind."""

    def __init__(self, rows):
        ids = defaultdict(set)
        for row in rows:
            ids[row.kind].add(row.object_id)
        self.found = {
            (kind, thing.pk): texts.name_of(thing)
            for kind, some in ids.items()
            for thing in texts.ROWS[kind].model._default_manager.filter(pk__in=some)
        }

    def of(self, row) -> dict:
        return {
            "title": self.found.get((row.kind, row.object_id), ""),
            "language": row.language,
        }


def forget_translations(person) -> None:
    """Give back what this person works on, and delete what they wrote and nobody saw.

    What is published belongs to the thing and stays, without a name. What somebody else wrote, and
    this person read as a second one, stays theirs.
    """
    own = Q(translation__person=person) | Q(saved_by=person)
    read = Q(translation__status=Translation.Status.SUBMITTED) & ~Q(translation__person=person)
    drafts = TranslationDraft.objects.filter(own & ~read)
    theirs = Q(person=person) | Q(pk__in=drafts.values("translation"))
    works = list(Translation.objects.select_for_update().filter(theirs).order_by("pk"))
    drafts.delete()
    asked = TranslationRequest.objects.filter(person=person)
    asked.open().update(withdrawn_at=timezone.now())
    asked.update(note="")
    for work in works:
        if work.status != Translation.Status.PUBLISHED:
            work.status, work.claimed_until = Translation.Status.OPEN, None
            work.person, work.note = None, ""
            work.save()


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
        "agreed": _("urgent updates you agreed to"),
        "asked_for": _("translations you asked for"),
        "asked_for.note": _("note"),
        "begun": _("reports you began"),
        "changed_at": _("changed"),
        "channel": _("where"),
        "claimed_until": _("yours until"),
        "content": _("what was published"),
        "credited": _("translations that name you as who wrote them"),
        "data": _("what you typed"),
        "drafts": _("Drafts"),
        "done_at": _("translated"),
        "form": _("form"),
        "handled": _("what you did with updates"),
        "held_on": _("date of the conversation"),
        "needed_by": _("needed by"),
        "note": _("what was corrected"),
        "overview": _("overview"),
        "page_url": _("page"),
        "people": _("about how many people"),
        "place": _("place"),
        "published_at": _("published"),
        "published_versions": _("versions you published"),
        "published_versions.number": _("version"),
        "read": _("updates you read"),
        "read_for_others": _("translations you read before they were published"),
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
        "translated": _("texts you translated"),
        "translation_drafts": _("drafts of translations"),
        "typed": _("what you typed"),
        "update__slug": _("part of the web address"),
        "update__title": _("update"),
        "url": _("link"),
        "withdrawn": _("withdrawn"),
        "worked_on": _("translations you worked on"),
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
        "worked_on.status": dict(Translation.Status.choices),
    },
)
