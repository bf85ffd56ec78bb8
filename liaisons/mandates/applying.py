"""What applicants do: draft, send in, answer, take back."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..errors import AlreadyDone, Incomplete, Refused
from ..models import Group, Mandate, MandateEvent, User
from . import rules

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
    try:
        with transaction.atomic():
            person = rules.present(person)
            draft = Mandate.objects.create(person=person)
            rules.record(draft, Kind.STARTED, by=person)
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
    mandate = rules.own(mandate, by, Status.DRAFT)
    rules.require_open_group(group, by)
    if rules.another_open(mandate, group):
        raise Refused(_("You already have an application or a mandate for this group."))
    if mandate.group_id != group.pk:
        if mandate.predecessor_id:
            raise Refused(
                _(
                    "This application is for the seat that is handed over to you. "
                    "To apply for another group, throw the draft away first."
                )
            )
        mandate.group = group
        # What was said about how another group agreed does not hold for this one.
        mandate.is_attested = False
    mandate.save()
    return mandate


@transaction.atomic
def save_answers(*, mandate: Mandate, by: User, **answers) -> Mandate:
    """Keep the answers of one step in a draft; only the fields named are touched.

    Raises ``Refused`` for a seat where the person holds one of the group and no link to another one
    works any more.
    """
    mandate = rules.own(mandate, by, Status.DRAFT)
    if "seat" in answers and mandate.group and rules.another_open(mandate, mandate.group):
        raise Refused(_("You already have an application or a mandate for this group."))
    if mandate.predecessor_id:
        answers.pop("seat", None)  # the one that is handed over
    for field, value in answers.items():
        setattr(mandate, field, value)
    mandate.save(update_fields=[*answers, "changed_at"])
    return mandate


@transaction.atomic
def submit(*, mandate: Mandate, by: User) -> Mandate:
    """Hand in a draft. Raises ``Incomplete`` with the step where an answer is missing."""
    mandate = rules.own(mandate, by, Status.DRAFT)
    missing = missing_step(mandate)
    if missing:
        raise Incomplete(_("Something is still missing. Please complete this step."), missing)
    rules.require_open_group(mandate.group, by)
    if rules.another_open(mandate, mandate.group):
        raise Refused(_("You already have an application or a mandate for this group."))
    mandate.status = Status.SUBMITTED
    mandate.submitted_at = timezone.now()
    mandate.save()
    rules.record(mandate, Kind.SUBMITTED, by=by)
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
    mandate = rules.own(mandate, by, Status.DRAFT, Status.SUBMITTED, Status.MORE_ASKED)
    mandate.status = Status.WITHDRAWN
    mandate.save()
    rules.record(mandate, Kind.WITHDRAWN, by=by)
    return mandate


@transaction.atomic
def answer_more(*, mandate: Mandate, by: User, message: str) -> Mandate:
    """Answer what the Core Team asked; the application waits for its review again."""
    mandate = rules.own(mandate, by, Status.MORE_ASKED)
    message = rules.required(message, _("Please write your answer."))
    mandate.status = Status.SUBMITTED
    mandate.save()
    rules.record(mandate, Kind.ANSWERED, by=by, message=message)
    return mandate


def add(*, mandate: Mandate, by: User, message: str) -> Mandate:
    """Add something to an application that waits; its state stays as it is."""
    return _write(mandate, by, Kind.ADDED, message)


def ask(*, mandate: Mandate, by: User, message: str) -> Mandate:
    """Ask the Core Team about an application that waits; they reply by mail."""
    return _write(mandate, by, Kind.ASKED, message)


@transaction.atomic
def _write(mandate: Mandate, by: User, kind: str, message: str) -> Mandate:
    mandate = rules.own(mandate, by, *Mandate.WAITING)
    message = rules.required(message, _("Please write something."))
    if mandate.events.filter(kind=kind, actor=by, message=message).exists():
        raise AlreadyDone(_("You have sent this already."))
    rules.record(mandate, kind, by=by, message=message)
    return mandate
