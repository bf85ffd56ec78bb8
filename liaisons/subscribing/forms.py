"""The forms of asking for the digest without an account, and of managing it."""

from dataclasses import replace

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mailing import preferences, subscriptions
from mailing.addresses import wire_address
from mailing.models import Recipient, Rhythm

from ..accounts.forms import AddressField
from ..mail_fields import (
    ChoosingForm,
    MailLanguageField,
    PauseField,
    RhythmField,
    TimeZoneField,
    initial_choices,
    pause_day,
)
from ..mail_switches import QuietField, SwitchingForm
from ..trapped_form import TrappedForm

ABOUT = "subscription"
UNKNOWN_ZONE = "UTC"


class SubscribeForm(TrappedForm, ChoosingForm):
    """An address, and what it is to get."""

    address = AddressField(
        help_text=_("We write to it only what you ask for here. Nobody else gets it.")
    )
    rhythm = RhythmField(may_be_none=False)
    language = MailLanguageField()
    time_zone = TimeZoneField()

    def __init__(self, data=None):
        super().__init__(
            data,
            about=ABOUT,
            initial={
                "language": get_language(),
                "rhythm": Rhythm.WEEKLY.value,
                "time_zone": UNKNOWN_ZONE,
            },
        )
        if not self.is_bound:
            # A script begins with the device's own: static/js/parts/time_zone.js.
            self.fields["time_zone"].widget.attrs["data-own-zone"] = UNKNOWN_ZONE

    def clean_address(self):
        address = self.cleaned_data["address"]
        try:
            wire_address(address)
        except ValueError as error:
            field = self.fields["address"]
            raise forms.ValidationError(field.error_messages["invalid"], code="invalid") from error
        return address

    @property
    def wish(self) -> subscriptions.Wish:
        """What was asked for."""
        return _wish(self)


class ManageForm(SwitchingForm):
    """What a subscriber gets."""

    rhythm = RhythmField(may_be_none=False)
    tells_when_quiet = QuietField()
    language = MailLanguageField()
    time_zone = TimeZoneField()
    paused_until = PauseField()

    def __init__(self, data=None, *, recipient: Recipient):
        preference = subscriptions.preference_of(recipient)
        left = preference.rhythm == Rhythm.NONE
        super().__init__(
            data,
            initial={
                "rhythm": Rhythm.WEEKLY.value if left else preference.rhythm,
                "language": recipient.language,
                "time_zone": recipient.time_zone,
                "paused_until": pause_day(recipient),
                "tells_when_quiet": preference.tells_when_quiet,
                **initial_choices(preference.choices),
            },
            switches=preferences.switches(recipient),
        )

    def clean(self):
        cleaned = super().clean()
        try:
            cleaned["paused_until"] = self.fields["paused_until"].clean_for(
                cleaned.get("paused_until"), cleaned.get("time_zone", "UTC")
            )
        except forms.ValidationError as error:
            self.add_error("paused_until", error)
        return cleaned

    @property
    def wish(self) -> subscriptions.Wish:
        """What is wanted now."""
        return replace(_wish(self), tells_when_quiet=self.cleaned_data["tells_when_quiet"])


def _wish(form) -> subscriptions.Wish:
    return subscriptions.Wish(
        rhythm=form.cleaned_data["rhythm"],
        language=form.cleaned_data["language"],
        time_zone=form.cleaned_data["time_zone"],
        choices=form.chosen,
    )
