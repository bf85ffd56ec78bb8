"""The forms of relays. What they know is validation; ``relays`` does the saving."""

from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaisons.join.forms import WebLinkField
from liaisons.language_field import LanguageField, likely_languages
from liaisons.models import Group, Language, User

from . import days, relays
from .models import Relay, Update
from .models.relays import MOST_PEOPLE

# Updates to choose from where none is named; an older one is recorded from its own page.
MOST_TO_CHOOSE_FROM = 50


class RelayForm(forms.Form):
    """Where an update was passed on, when, in which language, to about how many people."""

    channel = forms.ChoiceField(
        label=gettext_lazy("Where?"),
        choices=Relay.Channel.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose where you passed it on.")},
    )
    relayed_on = forms.DateField(
        label=gettext_lazy("When?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Enter the day."),
            "invalid": gettext_lazy("Enter a day like this: 2019-07-15."),
        },
    )
    language = LanguageField(
        label=gettext_lazy("In which language?"),
        error_messages={"required": gettext_lazy("Enter the language.")},
    )
    people = forms.IntegerField(
        label=gettext_lazy("About how many people could see it?"),
        required=False,
        min_value=1,
        max_value=MOST_PEOPLE,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("A guess is enough. Leave it empty if you cannot say."),
        error_messages={
            "invalid": gettext_lazy("Enter a whole number, for example 30."),
            "min_value": gettext_lazy("Give a number between 1 and 1,000,000."),
            "max_value": gettext_lazy("Give a number between 1 and 1,000,000."),
        },
    )
    url = WebLinkField(
        label=gettext_lazy("Link"),
        required=False,
        help_text=gettext_lazy("If there is a page that everyone can read. It will be public."),
    )

    def __init__(self, *args, update: Update | None = None, likely: list[Language], **kwargs):
        self.update = update
        super().__init__(*args, **kwargs)
        self.fields["language"].suggest(likely)  # type: ignore[attr-defined]
        attributes = self.fields["relayed_on"].widget.attrs
        attributes["max"] = days.latest_today().isoformat()
        if update:
            attributes["min"] = days.earliest_day_of(update.published_at).isoformat()

    def clean(self):
        answers = super().clean()
        update = answers.get("update") or self.update
        day = answers.get("relayed_on")
        if day and day > days.latest_today():
            self.add_error("relayed_on", _("This day is still to come."))
        elif day and update and day < days.earliest_day_of(update.published_at):
            self.add_error("relayed_on", _("The update was not published yet on this day."))
        return answers

    @property
    def said(self) -> dict:
        """What the form says about the relay, as the verbs take it."""
        names = ("channel", "relayed_on", "language", "people", "url")
        return {name: self.cleaned_data[name] for name in names}


class NewRelayForm(RelayForm):
    """A relay to record: also of which update and for which group, where that is not clear."""

    field_order = ["update", "group"]

    def __init__(self, *args, person: User, groups: list[Group], group: Group, **kwargs):
        update = kwargs.get("update")
        usual = relays.usual_language(group, by=person)
        likely = likely_languages(person, group, *([usual] if usual else []))
        kwargs["initial"] = {
            "group": group.slug,
            "relayed_on": timezone.localdate(timezone=ZoneInfo(person.time_zone)),
            "language": _first_choice(likely, usual, group),
        }
        super().__init__(*args, likely=likely, **kwargs)
        self.groups = {group.slug: group for group in groups}
        if len(groups) > 1:
            self.fields["group"] = forms.ChoiceField(
                label=gettext_lazy("Which group?"),
                choices=[(group.slug, group.name) for group in groups],
                help_text=gettext_lazy("You speak for several groups."),
                error_messages={"required": gettext_lazy("Choose the group.")},
            )
        if update is None:
            self.updates = Update.objects.published().titles_only()[:MOST_TO_CHOOSE_FROM]
            self.fields["update"] = forms.ChoiceField(
                label=gettext_lazy("Which update?"),
                choices=[("", _("Choose")), *((one.slug, str(one)) for one in self.updates)],
                error_messages={"required": gettext_lazy("Choose the update.")},
            )
        self.order_fields(self.field_order)

    def clean_group(self):
        return self.groups[self.cleaned_data["group"]]

    def clean_update(self):
        return next(one for one in self.updates if one.slug == self.cleaned_data["update"])


def _first_choice(likely: list[Language], usual, group: Group) -> Language | None:
    """The language of last time; else the group's first one, where it has any."""
    codes = [usual] if usual else list(group.languages.values_list("pk", flat=True)[:1])
    return next((language for language in likely if language.code in codes), None)
