"""The filters of the map and of the group list: a form sent by GET, so its state is the URL.

A value that is not among the choices is left out, as if nothing had been chosen: links outlive
the languages and regions of the groups they once pointed to.
"""

from django import forms
from django.db.models import QuerySet
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from liaisons import group_search
from liaisons.models import Country, Group, Language

from . import coverage

NO_COUNTRY = "none"
NAMES = ("region", "kind", "language", "country", "liaison")


class Select(forms.Select):
    """A select of hundreds of options, written at once; a template for each takes far longer."""

    def render(self, name, value, attrs=None, renderer=None):
        chosen = self.format_value(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (key, mark_safe(" selected") if str(key) in chosen else "", label)
                for key, label in self.choices
            ),
        )
        named = flatatt({**self.build_attrs(self.attrs, attrs), "name": name})
        return format_html("<select{}>{}</select>", named, options)


def _select(label):
    return forms.ChoiceField(label=label, required=False, widget=Select)


class FilterForm(forms.Form):
    """Region, kind, language, country, and whether a group has a liaison."""

    country = _select(_("Country or territory"))
    region = _select(_("Region"))
    language = _select(_("Language"))
    kind = _select(_("Kind of group"))
    liaison = _select(_("Liaison"))

    def __init__(self, query):
        super().__init__(query, use_required_attribute=False)
        self.countries = {
            country.iso2: country for country in Country.objects.select_related("region")
        }
        self.languages = {
            language.code: language
            for language in Language.objects.filter(groups__status=Group.Status.ACTIVE).distinct()
        }
        regions = {c.region_id: c.region for c in self.countries.values() if c.region_id}
        self._offer("country", _("Any country"), self.countries)
        # Translators: a choice in a list of countries; groups that belong to no single country.
        self.fields["country"].choices.insert(1, (NO_COUNTRY, _("No country: worldwide, by theme")))
        self._offer("region", _("Any region"), regions)
        self._offer("language", _("Any language"), self.languages)
        self._offer("kind", _("Any kind"), dict(Group.Kind.choices), in_order=True)
        self._offer("liaison", _("Any state"), dict(coverage.State.choices), in_order=True)
        self.is_valid()

    def chosen(self, name: str) -> str:
        """The value chosen, or an empty string."""
        return self.cleaned_data.get(name, "")

    @property
    def is_narrowed(self) -> bool:
        """True where any filter is chosen."""
        return any(self.chosen(name) for name in NAMES)

    @property
    def chosen_country(self) -> Country | None:
        """The country chosen."""
        return self.countries.get(self.chosen("country"))

    @property
    def is_narrowed_besides(self) -> bool:
        """True where a filter other than the country is chosen."""
        return any(self.chosen(name) for name in NAMES if name != "country")

    def narrow(self, groups: QuerySet[Group], *, leave_out: tuple[str, ...] = ()):
        """The groups that fit every filter chosen, each with its ``state``."""
        groups = coverage.with_state(groups)
        for name, lookup in LOOKUPS.items():
            if name in leave_out or not (value := self.chosen(name)):
                continue
            is_none = name == "country" and value == NO_COUNTRY
            groups = groups.filter(**{lookup: None if is_none else value})
        return groups

    def _offer(self, name, nothing, things, *, in_order=False):
        choices = [(key, str(thing)) for key, thing in things.items()]
        if not in_order:
            choices.sort(key=lambda choice: as_sorted(choice[1]))
        self.fields[name].choices = [("", nothing), *choices]


LOOKUPS = {
    "country": "countries",
    "region": "region",
    "language": "languages",
    "kind": "kind",
    "liaison": "state",
}


def as_sorted(name: str) -> str:
    """A key to sort names of one language by: "Åland" stands with A, "Émirats" with E.

    Without collation data (we do not rely on the database's), Chinese names and Japanese names
    in kanji are in the order of their code points.
    """
    return group_search.fold(name)
