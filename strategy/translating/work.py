"""The work on translations: claim, write, give back, publish.

Each verb names the acting person, asks at the moment of acting whether they may, and runs in one
transaction. Locks are taken in this order: the person (who counts what they hold), the work, its
draft, then those of the thing's own verb. Every ``Refused`` has a message for that person, and
nothing typed is lost by one: the draft stays, or the page shows it again.
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from liaisons.errors import AlreadyDone, Refused
from liaisons.models import User

from .. import drafts
from ..drafts import UNKNOWN, Opened
from ..models import Translation, TranslationDraft
from . import publishing, requests, texts
from .access import require_translator
from .states import Standings, State

Status, Told = Translation.Status, Translation.Told
MOST_NOTE = 500


class ClaimLost(Refused):
    """The time was over, and somebody else works on it now, or it is published."""


class Moved(Refused):
    """The original, or the published translation, changed while somebody was writing."""


def claim_time() -> timedelta:
    """For how long a text is somebody's since they last saved."""
    return timedelta(days=settings.TRANSLATION_CLAIM_DAYS)


@transaction.atomic
def claim(*, thing, language: str, by) -> Translation:
    """Give a thing in one language to this person, for three days since they last saved.

    The draft somebody gave back is theirs to go on with; else it begins with what is published.
    Raises ``NotAllowed``; ``AlreadyDone`` where somebody else has it or nothing is left to do;
    ``Refused`` where this person holds as many as one may.
    """
    _lock_person(by)
    require_translator(by, thing, language)
    work = _locked(thing, language, make=True)
    if _is_held(work, by):
        return work
    _require_free(work, by)
    thing = _fresh(thing, language)
    if Standings([thing], languages=[language]).of_thing(thing, language) == State.CURRENT:
        raise AlreadyDone(_("This is translated already."))
    _require_room(by)
    _give(work, by)
    _begin_draft(work, thing, by)
    return work


@transaction.atomic
def release(*, thing, language: str, by) -> None:
    """Give the work back; what is written stays for whoever goes on. Safe to call twice."""
    work = _locked(thing, language)
    if work and work.status in (Status.CLAIMED, Status.OPEN) and work.person_id == by.pk:
        work.person = None
        _open(work)


@transaction.atomic
def release_due() -> int:
    """Give back what nobody saved for three days; returns how many. Safe to run twice at once.

    Whoever had it goes on where they stopped, while nobody else takes it.
    """
    overdue = Translation.objects.overdue().select_for_update(skip_locked=True)
    found = list(overdue.order_by("pk"))
    for work in found:
        _open(work)
    return len(found)


@transaction.atomic
def save_draft(
    *, thing, language: str, by, data: Mapping[str, str], seen: int, opened: Opened = UNKNOWN
) -> TranslationDraft:
    """Keep what is typed, unchecked; the time begins anew.

    A second reader mends the words of what waits for one in the same way. Raises
    ``ClaimLost`` where the work is not this person's any more and somebody took it,
    ``drafts.Changed`` where it went on in another window.
    """
    work = _held_or_read(thing, language, by)
    _check_size(data)
    draft = _locked_draft(work)
    is_new = drafts.put(draft, dict(data), by=by, seen=seen, opened=opened)
    if is_new and work.status == Status.CLAIMED:
        work.claimed_until = timezone.now() + claim_time()
        # The time begins anew, so its end is told anew; what came back was told once.
        work.told = Told.BACK if work.note else Told.NOTHING
        work.save(update_fields=["claimed_until", "told"])
    draft.translation = work
    return draft


@transaction.atomic
def publish(*, thing, language: str, by, seen: int, basis: str) -> Translation:
    """Show the translation to everyone, as the draft has it, which was checked before.

    It is done by who wrote it, or by the second reader where it waits for one.
    ``basis`` is what ``basis_of`` gave when that person read the original. Raises ``Moved``
    where that, or the published translation, changed since; ``drafts.Changed``; ``ClaimLost``.
    """
    work = _held_or_read(thing, language, by)
    draft = _locked_draft(work)
    thing = _require_seen(thing, language, draft, seen=seen, basis=basis)
    publishing.put_in(thing, language, draft.data, by=by)
    work.reader = by if work.status == Status.SUBMITTED else None
    work.translator = work.person
    work.status, work.published_at = Status.PUBLISHED, timezone.now()
    work.last_revision = draft.revision
    work.claimed_until, work.note = None, ""
    work.save()
    draft.delete()
    requests.close_fulfilled(thing)
    return work


@transaction.atomic
def submit(*, thing, language: str, by, seen: int, basis: str) -> Translation:
    """Ask a second person to read it before it is published. Raises as ``publish`` does."""
    work = _held(thing, language, by)
    _require_seen(thing, language, _locked_draft(work), seen=seen, basis=basis)
    work.status, work.submitted_at = Status.SUBMITTED, timezone.now()
    work.claimed_until, work.note = None, ""
    work.save()
    return work


@transaction.atomic
def take_back(*, thing, language: str, by) -> None:
    """Go on with one's own text that waits for a second reader."""
    _lock_person(by)
    require_translator(by, thing, language)
    work = _locked(thing, language)
    if work is None or work.status != Status.SUBMITTED or work.person_id != by.pk:
        raise AlreadyDone(_("This translation does not wait for a second reader any more."))
    _require_room(by)
    _give(work, by)


@transaction.atomic
def send_back(*, thing, language: str, by, note: str) -> None:
    """Ask who wrote it to look again, as its second reader; ``note`` says at what."""
    require_translator(by, thing, language)
    work = _locked(thing, language)
    if work is None or work.status != Status.SUBMITTED or work.person_id == by.pk:
        raise AlreadyDone(_("This translation does not wait for a second reader any more."))
    note = note.strip()
    if not note:
        raise Refused(_("Say what to look at before you send it back."))
    work.note = note[:MOST_NOTE]
    # It is theirs again, also beyond the number one may claim.
    _give(work, work.person)


def _require_seen(thing, language, draft, *, seen, basis):
    """The thing as it is now, locked; raises where this or the draft is not what was read."""
    if draft.revision != seen:
        raise drafts.Changed(draft)
    thing = _fresh(thing, language, lock=True)
    if basis != basis_of(thing, language):
        raise Moved(
            _(
                "The text changed while you were writing. What changed is marked: please look, "
                "then publish. Your words are saved."
            )
        )
    return thing


def basis_of(thing, language: str) -> str:
    """What a translator goes by: the originals, and the translation that is published."""
    said = "\0".join(
        f"{text.key}={text.original}={text.in_language(language)}" for text in texts.texts_of(thing)
    )
    return hashlib.sha256(said.encode()).hexdigest()[:20]


def held_by(person) -> int:
    """How many texts this person works on now."""
    return Translation.objects.claimed().filter(person=person).count()


def find(thing, language: str) -> Translation | None:
    """The work on a thing in a language, with who has it; None where nobody ever had."""
    return Translation.objects.filter(**_names(thing, language)).select_related("person").first()


def draft_of(work: Translation) -> TranslationDraft | None:
    found = TranslationDraft.objects.filter(translation=work)
    return found.select_related("saved_by", "translation").first()


def is_open_to(work: Translation | None, person) -> bool:
    """True where this person may write: has the work, had it last, or is a second reader."""
    if work is None:
        return False
    if work.status == Status.SUBMITTED:
        return work.person_id != person.pk
    if work.person_id != person.pk:
        return False
    if work.status == Status.CLAIMED:
        return True
    is_left = work.status == Status.OPEN
    return is_left and TranslationDraft.objects.filter(translation=work).exists()


def is_taken(work: Translation) -> bool:
    """True while somebody works on it, or it waits for a second reader."""
    if work.status == Status.CLAIMED:
        return work.claimed_until > timezone.now()
    return work.status == Status.SUBMITTED


# --- Parts ---------------------------------------------------------------------------------------


def _names(thing, language) -> dict:
    return {"kind": texts.kind_of(thing), "object_id": thing.pk, "language": language}


def _lock_person(person) -> None:
    list(User.objects.select_for_update(no_key=True).filter(pk=person.pk).values("pk"))


def _locked(thing, language, *, make=False) -> Translation | None:
    names = _names(thing, language)
    if make:
        Translation.objects.get_or_create(**names)
    return Translation.objects.select_for_update(of=("self",)).filter(**names).first()


def _is_held(work, by) -> bool:
    return bool(
        work
        and work.status == Status.CLAIMED
        and work.person_id == by.pk
        and work.claimed_until > timezone.now()
    )


def _held_or_read(thing, language, by) -> Translation:
    """The locked work, of this person or waiting for a second reader, who this person can be."""
    _lock_person(by)
    require_translator(by, thing, language)
    work = _locked(thing, language)
    if work and work.status == Status.SUBMITTED and work.person_id != by.pk:
        return work
    return _held(thing, language, by)


def _locked_draft(work) -> TranslationDraft:
    return TranslationDraft.objects.select_for_update(of=("self",)).get(translation=work)


def _held(thing, language, by) -> Translation:
    """The locked work of this person. Whose time is over has it back while nobody else took it."""
    _lock_person(by)
    require_translator(by, thing, language)
    work = _locked(thing, language)
    if _is_held(work, by):
        return work
    if work is None or work.person_id != by.pk or work.status == Status.PUBLISHED:
        raise ClaimLost(_("You do not work on this text any more."))
    if not TranslationDraft.objects.filter(translation=work).exists():
        raise ClaimLost(_("You do not work on this text any more."))
    _require_free(work, by)
    _require_room(by)
    _give(work, by)
    return work


def _require_free(work, by) -> None:
    if work.status == Status.CLAIMED and is_taken(work) and work.person_id != by.pk:
        raise AlreadyDone(_("Somebody else works on this text now."))
    if work.status == Status.SUBMITTED:
        raise AlreadyDone(_("This translation waits for a second reader."))


def _require_room(by) -> None:
    most = settings.TRANSLATIONS_AT_ONCE
    if held_by(by) >= most:
        raise Refused(
            ngettext(
                "You work on %(most)s text already. Publish it or give it back first.",
                "You work on %(most)s texts already. Publish one or give one back first.",
                most,
            )
            % {"most": most}
        )


def _give(work, by) -> None:
    work.status, work.person, work.told = Status.CLAIMED, by, Told.NOTHING
    work.claimed_until = timezone.now() + claim_time()
    work.save()


def _open(work) -> None:
    work.status, work.claimed_until = Status.OPEN, None
    work.save(update_fields=["status", "person", "claimed_until"])


def _begin_draft(work, thing, by) -> None:
    if TranslationDraft.objects.filter(translation=work).exists():
        return
    standings = Standings([thing], languages=[work.language])
    published, made_from = {}, {}
    for text in texts.texts_of(thing):
        standing = standings.of_text(text, work.language)
        published[text.key] = text.in_language(work.language)
        is_new = standing.made_from is None
        made_from[text.key] = text.original if is_new else standing.made_from
    TranslationDraft.objects.create(
        translation=work, data=published, published=published, made_from=made_from, saved_by=by,
        revision=work.last_revision + 1,
    )  # fmt: skip


def _fresh(thing, language, *, lock=False):
    """The thing as it is now, while it is public. Raises ``Refused`` where it is not."""
    found = texts.THINGS[texts.kind_of(thing)].public().filter(pk=thing.pk)
    if lock:
        found = found.select_for_update(of=("self",))
    fresh = found.first()
    if fresh is None:
        raise Refused(_("This text is not public any more, so nothing was published."))
    return texts.in_other_language(texts.with_parts([fresh]), language)[0]


def _check_size(data) -> None:
    typed = sum(len(words) for words in data.values())
    if typed > drafts.MOST_TYPED:
        raise Refused(
            _("This is too long to be saved: %(typed)s characters, and at most %(most)s fit.")
            % {"typed": typed, "most": drafts.MOST_TYPED}
        )
