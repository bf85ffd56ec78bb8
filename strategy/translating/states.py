"""Where the translation of each text stands: missing, outdated or current.

``record`` is the one function that keeps this. Every verb that saves translated text calls it in
its transaction, after saving; it finds by itself what changed since it was last called. So text
that came in past all verbs is noticed at the next call.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from ..models import SourceText, TranslationState
from . import texts
from .texts import LANGUAGES, Text

Key = tuple[str, int, str]


class State(models.TextChoices):
    """Where one text, or one thing, stands in one language; a text is never incomplete."""

    MISSING = "missing", pgettext_lazy("translation", "Missing")
    # Translators: the original text changed since it was translated.
    OUTDATED = "outdated", pgettext_lazy("translation", "Outdated")
    # Translators: it can be read, and parts of it are not translated.
    INCOMPLETE = "incomplete", pgettext_lazy("translation", "Incomplete")
    CURRENT = "current", pgettext_lazy("translation", "Current")


def record(row, *, by, meaning_is_same=False, confirmed: Collection[str] = ()) -> None:
    """Note what changed in a row that was just saved, and by whom; call it in that transaction.

    ``meaning_is_same``: the English changed, and translations that were current stay so.
    ``confirmed`` are languages in which somebody has just looked at all its texts: these are
    current, also where no word changed.
    """
    record_all([row], by=by, meaning_is_same=meaning_is_same, confirmed=confirmed)


@transaction.atomic
def record_all(
    rows: Iterable, *, by, meaning_is_same=False, confirmed: Collection[str] = ()
) -> None:
    """The same for several rows of one kind, in a fixed number of queries."""
    rows = list(rows)
    if not rows:
        return
    kind = texts.kind_of(rows[0])
    # One after the other, so that two who save the same row do not both number its next source.
    ids = sorted(row.pk for row in rows)
    model = type(rows[0])._default_manager
    list(model.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values("pk"))
    recorder = _Recorder(kind, ids, by, meaning_is_same, confirmed)
    for row in rows:
        for field in texts.ROWS[kind].fields:
            recorder.look_at(Text(row, field))
    recorder.write()


def forget(rows: Iterable) -> None:
    """Rows are being deleted: what is known of their translations goes too."""
    for row in (one for thing in rows for one in texts.rows_of(thing)):
        SourceText.objects.filter(kind=texts.kind_of(row), object_id=row.pk).delete()


class _Recorder:
    """What is known of rows of one kind, and what is to be written."""

    def __init__(self, kind, ids, by, meaning_is_same, confirmed):
        self.kind, self.by, self.now = kind, by, timezone.now()
        self.meaning_is_same, self.confirmed = meaning_is_same, set(confirmed)
        of_rows = {"kind": kind, "object_id__in": ids}
        self.sources: dict[Key, SourceText] = {}
        for source in SourceText.objects.filter(**of_rows, is_current=True):
            self.sources[kind, source.object_id, source.field] = source
        self.states: dict[tuple[Key, str], TranslationState] = {
            ((kind, state.object_id, state.field), state.language): state
            for state in TranslationState.objects.filter(**of_rows)
        }
        self.old: list[SourceText] = []
        self.new: list[SourceText] = []
        self.gone: list[TranslationState] = []
        self.changed: list[TranslationState] = []
        self.made: list[TranslationState] = []

    def look_at(self, text: Text) -> None:
        key = (self.kind, text.row.pk, text.field)
        translated = {code: words for code in LANGUAGES if (words := text.in_language(code))}
        before = self.sources.get(key)
        source = before
        if before is None or before.text != text.original:
            if before is None and not (text.original or translated):
                return
            source = self._renew(key, before, text.original)
        for code in LANGUAGES:
            self._look_at_translation(key, code, translated.get(code, ""), before, source)

    def _renew(self, key, before, english) -> SourceText:
        if before:
            self.old.append(before)
        kind, object_id, field = key
        source = SourceText(
            kind=kind, object_id=object_id, field=field, text=english, at=self.now,
            number=before.number + 1 if before else 1,
        )  # fmt: skip
        self.new.append(source)
        return source

    def _look_at_translation(self, key, code, words, before, source) -> None:
        state = self.states.get((key, code))
        if not words:
            if state:
                self.gone.append(state)
            return
        digest = hash_of(words)
        if state is None:
            kind, object_id, field = key
            self.made.append(
                TranslationState(
                    kind=kind, object_id=object_id, field=field, language=code, source=source,
                    text_hash=digest, at=self.now, by=self.by,
                )
            )  # fmt: skip
        elif state.text_hash != digest or code in self.confirmed:
            state.source, state.text_hash = source, digest
            state.at, state.by = self.now, self.by
            self.changed.append(state)
        elif self.meaning_is_same and source is not before and before.pk == state.source_id:
            state.source = source
            self.changed.append(state)

    def write(self) -> None:
        SourceText.objects.filter(pk__in=[one.pk for one in self.old]).update(is_current=False)
        SourceText.objects.bulk_create(self.new)
        TranslationState.objects.filter(pk__in=[one.pk for one in self.gone]).delete()
        for state in (*self.made, *self.changed):
            state.source_id = state.source.pk
        TranslationState.objects.bulk_create(self.made)
        TranslationState.objects.bulk_update(self.changed, ["source", "text_hash", "at", "by"])


def is_outdated(thing, language: str, *, with_parts=True) -> bool:
    """Whether a reader of a site language reads words whose English changed since.

    One query for each kind of row, and none for English.
    """
    if language == texts.ENGLISH:
        return False
    standings = Standings([thing], languages=[language], with_parts=with_parts, with_texts=False)
    state = standings.of_thing if with_parts else standings.of_row
    return state(thing, language) == State.OUTDATED


def words_of(thing) -> str:
    """What a thing says now in all languages, to notice what others saved meanwhile."""
    said = (
        f"{row.pk}.{field}.{code}={Text(row, field).in_language(code)}"
        for row in texts.rows_of(thing)
        for field in texts.ROWS[texts.kind_of(row)].fields
        for code in (texts.ENGLISH, *LANGUAGES)
    )
    return hash_of("\0".join(said))


def hash_of(words: str) -> str:
    """By what a text is known again."""
    return hashlib.sha256(words.encode()).hexdigest()[:20]


@dataclass(frozen=True)
class Standing:
    """Where one text stands in one language, and the original it was made from.

    That is None where there is no translation, or nobody knows.
    """

    state: State
    made_from: str | None = None


class Standings:
    """Where the texts of some things stand, read in a query for each kind of row.

    ``with_texts=False`` leaves out what they were made from, for lists.
    """

    def __init__(
        self,
        things: Iterable,
        *,
        languages: Collection[str] = LANGUAGES,
        with_parts=True,
        with_texts=True,
    ):
        self.with_texts = with_texts
        self._found: dict[tuple[Key, str], TranslationState] = {}
        ids: dict[str, set[int]] = defaultdict(set)
        for thing in things:
            for row in texts.rows_of(thing) if with_parts else (thing,):
                if not texts.ROWS[texts.kind_of(row)].language:
                    ids[texts.kind_of(row)].add(row.pk)
        for kind, of_kind in ids.items():
            states = TranslationState.objects.filter(
                kind=kind, object_id__in=of_kind, language__in=languages
            )
            states = states.select_related("source")
            for state in states if with_texts else states.defer("source__text"):
                self._found[(kind, state.object_id, state.field), state.language] = state

    def of_text(self, text: Text, code: str) -> Standing:
        """Where one text stands."""
        if not text.in_language(code):
            return Standing(State.MISSING)
        if code == text.source:
            return Standing(State.CURRENT)
        if text.rows.stands_beside(code):
            made_from = text.made_from(code)
            is_current = made_from == text.original
            return Standing(State.CURRENT if is_current else State.OUTDATED, made_from)
        known = self._found.get(((texts.kind_of(text.row), text.row.pk, text.field), code))
        is_current = known is None or self._is_of_today(known.source, text)
        made_from = known.source.text if known and self.with_texts else None
        return Standing(State.CURRENT if is_current else State.OUTDATED, made_from)

    def _is_of_today(self, source: SourceText, text: Text) -> bool:
        # Lists of very many go by the mark alone, and do not read the old texts.
        return source.text == text.original if self.with_texts else source.is_current

    def of_thing(self, thing, code: str) -> State:
        """Where a whole thing stands: missing where it cannot be read, else its worst text."""
        return self._of(thing, texts.texts_of(thing), code)

    def of_row(self, row, code: str) -> State:
        """The same for a row without what belongs to it."""
        return self._of(row, texts.texts_of_row(row), code)

    def _of(self, thing, of_thing: list[Text], code: str) -> State:
        found = [(text, self.of_text(text, code).state) for text in of_thing]
        if any(
            state == State.MISSING and text.is_required and text.row is thing
            for text, state in found
        ):
            return State.MISSING
        states = {state for _text, state in found}
        if State.OUTDATED in states:
            return State.OUTDATED
        return State.INCOMPLETE if State.MISSING in states else State.CURRENT
