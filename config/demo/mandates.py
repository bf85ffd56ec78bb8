"""The demo's people, their applications and mandates, by the verbs of sign-up and review."""

from datetime import timedelta

from django.contrib.auth.models import Group as Role
from django.core.management.base import CommandError
from django.utils import timezone

from liaisons import groups, mandates, support
from liaisons.accounts import people as accounts
from liaisons.models import Country, Group, Language, Mandate, User

from .people import CORE_TEAM, PRIMARY, REVIEWER, Account, Application, Liaison

# A plan is a list of (days before now, what to do), carried out in the order of time.
Plan = list
# Before the first demo application: somebody has to review it.
LONG_AGO = 420


def plan_accounts(people: list[Account]) -> Plan:
    """The accounts everyone may try, except those whose owner signs up as a liaison."""
    return [(LONG_AGO, lambda account=account: make_account(account)) for account in people]


def plan_liaison(one: Liaison) -> Plan:
    """One person's way to a mandate, and its end where it has one."""
    plan = [
        (one.confirmed_days_ago + one.reviewed_after, lambda: apply_for(one)),
        (one.confirmed_days_ago, lambda: confirm(one)),
    ]
    if one.end_reason:
        plan.append((3, lambda: end(one)))
    return plan


def plan_application(one: Application) -> Plan:
    """One application that is still waiting, or was declined."""
    plan = [(one.applied_days_ago, lambda: apply_for(one))]
    if one.asked:
        plan.append((one.asked_days_ago, lambda: ask(one)))
    if one.answered:
        plan.append((one.asked_days_ago - 1, lambda: answer(one)))
    if one.declined:
        plan.append((one.applied_days_ago - 5, lambda: decline(one)))
    return plan


def make_account(account: Account) -> User:
    """An account with a proved address; for the Core Team with its role."""
    person, is_new = accounts.enter(account.address, language="en")
    if is_new:
        person.display_name = account.name
    person.is_staff = person.is_staff or account.is_staff
    person.is_superuser = person.is_superuser or account.is_superuser
    person.save(update_fields=["display_name", "is_staff", "is_superuser"])
    if account.role:
        person.groups.add(Role.objects.get(name=account.role))
    return person


def apply_for(one: Liaison | Application) -> None:
    """Sign up and hand in an application, unless this person ever began one."""
    person, is_new = accounts.enter(one.address, language=one.mail_language)
    if not is_new:
        return
    person.time_zone = getattr(one, "time_zone", "UTC")
    person.save(update_fields=["time_zone"])
    support.save_answers(
        person=person,
        country=Country.objects.get(pk=one.country),
        languages=list(Language.objects.filter(pk__in=one.languages)),
        help_from_english=getattr(one, "needs_help", False),
        help_to_english=getattr(one, "needs_help", False),
        mail_language=one.mail_language,
        rhythm=getattr(one, "rhythm", "weekly"),
        prefers_talk_page=False,
        display_name=one.name,
        is_public_by_name=getattr(one, "is_public", False),
    )
    person.refresh_from_db()
    mandate = mandates.start_draft(person=person)
    mandates.choose_group(mandate=mandate, by=person, group=group_of(one, person))
    mandates.save_answers(mandate=mandate, by=person, **_evidence(one))
    mandates.submit(mandate=mandate, by=person)


def confirm(one: Liaison) -> None:
    """Make an applicant a liaison; the Core Team account is the contact."""
    mandate = mandate_of(one, Mandate.Status.SUBMITTED)
    if mandate:
        contact = User.objects.get(email=CORE_TEAM.address)
        mandates.confirm(mandate=mandate, by=reviewer(), contact=contact)


def end(one: Liaison) -> None:
    """End a mandate by the liaison's own will."""
    mandate = mandate_of(one, Mandate.Status.CONFIRMED)
    if mandate:
        mandates.end_mandate(mandate=mandate, by=mandate.person, reason=one.end_reason)


def ask(one: Application) -> None:
    """Ask an applicant for more."""
    mandate = mandate_of(one, Mandate.Status.SUBMITTED)
    if mandate and not mandate.reviewer_id:
        mandates.ask_for_more(mandate=mandate, by=reviewer(), message=one.asked)


def answer(one: Application) -> None:
    """Answer what the Core Team asked."""
    mandate = mandate_of(one, Mandate.Status.MORE_ASKED)
    if mandate:
        mandates.answer_more(mandate=mandate, by=mandate.person, message=one.answered)


def decline(one: Application) -> None:
    """Decline an application with its reason."""
    mandate = mandate_of(one, Mandate.Status.SUBMITTED)
    if mandate:
        mandates.decline(mandate=mandate, by=reviewer(), message=one.declined)


def mandate_of(one: Liaison | Application, status: str) -> Mandate | None:
    """This person's mandate if it is in this state."""
    return Mandate.objects.filter(person__email=one.address, status=status).first()


def reviewer() -> User:
    """The account that reviews."""
    return User.objects.get(email=REVIEWER.address)


def group_of(one: Liaison | Application, person: User) -> Group:
    """The group a person applies for; a proposed one is made."""
    if getattr(one, "proposes", None):
        return groups.propose(
            by=person,
            country=Country.objects.get(pk=one.country),
            languages=list(Language.objects.filter(pk__in=one.languages)),
            page_url="https://example.org/demo/readers-of-the-lake",
            **one.proposes,
        )
    group = Group.objects.filter(code=one.group).first()
    group = group or Group.objects.filter(dbname=one.group).first()
    if group is None:
        raise CommandError(f"There is no group {one.group}. First: manage.py import_reference_data")
    return group


def _evidence(one: Liaison | Application) -> dict:
    """How the group agreed: every third person explains it, the others link to a page."""
    answers = {
        "seat": getattr(one, "seat", PRIMARY),
        "role": getattr(one, "role", Mandate.Role.MEMBER),
        "is_attested": True,
        "support_answered": True,
    }
    if one.number % 3 == 1:
        return answers | {
            "evidence": Mandate.Evidence.EXPLANATION,
            "evidence_text": (
                "This is demo text. We met online with eleven members and agreed by a show of "
                "hands. Nobody objected in the week after."
            ),
        }
    return answers | {
        "evidence": Mandate.Evidence.LINK,
        "evidence_url": f"https://example.org/demo/decision-{one.number}",
        "agreed_on": timezone.localdate() - timedelta(days=6 + one.number % 5),
    }
