"""The sections of the digest. Higher apps register them; mailing knows none by itself.

class Updates(Section):
    key, label = "updates", _("New updates")

    def items(self, after, until):
        return list(Update.objects.published().filter(position__gt=after, position__lte=until)
                    .order_by("position"))

    def render(self, items, language):
        return Block(html=..., text=..., count=len(items))

sections.register(Updates())          # in the app's AppConfig.ready()
"""

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from .choices import Choices


@dataclass(frozen=True)
class Block:
    """One section of one digest, ready to be placed in a mail.

    ``html`` is safe HTML (a heading is added above it), ``text`` the same as plain text,
    ``count`` the number of items shown: a block of zero is left out. ``headline`` may name the
    most important item; the first block's headline becomes the subject of the mail.
    """

    html: SafeString | str
    text: str
    count: int
    headline: str = ""


class Section:
    """A part of the digest. Items are the same for everyone and carry ``position``."""

    # A short name for ever: each person's place is kept under it.
    key: str = ""
    # Shown as the heading above the block.
    label: Any = ""
    # False: stands beside news (a list of deadlines) and is no reason to send a mail by itself.
    is_news: bool = True

    def items(self, after: int, until: int) -> list[Any]:
        """What was published after position ``after`` up to ``until``, by position."""
        raise NotImplementedError

    def chosen(self, items: list[Any], choices: Choices) -> list[Any]:
        """Those of the items that a reader with these choices wants; see ``mailing.choices``."""
        return items

    def render(self, items: list[Any], language: str) -> Block:
        """The items in ``language``; that language is active while this runs."""
        raise NotImplementedError


_sections: dict[str, Section] = {}


def register(section: Section) -> Section:
    """Add a section at the end of each digest. Raises ``ValueError`` for a key in use."""
    if not section.key or section.key in _sections:
        raise ValueError(f"A section needs a key of its own, not {section.key!r}.")
    _sections[section.key] = section
    return section


def unregister(key: str) -> None:
    """Take a section away again (tests)."""
    _sections.pop(key, None)


def registered() -> list[Section]:
    """All sections in the order in which they were registered."""
    return list(_sections.values())
