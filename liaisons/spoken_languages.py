"""Find a language by any of its names: own name, English name, code, name in a site language."""

import difflib

from django.conf import settings

from web import names

from .group_search import fold
from .models import Language

# Looking for what was perhaps meant takes a while for each text.
MOST_LOOKED_UP = 3


def by_name() -> dict[str, set[str]]:
    """Every name by which a language may be typed, folded, with the codes it may mean."""
    found: dict[str, set[str]] = {}
    for language in Language.objects.only("code", "autonym", "english_name"):
        words = [language.code, language.autonym, language.english_name]
        words += [names.language_name(language.code, locale) for locale, _ in settings.LANGUAGES]
        for word in words:
            if folded := fold(word):
                found.setdefault(folded, set()).add(language.code)
    return found


def find(texts: list[str]) -> tuple[list[Language], dict[str, list[Language]]]:
    """The languages meant by these texts, and for each text that is none: those that are near.

    A text that is the code of one language and the name of another means both; the person sees
    both and removes what was not meant.
    """
    known = by_name()
    codes: list[str] = []
    near: dict[str, list[str]] = {}
    for text in texts:
        exact = known.get(fold(text))
        if exact:
            codes += sorted(exact)
            continue
        if len(near) >= MOST_LOOKED_UP:
            near[text] = []
            continue
        folded = fold(text)
        words = [word for word in known if len(folded) >= 3 and folded in word]
        words += difflib.get_close_matches(folded, known, n=5, cutoff=0.75)
        near[text] = list(dict.fromkeys(code for word in words for code in sorted(known[word])))[:5]
    wanted = {*codes, *(code for some in near.values() for code in some)}
    languages = Language.objects.in_bulk(wanted)
    return (
        [languages[code] for code in dict.fromkeys(codes)],
        {text: [languages[code] for code in some] for text, some in near.items()},
    )
