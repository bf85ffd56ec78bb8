"""The demo's people, their applications and mandates, by the verbs of sign-up and review."""

from datetime import timedelta
from functools import partial

from django.conf import settings
from django.contrib.auth.models import Group as Role
from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.text import slugify

from liaisons import groups, languages, mandates, support
from liaisons.accounts import people as accounts
from liaisons.models import Country, Group, Language, LanguageSkill, Mandate, User

from .applications import Application, Unfinished
from .clock import Plan, on
from .people import CORE_TEAM, LIAISONS, REVIEWER, Account, Liaison

Level = LanguageSkill.Level
# Of those who know more than one language.
LEVELS = [Level.FLUENT, Level.GOOD, Level.BASIC]
# Before the first demo application: somebody has to review it.
LONG_AGO = 420
EXPLANATIONS = [
    "This is demo text. We met online with eleven members and agreed by a show of hands. "
    "Nobody objected in the week after.",
    "This is demo text. The board decided it in its monthly call. "
    "The minutes are only for members, but you may ask the board.",
    "This is demo text. There was a thread of two weeks in our chat group. "
    "Six people agreed and one wanted somebody else.",
    "This is demo text. I asked at our meeting in the library. All nine who came said yes.",
]


def plan_accounts(people: list[Account]) -> Plan:
    """The accounts everyone may try, except those whose owner signs up as a liaison."""
    return [(on(LONG_AGO), partial(make_account, account)) for account in people]


def plan_liaison(one: Liaison, made: set[str]) -> Plan:
    """One person's way to a mandate, and its end where it has one."""
    if one.succeeds is not None:
        return []  # comes by the link of whoever held the seat: lives.py
    hour = 6 + one.number % 13
    plan: Plan = [
        (on(one.confirmed_days_ago + one.reviewed_after, hour), partial(apply_for, one, made)),
        (on(one.confirmed_days_ago, 8 + one.number % 9), _then(confirm, one, made)),
    ]
    over = one.confirmed_days_ago - settings.MANDATE_LENGTH_DAYS - 1
    if over > 0:
        plan.append((on(over, 1), mandates.end_lapsed))
    if one.end_reason:
        plan.append((on(one.ended_days_ago, 16), _then(end, one, made)))
    return plan


def plan_application(one: Application, made: set[str]) -> Plan:
    """One application that is still waiting, was declined, or was taken back."""
    plan: Plan = [(on(one.applied_days_ago, 7 + one.number % 14), partial(apply_for, one, made))]
    if one.asked:
        plan.append((on(one.asked_days_ago, 10), _then(ask, one, made)))
    if one.answered:
        plan.append((on(one.answered_days_ago, 18), _then(answer, one, made)))
    if one.declined:
        plan.append((on(one.applied_days_ago - 5, 11), _then(decline, one, made)))
    if one.withdrawn_days_ago:
        plan.append((on(one.withdrawn_days_ago, 20), _then(withdraw, one, made)))
    return plan


def plan_beginner(one: Unfinished) -> Plan:
    """Somebody who left sign-up in the middle."""
    return [(on(one.began_days_ago, 15), partial(begin, one))]


def _then(act, one, made: set[str]):
    """What follows on an application; done only where that was made in the same run."""
    return lambda: act(one) if one.address in made else None


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


def apply_for(one: Liaison | Application, made: set[str]) -> None:
    """Sign up and hand in an application, unless this person ever began one."""
    person = make_person(one, made)
    if person is None:
        return
    mandate = mandates.start_draft(person=person)
    mandates.choose_group(mandate=mandate, by=person, group=group_of(one, person))
    mandates.save_answers(mandate=mandate, by=person, **evidence_of(one))
    mandates.submit(mandate=mandate, by=person)


def make_person(one: Liaison | Application, made: set[str]) -> User | None:
    """Somebody's account with their answers to the support step; none where it was there.

    Who was made goes into ``made``, the addresses of this run.
    """
    person, is_new = accounts.enter(one.address, language=one.mail_language)
    if not is_new:
        return None
    made.add(one.address)
    person.time_zone = getattr(one, "time_zone", "UTC")
    person.wiki_username = getattr(one, "on_talk_page", "")
    person.save(update_fields=["time_zone", "wiki_username"])
    support.save_answers(
        person=person,
        country=Country.objects.get(pk=one.country),
        languages=list(Language.objects.filter(pk__in=one.languages)),
        help_from_english=getattr(one, "needs_help", False),
        help_to_english=getattr(one, "needs_help", False),
        mail_language=one.mail_language,
        rhythm=getattr(one, "rhythm", "weekly"),
        prefers_talk_page=bool(person.wiki_username),
        display_name=one.name,
        is_public_by_name=getattr(one, "is_public", False),
    )
    person.refresh_from_db()
    say_languages(one, person)
    return person


def say_languages(one: Liaison | Application, person: User) -> None:
    """How well somebody knows their languages, and who offers and needs help; by number."""
    said = {}
    for position, code in enumerate(one.languages):
        offers = one.number % 3 == 1 and not languages.is_english(code)
        level = Level.NATIVE if position == 0 else LEVELS[(one.number + position) % len(LEVELS)]
        said[code] = {
            "level": level,
            "offers_help_from_english": offers,
            "offers_help_to_english": offers and one.number % 2 == 0,
        }
        if one.number % 5 == 2 and not languages.is_english(code):
            said[code]["needs_help_from_english"] = True
    languages.save(person=person, change=languages.Change(said=said))


def begin(one: Unfinished) -> None:
    """Begin to sign up and leave, unless this person ever began."""
    person, is_new = accounts.enter(one.address, language=one.mail_language)
    if not is_new:
        return
    person.display_name = one.name
    person.save(update_fields=["display_name"])
    mandate = mandates.start_draft(person=person)
    if one.group:
        mandates.choose_group(mandate=mandate, by=person, group=group_named(one.group))
    if one.answers:
        mandates.save_answers(mandate=mandate, by=person, **one.answers)


def confirm(one: Liaison) -> None:
    """Make an applicant a liaison; the Core Team account is the contact."""
    mandate = mandate_of(one, Mandate.Status.SUBMITTED)
    if mandate:
        contact = User.objects.get(email=CORE_TEAM.address)
        mandates.confirm(mandate=mandate, by=reviewer(), contact=contact)


def end(one: Liaison) -> None:
    """End a mandate, by the liaison's own will or by the Core Team."""
    mandate = mandate_of(one, Mandate.Status.CONFIRMED)
    if mandate:
        by = reviewer() if one.ended_by_core_team else mandate.person
        mandates.end_mandate(
            mandate=mandate, by=by, reason=one.end_reason, why=one.ended_by_core_team
        )


def ask(one: Application) -> None:
    """Ask an applicant for more."""
    mandate = mandate_of(one, Mandate.Status.SUBMITTED)
    if mandate:
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


def withdraw(one: Application) -> None:
    """Take an application back."""
    mandate = mandate_of(one, Mandate.Status.SUBMITTED)
    if mandate:
        mandates.withdraw(mandate=mandate, by=mandate.person)


def mandate_of(one: Liaison | Application, status: str) -> Mandate | None:
    """This person's mandate if it is in this state."""
    return Mandate.objects.filter(person__email=one.address, status=status).first()


def liaison_of(number: int) -> Mandate | None:
    """The mandate by which the demo liaison of this number speaks for their group now."""
    active = Mandate.objects.active().select_related("person", "group")
    return active.filter(person__email=LIAISONS[number].address).first()


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
            page_url=f"https://example.org/demo/{slugify(one.proposes['name'])}",
            **one.proposes,
        )
    return group_named(one.group)


def group_named(name: str) -> Group:
    """A group by its code or database name. Raises ``CommandError`` where there is none."""
    group = Group.objects.filter(code=name).first() or Group.objects.filter(dbname=name).first()
    if group is None:
        raise CommandError(f"There is no group {name}. First: manage.py import_reference_data")
    return group


def evidence_of(one: Liaison | Application) -> dict:
    """How the group agreed: every third person explains it, the others link to a page."""
    answers = {
        "seat": one.seat,
        "role": one.role,
        "is_attested": True,
        "support_answered": True,
    }
    if one.number % 3 == 1:
        return answers | {
            "evidence": Mandate.Evidence.EXPLANATION,
            "evidence_text": EXPLANATIONS[one.number % len(EXPLANATIONS)],
        }
    return answers | {
        "evidence": Mandate.Evidence.LINK,
        "evidence_url": f"https://example.org/demo/decision-{one.number}",
        "agreed_on": timezone.localdate() - timedelta(days=6 + one.number % 5),
    }
