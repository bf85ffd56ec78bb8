"""Which texts people translate: rows and fields, and the things a translator works on whole.

A *row* is one row of a table whose texts are translated. A *thing* is a row with all that belongs
to it: a topic comes with its questions, an update with what its images say, a report with its
statements, so that nobody translates one without the other.

The *original* of a text is in its *source* language: English for what the Core Team writes, the
report's own for what a liaison writes, which goes into English.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from liaisons.models import Language
from web.names import language_name

from ..excerpts import beginning
from ..models import (
    Image,
    OtherTranslation,
    Report,
    Response,
    Series,
    Statement,
    TimelineEntry,
    Topic,
    TopicQuestion,
    Update,
    WorkingGroup,
)

# Where a row keeps its translations that stand beside it, once they are read.
OTHERS = "other_translations"
# So much of a thing's first words stands in lists.
LONGEST_NAME = 100
# What is translated into languages that are not the site's: what has a page for its readers.
IN_OTHER_LANGUAGES = ("update", "topic")
ENGLISH = settings.LANGUAGE_CODE
# The site's languages that are translated into.
LANGUAGES = [code for code, _own_name in settings.LANGUAGES if code != ENGLISH]
# Languages people name that are written like one of the site's.
WRITTEN_LIKE = {"pt-br": "pt", "zh": "zh-hans", "zh-cn": "zh-hans"}


@dataclass(frozen=True)
class Rows:
    """The rows of one table: their texts, and those without which a language is not there."""

    kind: str
    model: type[models.Model]
    fields: tuple[str, ...]
    required: tuple[str, ...]
    # Fields that hold Markdown.
    markdown: tuple[str, ...] = ()
    # How the language is found in which a row is written; empty where that is English.
    language: str = ""

    def stands_beside(self, code: str) -> bool:
        """True where a translation is kept beside the thing, and not in fields of its rows."""
        return bool(self.language) or not is_of_site(code)

    def column(self, field: str, code: str) -> str:
        """The field of the table that holds a text in a language: the original's, or another's."""
        return field if self.language else build_localized_fieldname(field, code)


ROWS = {
    rows.kind: rows
    for rows in (
        Rows("update", Update, ("title", "short", "body"), ("title", "short"), ("body",)),
        Rows("topic", Topic, ("title", "short"), ("title", "short")),
        Rows("question", TopicQuestion, ("text",), ("text",)),
        # Not required: the title and the short version of an update may go first.
        Rows("image", Image, ("alt",), ()),
        Rows("response", Response, ("text",), ("text",), ("text",)),
        Rows("series", Series, ("name",), ("name",)),
        Rows("working_group", WorkingGroup, ("name", "scope"), ("name",)),
        Rows("entry", TimelineEntry, ("title",), ("title",)),
        Rows("report", Report, ("overview",), ("overview",), language="language"),
        # Not required: each stands alone, so a long report may go in parts.
        Rows("statement", Statement, ("text",), (), language="report.language"),
    )
}
_KINDS = {rows.model: rows.kind for rows in ROWS.values()}

# Registered for translation, and not in the queue: by table or field, with the reason.
LEFT_OUT = {
    "liaisons.Region": "a few names that come with the reference data, like those of countries",
    "strategy.Update.withdrawal": "said by who withdraws an update, which nobody translates then",
}


@dataclass(frozen=True)
class Things:
    """What a translator works on whole: rows of one kind, each with what belongs to it."""

    kind: str
    # By which method of its queryset those are found that everyone sees: nobody is asked to
    # translate what is not public.
    seen_by: str
    # The kind of what belongs to it, how it is found from the thing, and how the thing from it.
    parts: str = ""
    parts_name: str = ""
    owner: str = ""
    # By which method of their queryset those of them are found that are still read.
    parts_seen_by: str = "all"

    @property
    def rows(self) -> Rows:
        return ROWS[self.kind]

    def public(self) -> models.QuerySet:
        """Those that everyone sees."""
        return getattr(self.rows.model._default_manager, self.seen_by)()

    def public_parts(self) -> models.QuerySet:
        """What belongs to any of them, and is still read."""
        return getattr(ROWS[self.parts].model._default_manager, self.parts_seen_by)()

    @property
    def languages(self) -> list[str]:
        """The languages of the site into which they are translated."""
        return [ENGLISH] if self.rows.language else LANGUAGES

    def go_into(self, code: str) -> bool:
        """True where they are translated into a language, whether it is the site's or not."""
        if is_of_site(code):
            return code in self.languages
        return self.kind in IN_OTHER_LANGUAGES


THINGS = {
    things.kind: things
    for things in (
        Things("update", "published", "image", "images", "update"),
        Things("topic", "public", "question", "questions", "topic"),
        Things("response", "all"),
        Things("series", "all"),
        Things("working_group", "all"),
        Things("entry", "all"),
        Things("report", "not_in_english", "statement", "statements", "report", "public"),
    )
}


@dataclass(frozen=True)
class Text:
    """One text of a thing: a field of the thing itself, or of what belongs to it."""

    row: Any
    field: str

    @property
    def rows(self) -> Rows:
        return ROWS[kind_of(self.row)]

    @property
    def key(self) -> str:
        """Its name among the texts of the thing, such as ``title`` or ``question-12-text``."""
        kind = kind_of(self.row)
        return self.field if kind in THINGS else f"{kind}-{self.row.pk}-{self.field}"

    @property
    def label(self) -> str:
        """What it is, in the reader's language."""
        if isinstance(self.row, TopicQuestion):
            # Translators: one of the questions of a topic, by its place among them.
            return _("Question %(number)s") % {"number": self.row.position}
        if isinstance(self.row, Image):
            # Translators: what stands in place of a picture for people who do not see it.
            return _("Alternative text of image %(number)s") % {"number": self.row.number}
        if isinstance(self.row, Statement):
            return _("Statement %(ref)s") % {"ref": self.row.ref}
        return capfirst(str(self.row._meta.get_field(self.field).verbose_name))

    @property
    def picture_url(self) -> str:
        """The address of the picture the text is about; empty for all other texts."""
        return self.row.smallest_url if isinstance(self.row, Image) else ""

    @property
    def source(self) -> str:
        """The code of the language in which it is written."""
        return source_code(self.row)

    @property
    def original(self) -> str:
        """What it says in the language in which it is written."""
        return self.in_language(self.source)

    def in_language(self, code: str) -> str:
        """The text in a language; empty where there is none.

        For one that stands beside the thing, that has to come from ``in_other_language``.
        """
        if code == self.source or not self.rows.stands_beside(code):
            return getattr(self.row, self.rows.column(self.field, code)) or ""
        other = getattr(self.row, OTHERS, {}).get(code)
        return other.texts.get(self.key, "") if other else ""

    def made_from(self, code: str) -> str | None:
        """The original from which a translation was made that stands beside the thing."""
        other = getattr(self.row, OTHERS, {}).get(code)
        return other.made_from.get(self.key) if other else None

    @property
    def is_required(self) -> bool:
        return self.field in self.rows.required

    @property
    def is_markdown(self) -> bool:
        return self.field in self.rows.markdown

    @property
    def is_long(self) -> bool:
        """True where it has lines; the others are one line."""
        return isinstance(self.row._meta.get_field(self.field), models.TextField)

    @property
    def longest(self) -> int | None:
        """How many characters it may have, where there is a limit.

        None for what liaisons write: English needs three times the characters of Chinese, and no
        column holds it.
        """
        return None if self.rows.language else self.row._meta.get_field(self.field).max_length


def is_of_site(code: str) -> bool:
    """True for the languages of the site, whose texts are fields of the rows."""
    return code == ENGLISH or code in LANGUAGES


def is_translated_into(code: str) -> bool:
    """True for languages into which English can be translated: the site's, and others we know."""
    return code in LANGUAGES or (code != ENGLISH and Language.objects.filter(pk=code).exists())


def other_languages() -> list[str]:
    """Those that are not the site's and into which something is translated."""
    found = OtherTranslation.objects.exclude(language=ENGLISH).order_by("language")
    return list(found.values_list("language", flat=True).distinct())


def written_like(code: str) -> str:
    """The site's language that a language is written like, or that language itself."""
    return WRITTEN_LIKE.get(code, code)


def kind_of(row) -> str:
    """The kind of a row. Raises ``KeyError`` for one that is not translated."""
    return _KINDS[type(row)]


def source_code(row) -> str:
    """The code of the language in which a row is written."""
    path = ROWS[kind_of(row)].language
    return attrgetter(f"{path}_id")(row) if path else ENGLISH


@dataclass(frozen=True)
class Source:
    """The language in which a thing is written, with what a page needs to mark its words."""

    code: str
    bcp47: str
    direction: str

    @property
    def name(self) -> str:
        """In the reader's language."""
        return language_label(self.code)


def source_of(thing) -> Source | Language:
    """In which language a thing is written: what the Core Team writes is in English."""
    path = ROWS[kind_of(thing)].language
    return attrgetter(path)(thing) if path else Source(ENGLISH, ENGLISH, "ltr")


def parts_of(thing) -> list:
    """The rows that belong to a thing, in their order; itself is not among them.

    Without what was withdrawn from it, which nobody reads any more.
    """
    things = THINGS.get(kind_of(thing))
    parts = getattr(thing, things.parts_name).all() if things and things.parts else ()
    return [one for one in parts if not getattr(one, "withdrawn_in", None)]


def rows_of(thing) -> list:
    """A thing's own row and those that belong to it."""
    return [thing, *parts_of(thing)]


def texts_of(thing) -> list[Text]:
    """Every text of a thing that says something, in the order in which they are read."""
    return [text for row in rows_of(thing) for text in texts_of_row(row)]


def texts_of_row(row) -> list[Text]:
    """The same without what belongs to it."""
    every = (Text(row, field) for field in ROWS[kind_of(row)].fields)
    return [text for text in every if text.original]


def name_of(thing, code: str = "") -> str:
    """The first words of a thing, by which a list names it: of the original, or in a language."""
    text = Text(thing, ROWS[kind_of(thing)].fields[0]).in_language(code or source_code(thing))
    # An answer has no title: the beginning of its first lines, on one.
    return beginning(" ".join(text.split()), LONGEST_NAME)


def in_other_language(things: Iterable, code: str) -> list:
    """The same things of one kind with their translations that stand beside them, in a language.

    One query for all; none where the translations are fields of their rows.
    """
    found = list(things)
    if not found or not ROWS[kind_of(found[0])].stands_beside(code):
        return found
    others = beside(kind_of(found[0]), [thing.pk for thing in found], code)
    for thing in found:
        for row in rows_of(thing):
            put_beside(row, code, others.get(thing.pk))
    return found


def beside(kind: str, ids: Iterable[int], code: str) -> dict[int, OtherTranslation]:
    """The translations in a language that stand beside things of a kind, by their numbers."""
    found = OtherTranslation.objects.filter(kind=kind, object_id__in=list(ids), language=code)
    return {one.object_id: one for one in found}


def put_beside(row, code: str, other: OtherTranslation | None) -> None:
    """Let a row know the translation in a language of the thing to which it belongs."""
    setattr(row, OTHERS, getattr(row, OTHERS, {}) | {code: other})


def language_label(code: str) -> str:
    """The name of a language in the reader's language; its own where nobody knows another."""
    if name := language_name(code):
        return name
    found = Language.objects.filter(pk=code).first()
    return found.name if found else code


def label_of(thing) -> str:
    """What kind of thing it is, in the reader's language; a report with its number."""
    if isinstance(thing, Report):
        # Translators: the number of a report, like R12.
        return _("Report %(ref)s") % {"ref": thing.ref}
    return capfirst(str(thing._meta.verbose_name))


def with_parts(things: Iterable) -> list:
    """The same things of one kind, each with what belongs to it read: one query for all."""
    found = list(things)
    if found and (name := THINGS[kind_of(found[0])].parts_name):
        models.prefetch_related_objects(found, name)
    return found
