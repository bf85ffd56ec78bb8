"""A form for anyone, which tells programs from people. What it stops comes back as it was typed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from . import form_stamps


class TrappedForm(forms.Form):
    """A form with a trap and a stamp.

    ``website`` is for programs, which fill in whatever they find: no person sees it. ``stamp`` says
    since when the form is open. ``about`` says which form it is: a stamp of another is not taken.
    """

    website = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    stamp = forms.CharField(widget=forms.HiddenInput, required=False)

    # What a form says where one of the two stopped it; what to do is in the sentence.
    trapped: Any = _(
        "A field that stays empty was filled in, perhaps by your browser. "
        "We emptied it. Please send the form again."
    )
    too_old: Any = _("This page was open for very long. Please send the form again.")
    about_another: Any = too_old
    too_fast: Any = _("That was very fast. Please read the form once more and send it again.")

    def __init__(self, data=None, *, about: str, initial=None):
        fresh = form_stamps.make(about)
        super().__init__(data, initial={"stamp": fresh, **(initial or {})})
        self.about = about
        self.fresh_stamp = fresh
        self.read_stamp: form_stamps.Stamp | None = None

    def clean(self):
        cleaned = super().clean()
        problem = self._problem(cleaned)
        if problem:
            self.add_error(None, problem)
        return cleaned

    def _problem(self, cleaned) -> Any:
        """Why this may not be a person's form yet."""
        stamp = self.read_stamp = form_stamps.read(cleaned.get("stamp", ""))
        if cleaned.get("website"):
            return self.trapped
        if stamp is None or stamp.is_too_old:
            return self.too_old
        if stamp.about != self.about:
            return self.about_another
        if stamp.is_too_fast:
            return self.too_fast
        return ""

    def renew(self) -> None:
        """Make the form that comes back one that can be sent: its trap empty, its stamp good."""
        stamp = self.read_stamp
        is_good = stamp and not stamp.is_too_old and stamp.about == self.about
        self._type_again(website="")
        if not is_good:
            self.begin_another()

    def begin_another(self) -> None:
        """Let what is sent next be one of its own."""
        self._type_again(stamp=self.fresh_stamp)

    def _type_again(self, **changed: str) -> None:
        """Fill the form with what was typed, but for these fields."""
        data: Any = self.data
        self.data = data.copy()
        for name, value in changed.items():
            self.data[name] = value  # type: ignore[index]
