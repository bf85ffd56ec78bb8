"""Fields that say which messages somebody wants besides the digest, with an account or without."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from mailing.kinds import Category
from mailing.preferences import Switch

from .mail_fields import ChoosingForm

# What the field about the kinds of one category is called in a form.
PREFIX_OF_KINDS = "kinds_"


class QuietField(forms.BooleanField):
    """Whether one line comes after a month without anything new."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", _("Also tell me when nothing happened for a month"))
        super().__init__(required=False, **kwargs)


class SwitchingForm(ChoosingForm):
    """A form with a field for each category of which somebody can switch kinds off."""

    def __init__(self, *args, switches: Iterable[Switch], **kwargs):
        super().__init__(*args, **kwargs)
        self.switches: dict[str, list[Switch]] = {}
        for one in switches:
            self.switches.setdefault(one.kind.category.value, []).append(one)
        for category, found in self.switches.items():
            self.fields[PREFIX_OF_KINDS + category] = forms.MultipleChoiceField(
                label=Category(category).label,
                choices=[(one.kind.name, one.kind.label) for one in found],
                initial=[one.kind.name for one in found if one.is_on],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    @property
    def kind_fields(self) -> list[forms.BoundField]:
        """The fields about other kinds of message than the digest, for the page."""
        return [self[PREFIX_OF_KINDS + category] for category in self.switches]

    def switched(self) -> list[Switch]:
        """The kinds that are to be switched, as they are to be. What was not on the page stays."""
        return [
            Switch(one.kind, not one.is_on)
            for category, found in self.switches.items()
            for one in found
            if (one.kind.name in self.cleaned_data[PREFIX_OF_KINDS + category]) != one.is_on
        ]
