"""The choice of being shown by name: what is preselected, and why.

The choice must be made by the person. *Not by name* is preselected where their country stands on
the Foundation's country and territory protection list, and where no country is given, because
then nobody can know. Otherwise nothing is preselected.
"""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .models import Country

BY_NAME = "yes"
NOT_BY_NAME = "no"
CHOICES = [
    (BY_NAME, _("Show my name")),
    (NOT_BY_NAME, _("Do not show my name")),
]


@dataclass(frozen=True)
class Suggestion:
    """What to preselect (``BY_NAME``, ``NOT_BY_NAME`` or nothing), and the reason to show."""

    preselected: str
    reason: str


def suggest(country: Country | None) -> Suggestion:
    """What to preselect for a person of this country who has not chosen yet."""
    if country is None:
        return Suggestion(
            NOT_BY_NAME,
            gettext("Preselected because we do not know your country. You can change it."),
        )
    if country.is_protected:
        return Suggestion(
            NOT_BY_NAME,
            gettext(
                "Preselected because your country is on the Wikimedia Foundation’s country and "
                "territory protection list. Being named there can bring risks. "
                "You can change it."
            ),
        )
    return Suggestion("", "")


class ShownByNameField(forms.TypedChoiceField):
    """The required choice, as radio buttons; gives ``True`` or ``False``."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", _("May everyone see your name?"))
        kwargs.setdefault(
            "help_text",
            _("Without your name, the group still shows that it has a liaison."),
        )
        kwargs.setdefault(
            "error_messages", {"required": _("Choose whether everyone may see your name.")}
        )
        super().__init__(
            choices=CHOICES,
            coerce=lambda value: value == BY_NAME,
            widget=forms.RadioSelect,
            **kwargs,
        )

    @staticmethod
    def initial_for(user) -> str:
        """What stands selected when the form opens: their own choice, else the suggestion."""
        if user.is_public_by_name is None:
            return suggest(user.country).preselected
        return BY_NAME if user.is_public_by_name else NOT_BY_NAME


def reason_for(user) -> str:
    """Why something is preselected; empty once the person has chosen."""
    return suggest(user.country).reason if user.is_public_by_name is None else ""
