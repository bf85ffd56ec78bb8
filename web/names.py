"""Names of languages and countries in the reader's language, from CLDR through Babel."""

import functools

from babel import Locale
from babel.core import get_global
from babel.lists import format_list
from django.utils.translation import get_language


@functools.cache
def babel_locale(code: str) -> Locale:
    """Babel's locale for one of the site's language codes (``zh-hans`` and the like)."""
    return Locale.parse({"zh-hans": "zh_Hans_CN"}.get(code, code.replace("-", "_")))


def _reader(locale: str | None) -> Locale:
    return babel_locale(locale or get_language() or "en")


# Codes of Wikimedia that CLDR knows under another name, or not at all.
CLDR_CODES = {
    "als": "gsw",  # in CLDR this is Tosk Albanian; among wikis it is Alemannic
    "bat-smg": "sgs",
    "be-x-old": "be-tarask",
    "bh": "bho",
    "cbk-zam": "cbk",
    "fiu-vro": "vro",
    "roa-rup": "rup",
    "simple": "en-simple",
    "sr-ec": "sr-cyrl",
    "sr-el": "sr-latn",
    "tokipona": "tok",
    "zh-cdo": "cdo",
    "zh-classical": "lzh",
    "zh-min-nan": "nan",
    "zh-yue": "yue",
}


def language_name(code: str, locale: str | None = None, default: str = "") -> str:
    """The name of a language in ``locale``; ``default`` where CLDR has none.

    ``code`` is one of Wikimedia's; a script, country or variant in it is named in brackets.
    """
    return _language_name(code, _reader(locale)) or default


@functools.lru_cache(maxsize=20_000)
def _language_name(code: str, reader: Locale) -> str:
    tag = _bcp47_case(CLDR_CODES.get(code, code))
    if tag in reader.languages:
        return reader.languages[tag]
    language, *details = tag.split("_")
    kinds = (reader.scripts, reader.territories, reader.variants)
    named = [
        next((names[one] for names in kinds if one in names), "")
        for one in (detail if len(detail) == 4 else detail.upper() for detail in details)
    ]
    if not (language in reader.languages and named and all(named)):
        return ""
    return f"{reader.languages[language]} ({', '.join(named)})"


def country_name(iso2: str, locale: str | None = None, default: str = "") -> str:
    """CLDR's name of an ISO 3166-1 code in ``locale``; ``default`` where CLDR has none."""
    return _reader(locale).territories.get(iso2) or default


def listed(names: list[str], locale: str | None = None) -> str:
    """Names as the reader's language lists them: "Africa, Asia and Europe"."""
    return format_list(names, locale=_reader(locale))


def _bcp47_case(code: str) -> str:
    parts = code.split("-")
    return "_".join(
        [
            parts[0],
            *(p.title() if len(p) == 4 else p.upper() if len(p) == 2 else p for p in parts[1:]),
        ]
    )


# Scripts written from right to left (Unicode, property Bidi_Class).
RIGHT_TO_LEFT = frozenset(["Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"])

# Languages written so for which CLDR names no script.
RIGHT_TO_LEFT_BESIDES = frozenset(["ajp", "arc", "bcc", "kk-cn", "mey", "pes", "pnb", "prs", "ydd"])


@functools.cache
def language_direction(code: str) -> str:
    """``"rtl"`` or ``"ltr"``: how text in a language is written, by its script or likely script."""
    if code in RIGHT_TO_LEFT_BESIDES:
        return "rtl"
    parts = code.replace("-", "_").split("_")
    script = next((part.title() for part in parts[1:] if len(part) == 4), None)
    if script is None:
        likely = get_global("likely_subtags").get(parts[0], "")
        script = [*likely.split("_"), "", ""][1]
    return "rtl" if script in RIGHT_TO_LEFT else "ltr"
