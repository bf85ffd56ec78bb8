"""The demo's letters to liaisons: waiting, answered, reported, not delivered, and long emptied.

All by the verbs of the product, at the moment at which they are said to have happened.
"""

from dataclasses import dataclass
from functools import partial

from django.conf import settings

from liaisons.letters import keeping, sending
from liaisons.models import Group, Letter, User

from .clock import Plan, on
from .mandates import liaison_of, reviewer
from .people import CORE_TEAM, LIAISONS, PLAIN_MEMBER

NOTE = {
    "ar": "هذا نص للعرض التجريبي.",
    "de": "Dies ist ein Text für die Demo.",
    "en": "This is demo text.",
    "es": "Este es un texto de demostración.",
    "fr": "Ceci est un texte de démonstration.",
}
BLOCKED, NOTHING = Letter.Outcome.BLOCKED, Letter.Outcome.NOTHING_DONE
# The liaison answered by their own mail program, and only says so here.
BY_MAIL = "by mail"


@dataclass(frozen=True)
class Written:
    """One letter to the liaison with a number, and what became of it.

    ``writer`` is the number of somebody without an account, or the address of an account.
    """

    number: int
    to: int
    days_ago: float
    words: str
    writer: int | str
    language: str = "en"
    answer: str = ""
    answered_days_ago: float = 0
    reported: str = ""
    reported_days_ago: float = 0
    outcome: str = ""

    @property
    def body(self) -> str:
        return f"{NOTE[self.language]}\n\n{self.words}"

    @property
    def key(self) -> str:
        return f"demo-letter-{self.number}"


def writer_address(number: int) -> str:
    """The address of a writer without an account."""
    return f"demo-writer-{number}@example.org"


# To the account everyone may try: two pages of letters, of which some wait.
_TO_TRY = [
    (70, "Is there a list of all conversations about this? I would like to read before I write.",
     1, "Yes. The group's page links to every report, the newest first."),
    (66, "Who decides which of our statements the Working Group reads?", 2,
     "All of them are read. Each has a number, and its page says what became of it."),
    (63, "May I join the next call if I write Swahili slowly?", 3, "Of course. We have time."),
    (59, "I could host an evening in our library in Mwanza. Whom do I ask?", 4,
     "Me. I answer you by mail with the kit for hosts."),
    (55, "How do I get the updates without a Wikimedia account?", 5,
     "There is a feed on the page of updates. It needs no account."),
    (52, "Our school club has twelve editors. Do you speak for us too?", 6, BY_MAIL),
    (48, "The link to the topic on Capacity Building did not work yesterday.", 7,
     "Thank you. It works again."),
    (45, "Please tell us when the salon will be.", 8, "On the last Saturday of the month."),
    (42, "What does a liaison do in a week? I think of becoming a deputy.", 9, BY_MAIL),
    (39, "I translated the short version of the last update. Where do I put it?", 10,
     "On the talk page of our village pump. I take it from there."),
    (36, "Can minutes of a meeting be a report?", 11,
     "They can become one: one sentence, one opinion."),
    (33, "Thank you for the summary. It was short enough to read on the bus.", 12, BY_MAIL),
    (30, "Why is there no topic about mobile editing?", 13,
     "It is part of Product and Technology. Say it there, and I add it to our report."),
    (27, "Our group chat has questions that nobody answers. May I send them in one list?", 14,
     "Please do. One list is easier for me."),
    (24, "I disagree with statement two of our last report.", 15,
     "Then let us hear you at the next conversation. Both opinions can stand."),
    (20, "Is it true that the deadline moved?", 16, "No. It stands on the timeline."),
    (13, "Could you speak at our photo walk for ten minutes?", 17, "With pleasure."),
]  # fmt: skip


def _to_try() -> list[Written]:
    return [
        Written(
            number, 0, days_ago, words, writer,
            answer=answer, answered_days_ago=days_ago - 1 - number % 3,
        )
        for number, (days_ago, words, writer, answer) in enumerate(_TO_TRY, start=1)
    ]  # fmt: skip


WRITTEN = [
    *_to_try(),
    Written(30, 0, 17, "Buy good links for your page. Cheap and fast.", 18,
            reported="This is advertising, and the third one this week.", reported_days_ago=16,
            outcome=BLOCKED),
    Written(31, 0, 10, "Your report is wrong, and you know it. Everybody says so.", 19,
            reported="The tone. I would like to know what you think.", reported_days_ago=9,
            outcome=NOTHING),
    Written(32, 0, 6, "I know where your meetings are. Stop writing in my name.", 20,
            reported="This sounds like a threat to our meeting.", reported_days_ago=5),
    Written(33, 0, 4, "When is the next conversation? I can bring three people.",
            PLAIN_MEMBER.address),
    Written(34, 0, 2, "Bonjour, puis-je participer à la prochaine conversation en français ?", 21,
            language="fr"),
    Written(35, 0, 1, "Two of us wrote answers to the questions on diversity. May we send them?",
            22),
    Written(36, 0, 0.4, "هل يمكنني إرسال ملاحظات مجموعتنا بالعربية؟", 23, language="ar"),
    # To others.
    Written(40, 44, 210, "Which of the nine topics does your board look at?", 24,
            answer="Two of them: Partnerships, and Resource Allocation.", answered_days_ago=208),
    Written(41, 44, 120, "Is there a meeting in Gothenburg too?", 25, answer=BY_MAIL,
            answered_days_ago=118),
    Written(42, 44, 3, "Is there a meeting in Gothenburg this time?", 25),
    Written(43, 6, 21, "Wann trifft sich die Gruppe das nächste Mal?", 26, language="de",
            answer="Am ersten Dienstag im Monat, in der Geschäftsstelle und online.",
            answered_days_ago=19),
    Written(44, 2, 14, "¿Dónde se puede leer el acta de la reunión?", 27, language="es"),
    # Goes to the deputy, because the primary is away.
    Written(45, 29, 2, "Could you forward the last update to our mailing list?",
            LIAISONS[5].address),
    Written(46, 23, 8, "You were paid for this. I will write it everywhere.", 28,
            reported="They write the same to all of us.", reported_days_ago=7),
    Written(47, 12, 5, "Hello! Test. Please ignore.", 29,
            reported="Not bad, but perhaps a program.", reported_days_ago=4, outcome=NOTHING),
    # The mail server of the liaison refuses it, and its sender is told.
    Written(48, 28, 9, "Could a member of your board explain the ideas on roles to us?", 30),
]  # fmt: skip
# Liaisons who take no letters here: by number, and since how many days.
NO_LETTERS = {3: 60, 15: 30}


def plan_letters(made: set[str]) -> Plan:
    """Everything that happens to letters, and what the nightly jobs did about them."""
    plan: Plan = []
    for number, days in NO_LETTERS.items():
        plan.append((on(days, 20), partial(take_no_letters, number, made)))
    for one in WRITTEN:
        plan.append((on(one.days_ago, 15), partial(write, one, made)))
        if one.answer:
            plan.append((on(one.answered_days_ago, 18), partial(answer, one, made)))
        if one.reported:
            plan.append((on(one.reported_days_ago, 7), partial(report, one, made)))
        if one.outcome:
            plan.append((on(one.reported_days_ago - 1, 10), partial(decide, one, made)))
        if (over := one.days_ago - settings.LETTER_DAYS - 1) > 0:
            plan.append((on(over, 4), keeping.forget_old))
    plan.append((on(0, 4), keeping.tell_senders))
    return plan


def write(one: Written, made: set[str]) -> None:
    """Send a letter to a liaison whom this run made, from its own network of example addresses."""
    mandate = liaison_of(one.to)
    if mandate is None or LIAISONS[one.to].address not in made:
        return
    if isinstance(one.writer, int):
        sender, address = None, writer_address(one.writer)
        name = f"Demo writer {one.writer}"
    else:
        sender = User.objects.filter(email=one.writer).first()
        if sender is None:
            return
        address, name = sender.email, sender.display_name
    sending.send(
        group=Group.objects.get(pk=mandate.group_id),
        mandate_id=mandate.pk,
        sender=sender,
        address=address,
        name=name,
        language=one.language,
        body=one.body,
        key=one.key,
        network=f"192.0.2.{one.number}",
    )


def answer(one: Written, made: set[str]) -> None:
    """The liaison answers, here or by mail."""
    letter = _letter(one, made)
    if letter is None:
        return
    if one.answer == BY_MAIL:
        sending.mark_answered(letter=letter, by=letter.mandate.person)
    else:
        text = f"{NOTE[one.language]} {one.answer}"
        sending.answer(letter=letter, by=letter.mandate.person, text=text)


def report(one: Written, made: set[str]) -> None:
    """The liaison shows a letter to the Core Team."""
    letter = _letter(one, made)
    if letter:
        note = f"{NOTE['en']} {one.reported}"
        sending.report(letter=letter, by=letter.mandate.person, note=note)


def decide(one: Written, made: set[str]) -> None:
    """The Core Team decides on a report."""
    letter = _letter(one, made)
    if letter:
        by = User.objects.get(email=CORE_TEAM.address) if one.number % 2 else reviewer()
        sending.close_report(letter=letter, by=by, outcome=one.outcome)


def take_no_letters(number: int, made: set[str]) -> None:
    """A liaison chooses that nobody can write to them here."""
    address = LIAISONS[number].address
    if address in made:
        User.objects.filter(email=address).update(contact_by=User.ContactBy.NONE)


def _letter(one: Written, made: set[str]) -> Letter | None:
    if LIAISONS[one.to].address not in made:
        return None
    return Letter.objects.filter(form_key=one.key).select_related("mandate__person").first()
