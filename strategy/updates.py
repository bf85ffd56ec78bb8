"""Verbs on updates: schedule, publish, correct, withdraw. Each writes a line of history.

Locks are always taken in this order: the update, the content clock, the content version.
"""

import logging
from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from liaisons.group_search import fold
from mailing import positions
from web import content_version

from . import language_versions, update_versions
from .audiences import Audience
from .models import Update, UpdateEvent, UpdateVersion
from .translating import states

logger = logging.getLogger(__name__)

# Digests wait no longer than so for a translation: then it is news no more.
LONGEST_WAIT = timedelta(days=14)

LANGUAGES = [code for code, _own_name in settings.LANGUAGES]

# What the verbs set and no form changes.
DECIDED = (
    *("status", "number", "published_at", "position", "corrected_at", "released_at"),
    *("agreed_by", "agreed_at"),
    *("withdrawn_at", *(build_localized_fieldname("withdrawal", code) for code in LANGUAGES)),
)
# What readers read of an update, in each language.
READ_FIELDS = tuple(
    build_localized_fieldname(name, code) for name in update_versions.TEXTS for code in LANGUAGES
)


@transaction.atomic
def publish(update: Update, *, actor=None) -> Update:
    """Show the update to everyone and give it its place in the order of everything published.

    ``actor`` is the person who does it, None for the schedule. Raises ``ValidationError`` where
    the update is published already or lacks its English text.
    """
    update = _locked(update)
    _require_unpublished(update)
    _require_complete(update)
    _put_out(update, actor=actor)
    return update


@transaction.atomic
def schedule(update: Update, *, at, actor) -> Update:
    """Have the update published at ``at``, an aware datetime that lies ahead.

    Raises ``ValidationError`` where that time is past, the update is published already, or it
    lacks its English text.
    """
    update = _locked(update)
    _require_unpublished(update)
    if at is None or at <= timezone.now():
        raise ValidationError(_("Choose a time that lies ahead."), code="not_ahead")
    _require_complete(update)
    update.status = Update.Status.SCHEDULED
    update.publish_at = at
    update.save(update_fields=["status", "publish_at", "changed_at"])
    _remember(update, UpdateEvent.Kind.SCHEDULED, actor)
    return update


@transaction.atomic
def unschedule(update: Update, *, actor) -> Update:
    """Make a scheduled update a draft again; its time is kept as a proposal.

    Raises ``ValidationError`` where it is not scheduled (any more).
    """
    update = _locked(update)
    if update.status != Update.Status.SCHEDULED:
        raise ValidationError(_("This update is not scheduled."), code="not_scheduled")
    update.status = Update.Status.DRAFT
    update.save(update_fields=["status", "changed_at"])
    _remember(update, UpdateEvent.Kind.UNSCHEDULED, actor)
    return update


@transaction.atomic
def agree(update: Update, *, actor) -> Update:
    """Agree, as a second person of the Core Team, that an update is urgent as it is written now.

    Whoever changes its words afterwards needs it again. Raises ``ValidationError`` where it is not
    urgent or not a draft, is agreed to already, or where this person wrote on it.
    """
    update = _locked(update)
    if update.kind != Update.Kind.URGENT or update.status != Update.Status.DRAFT:
        raise ValidationError(_("Only the draft of an urgent update needs this."), code="no_need")
    if update.agreed_at:
        raise ValidationError(_("Somebody agreed to this update already."), code="already_agreed")
    own_work = [UpdateEvent.Kind.WRITTEN, UpdateEvent.Kind.AUDIENCE]
    wrote = update.events.filter(kind__in=own_work, actor=actor)
    if update.author_id == actor.pk or wrote.exists():
        raise ValidationError(
            _("You wrote on this update. Somebody else of the Core Team has to agree."),
            code="own_words",
        )
    update.agreed_by, update.agreed_at = actor, timezone.now()
    update.save(update_fields=["agreed_by", "agreed_at", "changed_at"])
    _remember(update, UpdateEvent.Kind.AGREED, actor)
    return update


@transaction.atomic
def withdraw(update: Update, *, why: dict[str, str], actor) -> Update:
    """Take a published update back: its page says so and why, and nothing leads there any more.

    ``why`` is the reason by language; English is needed. Its address, its number and what groups
    did with it stay. Raises ``ValidationError`` where it is not published (any more), or no reason
    is given.
    """
    update = _locked(update)
    if not update.is_published:
        raise ValidationError(_("Only a published update can be withdrawn."), code="not_published")
    if not why.get(settings.LANGUAGE_CODE, "").strip():
        raise ValidationError(_("Say why in English before it is withdrawn."), code="no_reason")
    for code, text in why.items():
        setattr(update, build_localized_fieldname("withdrawal", code), text.strip() or None)
    update.status = Update.Status.WITHDRAWN
    update.withdrawn_at = timezone.now()
    update.save()
    _remember(update, UpdateEvent.Kind.WITHDRAWN, actor)
    content_version.bump()
    return update


@transaction.atomic
def save(
    update: Update, *, actor, meaning_is_same=False, translated: Collection[str] = ()
) -> Update:
    """Save what a person wrote. A published update stays published.

    Words that readers already saw and that change make it a correction, and the page says when;
    a language that is added is a translation. ``meaning_is_same``: the English changed, and
    translations stay current. ``translated`` are languages whose texts a translator went through:
    these are current now, and their changes are no correction. Where a published update is for
    others than before, those who were not told yet are told; an urgent one stays as agreed.
    """
    update.search_text = words_of(update)
    update.audience = Audience.of(update.audience).kept
    if update.pk is None:
        update.author = actor
        update.save()
        states.record(update, by=actor)
        _remember(update, UpdateEvent.Kind.WRITTEN, actor, fields=_filled(update))
        if update.audience:
            _remember(update, UpdateEvent.Kind.AUDIENCE, actor, fields=[update.audience])
        return update
    before = _locked(update)
    # What others decided meanwhile stands: an open form cannot take a publication back.
    for name in DECIDED:
        setattr(update, name, getattr(before, name))
    if update.status == Update.Status.SCHEDULED and update.publish_at is None:
        update.publish_at = before.publish_at
    changed = [name for name in READ_FIELDS if _differ(before, update, name)]
    by_translators = _fields_of(translated)
    corrected = [name for name in changed if getattr(before, name) and name not in by_translators]
    if not update.is_published:
        kind = UpdateEvent.Kind.WRITTEN
    elif corrected:
        kind = UpdateEvent.Kind.CORRECTED
        update.corrected_at = timezone.now()
    else:
        kind = UpdateEvent.Kind.TRANSLATED
    if before.kind == Update.Kind.URGENT and update.is_published:
        update.audience = before.audience
    is_for_others = before.audience != update.audience
    was_agreed = before.agreed_at is not None
    is_otherwise = changed or before.kind != update.kind or is_for_others
    if was_agreed and not update.is_published and is_otherwise:
        # What somebody agreed to were other words, or for others.
        update.agreed_by, update.agreed_at = None, None
        if update.status == Update.Status.SCHEDULED:
            update.status = Update.Status.DRAFT
            _remember(update, UpdateEvent.Kind.UNSCHEDULED, actor)
    waits_otherwise = (before.waits_for, before.waits_until) != (
        update.waits_for,
        update.waits_until,
    )
    if before.waits_until != update.waits_until:
        update.released_at = None
    update.further_positions = before.further_positions
    if update.is_published and is_for_others and _may_reach_more(before, update):
        update.further_positions = [*before.further_positions, positions.next_position()]
    update.save()
    states.record(update, by=actor, meaning_is_same=meaning_is_same, confirmed=translated)
    if is_for_others:
        _remember(update, UpdateEvent.Kind.AUDIENCE, actor, fields=[update.audience])
    if waits_otherwise:
        _remember(update, UpdateEvent.Kind.HELD, actor, fields=update.waits_for)
    if changed:
        _remember(update, kind, actor, fields=changed)
    if update.is_published and waiting_languages(before) - waiting_languages(update):
        # Its readers who get news at once have something new now.
        positions.next_position()
    if update.is_published and (changed or is_for_others):
        _keep_version(update)
    if update.is_published:
        # Also its topics and its place in a series stand on public pages.
        content_version.bump()
    return update


def _may_reach_more(before, after) -> bool:
    return not Audience.of(after.audience).is_within(Audience.of(before.audience))


def words_of(update: Update) -> str:
    """What ``search_text`` holds: every word of the update in every language, folded."""
    texts = (getattr(update, name) for name in READ_FIELDS)
    return "\n".join(fold(text) for text in texts if text)


def waiting_languages(update: Update, at=None) -> set[str]:
    """The languages in whose digests a published update is held back at ``at`` (default: now)."""
    if not update.waits_until or update.waits_until <= (at or timezone.now()):
        return set()
    return {code for code in update.waits_for if not language_versions.is_there(update, code)}


def release_due() -> int:
    """Wake the digests at once for updates that waited long enough; returns how many.

    Whether one is held is read from its hour alone, so a late run delays nobody else. Safe to run
    twice at once.
    """
    now = timezone.now()
    return sum(
        _release_if_due(pk, now)
        for pk in Update.objects.to_release(now).values_list("pk", flat=True)
    )


@transaction.atomic
def _release_if_due(pk, now) -> bool:
    due = Update.objects.to_release(now).filter(pk=pk)
    update = due.select_for_update(skip_locked=True).first()
    if update is None:
        return False
    update.released_at = now
    update.save(update_fields=["released_at"])
    positions.next_position()
    return True


def publish_due() -> int:
    """Publish every scheduled update whose time has come, however long ago; returns how many.

    Safe to run twice at once: what another run holds is left to it.
    """
    now = timezone.now()
    published = 0
    for pk in Update.objects.due(now).values_list("pk", flat=True):
        try:
            published += _publish_if_due(pk, now)
        except Exception:
            # One update that cannot be published must not hold up the others.
            logger.exception("Update %s could not be published on its schedule.", pk)
    return published


@transaction.atomic
def _publish_if_due(pk, now) -> bool:
    update = Update.objects.due(now).select_for_update(skip_locked=True).filter(pk=pk).first()
    if update is None:
        return False
    _put_out(update, actor=None)
    return True


def _put_out(update, *, actor):
    update.status = Update.Status.PUBLISHED
    update.published_at = timezone.now()
    # Its lock also puts updates published at the same time in a row, so that numbers have no gap.
    update.position = positions.next_position()
    update.search_text = words_of(update)
    update.number = _next(Update.objects.all(), "number")
    if update.series and update.issue is None:
        update.issue = _next(Update.objects.filter(series=update.series), "issue")
    update.save(
        update_fields=[
            *("status", "published_at", "position", "number", "issue", "changed_at"),
            "search_text",
        ]
    )
    _keep_version(update)
    _remember(update, UpdateEvent.Kind.PUBLISHED, actor)
    content_version.bump()


def _next(rows, field: str) -> int:
    return (rows.aggregate(newest=Max(field))["newest"] or 0) + 1


def _keep_version(update) -> None:
    UpdateVersion.objects.create(
        update=update,
        number=_next(update.versions.all(), "number"),
        content=update_versions.content_of(update),
    )


def _locked(update) -> Update:
    return Update.objects.select_for_update().get(pk=update.pk)


def _require_unpublished(update):
    if update.is_published:
        raise ValidationError(_("This update is published already."), code="already_published")
    if update.is_withdrawn:
        raise ValidationError(
            _("This update is withdrawn. Write a new one instead."), code="withdrawn"
        )


def _require_complete(update):
    """Raises where something is missing without which an update cannot go out."""
    _require_english(update)
    if update.kind == Update.Kind.ACT and update.deadline is None:
        raise ValidationError(_("Say until when people can act."), code="no_deadline")
    if update.kind == Update.Kind.URGENT and update.agreed_at is None:
        raise ValidationError(
            _("An urgent update goes out when a second person of the Core Team agreed to it."),
            code="not_agreed",
        )


def _require_english(update):
    if not (update.title_en and update.short_en):
        raise ValidationError(
            _(
                "An update needs a title and a short version in English before it can be "
                "scheduled or published."
            ),
            code="no_english",
        )


def _remember(update, kind, actor, fields=()):
    UpdateEvent.objects.create(update=update, kind=kind, actor=actor, fields=list(fields))


def _fields_of(languages: Collection[str]) -> set[str]:
    return {
        build_localized_fieldname(name, code)
        for name in update_versions.TEXTS
        for code in languages
    }


def _filled(update):
    return [name for name in READ_FIELDS if getattr(update, name)]


def _differ(before, after, name):
    return (getattr(before, name) or "") != (getattr(after, name) or "")
