"""Forms of the settings pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from liaisons.group_search import fold
from liaisons.models import Country, User
from liaisons.name_choice import ShownByNameField
from web.one_line import OneLineField


class CountryField(forms.ModelChoiceField):
    """A country, sorted by its name in the reader's language; may be left open."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", _("Country"))
        kwargs.setdefault("empty_label", _("I prefer not to say"))
        super().__init__(queryset=Country.objects.all(), required=False, **kwargs)

    def sort(self):
        """Put the choices in order for the reader; call it when the form is made."""
        countries = sorted(self.queryset, key=lambda country: fold(country.name))
        self.choices = [("", self.empty_label), *((c.pk, c.name) for c in countries)]


class OwnFieldsForm(forms.ModelForm):
    """Saves its own fields only: another page may be saving the others right now."""

    saved: tuple[str, ...] = ()

    def save(self, commit=True):
        self.instance.save(update_fields=self.saved)
        return self.instance


class ProfileForm(OwnFieldsForm):
    """The name, the country, and whether everyone may see the name."""

    saved = ("display_name", "country", "is_public_by_name")
    country = CountryField(
        help_text=_(
            "Why we ask: to choose a good time for calls, and to protect people where being named "
            "can bring risks. Only you and the Core Team see it."
        )
    )
    is_public_by_name = ShownByNameField()

    class Meta:
        model = User
        fields = ["display_name", "country"]
        field_classes = {"display_name": OneLineField}
        labels = {"display_name": _("Name")}
        help_texts = {
            "display_name": _("As you want to be addressed. It need not be your legal name.")
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["country"].sort()
        self.initial["is_public_by_name"] = ShownByNameField.initial_for(self.instance)
        self.fields["display_name"].widget.attrs["autocomplete"] = "name"

    def clean(self):
        cleaned = super().clean()
        shown = cleaned.get("is_public_by_name")
        if shown and not cleaned.get("display_name") and not self.instance.wiki_username:
            self.add_error("display_name", _("Enter the name that everyone may see."))
        return cleaned

    def save(self, commit=True):
        self.instance.is_public_by_name = self.cleaned_data["is_public_by_name"]
        return super().save(commit)


class DeleteForm(forms.Form):
    """The confirmation that the account is to be deleted, and what histories say afterwards."""

    NO_NAME, PSEUDONYM = "none", "pseudonym"
    called = forms.ChoiceField(
        label=_("What should histories and published texts call you?"),
        choices=[
            (NO_NAME, _("Nothing: they only say that somebody held the seat.")),
            (PSEUDONYM, _("A made-up name, such as “Former liaison K7Q2”. We choose it.")),
        ],
        help_text=_("With a made-up name, readers can see what came from the same person."),
        widget=forms.RadioSelect,
        initial=NO_NAME,
        required=False,
    )
    is_sure = forms.BooleanField(
        label=_("Yes, delete my account. I know that this cannot be undone."),
        error_messages={"required": _("Tick the box to delete your account.")},
    )

    def __init__(self, *args, was_liaison, **kwargs):
        super().__init__(*args, **kwargs)
        if not was_liaison:
            del self.fields["called"]

    @property
    def wants_pseudonym(self) -> bool:
        """True where histories are to call the person by a made-up name."""
        return self.cleaned_data.get("called") == self.PSEUDONYM
