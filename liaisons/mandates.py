"""What can be done with a mandate, from the first draft to its end.

Each verb takes keyword arguments, names the acting person, checks that person's authority at
the moment of acting, runs in one transaction with the mandate's row locked, and leaves one
``MandateEvent``. It raises an ``errors.Refused`` whose message is for the acting person.
"""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from web import content_version

from . import groups, notices
from .errors import AlreadyDone, Incomplete, NotAllowed, Refused, SeatTaken
from .models import Group, Mandate, MandateEvent, User

Status = Mandate.Status
Kind = MandateEvent.Kind


def draft_of(person: User) -> Mandate | None:
    """The draft a person is working on, on whatever device it was begun."""
    return (
        Mandate.objects.filter(person=person, status=Status.DRAFT)
        .select_related("group", "person")
        .first()
    )


def start_draft(*, person: User) -> Mandate:
    """The person's draft; begins one where there is none. Safe to call twice at once."""
    draft = draft_of(person)
    if draft:
        return draft
    _require_active_account(person)
    try:
        with transaction.atomic():
            draft = Mandate.objects.create(person=person)
            _record(draft, Kind.STARTED, by=person)
    except IntegrityError:
        # Another request of the same person was faster (one_draft_mandate_per_person).
        draft = draft_of(person)
        if draft is None:
            raise
    return draft


@transaction.atomic
def choose_group(*, mandate: Mandate, by: User, group: Group) -> Mandate:
    """Put a group into a draft.

    Raises ``Refused`` where the person already applies to or holds a mandate for that group.
    """
    mandate = _own(mandate, by, Status.DRAFT)
    _require_open_group(group, by)
    if _another_open(mandate, group):
        raise Refused(_("You already have an application or a mandate for this group."))
    if mandate.group_id != group.pk:
        mandate.group = group
        # What was said about how another group agreed does not hold for this one.
        mandate.is_attested = False
    mandate.save()
    return mandate


@transaction.atomic
def save_answers(*, mandate: Mandate, by: User, **answers) -> Mandate:
    """Keep the answers of one step in a draft; only the fields named are touched."""
    mandate = _own(mandate, by, Status.DRAFT)
    for field, value in answers.items():
        setattr(mandate, field, value)
    mandate.save(update_fields=[*answers, "changed_at"])
    return mandate


@transaction.atomic
def submit(*, mandate: Mandate, by: User) -> Mandate:
    """Hand in a draft. Raises ``Incomplete`` with the step where an answer is missing."""
    mandate = _own(mandate, by, Status.DRAFT)
    missing = missing_step(mandate)
    if missing:
        raise Incomplete(_("Something is still missing. Please complete this step."), missing)
    _require_open_group(mandate.group, by)
    if _another_open(mandate, mandate.group):
        raise Refused(_("You already have an application or a mandate for this group."))
    mandate.status = Status.SUBMITTED
    mandate.submitted_at = timezone.now()
    mandate.save()
    _record(mandate, Kind.SUBMITTED, by=by)
    return mandate


def missing_step(mandate: Mandate) -> str:
    """The first sign-up step with an answer missing; an empty string where all are there."""
    if not mandate.group_id:
        return "group"
    agreed = (
        bool(mandate.evidence_url and mandate.agreed_on)
        if mandate.evidence == Mandate.Evidence.LINK
        else bool(mandate.evidence and mandate.evidence_text)
    )
    if not (mandate.role and mandate.seat and agreed and mandate.is_attested):
        return "mandate"
    if not mandate.support_answered or mandate.person.is_public_by_name is None:
        return "support"
    return ""


@transaction.atomic
def withdraw(*, mandate: Mandate, by: User) -> Mandate:
    """Take back one's own draft or application."""
    mandate = _own(mandate, by, Status.DRAFT, Status.SUBMITTED, Status.MORE_ASKED)
    mandate.status = Status.WITHDRAWN
    mandate.save()
    _record(mandate, Kind.WITHDRAWN, by=by)
    return mandate


@transaction.atomic
def ask_for_more(*, mandate: Mandate, by: User, message: str, seen: int | None = None) -> Mandate:
    """Ask the applicant for more. ``message`` is what they read; ``seen`` see ``state_of``."""
    mandate = _reviewed(mandate, by, seen, Status.SUBMITTED)
    message = _required(message, _("Say what you would like to know."))
    mandate.status = Status.MORE_ASKED
    mandate.reviewer = by
    mandate.save()
    _record(mandate, Kind.MORE_ASKED, by=by, message=message)
    return mandate


@transaction.atomic
def answer_more(*, mandate: Mandate, by: User, message: str) -> Mandate:
    """Answer what the Core Team asked; the application waits for its review again."""
    mandate = _own(mandate, by, Status.MORE_ASKED)
    message = _required(message, _("Please write your answer."))
    mandate.status = Status.SUBMITTED
    mandate.save()
    _record(mandate, Kind.ANSWERED, by=by, message=message)
    return mandate


@transaction.atomic
def confirm(
    *,
    mandate: Mandate,
    by: User,
    contact: User | None = None,
    message: str = "",
    seen: int | None = None,
) -> Mandate:
    """Make the applicant a liaison until ``MANDATE_LENGTH_DAYS`` from today.

    ``contact`` is the Core Team contact, by default the reviewer. A proposed group is accepted
    in the same transaction. Raises ``SeatTaken`` while another person holds the primary seat.
    """
    mandate = _reviewed(mandate, by, seen, Status.SUBMITTED, Status.MORE_ASKED)
    _require_active_account(mandate.person)
    contact = _core_team_contact(contact or by, mandate)
    group = Group.objects.select_for_update().get(pk=mandate.group_id)
    if group.status == Group.Status.PROPOSED:
        groups.accept(group=group, by=by)
    elif group.status != Group.Status.ACTIVE:
        raise Refused(_("This group is not active, so nobody can become its liaison."))
    if mandate.seat == Mandate.Seat.PRIMARY:
        _free_primary_seat(group)
    mandate.status = Status.CONFIRMED
    mandate.reviewer = by
    mandate.contact = contact
    mandate.decided_at = timezone.now()
    mandate.last_day = timezone.localdate() + timedelta(days=settings.MANDATE_LENGTH_DAYS)
    mandate.save()
    _record(mandate, Kind.CONFIRMED, by=by, message=message.strip())
    content_version.bump()
    return mandate


@transaction.atomic
def decline(*, mandate: Mandate, by: User, message: str, seen: int | None = None) -> Mandate:
    """Decline an application; ``message`` is the reason the applicant reads."""
    mandate = _reviewed(mandate, by, seen, Status.SUBMITTED, Status.MORE_ASKED)
    message = _required(message, _("Give a reason: the applicant will read it."))
    mandate.status = Status.DECLINED
    mandate.reviewer = by
    mandate.decided_at = timezone.now()
    mandate.save()
    _record(mandate, Kind.DECLINED, by=by, message=message)
    return mandate


@transaction.atomic
def end_mandate(*, mandate: Mandate, by: User, reason: str, seen: int | None = None) -> Mandate:
    """End a confirmed mandate today, by the liaison or by a reviewer of the Core Team."""
    mandate = _locked(mandate)
    if by.pk != mandate.person_id:
        by = _reviewer(by)
    _require_unchanged(mandate, seen, Status.CONFIRMED)
    reason = _required(reason, _("Please give a reason: it stays in the history."))
    _end(mandate, Kind.ENDED, by=by, message=reason)
    content_version.bump()
    return mandate


def end_lapsed() -> int:
    """End every confirmed mandate whose last day is over; returns how many. Run daily."""
    ended = 0
    over = Mandate.objects.filter(status=Status.CONFIRMED, last_day__lt=timezone.localdate())
    for pk in list(over.values_list("pk", flat=True)):
        with transaction.atomic():
            mandate = (
                over.select_for_update(of=("self",), skip_locked=True)
                .select_related("person", "group")
                .filter(pk=pk)
                .first()
            )
            if mandate:
                _end(mandate, Kind.LAPSED, by=None)
                content_version.bump()
                ended += 1
    return ended


@transaction.atomic
def change_contact(*, mandate: Mandate, by: User, contact: User) -> Mandate:
    """Give a liaison another Core Team contact."""
    mandate = _locked(mandate)
    by = _reviewer(by)
    _require_unchanged(mandate, None, Status.CONFIRMED)
    mandate.contact = _core_team_contact(contact, mandate)
    mandate.save()
    _record(mandate, Kind.CONTACT_CHANGED, by=by)
    return mandate


def may_review(person: User) -> bool:
    """True for people of the Core Team whose role includes reviewing mandates."""
    return bool(person.is_active and person.is_staff and person.has_perm("liaisons.review_mandate"))


def state_of(mandate: Mandate) -> int:
    """A number for the state of a mandate as somebody sees it: the id of its last event.

    A form carries it, and a verb given it as ``seen`` refuses to act on anything newer.
    """
    return mandate.events.order_by("-pk").values_list("pk", flat=True).first() or 0


# --- Inside ---------------------------------------------------------------------------------


def _locked(mandate: Mandate) -> Mandate:
    """The mandate as it is now, locked until the transaction ends."""
    return (
        Mandate.objects.select_for_update(of=("self",))
        .select_related("person", "group")
        .get(pk=mandate.pk)
    )


def _own(mandate: Mandate, by: User, *statuses: str) -> Mandate:
    mandate = _locked(mandate)
    if mandate.person_id != by.pk:
        raise NotAllowed(_("Only the applicant can do this."))
    _require_active_account(mandate.person)
    _require_unchanged(mandate, None, *statuses)
    return mandate


def _reviewed(mandate: Mandate, by: User, seen: int | None, *statuses: str) -> Mandate:
    mandate = _locked(mandate)
    if mandate.person_id == by.pk:
        raise NotAllowed(_("No one reviews their own mandate. Please ask another reviewer."))
    _reviewer(by)
    _require_unchanged(mandate, seen, *statuses)
    return mandate


def _reviewer(by: User) -> User:
    """The acting reviewer as the database knows them now; permission may just have ended."""
    by = User.objects.get(pk=by.pk)
    if not may_review(by):
        raise NotAllowed(_("Only reviewers of the Core Team can do this."))
    return by


def _core_team_contact(contact: User, mandate: Mandate) -> User:
    if not (contact.is_active and contact.is_staff):
        raise Refused(_("The contact must be a member of the Core Team."))
    if contact.pk == mandate.person_id:
        raise Refused(_("Nobody is their own contact. Please choose another person."))
    return contact


def _require_active_account(person: User) -> None:
    if not person.is_active or person.erased_at:
        raise Refused(_("This account is closed."))


def _require_open_group(group: Group, by: User) -> None:
    if group.status == Group.Status.ACTIVE:
        return
    if group.status == Group.Status.PROPOSED and group.proposed_by_id == by.pk:
        return
    raise Refused(_("This group is not active, so nobody can become its liaison."))


def _another_open(mandate: Mandate, group: Group) -> bool:
    return (
        Mandate.objects.open()
        .filter(person_id=mandate.person_id, group=group)
        .exclude(pk=mandate.pk)
        .exists()
    )


def _require_unchanged(mandate: Mandate, seen: int | None, *statuses: str) -> None:
    """Refuse with what happened and when, where the mandate is no longer as it was seen."""
    is_newer = seen is not None and seen != state_of(mandate)
    if mandate.status in statuses and not is_newer:
        return
    raise AlreadyDone(what_happened(mandate))


def what_happened(mandate: Mandate) -> str:
    """One sentence on the last thing that was done with a mandate; no names."""
    sentences = {
        Kind.STARTED: _("This is still a draft."),
        Kind.SUBMITTED: _("This application has already been sent in."),
        Kind.MORE_ASKED: _("Meanwhile the Core Team asked for more information."),
        Kind.ANSWERED: _("Meanwhile the applicant sent an answer."),
        Kind.CONFIRMED: _("This mandate has already been confirmed."),
        Kind.DECLINED: _("This application has already been declined."),
        Kind.WITHDRAWN: _("This application has already been withdrawn."),
        Kind.ENDED: _("This mandate has already been ended."),
        Kind.LAPSED: _("This mandate is over: its last day has passed."),
        Kind.CONTACT_CHANGED: _("Meanwhile the Core Team contact was changed."),
    }
    last = mandate.events.order_by("-pk").first()
    return sentences[Kind(last.kind)] if last else _("This has changed meanwhile.")


def _required(text: str, message: str) -> str:
    text = text.strip()
    if not text:
        raise Incomplete(message)
    return text


def _free_primary_seat(group: Group) -> None:
    """End a holder whose last day is over; refuse where somebody still holds the seat."""
    holder = (
        Mandate.objects.select_for_update()
        .filter(group=group, seat=Mandate.Seat.PRIMARY, status=Status.CONFIRMED)
        .first()
    )
    if holder is None:
        return
    if holder.is_active:
        raise SeatTaken(
            _(
                "Another person holds the primary seat of this group. "
                "It can be confirmed once that mandate has ended."
            )
        )
    _end(holder, Kind.LAPSED, by=None)


def _end(mandate: Mandate, kind: str, *, by: User | None, message: str = "") -> None:
    mandate.status = Status.ENDED
    mandate.ended_at = timezone.now()
    mandate.last_day = min(mandate.last_day, timezone.localdate())
    mandate.save()
    _record(mandate, kind, by=by, message=message)


def _record(mandate: Mandate, kind: str, *, by: User | None, message: str = "") -> None:
    """Write the event down, and owe the mails that follow from it."""
    event = MandateEvent.objects.create(mandate=mandate, kind=kind, actor=by, message=message)
    notices.tell(event)
