"""The languages of a person: how well they know each, and what help they need and offer."""

from dataclasses import dataclass, field

from django.db import transaction

from .models import Language, LanguageSkill, User

MOST = 20
NEEDS = ("needs_help_from_english", "needs_help_to_english")
OFFERS = ("offers_help_from_english", "offers_help_to_english")


@dataclass(frozen=True)
class Change:
    """What a person says of their languages: what they changed, and what goes."""

    said: dict[str, dict] = field(default_factory=dict)
    added: list[Language] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


def is_english(code: str) -> bool:
    """Whether there is nothing to translate from and into English."""
    return code == "en" or code.startswith("en-")


@transaction.atomic
def save(*, person: User, change: Change) -> None:
    """Keep what the person said; a language removed meanwhile in another window stays removed."""
    own = LanguageSkill.objects.filter(person=person)
    own.filter(language__in=change.removed).delete()
    for code, answers in change.said.items():
        own.filter(language=code).update(**answers)
    for language in change.added:
        LanguageSkill.objects.get_or_create(person=person, language=language)


def speak(
    *, person: User, languages: list[Language], help_from_english: bool, help_to_english: bool
) -> None:
    """These are the person's languages, with one answer on help for all of them (sign-up).

    What the person said of a single language stays: level and offers always, and a need wherever
    the one answer does not contradict it.
    """
    own = LanguageSkill.objects.filter(person=person)
    own.exclude(language__in=languages).delete()
    for name, is_needed in zip(NEEDS, (help_from_english, help_to_english), strict=True):
        if not is_needed:
            own.update(**{name: False})
    needed_so_far = {name: own.filter(**{name: True}).exists() for name in NEEDS}
    known = set(own.values_list("language", flat=True))
    for language in languages:
        needs = {}
        for name, is_needed in zip(NEEDS, (help_from_english, help_to_english), strict=True):
            is_open = language.pk not in known or not needed_so_far[name]
            if is_needed and is_open and not is_english(language.pk):
                needs[name] = True
        LanguageSkill.objects.update_or_create(person=person, language=language, defaults=needs)
