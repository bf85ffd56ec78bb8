"""The form in which a thing is translated: a field for each of its texts."""

from django import forms
from django.utils.translation import gettext_lazy

from web.names import language_direction

from . import checks, texts
from .texts import Text

MISSING = gettext_lazy("Please translate this one: without it nothing is shown.")


class TranslationForm(forms.Form):
    """The texts of a thing in one language. ``doubts`` holds what may be meant, by field."""

    def __init__(self, thing, language: str, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.texts = {text.key: text for text in texts.texts_of(thing)}
        self.doubts: dict[str, list[str]] = {}
        attributes = {"lang": language, "dir": language_direction(language)}
        for key, text in self.texts.items():
            self.fields[key] = forms.CharField(
                label=text.label,
                required=text.is_required,
                error_messages={"required": MISSING},
                widget=_widget(text, attributes),
            )

    @property
    def typed(self) -> dict[str, str]:
        """What was typed, by field, as it is kept; also where it cannot be published."""
        return {key: lines(self.data.get(key, "")) for key in self.texts}

    def clean(self):
        cleaned = super().clean()
        for key, text in self.texts.items():
            found = checks.check(text, lines(self.data.get(key, "")))
            for problem in found.problems:
                self.add_error(key, problem)
            if found.doubts:
                self.doubts[key] = found.doubts
        return cleaned


def lines(typed: str) -> str:
    """Browsers send a line end as two characters; only one of them counts."""
    return typed.replace("\r\n", "\n").replace("\r", "\n")


def plain_text(typed: dict[str, str]) -> str:
    """All that was typed, for copying."""
    return "\n\n".join(words for words in typed.values() if words.strip())


def _widget(text: Text, attributes: dict) -> forms.Widget:
    # What liaisons write is one sentence, and longer than a line.
    if not (text.is_long or text.rows.language):
        return forms.TextInput(attrs=attributes)
    least = 4 if text.is_long else 2
    height = min(30, max(least, len(text.original) // 60 + text.original.count("\n")))
    limit = {"data-limit": text.longest} if text.longest else {}
    return forms.Textarea(attrs={"rows": height, **attributes, **limit})
