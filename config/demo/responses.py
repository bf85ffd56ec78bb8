"""The demo's answers: one text for statements of several reports, by the verbs of the Core Team."""

from functools import partial
from typing import Any

from django.db.models import Q

from strategy import responses
from strategy.models import Report, Response, Statement

from . import clock
from .reports import core_team, key_of
from .text_files import read_one

HOUR = 13
DEMO_NOTE = {
    "ar": "كُتب هذا الرد للعرض التجريبي.",
    "de": "Diese Antwort wurde für die Demo geschrieben.",
    "en": "This answer was written for the demo.",
    "es": "Esta respuesta se escribió para la demostración.",
    "fr": "Cette réponse a été écrite pour la démonstration.",
    "hi": "यह उत्तर डेमो के लिए लिखा गया है।",
    "ja": "この回答はデモのために書かれました。",
    "pt": "Esta resposta foi escrita para a demonstração.",
    "ru": "Этот ответ написан для демонстрации.",
}


def plan_responses() -> clock.Plan:
    """Each answer on its day, and its correction, where the reports are made in the same run."""
    plan: clock.Plan = []
    for said in read_one("responses")["responses"]:
        names = said["statements"]
        if Report.objects.filter(key__in=[key_of(name) for name in names]).exists():
            continue
        made: list[Response] = []
        at = clock.on(said["days_ago"], HOUR)
        plan.append((at, partial(answer, said, made)))
        if "correction" in said:
            at = clock.on(said["days_ago"] - said["correction"]["days_after"], HOUR)
            plan.append((at, partial(correct, made, said["texts"])))
    return plan


def answer(said: dict[str, Any], made: list[Response]) -> None:
    """Answer the statements a file names; the response goes into ``made``."""
    wanted = Q(pk=None)
    for name, numbers in said["statements"].items():
        wanted |= Q(report__key=key_of(name), number__in=numbers)
    statements = Statement.objects.public().filter(wanted)
    texts = said["texts"] | said.get("correction", {}).get("before", {})
    if statements.exists():
        response = responses.answer(statements=statements, texts=_fields(texts), by=core_team())
        made.append(response)


def correct(made: list[Response], texts: dict[str, str]) -> None:
    """Put the words right that were wrong at first."""
    for response in made:
        response.refresh_from_db()
        responses.correct(
            response=response,
            texts=_fields(texts),
            by=core_team(),
            seen=responses.words_of(response),
        )


def _fields(texts: dict[str, str]) -> dict[str, str]:
    return {
        f"text_{code.replace('-', '_')}": f"{text.strip()}\n\n*{DEMO_NOTE[code]}*"
        for code, text in texts.items()
    }
