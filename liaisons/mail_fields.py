"""Fields that say which mail somebody wants, with an account or without."""

import zoneinfo
from datetime import timedelta

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mailing import choices, pauses
from mailing.choices import Choices
from mailing.models.recipients import Rhythm

# What a field about one of the choices is called in a form.
PREFIX = "only_"


def time_zones() -> list[str]:
    """The time zones of places, by name; UTC first."""
    places = ("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/",
              "Europe/", "Indian/", "Pacific/")  # fmt: skip
    return ["UTC", *sorted(z for z in zoneinfo.available_timezones() if z.startswith(places))]


class MailLanguageField(forms.ChoiceField):
    """The language mails are written in."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", _("Language of your mails"))
        super().__init__(choices=settings.LANGUAGES, **kwargs)


class TimeZoneField(forms.ChoiceField):
    """The time zone in whose morning the digest comes."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", _("Time zone"))
        kwargs.setdefault(
            "help_text",
            _("A daily, weekly or monthly digest by e-mail comes at seven in the morning there."),
        )
        super().__init__(
            choices=lambda: [(zone, zone.replace("_", " ")) for zone in time_zones()], **kwargs
        )


class RhythmField(forms.ChoiceField):
    """How often the digest comes."""

    def __init__(self, *, may_be_none: bool, **kwargs):
        kwargs.setdefault("label", _("How often?"))
        kwargs.setdefault("widget", forms.RadioSelect)
        kwargs.setdefault("help_text", _("When there is nothing new, no mail is sent."))
        offered = [
            option for option in Rhythm.choices if may_be_none or option[0] != Rhythm.NONE.value
        ]
        super().__init__(choices=offered, **kwargs)


class PauseField(forms.DateField):
    """The first day on which mail comes again; empty for no pause."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", _("Pause until"))
        kwargs.setdefault(
            "help_text",
            _(
                "The first day on which you want mail again. Until then only receipts and urgent "
                "messages come. What is new meanwhile comes afterwards: nothing is lost."
            ),
        )
        kwargs.setdefault("error_messages", {"invalid": _("Enter a day, such as 2019-08-31.")})
        kwargs.setdefault(
            "widget",
            forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "dir": "ltr"}),
        )
        super().__init__(required=False, **kwargs)

    def clean_for(self, day, zone: str):
        """The day, where a pause can last until then in this time zone."""
        if day is None:
            return None
        today = timezone.localdate(timezone=zoneinfo.ZoneInfo(zone))
        if day <= today:
            raise forms.ValidationError(gettext("This day is over. Choose a later one."))
        if day > today + pauses.longest():
            weeks = pauses.longest() // timedelta(weeks=1)
            raise forms.ValidationError(
                ngettext(
                    "A pause can last %(weeks)d week. Choose an earlier day.",
                    "A pause can last %(weeks)d weeks. Choose an earlier day.",
                    weeks,
                )
                % {"weeks": weeks}
            )
        return day


class ChoosingForm(forms.Form):
    """A form with a field for each thing to choose about in the digest, such as topics."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for choice in choices.registered():
            options = choice.options()
            if options:
                self.fields[PREFIX + choice.name] = forms.MultipleChoiceField(
                    label=choice.label,
                    help_text=choice.help_text,
                    choices=options,
                    required=False,
                    widget=forms.CheckboxSelectMultiple,
                )

    @property
    def choice_fields(self) -> list[forms.BoundField]:
        """The fields about choices, for the page."""
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    @property
    def has_chosen(self) -> bool:
        """Whether something is chosen, or wrong, so that the page shows it."""
        return any(field.value() or field.errors for field in self.choice_fields)

    @property
    def chosen(self) -> Choices:
        """What was chosen."""
        return choices.tidy(
            {
                name.removeprefix(PREFIX): self.cleaned_data[name]
                for name in self.fields
                if name.startswith(PREFIX)
            }
        )


def initial_choices(chosen: Choices) -> dict[str, list[str]]:
    """The same as a form begins with."""
    return {PREFIX + name: values for name, values in chosen.items()}


def pause_day(recipient):
    """The first day on which mail comes again, for the form; None where nothing is paused."""
    until = pauses.paused_until(recipient)
    return until.astimezone(zoneinfo.ZoneInfo(recipient.time_zone)).date() if until else None
