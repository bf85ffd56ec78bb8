"""Which languages are spoken where, in Wikimedia's codes: how a wiki gets onto a map.

The figures are CLDR's (Babel's ``get_territory_language_info``). A language counts for a country
where one of these holds:

- it has an official status there, for the whole country or a part of it;
- at least ``LEAST_PERCENT`` of the people use it: lower, and migrants' languages would put every
  large wiki into every country; higher, and large minorities would be lost;
- in no other country do more of the people use it: so Breton is found in France, and Navajo in
  the United States, where far fewer than one in a hundred speak it.

Constructed and ancient languages count for no country.
"""

import functools
from dataclasses import dataclass

from babel.core import get_global
from babel.languages import get_territory_language_info

LEAST_PERCENT = 1.0

# CLDR's code → Wikimedia's, where a wiki uses another code or a variety has a wiki of its own.
WIKIMEDIA_CODES = {
    "ak": ["ak", "tw"],
    "az_Arab": ["azb"],
    "be": ["be", "be-tarask"],
    "bho": ["bho", "bh"],
    "bik": ["bcl"],
    "bua": ["bxr"],
    "crk": ["cr"],
    "crl": ["cr"],
    "csw": ["cr"],
    "en": ["en", "simple"],
    "fil": ["fil", "tl"],
    "fuq": ["ff"],
    "hno": ["pnb"],
    "knn": ["gom"],
    "kok": ["gom"],
    "lah": ["pnb"],
    "nb": ["nb", "no"],
    "nch": ["nah"],
    "nhe": ["nah"],
    "nhw": ["nah"],
    "pa_Arab": ["pnb"],
    "sr_Latn": ["sr", "sh"],
    "syr": ["arc"],
    "zza": ["diq"],
}

# Constructed and ancient languages, for which CLDR names a country all the same.
AT_HOME_NOWHERE = frozenset(["cu", "eo", "ia", "ie", "io", "jbo", "lzh", "pi", "vo"])

# Languages with a wiki of which CLDR gives no figures, by the countries where they are at home
# (general knowledge).
AT_HOME = {
    "AL": ["rup"],
    "BJ": ["guw"],
    "CN": ["cdo"],
    "DZ": ["shy"],
    "FR": ["nrm"],
    "GG": ["nrm"],
    "GH": ["dag", "dga", "fat", "gpe", "kus"],
    "GR": ["rup"],
    "ID": ["btm", "map-bms", "nia"],
    "IN": ["anp"],
    "IR": ["azb"],
    "IT": ["eml", "roa-tara"],
    "JE": ["nrm"],
    "MK": ["rup"],
    "MM": ["blk"],
    "MX": ["nah"],
    "NF": ["pih"],
    "NG": ["guw", "igl"],
    "NL": ["nds-nl"],
    "PH": ["bcl", "cbk-zam"],
    "PK": ["pnb"],
    "PT": ["mwl"],
    "RO": ["rmy", "rup"],
    "RU": ["bxr", "mhr", "olo", "xal"],
    "SS": ["din"],
    "TG": ["kbp"],
    "TR": ["diq"],
    "TW": ["ami", "pwn", "szy", "tay"],
    "US": ["chy"],
}


@dataclass(frozen=True)
class Spoken:
    """A language in a country; ``percent`` of its people use it, None where CLDR does not say."""

    code: str
    percent: float | None
    is_official: bool


@functools.cache
def spoken_in(iso2: str) -> tuple[Spoken, ...]:
    """The languages of a country: official ones first, then by how many people use them.

    Codes are Wikimedia's. Empty for a country of which nothing is known.
    """
    found: dict[str, Spoken] = {}
    for cldr_code, figures in get_territory_language_info(iso2).items():
        percent = float(figures["population_percent"])
        is_official = figures["official_status"] is not None
        is_home = _homes().get(cldr_code) == iso2
        if not (is_official or is_home or percent >= LEAST_PERCENT):
            continue
        for code in set(_wikimedia_codes(cldr_code)) - AT_HOME_NOWHERE:
            known = found.get(code, Spoken(code, 0.0, False))
            found[code] = Spoken(
                code, max(percent, known.percent or 0.0), is_official or known.is_official
            )
    if "simple" in found:  # Nobody speaks it besides English.
        found["simple"] = Spoken("simple", None, False)
    for code in AT_HOME.get(iso2, []):
        found.setdefault(code, Spoken(code, None, False))
    return tuple(
        sorted(found.values(), key=lambda item: (not item.is_official, -(item.percent or 0.0)))
    )


@functools.cache
def countries_of(code: str) -> frozenset[str]:
    """The countries for which a language (Wikimedia's code) counts."""
    known = _countries() | set(AT_HOME)
    return frozenset(iso2 for iso2 in known if any(item.code == code for item in spoken_in(iso2)))


@functools.cache
def _homes() -> dict[str, str]:
    """For each of CLDR's languages the country in which it has the largest share."""
    largest: dict[str, tuple[float, str]] = {}
    for iso2 in sorted(_countries()):
        for code, figures in get_territory_language_info(iso2).items():
            share = (float(figures["population_percent"]), iso2)
            largest[code] = max(share, largest.get(code, share), key=lambda item: item[0])
    return {code: iso2 for code, (share, iso2) in largest.items()}


def _countries() -> set[str]:
    """CLDR's countries with figures; ``ZZ`` and other made-up codes stand for none."""
    return {iso2 for iso2 in get_global("territory_languages") if iso2 not in {"ZZ", "AQ"}}


def _wikimedia_codes(cldr_code: str) -> list[str]:
    if cldr_code in WIKIMEDIA_CODES:
        return WIKIMEDIA_CODES[cldr_code]
    # A language in another script has the same wiki.
    return [cldr_code.split("_", maxsplit=1)[0]]
