"""Find a group by any of its words, in any script, also with a slip of the finger.

Each group keeps its words in ``Group.search_text``, on three lines: its names; its keys (code,
database name, host, address); and everything else it may be called by, such as the names of its
languages and countries in all site languages. Each word has a space on both sides. ``search``
asks for groups that hold every word of the query, and only where there is none for words that
look alike (trigrams).
"""

import functools
import re
import unicodedata
from collections.abc import Iterable

from django.conf import settings
from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Case, F, Func, IntegerField, Q, QuerySet, Value, When
from django.utils import translation

from web import names

from .models import Group
from .wiki_names import FAMILY_NAMES, MOVEMENT_NAMES

# How much of a word's trigrams must be found for "looks alike"; PostgreSQL's own default, 0.6,
# misses a typing error in a short word.
ALIKE = 0.4
LONGEST_QUERY = 200
MOST_WORDS = 8
CHUNK = 500

# Marks that people leave out when they type: Latin, Greek and Cyrillic accents, Hebrew points,
# Arabic vowel signs and hamza. Signs of Indic scripts are letters and stay.
_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0640\u06d6-\u06ed]"
)
_LETTERS = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
        "ħ": "h", "ŧ": "t", "ɛ": "e", "ɔ": "o", "ŋ": "n", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ə": "e",
        "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ѐ": "е", "ё": "е",
        "'": "", "’": "", "ʼ": "", "ʻ": "", "‘": "", "`": "", "´": "", "ʹ": "",
        "\u200b": "", "\u200c": "", "\u200d": "", "\u200e": "", "\u200f": "",
    }
)  # fmt: skip
# All that stands between words; a dot, a hyphen or an underscore may be part of a host or a code.
_BETWEEN = re.compile(r"[\s,;:!?/\\|()\[\]{}<>\"“”„«»·・،؛。、，（）「」&+*=#%~^–—]+")


def fold(text: str) -> str:
    """The text in lower case, without accents and with single spaces: what is kept and compared."""
    text = unicodedata.normalize("NFKD", text).casefold()
    text = unicodedata.normalize("NFKC", _MARKS.sub("", text)).translate(_LETTERS)
    return " ".join(_BETWEEN.sub(" ", text).split())


def search(query: str, *, limit: int = 20, among: QuerySet[Group] | None = None) -> QuerySet[Group]:
    """The groups that fit the query best, best first.

    ``among`` narrows where to look (groups of the directory, unless given). An exact code,
    database name or host comes first, then names that begin with the query. The answer can be
    counted, sliced and prefetched, but not filtered further: filter ``among`` instead.
    """
    among = Group.objects.listed() if among is None else among
    words = _words(query)
    if not words:
        return among.none()
    found = _holding(words, among)[:limit]
    ids = list(found.values_list("pk", flat=True)) or _alike(words, among, limit)
    if not ids and (words_with_article := _with_article(words)) != words:
        ids = _alike(words_with_article, among, limit)
    return among.filter(pk__in=ids).order_by(_as_given(ids))


def search_words(group: Group) -> str:
    """What ``group.search_text`` should be. Reads the group's languages and countries."""
    named = fold(f"{group.name} {group.local_name}")
    keys = [group.code, group.dbname, group.host, group.slug]
    if group.project_family and group.host.count(".") > 1:
        keys.append(group.host.split(".")[0])  # "sw" of sw.wikipedia.org
    more = [group.project_family]
    languages = list(group.languages.all())
    for language in languages:
        more += [language.code, language.autonym, language.english_name]
    for country in group.countries.all():
        more += [country.iso2, country.iso3, country.english_name]
    if not group.project_family:
        more.append(MOVEMENT_NAMES)
    for locale, _name in settings.LANGUAGES:
        more.append(_kind_name(group.kind, locale))
        family = FAMILY_NAMES.get(group.project_family, {}).get(locale, "")
        more += [f"{names.language_name(language.code, locale)} {family}" for language in languages]
        if not languages:
            more.append(family)
        more += [names.country_name(country.iso2, locale) for country in group.countries.all()]
    return "\n".join(f" {line} " for line in [named, _unique(keys), _unique(more)])


def refresh_search_text(group_ids: Iterable[int] | None = None) -> int:
    """Write the words of these groups (of all, unless given) anew; returns how many changed.

    For importers, and for verbs that change a group's names, places or languages.
    """
    groups = Group.objects.order_by("pk").prefetch_related("languages", "countries")
    if group_ids is not None:
        groups = groups.filter(pk__in=list(group_ids))
    changed = 0
    batch = []
    for group in groups.iterator(chunk_size=CHUNK):
        words = search_words(group)
        if words != group.search_text:
            group.search_text = words
            batch.append(group)
        if len(batch) == CHUNK:
            changed += Group.objects.bulk_update(batch, ["search_text"])
            batch = []
    return changed + (Group.objects.bulk_update(batch, ["search_text"]) if batch else 0)


def _words(query: str) -> list[str]:
    """The words of a query, longest first; of a pasted address only its host."""
    query = query[:LONGEST_QUERY]
    if address := re.match(r"\s*(?:https?:)?//([^/\s?#:]+)", query, re.IGNORECASE):
        query = address[1].replace(".m.", ".").removeprefix("www.")
    return fold(query).split()[:MOST_WORDS]


def _holding(words: list[str], among: QuerySet[Group]) -> QuerySet[Group]:
    """Groups that hold every word, also as a part of a longer one."""
    query = " ".join(words)
    found = among.filter(*[Q(search_text__contains=word) for word in words])
    rank = Case(
        When(Q(code__iexact=query) | Q(dbname__iexact=query) | Q(host__iexact=query), then=0),
        When(Q(slug=query) | Q(search_text__startswith=f" {query} \n"), then=1),
        When(host__startswith=f"{query}.", then=2),
        When(search_text__startswith=f" {query}", then=3),
        When(search_text__contains=f" {query} ", then=4),
        When(search_text__contains=f" {query}", then=5),
        default=6,
        output_field=IntegerField(),
    )
    return found.order_by(rank, _family_order(), -TrigramSimilarity("name", query), "name", "pk")


def _alike(words: list[str], among: QuerySet[Group], limit: int) -> list[int]:
    """The ids of groups whose words look like all of these words."""
    found = among.filter(*[Q(search_text__trigram_word_similar=word) for word in words])
    likeness = sum(
        (TrigramWordSimilarity(word, F("search_text")) for word in words), start=Value(0.0)
    )
    ids = found.order_by(-likeness, _family_order(), "name", "pk").values_list("pk", flat=True)
    with transaction.atomic():  # The threshold holds until the end of this block.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(ALIKE)]
            )
        return list(ids[:limit])


def _with_article(words: list[str]) -> list[str]:
    """Arabic words with their article, as names of languages have it; others as they are."""
    return [f"ال{word}" if "ء" <= word[0] <= "ي" and word[:2] != "ال" else word for word in words]


def _family_order() -> Case:
    """Organised groups before wikis, and encyclopedias before their sister projects."""
    return Case(
        When(project_family="", then=0),
        When(project_family="wikipedia", then=1),
        default=2,
        output_field=IntegerField(),
    )


def _as_given(ids: list[int]) -> Func:
    return Func(Value(ids), F("pk"), function="array_position", output_field=IntegerField())


@functools.cache
def _kind_name(kind: str, locale: str) -> str:
    with translation.override(locale):
        return str(Group.Kind(kind).label) if kind else ""


def _unique(words: Iterable[str | None]) -> str:
    return " ".join(dict.fromkeys(fold(word) for word in words if word))
