"""Which texts people translate: rows and fields, and the things a translator works on whole.

A *row* is one row of a table that is registered for translation. A *thing* is a row with all that
belongs to it: a topic comes with its questions, an update with what its images say, so that nobody
translates one without the other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
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
    Response,
    Series,
    TimelineEntry,
    Topic,
    TopicQuestion,
    Update,
    WorkingGroup,
)

# Where a row keeps its translations into other languages, once they are read.
OTHERS = "other_translations"
# So much of a thing's first words stands in lists.
LONGEST_NAME = 100
# What is translated into languages that are not the site's: what has a page for its readers.
IN_OTHER_LANGUAGES = ("update", "topic")
ENGLISH = settings.LANGUAGE_CODE
# The site's languages that are translated into.
LANGUAGES = [code for code, _own_name in settings.LANGUAGES if code != ENGLISH]


@dataclass(frozen=True)
class Rows:
    """The rows of one table: their texts, and those without which a language is not there."""

    kind: str
    model: type[models.Model]
    fields: tuple[str, ...]
    required: tuple[str, ...]
    # Fields that hold Markdown.
    markdown: tuple[str, ...] = ()


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

    @property
    def rows(self) -> Rows:
        return ROWS[self.kind]

    def public(self) -> models.QuerySet:
        """Those that everyone sees."""
        return getattr(self.rows.model._default_manager, self.seen_by)()


THINGS = {
    things.kind: things
    for things in (
        Things("update", "published", "image", "images", "update"),
        Things("topic", "public", "question", "questions", "topic"),
        Things("response", "all"),
        Things("series", "all"),
        Things("working_group", "all"),
        Things("entry", "all"),
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
        return capfirst(str(self.row._meta.get_field(self.field).verbose_name))

    @property
    def picture_url(self) -> str:
        """The address of the picture the text is about; empty for all other texts."""
        return self.row.smallest_url if isinstance(self.row, Image) else ""

    @property
    def english(self) -> str:
        return self.in_language(ENGLISH)

    def in_language(self, code: str) -> str:
        """The text in a language; empty where there is none.

        For one that is not the site's the thing has to come from ``in_other_language``.
        """
        if is_of_site(code):
            return getattr(self.row, build_localized_fieldname(self.field, code)) or ""
        other = getattr(self.row, OTHERS, {}).get(code)
        return other.texts.get(self.key, "") if other else ""

    def made_from(self, code: str) -> str | None:
        """The English text from which it was translated into a language that is not the site's."""
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
        """How many characters it may have, where there is a limit."""
        return self.row._meta.get_field(self.field).max_length


def is_of_site(code: str) -> bool:
    """True for the languages of the site, whose texts are fields of the rows."""
    return code == ENGLISH or code in LANGUAGES


def is_translated_into(code: str) -> bool:
    """True for languages into which things can be translated: the site's, and others we know."""
    return code in LANGUAGES or (code != ENGLISH and Language.objects.filter(pk=code).exists())


def other_languages() -> list[str]:
    """Those that are not the site's and into which something is translated."""
    found = OtherTranslation.objects.order_by("language").values_list("language", flat=True)
    return list(found.distinct())


def kind_of(row) -> str:
    """The kind of a row. Raises ``KeyError`` for one that is not translated."""
    return _KINDS[type(row)]


def parts_of(thing) -> list:
    """The rows that belong to a thing, in their order; itself is not among them."""
    things = THINGS.get(kind_of(thing))
    return list(getattr(thing, things.parts_name).all()) if things and things.parts else []


def rows_of(thing) -> list:
    """A thing's own row and those that belong to it."""
    return [thing, *parts_of(thing)]


def texts_of(thing) -> list[Text]:
    """Every text of a thing that has English words, in the order in which they are read."""
    return [text for row in rows_of(thing) for text in texts_of_row(row)]


def texts_of_row(row) -> list[Text]:
    """The same without what belongs to it."""
    every = (Text(row, field) for field in ROWS[kind_of(row)].fields)
    return [text for text in every if text.english]


def name_of(thing) -> str:
    """The first English words of a thing, by which a list names it."""
    text = Text(thing, ROWS[kind_of(thing)].fields[0]).english
    # An answer has no title: the beginning of its first lines, on one.
    return beginning(" ".join(text.split()), LONGEST_NAME)


def in_other_language(things: Iterable, code: str) -> list:
    """The same things of one kind with their translations into a language that is not the site's.

    One query for all; none for a site language.
    """
    found = list(things)
    if not found or is_of_site(code):
        return found
    kind = kind_of(found[0])
    there = OtherTranslation.objects.filter(
        kind=kind, object_id__in=[thing.pk for thing in found], language=code
    )
    others = {one.object_id: one for one in there}
    for thing in found:
        for row in rows_of(thing):
            setattr(row, OTHERS, {code: others.get(thing.pk)})
    return found


def language_label(code: str) -> str:
    """The name of a language in the reader's language; its own where nobody knows another."""
    if name := language_name(code):
        return name
    found = Language.objects.filter(pk=code).first()
    return found.name if found else code


def label_of(thing) -> str:
    """What kind of thing it is, in the reader's language."""
    return capfirst(str(thing._meta.verbose_name))


def with_parts(things: Iterable) -> list:
    """The same things of one kind, each with what belongs to it read: one query for all."""
    found = list(things)
    if found and (name := THINGS[kind_of(found[0])].parts_name):
        models.prefetch_related_objects(found, name)
    return found
