"""A pseudo-language: marked messages come back in circled letters, unmarked ones stay Latin."""

import re
import string
from html.parser import HTMLParser

from django.conf import settings

CIRCLED = str.maketrans(
    string.ascii_lowercase + string.ascii_uppercase,
    "".join(chr(0x24D0 + i) for i in range(26)) + "".join(chr(0x24B6 + i) for i in range(26)),
)
# Placeholders, tags and entities are for the program, not for the reader.
KEPT = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|<[^>]+>|&\w+;|&#\d+;")
LATIN_WORD = re.compile(r"[A-Za-z]{3,}")
READ_ATTRIBUTES = {"alt", "title", "aria-label", "placeholder", "aria-roledescription", "content"}
# Proper names, formats and codes that are the same in each language.
AUTONYMS = {word for _code, name in settings.LANGUAGES for word in LATIN_WORD.findall(name)}
# E-mail and web addresses, and names of time zones.
ADDRESS = re.compile(r"\S+@\S+|https?://\S+|\b[A-Z][A-Za-z]+/[A-Z][\w/ +-]+")
SAME_EVERYWHERE = AUTONYMS | {
    "Wikimedia", "Markdown", "Atom", "CSV", "GeoJSON", "JSON", "Natural", "Earth", "UTC", "GMT",
    "Leaflet", "GPL", "https", "http", "www", "org", "example", "Codex", "Babel", "CLDR",
    "YYYY", "ISO",
}  # fmt: skip


def circled(message: str) -> str:
    """The message in circled letters, with its placeholders and tags as they were."""
    message = message.rsplit("\x04", maxsplit=1)[-1]
    out, last = [], 0
    for match in KEPT.finditer(message):
        out += [message[last : match.start()].translate(CIRCLED), match.group()]
        last = match.end()
    return "".join([*out, message[last:].translate(CIRCLED)])


def install(monkeypatch) -> None:
    """Make every gettext call answer in circled letters until the test ends."""
    from django.utils.translation.trans_real import DjangoTranslation

    def gettext(self, message):
        return circled(message)

    def ngettext(self, singular, plural, number):
        return circled(singular if number == 1 else plural)

    monkeypatch.setattr(DjangoTranslation, "gettext", gettext)
    monkeypatch.setattr(DjangoTranslation, "ngettext", ngettext)


class _Reader(HTMLParser):
    """Collects what a reader sees or hears, except text that names another language for itself."""

    VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
            "track", "wbr"}  # fmt: skip

    def __init__(self, language: str):
        super().__init__()
        self.language = language
        self.stack: list[tuple[str, bool]] = []
        self.found: list[str] = []

    @property
    def _is_silent(self) -> bool:
        return any(silent for _, silent in self.stack)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        silent = (
            tag in {"script", "style", "code", "kbd", "template"}
            or values.get("translate") == "no"
            or ("lang" in values and (values["lang"] or "").lower() != self.language.lower())
        )
        if not silent and not self._is_silent:
            for name in READ_ATTRIBUTES & set(values):
                is_text = name != "content" or values.get("name") == "description"
                if values[name] and is_text:
                    self._read(values[name])
            if tag == "input" and values.get("type") in {"submit", "button", "reset"}:
                self._read(values.get("value") or "")
        if tag not in self.VOID:
            self.stack.append((tag, silent))

    def handle_endtag(self, tag):
        while self.stack:
            if self.stack.pop()[0] == tag:
                break

    def handle_data(self, data):
        if not self._is_silent:
            self._read(data)

    def _read(self, text):
        words = LATIN_WORD.findall(ADDRESS.sub("", text))
        words = [word for word in words if word not in SAME_EVERYWHERE]
        if words:
            self.found.append(" ".join(text.split())[:120])


def latin_text(html: str, language: str) -> list[str]:
    """Each piece of the page a reader meets that still holds a Latin word."""
    reader = _Reader(language)
    reader.feed(html)
    return reader.found
