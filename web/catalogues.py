"""How complete the catalogues of the interface are, counted in the files themselves."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel.messages import pofile
from django.conf import settings
from django.utils.translation import to_locale


@dataclass(frozen=True)
class Catalogue:
    """One language of the interface: how many messages there are, and how many are translated."""

    language: str
    messages: int
    translated: int
    # Taken from a similar message by a program, and not looked at: shown in English.
    doubtful: int

    @property
    def missing(self) -> int:
        return self.messages - self.translated - self.doubtful

    @property
    def percent(self) -> int:
        """Rounded down: 100 says that nothing is missing."""
        return self.translated * 100 // self.messages if self.messages else 100


def catalogues(folder: Path | None = None) -> list[Catalogue]:
    """Each of the site's languages but English, the least complete first.

    ``folder`` is where the catalogues lie (default: the site's own). A language without a file is
    not among them.
    """
    folder = folder or Path(settings.LOCALE_PATHS[0])
    found = []
    for code, _own_name in settings.LANGUAGES:
        file = folder / to_locale(code) / "LC_MESSAGES/django.po"
        if code != settings.LANGUAGE_CODE and file.exists():
            found.append(_counted(code, file, file.stat().st_mtime_ns))
    return sorted(found, key=lambda one: (one.percent, one.language))


@lru_cache(maxsize=50)
def _counted(code: str, file: Path, changed: int) -> Catalogue:
    """Read once for each state of the file: it has some thousand messages."""
    with file.open("rb") as source:
        messages = [message for message in pofile.read_po(source) if message.id]
    doubtful = sum(message.fuzzy for message in messages)
    translated = sum(_is_whole(message) for message in messages if not message.fuzzy)
    return Catalogue(code, len(messages), translated, doubtful)


def _is_whole(message) -> bool:
    """Every plural form counts: with one missing, some number is told in English."""
    forms = message.string if isinstance(message.string, list | tuple) else [message.string]
    return all(forms)
