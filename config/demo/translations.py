"""What the demo's translator translated and works on, and what a liaison asked for."""

from datetime import timedelta
from functools import partial

from liaisons.models import Language, LanguageSkill, User
from strategy.models import Report, TranslationRequest, Update
from strategy.translating import requests, texts, work

from . import clock
from .people import LIAISON, TRANSLATOR
from .reports import DEMO_NOTE as REPORT_NOTE
from .reports import key_of
from .text_files import read_one
from .updates import DEMO_NOTE

HOUR = -3


def plan_translations() -> clock.Plan:
    """Each text, when it was translated."""
    texts_of_demo = read_one("translations")
    return [
        (clock.on(one["days_ago"], HOUR), partial(act, one))
        for act, part in ((translate, "work"), (ask, "request"))
        for one in texts_of_demo[part]
    ]


def translate(one: dict) -> None:
    """Claim a text, write, and publish it; not again where it was ever worked on."""
    person = User.objects.get(email=TRANSLATOR.address)
    language = one["language"]
    thing = _thing(one)
    if language != texts.ENGLISH:
        LanguageSkill.objects.get_or_create(
            person=person,
            language=Language.objects.get(code=language),
            defaults={"offers_help_from_english": True, "level": LanguageSkill.Level.FLUENT},
        )
    if thing is None or work.find(thing, language):
        return
    work.claim(thing=thing, language=language, by=person)
    words = _words(one, thing)
    draft = work.save_draft(thing=thing, language=language, by=person, data=words, seen=1)
    if one.get("published"):
        basis = work.basis_of(thing, language)
        work.publish(thing=thing, language=language, by=person, seen=draft.revision, basis=basis)


def ask(one: dict) -> None:
    """Ask for a text in a language; not again where it was ever asked for."""
    person = User.objects.get(email=LIAISON.address)
    thing = _thing(one)
    language = one["language"]
    asked = TranslationRequest.objects.filter(person=person, language=language)
    if thing is None or asked.exists():
        return
    requests.ask(
        thing=thing,
        language=language,
        by=person,
        needed_by=clock.start_of_today().date() + timedelta(days=one["needed_in"]),
        note=one["note"],
    )


def _thing(one: dict) -> Update | Report | None:
    """The update or report by its name; None for a report that nobody published."""
    if "update" in one:
        return Update.objects.get(slug=one["update"])
    reports = texts.THINGS["report"].public().filter(key=key_of(one["report"]))
    return next(iter(texts.with_parts(reports)), None)


def _words(one: dict, thing: Update | Report) -> dict[str, str]:
    """What was typed, by the keys of the thing's texts; the demo's note stands in it too."""
    language, given = one["language"], one["words"]
    if isinstance(thing, Report):
        typed = [given["overview"], *given["statements"]]
        numbered = zip(texts.texts_of(thing), typed, strict=True)
        words = {text.key: said for text, said in numbered}
        words["overview"] = f"{REPORT_NOTE[language]}\n\n{words['overview'].strip()}"
        return words
    words = {text.key: given.get(text.key, "") for text in texts.texts_of(thing)}
    if words.get("body") and language in DEMO_NOTE:
        words["body"] += f"\n\n*{DEMO_NOTE[language]}*"
    return words
