"""What the demo's translator translated and works on, and what a liaison asked for."""

from datetime import timedelta
from functools import partial

from liaisons.models import Language, LanguageSkill, User
from strategy.models import TranslationRequest, Update
from strategy.translating import requests, texts, work

from . import clock
from .people import LIAISON, TRANSLATOR
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
    update = Update.objects.get(slug=one["update"])
    LanguageSkill.objects.get_or_create(
        person=person,
        language=Language.objects.get(code=language),
        defaults={"offers_help_from_english": True, "level": LanguageSkill.Level.FLUENT},
    )
    if work.find(update, language):
        return
    work.claim(thing=update, language=language, by=person)
    words = {text.key: one["words"].get(text.key, "") for text in texts.texts_of(update)}
    if words.get("body") and language in DEMO_NOTE:
        words["body"] += f"\n\n*{DEMO_NOTE[language]}*"
    draft = work.save_draft(thing=update, language=language, by=person, data=words, seen=1)
    if one.get("published"):
        basis = work.basis_of(update, language)
        work.publish(thing=update, language=language, by=person, seen=draft.revision, basis=basis)


def ask(one: dict) -> None:
    """Ask for a text in a language; not again where it was ever asked for."""
    person = User.objects.get(email=LIAISON.address)
    update = Update.objects.get(slug=one["update"])
    language = one["language"]
    if TranslationRequest.objects.filter(person=person, language=language).exists():
        return
    requests.ask(
        thing=update,
        language=language,
        by=person,
        needed_by=clock.start_of_today().date() + timedelta(days=one["needed_in"]),
        note=one["note"],
    )
