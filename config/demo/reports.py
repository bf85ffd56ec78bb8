"""The demo's reports, by the verbs of liaisons and of the Core Team.

A report's file says who reports on which topic, when the conversation was held and when its
report was published, and which statements the Core Team marked as received (``received``: their
numbers, or "all"). Without ``published_days_ago`` it stays a draft. ``corrections`` were
published, an ``unfinished_correction`` was not. What follows on a report is done only in the run
that made it: people of the demo may go on from there.
"""

import uuid
from datetime import timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from liaisons.models import Language, User
from strategy import report_forms, reports, responses
from strategy.models import Report, Topic

from . import clock
from .mandates import liaison_of
from .people import CORE_TEAM
from .text_files import read_all

# Reports of one day are published at different hours.
FIRST_HOUR = 10
DEMO_NOTE = {
    "ar": "هذا نص للعرض التجريبي، ولم يُعقد هذا اللقاء.",
    "de": "Dies ist ein Text für die Demo. Das Gespräch hat nie stattgefunden.",
    "en": "This is a demo text. The conversation never took place.",
    "es": "Este es un texto de demostración. La conversación nunca tuvo lugar.",
    "fr": "Ceci est un texte de démonstration. La conversation n’a jamais eu lieu.",
    "hi": "यह डेमो का पाठ है। यह बातचीत कभी नहीं हुई।",
    "ja": "これはデモのための文章です。この対話は実際には行われていません。",
    "pt": "Este é um texto de demonstração. A conversa nunca aconteceu.",
    "ru": "Это текст для демонстрации. Такого обсуждения не было.",
    "sw": "Haya ni maandishi ya onyesho. Mazungumzo haya hayakufanyika.",
}


def key_of(name: str) -> uuid.UUID:
    """By this key a report of the demo is known again."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"https://example.org/demo/reports/{name}")


def plan_reports() -> clock.Plan:
    """What happens to each report, and when."""
    plan: clock.Plan = []
    for number, (name, said) in enumerate(read_all("reports").items()):
        if Report.objects.filter(key=key_of(name)).exists():
            continue
        days_ago = said.get("published_days_ago", said.get("begun_days_ago"))
        at = clock.on(days_ago, FIRST_HOUR + number / 4)
        plan.append((at, partial(write, name, said)))
        if "received" in said:
            at = clock.on(said["received_days_ago"], 9)
            plan.append((at, partial(receive, name, said["received"])))
        for correction in said.get("corrections", []):
            at = clock.on(correction["days_ago"], 18)
            plan.append((at, partial(correct, name, correction)))
        if "unfinished_correction" in said:
            typed = said["unfinished_correction"]
            at = clock.on(typed["days_ago"], 20)
            plan.append((at, partial(begin_correction, name, typed)))
    return plan


def write(name: str, said: dict[str, Any]) -> None:
    """Write a report and publish it, or leave its draft; nothing where the liaison is none now."""
    mandate = liaison_of(said["liaison"])
    if mandate is None:
        return
    content = content_of(said)
    report = reports.start(
        key=key_of(name), group=mandate.group, by=mandate.person, data=typed_in(content)
    )
    if "published_days_ago" in said:
        seen = report.draft.revision
        reports.publish(report=report, by=mandate.person, content=content, seen=seen)


def receive(name: str, numbers: list[int] | str) -> None:
    """Have the Core Team mark statements as received."""
    report = Report.objects.filter(key=key_of(name), version__gte=1).first()
    if report:
        statements = report.statements.all()
        if numbers != "all":
            statements = statements.filter(number__in=numbers)
        responses.receive(statements=statements, by=core_team())


def correct(name: str, correction: dict[str, Any]) -> None:
    """Publish a correction: changed words, statements withdrawn."""
    report = _published(name)
    if report is None:
        return
    data = report_forms.as_typed(report)
    draft = reports.start_correction(report=report, by=report.person, data=data)
    content = reports.Content(
        **{part: getattr(report, part) for part in reports.PARTS},
        changes={int(number): text for number, text in correction["changes"].items()},
        withdraws=frozenset(correction["withdraws"]),
        note=correction["note"],
    )
    reports.publish(report=report, by=report.person, content=content, seen=draft.revision)


def begin_correction(name: str, typed: dict[str, Any]) -> None:
    """Begin a correction and leave it."""
    report = _published(name)
    if report is None:
        return
    data = report_forms.as_typed(report) | {"note": typed["note"]}
    data |= {f"words_{number}": text for number, text in typed["changes"].items()}
    reports.start_correction(report=report, by=report.person, data=data)


def content_of(said: dict[str, Any]) -> reports.Content:
    """A file's report as it is published now."""
    held_days_before = said["held_days_ago"] - said.get(
        "published_days_ago", said.get("begun_days_ago")
    )
    return reports.Content(
        topic=Topic.objects.get(slug=said["topic"]),
        place=said.get("place", ""),
        page_url=said.get("page_url", ""),
        held_on=timezone.localdate() - timedelta(days=held_days_before),
        form=said["form"],
        language=Language.objects.get(pk=said["language"]),
        people=said["people"],
        overview=f"{DEMO_NOTE[said['language']]}\n\n{said['overview'].strip()}",
        statements=said["statements"],
    )


def core_team() -> User:
    """The account that reads and answers."""
    return User.objects.get(email=CORE_TEAM.address)


def typed_in(content: reports.Content) -> dict[str, str]:
    """The same as somebody types it into the form."""
    return {
        "topic": content.topic.slug,
        "place": content.place,
        "page_url": content.page_url,
        "held_on": content.held_on.isoformat(),
        "form": content.form,
        "language": content.language.name,
        "people": str(content.people),
        "overview": content.overview,
        "statements": "\n".join(content.statements),
    }


def _published(name: str) -> Report | None:
    """A published report of the demo whose writer still speaks for the group."""
    report = Report.objects.published().filter(key=key_of(name)).first()
    if report and report.person.mandates.active().filter(group=report.group).exists():
        return report
    return None
