"""Reports: write a draft, publish it, correct it.

Any liaison of the group may do each of these; who does so is named, and asked at the moment of
acting whether they still speak for the group. Each verb runs in one transaction and raises a
``liaisons.errors.Refused`` whose message is for that person. Locks are taken in this order: the
report, its draft, the content clock, the content version.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from liaisons.access import require_liaison
from liaisons.errors import AlreadyDone, Refused
from liaisons.models import Group, Language
from mailing import positions
from web import content_version

from . import drafts, notices
from .drafts import MOST_TYPED, UNKNOWN, Opened
from .models import Relay, Report, ReportDraft, ReportVersion, Statement, Topic
from .models.reports import MOST_STATEMENTS

PARTS = ("topic", "place", "page_url", "held_on", "form", "language", "people", "overview")


class Changed(drafts.Changed):
    """Somebody saved this draft in another window or on another device meanwhile."""

    def said(self) -> str:
        return _("This report was changed in another window or by another liaison meanwhile.")


@dataclass(frozen=True)
class Content:
    """A whole report, checked and ready to be published.

    ``statements`` are new ones, in order. A correction names by number the statements whose words
    it ``changes`` and those it ``withdraws``; its ``note`` says what was corrected.
    """

    topic: Topic
    place: str
    page_url: str
    held_on: date
    form: str
    language: Language
    people: int
    overview: str
    statements: Sequence[str] = ()
    changes: Mapping[int, str] = field(default_factory=dict)
    withdraws: frozenset[int] = frozenset()
    note: str = ""


@transaction.atomic
def start(*, key: uuid.UUID, group: Group, by, data: dict, opened: Opened = UNKNOWN) -> Report:
    """Begin a report with a first draft.

    The same ``key`` again gives the report begun with it, with these later words saved; raises
    then as ``save_draft`` does.
    """
    require_liaison(by, group)
    _check_size(data)
    report, is_new = Report.objects.get_or_create(person=by, key=key, defaults={"group": group})
    if is_new:
        ReportDraft.objects.create(
            report=report, data=data, saved_by=by, saved_from=opened.page, saved_step=opened.step
        )
    else:
        save_draft(report=report, by=by, data=data, seen=0, opened=opened)
    return report


@transaction.atomic
def save_draft(
    *, report: Report, by, data: dict, seen: int, opened: Opened = UNKNOWN
) -> ReportDraft:
    """Keep what is typed, unchecked. ``seen`` is the revision the writer's page began with.

    Raises ``Changed`` where the draft went on meanwhile elsewhere and says something else,
    ``AlreadyDone`` where it is published or was discarded, ``Refused`` where it is too long.
    """
    draft = _locked_draft(report, by)
    _check_size(data)
    if draft.data != data and draft.saved_by_id != by.pk:
        draft.is_shared = True
    drafts.put(draft, data, by=by, seen=seen, opened=opened, changed=Changed)
    return draft


@transaction.atomic
def discard_draft(*, report: Report, by, seen: int) -> None:
    """Throw away what is being written; a report never published goes with it.

    Raises ``Changed`` where the draft went on meanwhile.
    """
    draft = _locked_draft(report, by)
    if draft.revision != seen:
        raise Changed(draft)
    draft.delete()
    if draft.report.is_published:
        draft.report.last_revision = draft.revision
        draft.report.save(update_fields=["last_revision"])
    else:
        draft.report.delete()


@transaction.atomic
def publish(*, report: Report, by, content: Content, seen: int) -> Report:
    """Show a report, or its correction, to everyone, and send the writer a receipt.

    Raises ``Changed`` where the draft went on meanwhile, ``AlreadyDone`` where it is published,
    ``Refused`` where nothing is left to publish, a correction changes nothing, or it names a
    statement the report does not have.
    """
    draft = _locked_draft(report, by)
    if draft.revision != seen:
        raise Changed(draft)
    report = draft.report
    # Before the content version, as whoever marks or answers statements takes their locks.
    list(report.statements.select_for_update(no_key=True).order_by("pk").values("pk"))
    # Before the content version too, as everybody does who publishes.
    position = None if report.is_published else positions.next_position()
    # Its lock also puts reports published at the same time in a row, so that numbers have no gap.
    content_version.bump()
    now = timezone.now()
    before = snapshot(report) if report.is_published else None
    if report.is_published:
        report.corrected_at = now
    else:
        newest = Report.objects.aggregate(newest=Max("number"))["newest"] or 0
        report.number, report.published_at = newest + 1, now
        report.position = position
        report.person = by
        report.status = Report.Status.PUBLISHED
    report.version += 1
    report.last_revision = draft.revision
    for part in PARTS:
        setattr(report, part, getattr(content, part))
    report.save()
    _put_statements(report, content)
    if snapshot(report) == before:
        raise Refused(_("This correction changes nothing yet."))
    version = ReportVersion.objects.create(
        report=report,
        number=report.version,
        at=now,
        actor=by,
        note=content.note,
        content=snapshot(report),
    )
    draft.delete()
    notices.tell_published(report, version, by=by)
    return report


@transaction.atomic
def start_correction(*, report: Report, by, data: dict) -> ReportDraft:
    """Begin to correct a published report with ``data`` as the draft; gives the one there is."""
    report = _locked(report, by)
    if not report.is_published:
        raise Refused(_("This report is not published yet."))
    revision = report.last_revision + 1
    draft, _is_new = ReportDraft.objects.get_or_create(
        report=report, defaults={"data": data, "saved_by": by, "revision": revision}
    )
    return draft


def usual_language(group: Group, *, by) -> str | None:
    """The code of the language of this person's last report or relay for a group, if any."""
    report = (
        Report.objects.published()
        .filter(group=group, person=by)
        .values_list("language", "published_at")
        .first()
    )
    relay = (
        Relay.objects.current()
        .filter(group=group, person=by)
        .order_by("-recorded_at")
        .values_list("language", "recorded_at")
        .first()
    )
    last = max(filter(None, (report, relay)), key=lambda found: found[1], default=None)
    return last[0] if last else None


def snapshot(report: Report) -> dict:
    """What a version keeps of a report, as JSON; codes and ids of topic and language."""
    return {
        "topic": report.topic_id,
        "place": report.place,
        "page_url": report.page_url,
        "held_on": report.held_on.isoformat() if report.held_on else None,
        "form": report.form,
        "language": report.language_id,
        "people": report.people,
        "overview": report.overview,
        "statements": [
            {
                "number": statement.number,
                "text": statement.text,
                "withdrawn": statement.withdrawn_in is not None,
            }
            for statement in report.statements.order_by("number")
        ],
    }


def _put_statements(report, content) -> None:
    there = {statement.number: statement for statement in report.statements.all()}
    unknown = (set(content.changes) | content.withdraws) - set(there)
    gone = {number for number in content.changes if number in there and there[number].withdrawn_in}
    if unknown or gone:
        raise Refused(_("This report has no such statement."))
    for number, text in content.changes.items():
        if there[number].text != text:
            there[number].text, there[number].changed_in = text, report.version
    for number in content.withdraws:
        there[number].withdrawn_in = there[number].withdrawn_in or report.version
    Statement.objects.bulk_update(there.values(), ["text", "changed_in", "withdrawn_in"])
    Statement.objects.bulk_create(
        Statement(report=report, number=number, text=text, added_in=report.version)
        for number, text in enumerate(content.statements, start=max(there, default=0) + 1)
    )
    left = report.statements.public().count()
    if not left:
        raise Refused(_("A report needs at least one statement."))
    if left > MOST_STATEMENTS:
        raise Refused(_("A report has at most %(most)s statements.") % {"most": MOST_STATEMENTS})


def _check_size(data: dict) -> None:
    typed = sum(len(str(text)) for text in data.values())
    if typed > MOST_TYPED:
        raise Refused(
            _(
                "This is too long to be saved: %(typed)s characters, and at most %(most)s fit."
                " Please make two reports of it."
            )
            % {"typed": typed, "most": MOST_TYPED}
        )


def _locked(report, by) -> Report:
    report = (
        Report.objects.select_for_update(of=("self",)).select_related("group").get(pk=report.pk)
    )
    require_liaison(by, report.group)
    return report


def _locked_draft(report, by) -> ReportDraft:
    try:
        report = _locked(report, by)
        draft = ReportDraft.objects.select_for_update(of=("self",)).get(report=report)
    except (Report.DoesNotExist, ReportDraft.DoesNotExist):
        raise AlreadyDone(
            _("This draft is not there any more: it was published or discarded.")
        ) from None
    draft.report = report
    return draft
