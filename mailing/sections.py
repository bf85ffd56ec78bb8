"""The sections of the digest. Higher apps register them; mailing knows none by itself.

class Updates(Section):
    key, label = "updates", _("New updates")

    def items(self, after, until):
        return list(Update.objects.published().filter(position__gt=after, position__lte=until)
                    .order_by("position"))

    def render(self, items, language):
        return Block(html=..., text=..., count=len(items))

sections.register(Updates())          # in the app's AppConfig.ready()

A ``Section`` says the same to everyone with the same language and place, so it is written once for
all of them. A ``PersonalSection`` is one person's own: read for a whole batch at once, and placed
into the finished mail.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from .choices import Choices

if TYPE_CHECKING:
    from .audiences import Narrowed


@dataclass(frozen=True)
class Block:
    """One section of one digest, ready to be placed in a mail.

    ``html`` is safe HTML (a heading is added above it), ``text`` the same as plain text,
    ``count`` the number of items shown: a block of zero is left out. ``headline`` may name the
    most important item; the first block's headline becomes the subject of the mail. ``heading``
    stands above the block in place of the section's label.
    """

    html: SafeString | str
    text: str
    count: int
    headline: str = ""
    heading: str = ""


NOTHING = Block("", "", 0)


class Section:
    """A part of the digest. Items are the same for everyone and carry ``position``."""

    # A short name for ever: each person's place is kept under it.
    key: str = ""
    # Shown as the heading above the block.
    label: Any = ""
    # False: stands beside news (a list of deadlines) and is no reason to send a mail by itself.
    is_news: bool = True
    # True: stands first in the mail, before each person's own part; for what has a deadline.
    is_urgent: bool = False

    def items(self, after: int, until: int) -> list[Any]:
        """What was published after position ``after`` up to ``until``, by position."""
        raise NotImplementedError

    def chosen(self, items: list[Any], choices: Choices) -> list[Any]:
        """Those of the items that a reader with these choices wants; see ``mailing.choices``."""
        return items

    def narrowed(self, after: int, until: int, besides: Collection[int]) -> "list[Narrowed]":
        """What is not for everyone, between these positions or at those besides."""
        return []

    def for_others(self, positions: Collection[int]) -> dict[int, str]:
        """A sentence for each of these positions that is known here: what it is, and for whom."""
        return {}

    def for_whom(self, items: list[Any]) -> dict[int, str]:
        """For whom those of the items are that are not for everyone: by position, in words."""
        return {}

    def held(self, until: int, at: datetime) -> dict[str, set[int]]:
        """Positions up to ``until`` that wait at ``at``, by the language whose readers wait."""
        return {}

    def at_once(self, until: int, at: datetime) -> list[int]:
        """Positions up to ``until`` of what is so urgent at ``at`` that it goes out by itself.

        Each is told once: whom that mail reaches no digest tells it again. What it could not reach
        stands in the next digest.
        """
        return []

    def render(self, items: list[Any], language: str) -> Block:
        """The items in ``language``; that language is active while this runs."""
        raise NotImplementedError

    def render_for(
        self, items: list[Any], language: str, *, has_account: bool, is_alone: bool
    ) -> Block:
        """The same as fits the reader and the mail.

        Without links that need an account where the reader has none; whole where it is told at
        once and so stands alone, as much as has room where it is one section among others.
        """
        return self.render(items, language)

    def wikitext(self, items: list[Any], language: str) -> str:
        """The same for a talk page; empty where the section stands in mails only."""
        return ""


@dataclass(frozen=True)
class Reader:
    """Somebody whose own part of a digest is written: ids only, and the language of the mail.

    ``items`` are the names of what this section owes them in this very digest.
    """

    delivery_id: int
    user_id: int
    language: str
    items: Collection[str]


class PersonalSection:
    """A part of the digest that is one person's own. Things carry names, such as "answer-7".

    A thing is told once: mailing remembers its name (``ToldItem``).
    """

    key: str = ""
    label: Any = ""
    # False: stands beside news, and is no reason to send a mail by itself.
    is_news: bool = True
    # How many new things of a section that is no news stand in one mail; the others come next time.
    most: int = 3

    def owed(self, until: int) -> QuerySet:
        """What is news up to position ``until``: rows of user id, name of the thing, position.

        Used inside the database for all people at once; only for a section that is news. What is
        told already is left out by mailing.
        """
        raise NotImplementedError

    def load(self, readers: Sequence[Reader]) -> dict[int, dict[str, Any]]:
        """For each ``delivery_id`` what can be told, by name; as many queries for one as for fifty.

        A section that is news gives what is left of ``reader.items``; another one all it knows.
        Whether the person may (still) know a thing is asked here.
        """
        raise NotImplementedError

    def render(self, things: list[Any], language: str) -> Block:
        """Things that ``load`` gave, for one person, in ``language``, which is active."""
        raise NotImplementedError


_sections: dict[str, Section] = {}
_personal: dict[str, PersonalSection] = {}


def register(section: Section) -> Section:
    """Add a section at the end of each digest. Raises ``ValueError`` for a key in use."""
    _require_own_key(section)
    _sections[section.key] = section
    return section


def register_personal(section: PersonalSection) -> PersonalSection:
    """Add a section to what is each person's own. Raises ``ValueError`` for a key in use."""
    _require_own_key(section)
    _personal[section.key] = section
    return section


def _require_own_key(section):
    if not section.key or section.key in _sections or section.key in _personal:
        raise ValueError(f"A section needs a key of its own, not {section.key!r}.")


def unregister(key: str) -> None:
    """Take a section away again (tests)."""
    _sections.pop(key, None)
    _personal.pop(key, None)


def registered() -> list[Section]:
    """All sections in the order in which they were registered."""
    return list(_sections.values())


def registered_personal() -> list[PersonalSection]:
    """All personal sections in the order in which they were registered."""
    return list(_personal.values())
