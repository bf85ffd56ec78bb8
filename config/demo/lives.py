"""How demo mandates go on: renewed, handed over, contested, away, and what applicants ask."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.utils import timezone

from liaisons import mandates
from liaisons.models import ContactRule, Endorsement, Mandate, User

from .applications import APPLICATIONS
from .clock import Plan, on
from .mandates import confirm, evidence_of, liaison_of, make_person, reviewer
from .people import APPLICANT, CORE_TEAM, LIAISONS, PLAIN_MEMBER, REVIEWER, Liaison

CONFIRMS, CONTESTS = Endorsement.Verdict.CONFIRMS, Endorsement.Verdict.CONTESTS
NOTES = "This is demo text. The mailing list has 90 readers; the board answers within a week."

# Liaisons by number: how many days ago they renewed, and what was new about the agreement.
RENEWALS = {44: (58, "This is demo text. The yearly meeting agreed again.")}
# Liaisons by number: since how many days they are away, and for how many more.
AWAY = {1: (4, 12), 37: (30, -9)}


@dataclass(frozen=True)
class Opinion:
    """What somebody says about a mandate of the demo: by an address, on an address's mandate."""

    by: str
    about: str
    days_ago: float
    verdict: str = CONFIRMS
    reason: str = ""


def _liaison(number: int) -> str:
    return LIAISONS[number].address


def _applicant(number: int) -> str:
    return next(one.address for one in APPLICATIONS if one.number == number)


OPINIONS = [
    Opinion(PLAIN_MEMBER.address, APPLICANT.address, 5),
    Opinion(_liaison(32), APPLICANT.address, 4),
    Opinion(_liaison(6), _applicant(10), 12),
    Opinion(
        _liaison(37), _applicant(23), 9, CONTESTS,
        "This is demo text. The board has not decided yet; it meets next month.",
    ),
    Opinion(_liaison(24), _applicant(24), 0.5),
    # On an active mandate: the Core Team looks at it again.
    Opinion(
        PLAIN_MEMBER.address, _liaison(23), 3, CONTESTS,
        "This is demo text. I cannot find the discussion that the link names.",
    ),
    Opinion(_liaison(18), _liaison(23), 2),
]  # fmt: skip

# Applicants by number: what they asked, how many days ago, and the reply where there is one.
QUESTIONS = {
    11: ("This is demo text. May two people share the seat?", 6, ""),
    14: (
        "This is demo text. Do I have to write reports in English?", 4,
        "This is demo text. No. Write in any language; we see to the translation.",
    ),
}  # fmt: skip
# Applicants by number: what they added later, and how many days ago.
ADDITIONS = {18: ("This is demo text. The minutes are online now, in the same place.", 1)}
# Applications by number that the reviewer has taken, and how many days ago.
TAKEN = {8: 2, 3: 1, 10: 3}

# Links to a successor by the liaison's number: how many days ago, and the number of the deputy who
# used it and applied; None where nobody has used it yet.
LINKS = {39: (5, None), 12: (4, 38)}

# Region and language of each rule, and who stands in while the contact is away.
RULES = [
    (None, None, CORE_TEAM, REVIEWER),
    ("MENA", None, REVIEWER, CORE_TEAM),
    (None, "sw", CORE_TEAM, REVIEWER),
    ("SSA", "fr", REVIEWER, None),
]


def plan_lives(made: set[str]) -> Plan:
    """Everything that happens to the demo's mandates after their beginning."""
    plan: Plan = [(on(410), make_contact_rules)]
    for number, (days, evidence) in RENEWALS.items():
        plan.append((on(days, 14), _of(number, made, partial(renew, evidence=evidence))))
    for number, (days, more) in AWAY.items():
        plan.append((on(days, 8), _of(number, made, partial(go_away, days=days + more))))
    for one in LIAISONS:
        if one.succeeds is not None:
            plan.append((on(one.confirmed_days_ago + 6, 12), partial(hand_over, one, made)))
            plan.append((on(one.confirmed_days_ago, 13), _confirm_successor(one, made)))
    for number, (days, deputy) in LINKS.items():
        plan.append((on(days, 13), partial(give_link, number, deputy, made)))
    plan.append((on(20, 21), _of(0, made, keep_notes)))
    for opinion in OPINIONS:
        plan.append((on(opinion.days_ago, 17), partial(say, opinion, made)))
    for number, (words, days, reply) in QUESTIONS.items():
        plan.append((on(days, 11), partial(ask, number, words, made)))
        if reply:
            plan.append((on(days - 1, 9), partial(answer, number, reply, made)))
    for number, (words, days) in ADDITIONS.items():
        plan.append((on(days, 19), partial(add, number, words, made)))
    for number, days in TAKEN.items():
        plan.append((on(days, 9.5), partial(take, number, made)))
    # What the daily job does, on the days on which it has something to do.
    for one in LIAISONS:
        for step in settings.MANDATE_REMINDER_DAYS:
            day = one.confirmed_days_ago - settings.MANDATE_LENGTH_DAYS + step
            if day >= 0:
                plan.append((on(day, 3), mandates.remind_of_ends))
    plan.append((on(0, 3), mandates.remind_of_ends))
    return plan


def _of(number: int, made: set[str], act):
    """What a liaison does with their own mandate, where it was made in the same run."""

    def do():
        mandate = liaison_of(number) if _liaison(number) in made else None
        if mandate:
            act(mandate)

    return do


def renew(mandate: Mandate, *, evidence: str) -> None:
    """Renew for another term."""
    mandates.renew(mandate=mandate, by=mandate.person, until=mandate.last_day, evidence=evidence)


def go_away(mandate: Mandate, *, days: int) -> None:
    """Be away for so many days."""
    mandates.go_away(person=mandate.person, until=timezone.localdate() + timedelta(days=days))


def hand_over(one: Liaison, made: set[str]) -> None:
    """The holder of the seat leaves notes and a link; the successor opens it and applies."""
    held = liaison_of(one.succeeds)
    if held is None or _liaison(one.succeeds) not in made:
        return
    mandates.keep_notes(mandate=held, by=held.person, notes=NOTES)
    _handover, token = mandates.invite_successor(mandate=held, by=held.person)
    person = make_person(one, made)
    if person:
        draft = mandates.take_over(token=token, by=person)
        mandates.save_answers(mandate=draft, by=person, **evidence_of(one))
        mandates.submit(mandate=draft, by=person)


def give_link(number: int, deputy: int | None, made: set[str]) -> None:
    """The liaison makes a link for a successor; the deputy uses it and applies, where there is one.

    The reviewer has yet to decide.
    """
    held = liaison_of(number) if _liaison(number) in made else None
    if held is None:
        return
    mandates.keep_notes(mandate=held, by=held.person, notes=NOTES)
    _handover, token = mandates.invite_successor(mandate=held, by=held.person)
    follower = liaison_of(deputy) if deputy else None
    if follower:
        draft = mandates.take_over(token=token, by=follower.person)
        answers = evidence_of(LIAISONS[deputy]) | {"seat": held.seat}
        mandates.save_answers(mandate=draft, by=follower.person, **answers)
        mandates.submit(mandate=draft, by=follower.person)


def keep_notes(mandate: Mandate) -> None:
    """Write notes that pass on with the seat."""
    mandates.keep_notes(mandate=mandate, by=mandate.person, notes=NOTES)


def _confirm_successor(one: Liaison, made: set[str]):
    return lambda: confirm(one) if one.address in made else None


def say(opinion: Opinion, made: set[str]) -> None:
    """Confirm or contest a mandate."""
    mandate = _open_mandate(opinion.about, made)
    by = User.objects.filter(email=opinion.by).first()
    if mandate and by:
        mandates.say(mandate=mandate, by=by, verdict=opinion.verdict, reason=opinion.reason)


def ask(number: int, words: str, made: set[str]) -> None:
    """An applicant asks the Core Team."""
    mandate = _open_mandate(_applicant(number), made)
    if mandate:
        mandates.ask(mandate=mandate, by=mandate.person, message=words)


def answer(number: int, words: str, made: set[str]) -> None:
    """The Core Team replies to an applicant."""
    mandate = _open_mandate(_applicant(number), made)
    if mandate:
        mandates.reply(mandate=mandate, by=reviewer(), message=words)


def add(number: int, words: str, made: set[str]) -> None:
    """An applicant adds something."""
    mandate = _open_mandate(_applicant(number), made)
    if mandate:
        mandates.add(mandate=mandate, by=mandate.person, message=words)


def take(number: int, made: set[str]) -> None:
    """The reviewer takes an application."""
    mandate = _open_mandate(_applicant(number), made)
    if mandate:
        mandates.take(mandate=mandate, by=reviewer())


def make_contact_rules() -> None:
    """Who is the contact of new liaisons, where no rule was made yet."""
    if ContactRule.objects.exists():
        return
    for region, language, contact, stand_in in RULES:
        ContactRule.objects.create(
            region_id=region,
            language_id=language,
            contact=User.objects.get(email=contact.address),
            stand_in=User.objects.get(email=stand_in.address) if stand_in else None,
        )


def _open_mandate(address: str, made: set[str]) -> Mandate | None:
    """The application or mandate of somebody whom this run made."""
    if address not in made:
        return None
    return Mandate.objects.open().filter(person__email=address, submitted_at__isnull=False).first()
