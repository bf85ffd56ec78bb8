"""What the filters of all public lists share: forms sent by GET.

A value that is not among the choices is left out, as if nothing had been chosen: links outlive
what they once pointed to.
"""

from django import forms

LONGEST_SEARCH = 200


class ListFilter(forms.Form):
    """Fields to choose from (``SELECTS``), and others that narrow the list as well."""

    SELECTS: tuple[str, ...] = ()

    def __init__(self, query):
        super().__init__(query, use_required_attribute=False)
        self.offer()
        self.is_valid()

    def offer(self) -> None:
        """Fill the choices that depend on what there is."""

    def chosen(self, name: str) -> str:
        """The value chosen, or an empty string."""
        return self.cleaned_data.get(name, "")

    @property
    def query(self) -> str:
        """The words searched for, where the list can be searched."""
        return self.chosen("q")

    @property
    def is_narrowed(self) -> bool:
        """True where any filter is chosen."""
        return any(self.cleaned_data.values())

    @property
    def selects(self) -> list:
        """The fields to choose from."""
        return [self[name] for name in self.SELECTS]

    def _offer(self, name, nothing, labels):
        choices = sorted(labels.items(), key=lambda choice: str(choice[1]).casefold())
        self.fields[name].choices = [("", nothing), *choices]
