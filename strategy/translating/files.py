"""Texts as JSON for translation platforms: a file for each language, and one that explains them.

The files are those that MediaWiki and platforms such as translatewiki.net and Weblate read: keys
and strings, ``en.json`` as the source, ``qqq.json`` with what each message is, and ``@metadata``
for whatever is no message. There a file says from which English it was made and which words it
held when it left, by hash; so what changed here meanwhile is not overwritten when it comes back.
A file without that is taken as made from the English of today.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from liaisons.errors import Refused
from web.input_guard import is_storable

from ..models import OtherTranslation, SourceText, TranslationState
from . import checks, publishing, texts
from .states import hash_of
from .texts import ENGLISH, THINGS, Text

DOCUMENTATION = "qqq"
METADATA = "@metadata"
# Bytes of a file that comes in: more than 300 updates have, and less than a form may have.
LARGEST = 2_000_000
# A file that is broken everywhere is told about its first places.
MOST_PROBLEMS = 50


# --- Out ------------------------------------------------------------------------------------------


def key_of(thing, text: Text) -> str:
    """The key of a message, such as ``update-12-title`` or ``topic-3-question-7-text``."""
    return f"{texts.kind_of(thing)}-{thing.pk}-{text.key}"


def content(language: str) -> dict[str, Any]:
    """All messages of what is public: in a language, in English, or what they are (``qqq``)."""
    messages = {}
    english, words = {}, {}
    of_texts = texts.ENGLISH if language == DOCUMENTATION else language
    for thing in _every_thing(of_texts):
        for text in texts.texts_of(thing):
            key = key_of(thing, text)
            if language == DOCUMENTATION:
                messages[key] = _documentation(thing, text)
                continue
            said = text.in_language(language)
            english[key] = hash_of(text.original)
            if said:
                messages[key] = said
                words[key] = hash_of(said)
    metadata: dict[str, Any] = {"language": language, "exported": timezone.now().isoformat()}
    if language not in (ENGLISH, DOCUMENTATION):
        metadata |= {"english": english, "words": words}
    return {METADATA: metadata, **messages}


def as_json(language: str) -> bytes:
    """The same as a file."""
    return (json.dumps(content(language), ensure_ascii=False, indent=1) + "\n").encode()


def as_zip() -> bytes:
    """The files of all languages that have any, with English and what explains it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for language in (ENGLISH, DOCUMENTATION, *texts.LANGUAGES, *texts.other_languages()):
            archive.writestr(f"{language}.json", as_json(language))
    return packed.getvalue()


def _every_thing(language: str) -> Iterator:
    for things in THINGS.values():
        # Only what is written in English: a report has another source, which a file cannot say.
        if things.rows.language or not (language == ENGLISH or things.go_into(language)):
            continue
        found = texts.with_parts(things.public().order_by("pk"))
        yield from texts.in_other_language(found, language)


def _documentation(thing, text: Text) -> str:
    """What a translator is told about a message, in English like its source."""
    with translation.override(ENGLISH):
        parts = [f"{text.label} of: {texts.label_of(thing)} “{texts.name_of(thing)}”."]
        if text.is_markdown:
            parts.append("Markdown: keep headings, lists and the addresses of links.")
        if not text.is_long:
            parts.append("One line.")
        if text.longest:
            parts.append(f"At most {text.longest} characters.")
        if placeholders := sorted(set(checks.PLACEHOLDER.findall(text.original))):
            parts.append(f"Keep these as they are: {' '.join(placeholders)}")
        if not text.is_required:
            parts.append("May be left out at first.")
    return " ".join(parts)


# --- In: reading ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file, and where: a line of it, a key, or neither."""

    message: str
    line: int | None = None
    key: str = ""


class BadFile(Exception):
    """A file of which nothing is taken; ``problems`` say why."""

    def __init__(self, problems: list[Problem]):
        super().__init__(problems)
        self.problems = problems[:MOST_PROBLEMS]


@dataclass(frozen=True)
class Read:
    """A file as it was read."""

    language: str
    messages: dict[str, str]
    # Hashes by key, as they were when the file left; empty where it does not say.
    english: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


def read(raw: bytes) -> Read:
    """Read a file. Raises ``BadFile``."""
    if len(raw) > LARGEST:
        raise BadFile([Problem(_("The file is too large."))])
    try:
        said = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadFile([Problem(_("This is not UTF-8."), line=line)]) from error
    doubled: list[str] = []
    try:
        found = json.loads(said, object_pairs_hook=lambda pairs: _once(pairs, doubled))
    except json.JSONDecodeError as error:
        message = _("This is not JSON: %(reason)s.") % {"reason": error.msg}
        raise BadFile([Problem(message, line=error.lineno)]) from error
    except RecursionError as error:
        raise BadFile([Problem(_("This is no list of messages."))]) from error
    metadata = found.pop(METADATA, {}) if isinstance(found, dict) else {}
    if not isinstance(found, dict) or not isinstance(metadata, dict):
        raise BadFile([Problem(_("This is no list of messages."))])
    lines = _lines_of(said, found)
    language = metadata.get("language")
    problems = [Problem(_("This key is there twice."), lines.get(key), key) for key in doubled]
    if not isinstance(language, str) or not language:
        message = _("The file does not say its language (@metadata, language).")
        problems.append(Problem(message))
    elif language in (ENGLISH, DOCUMENTATION) or not texts.is_translated_into(language):
        message = _("Nothing is translated into this language: %(code)s")
        problems.append(Problem(message % {"code": language[:20]}))
    for key, value in found.items():
        if not isinstance(value, str):
            problems.append(Problem(_("This is no text."), lines.get(key), key))
        elif not is_storable(key) or not is_storable(value):
            message = _("There is a character in it that cannot be stored.")
            problems.append(
                Problem(message, lines.get(key), key.encode("ascii", "replace").decode())
            )
    if problems:
        raise BadFile(problems)
    messages = {key: value.replace("\r\n", "\n").strip() for key, value in found.items()}
    hashes = {name: _hashes(metadata.get(name)) for name in ("english", "words")}
    return Read(str(language), messages, lines=lines, **hashes)


def _once(pairs, doubled: list[str]) -> dict:
    found: dict = {}
    for key, value in pairs:
        if key in found:
            doubled.append(key)
        found[key] = value
    return found


def _hashes(said) -> dict[str, str]:
    if not isinstance(said, dict):
        return {}
    return {key: value for key, value in said.items() if isinstance(value, str)}


def _lines_of(said: str, keys) -> dict[str, int]:
    """In which line each key stands, where it is written as it is."""
    lines: dict[str, int] = {}
    for number, line in enumerate(said.split("\n"), start=1):
        for key in re.findall(r'"([^"\\]*)"\s*:', line):
            if key in keys:
                lines[key] = number
    return lines


# --- In: what would change ------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One text that gets other words."""

    key: str
    thing: Any
    text: Text
    before: str
    after: str
    # The English text it was made from, where that is not the one of today.
    made_from: str | None = None


@dataclass
class Plan:
    """What a file would change, what of it is left out and why, and how much is the same."""

    language: str
    changes: list[Change] = field(default_factory=list)
    left_out: list[Problem] = field(default_factory=list)
    same: int = 0

    @property
    def mark(self) -> str:
        """By which somebody's yes to this plan is known to be for this plan."""
        said = (f"{one.key}\0{one.before}\0{one.after}\0{one.made_from}" for one in self.changes)
        return hash_of("\0\0".join([self.language, *said]))


def plan(given: Read) -> Plan:
    """Compare a file with what is there. Raises ``BadFile`` where a text cannot be shown."""
    made = Plan(given.language)
    problems: list[Problem] = []
    known = set()
    for thing in _every_thing(given.language):
        of_thing = [(key_of(thing, text), text) for text in texts.texts_of(thing)]
        known |= {key for key, _text in of_thing}
        changes = []
        for key, text in of_thing:
            if change := _change(given, thing, key, text, made):
                changes.append(change)
                line = given.lines.get(key)
                for problem in checks.check(text, change.after).problems:
                    problems.append(Problem(problem, line, key))
        if changes and (missing := _missing(of_thing, changes, given.language)):
            needs = _("Left out until this is translated too: %(key)s")
            made.left_out += [
                Problem(needs % {"key": missing}, given.lines.get(one.key), one.key)
                for one in changes
            ]
            continue
        made.changes += changes
    for key in given.messages.keys() - known:
        message = _("There is no such text, or it is not public.")
        made.left_out.append(Problem(message, given.lines.get(key), key))
    made.left_out.sort(key=lambda one: (one.line or 0, one.key))
    if problems:
        raise BadFile(sorted(problems, key=lambda one: (one.line or 0, one.key)))
    return made


def _change(given: Read, thing, key: str, text: Text, made: Plan) -> Change | None:
    after = given.messages.get(key, "")
    before = text.in_language(given.language)
    if not after:
        return None
    if after == before:
        made.same += 1
        return None
    line = given.lines.get(key)
    left_with = given.words.get(key)
    if left_with == hash_of(after):
        # Nobody changed it there; here somebody did meanwhile, and that stays.
        made.same += 1
        return None
    if given.words and left_with != (hash_of(before) if before else None):
        message = _("Changed here too since the file left. What is here stays.")
        made.left_out.append(Problem(message, line, key))
        return None
    made_from = None
    if given.english.get(key, hash_of(text.original)) != hash_of(text.original):
        made_from = _older_english(text, given.english[key])
        if made_from is None:
            message = _("Made from an English text that nobody knows here.")
            made.left_out.append(Problem(message, line, key))
            return None
    return Change(key, thing, text, before, after, made_from)


def _older_english(text: Text, digest: str) -> str | None:
    sources = SourceText.objects.filter(
        kind=texts.kind_of(text.row), object_id=text.row.pk, field=text.field
    )
    found = (one for one in sources.values_list("text", flat=True) if hash_of(one) == digest)
    return next(found, None)


def _missing(of_thing, changes: list[Change], language: str) -> str:
    """The key of a text of the thing itself without which it could not be read; empty for none."""
    given = {change.key for change in changes}
    for key, text in of_thing:
        is_own = text.row is changes[0].thing
        if is_own and text.is_required and key not in given and not text.in_language(language):
            return key
    return ""


# --- In: bringing it in ---------------------------------------------------------------------------


@transaction.atomic
def bring_in(given: Read, *, by, mark: str | None = None) -> Plan:
    """Save what a file changes, by the verbs of its things; all of it or nothing.

    ``mark`` is that of the plan somebody said yes to. Raises ``Refused`` where it would be another
    one now, and ``BadFile`` as ``plan`` does.
    """
    _lock(plan(given))
    made = plan(given)
    if mark is not None and mark != made.mark:
        raise Refused(_("Something changed meanwhile. Look once more at what the file changes."))
    by_thing: dict[tuple[str, int], list[Change]] = {}
    for change in made.changes:
        by_thing.setdefault((texts.kind_of(change.thing), change.thing.pk), []).append(change)
    for changes in by_thing.values():
        _put_in(changes[0].thing, given.language, changes, by)
    return made


def _lock(made: Plan) -> None:
    """All things it concerns, in one order: whoever saves one of them waits or is waited for."""
    for kind, things in THINGS.items():
        ids = {one.thing.pk for one in made.changes if texts.kind_of(one.thing) == kind}
        rows = things.rows.model._default_manager.filter(pk__in=ids).order_by("pk")
        list(rows.select_for_update(of=("self",)).values("pk"))


def _put_in(thing, language: str, changes: list[Change], by) -> None:
    words = {change.text.key: change.after for change in changes}
    older = {change.text.key: change.made_from for change in changes if change.made_from}
    before = _sources(thing, language)
    publishing.put_in(thing, language, words, by=by)
    # Saving counts every text of a thing as looked at. Only those in the file were.
    stays = {text.key for text in texts.texts_of(thing)} - words.keys()
    _take_back(thing, language, {key: said for key, said in before.items() if key in stays} | older)


def _sources(thing, language: str) -> dict[str, str]:
    """From which English text each translation of a thing was made, by the keys of its texts."""
    if not texts.is_of_site(language):
        other = getattr(thing, texts.OTHERS, {}).get(language)
        return dict(other.made_from) if other else {}
    found = {}
    for text in texts.texts_of(thing):
        state = _state(text, language).select_related("source").first()
        if state:
            found[text.key] = state.source.text
    return found


def _take_back(thing, language: str, made_from: Mapping[str, str]) -> None:
    """Note for some texts of a thing that they were made from these English texts."""
    if not texts.is_of_site(language):
        other = OtherTranslation.objects.get(
            kind=texts.kind_of(thing), object_id=thing.pk, language=language
        )
        other.made_from |= made_from
        other.save()
        return
    for text in texts.texts_of(thing):
        if made_from.get(text.key, text.original) == text.original:
            continue
        sources = SourceText.objects.filter(
            kind=texts.kind_of(text.row),
            object_id=text.row.pk,
            field=text.field,
            text=made_from[text.key],
        )
        _state(text, language).update(source=sources.order_by("-number").first())


def _state(text: Text, language: str):
    return TranslationState.objects.filter(
        kind=texts.kind_of(text.row), object_id=text.row.pk, field=text.field, language=language
    )
