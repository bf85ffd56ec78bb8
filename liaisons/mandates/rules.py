"""What all verbs share: who may, is it still as it was seen, and the line of history."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import notices, review_notices
from ..access import may_review
from ..errors import AlreadyDone, Incomplete, NotAllowed, Refused, SeatTaken
from ..models import Endorsement, Group, Mandate, MandateEvent, User

Status = Mandate.Status
Kind = MandateEvent.Kind
EndReason = Mandate.EndReason


def state_of(mandate: Mandate) -> int:
    """A number for the state of a mandate as somebody sees it: the id of its last event.

    A form carries it, and a verb given it as ``seen`` refuses to act on anything newer.
    """
    return mandate.events.order_by("-pk").values_list("pk", flat=True).first() or 0


def what_happened(mandate: Mandate) -> str:
    """One sentence on the last thing that was done with a mandate; no names."""
    if mandate.status == Status.CONFIRMED and not mandate.is_active:
        return _("This mandate is over: its last day has passed.")
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
        Kind.TAKEN: _("Meanwhile a reviewer took this application."),
        Kind.ADDED: _("Meanwhile the applicant added something."),
        Kind.ASKED: _("Meanwhile the applicant asked something."),
        Kind.REPLIED: _("Meanwhile the Core Team replied."),
        Kind.RENEWED: _("This mandate has already been renewed."),
        Kind.SUCCESSOR_NAMED: _("Meanwhile a successor was named."),
        Kind.REVIEW_OPENED: _("Meanwhile a member of the group contested this mandate."),
        Kind.REVIEW_CLOSED: _("The Core Team has already looked at this mandate again."),
    }
    last = mandate.events.order_by("-pk").first()
    return sentences[Kind(last.kind)] if last else _("This has changed meanwhile.")


def locked(mandate: Mandate) -> Mandate:
    """The mandate as it is now, locked until the transaction ends."""
    return (
        Mandate.objects.select_for_update(of=("self",))
        .select_related("person", "group")
        .get(pk=mandate.pk)
    )


def lock_several(which: Q) -> list[Mandate]:
    """Lock these mandates, by key, and before them their groups.

    Everyone does so who needs more than one, so that nobody waits for somebody who waits for them.
    Not the groups' keys: who begins an application for one meanwhile does not have to wait.
    """
    mandates = Mandate.objects.filter(which)
    groups = Group.objects.filter(pk__in=mandates.order_by().values("group")).order_by("pk")
    list(groups.select_for_update(of=("self",), no_key=True).values_list("pk"))
    return list(mandates.select_for_update(of=("self",)).order_by("pk"))


def present(person: User) -> User:
    """The acting person as they are now, locked before any mandate; refused where they left.

    Whoever deletes their account at this moment leaves nothing behind.
    """
    person = User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    require_active_account(person)
    return person


def own(mandate: Mandate, by: User, *statuses: str) -> Mandate:
    """The locked mandate, where it is the acting person's own and in one of these states."""
    mandate = locked(mandate)
    if mandate.person_id != by.pk:
        raise NotAllowed(_("Only the applicant can do this."))
    # Asked for again: what waited for the lock read the person before.
    mandate.person = User.objects.get(pk=by.pk)
    require_active_account(mandate.person)
    require_unchanged(mandate, None, *statuses)
    return mandate


def reviewed(mandate: Mandate, by: User, seen: int | None, *statuses: str) -> Mandate:
    """The locked mandate of somebody else, where the acting person may review it."""
    mandate = locked(mandate)
    require_no_part(mandate, by)
    reviewer(by)
    require_unchanged(mandate, seen, *statuses)
    return mandate


def part_in(mandate: Mandate, by: User) -> str:
    """Why this reviewer leaves the mandate to another one; empty where nothing speaks against."""
    if mandate.person_id == by.pk:
        return _("No one reviews their own mandate. Please ask another reviewer.")
    if mandate.predecessor_id and mandate.predecessor.person_id == by.pk:
        return _("You named this person yourself. Please ask another reviewer.")
    if Endorsement.objects.filter(
        mandate=mandate, person=by, verdict=Endorsement.Verdict.CONTESTS, withdrawn_at=None
    ).exists():
        return _("You contested this yourself. Please ask another reviewer.")
    return ""


def require_no_part(mandate: Mandate, by: User) -> None:
    """Refuse a reviewer whose own the mandate is, who named this person, or who contested it."""
    if message := part_in(mandate, by):
        raise NotAllowed(message)


def reviewer(by: User) -> User:
    """The acting reviewer as the database knows them now; permission may just have ended."""
    by = User.objects.get(pk=by.pk)
    if not may_review(by):
        raise NotAllowed(_("Only reviewers of the Core Team can do this."))
    return by


def core_team_contact(contact: User, mandate: Mandate) -> User:
    """The person, where they may be the contact of this mandate."""
    if not (contact.is_active and contact.is_staff):
        raise Refused(_("The contact must be a member of the Core Team."))
    if contact.pk == mandate.person_id:
        raise Refused(_("Nobody is their own contact. Please choose another person."))
    return contact


def require_active_account(person: User) -> None:
    """Refuse for an account that was closed or deleted."""
    if not person.is_active or person.erased_at:
        raise Refused(_("This account is closed."))


def require_open_group(group: Group, by: User) -> None:
    """Refuse for a group that is not in the directory, unless this person proposed it."""
    if group.status == Group.Status.ACTIVE:
        return
    if group.status == Group.Status.PROPOSED and group.proposed_by_id == by.pk:
        return
    raise Refused(_("This group is not active, so nobody can become its liaison."))


def another_open(mandate: Mandate, group: Group) -> bool:
    """True where the person has another draft, application or mandate for this group.

    Where a seat is handed over to them, the other seat that they hold is no obstacle: it ends when
    this one is confirmed.
    """
    others = Mandate.objects.open().filter(person_id=mandate.person_id, group=group)
    if mandate.predecessor_id:
        others = others.exclude(other_seat(mandate.seat))
    return others.exclude(pk=mandate.pk).exists()


def other_seat(seat: str) -> Q:
    """A mandate that is confirmed for another seat than this one."""
    return Q(status=Status.CONFIRMED) & ~Q(seat=seat)


def require_unchanged(mandate: Mandate, seen: int | None, *statuses: str) -> None:
    """Refuse with what happened and when, where the mandate is no longer as it was seen."""
    is_newer = seen is not None and seen != state_of(mandate)
    if mandate.status in statuses and not is_newer:
        return
    raise AlreadyDone(what_happened(mandate))


def required(text: str, message: str) -> str:
    """The text without blanks around it; raises ``Incomplete`` where nothing is left."""
    text = text.strip()
    if not text:
        raise Incomplete(message)
    return text


def free_primary_seat(group: Group) -> None:
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
    end(holder, Kind.LAPSED, why=EndReason.EXPIRED, by=None)


def end(
    mandate: Mandate,
    kind: str,
    *,
    why: str,
    by: User | None,
    message: str = "",
    is_told: bool = True,
) -> None:
    """End a locked mandate today. ``why`` is one of ``Mandate.EndReason``.

    ``is_told`` False: another mail of the same moment says it.
    """
    mandate.status = Status.ENDED
    mandate.end_reason = why
    mandate.review_opened_at = None
    mandate.ended_at = timezone.now()
    mandate.last_day = min(mandate.last_day, timezone.localdate())
    mandate.save()
    record(mandate, kind, by=by, message=message, is_told=is_told)


def record(
    mandate: Mandate, kind: str, *, by: User | None, message: str = "", is_told: bool = True
) -> MandateEvent:
    """Write the event down, and owe the mails that follow from it."""
    event = MandateEvent.objects.create(mandate=mandate, kind=kind, actor=by, message=message)
    if is_told:
        notices.tell(event)
        review_notices.tell(event)
    return event
