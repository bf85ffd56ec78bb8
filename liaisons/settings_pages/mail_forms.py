"""The form of all that concerns mail, on one page."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaisons.mail_fields import (
    ChoosingForm,
    MailLanguageField,
    PauseField,
    RhythmField,
    TimeZoneField,
    initial_choices,
    pause_day,
)
from liaisons.models import User
from mailing import preferences, recipients
from mailing.kinds import Category
from mailing.preferences import Switch

# What the field about the kinds of one category is called in a form.
PREFIX_OF_KINDS = "kinds_"


def _switches_of(user, recipient) -> dict[str, list[Switch]]:
    """By category what this person can switch off; work of the Core Team for those only."""
    found: dict[str, list[Switch]] = {}
    if recipient.pk:
        for one in preferences.switches(recipient):
            if one.kind.category != Category.WORK or user.is_staff:
                found.setdefault(one.kind.category.value, []).append(one)
    return found


class MailForm(ChoosingForm):
    """By which way news come, how often, in which language, of what, and from when on."""

    BY_MAIL, ON_TALK_PAGE = "mail", "talk_page"
    channel = forms.ChoiceField(
        label=gettext_lazy("Where do you want the news?"),
        choices=[
            (BY_MAIL, gettext_lazy("By e-mail")),
            (ON_TALK_PAGE, gettext_lazy("On my Wikimedia talk page")),
        ],
        widget=forms.RadioSelect,
    )
    rhythm = RhythmField(may_be_none=True)
    tells_when_quiet = forms.BooleanField(
        label=gettext_lazy("Also tell me when nothing happened for a month"), required=False
    )
    language = MailLanguageField()
    time_zone = TimeZoneField()
    paused_until = PauseField()

    def __init__(self, data=None, *, user: User):
        preference = recipients.preference_of(user)
        on_talk_page = user.prefers_talk_page
        super().__init__(
            data,
            initial={
                "channel": self.ON_TALK_PAGE if on_talk_page else self.BY_MAIL,
                "rhythm": preference.rhythm,
                "tells_when_quiet": preference.tells_when_quiet,
                "language": user.language,
                "time_zone": user.time_zone,
                "paused_until": pause_day(preference.recipient),
                **initial_choices(preference.choices),
            },
        )
        self.user = user
        self.switches = _switches_of(user, preference.recipient)
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

    def switched(self) -> list[tuple[str, bool]]:
        """The kinds that are to be switched, and whether on. What was not on the page stays."""
        return [
            (one.kind.name, not one.is_on)
            for category, found in self.switches.items()
            for one in found
            if (one.kind.name in self.cleaned_data[PREFIX_OF_KINDS + category]) != one.is_on
        ]

    def clean_channel(self):
        channel = self.cleaned_data["channel"]
        if channel == self.ON_TALK_PAGE and not self.user.wiki_username:
            raise forms.ValidationError(_("Your account here has no Wikimedia user name."))
        if channel == self.BY_MAIL and not self.user.email:
            raise forms.ValidationError(_("Your account has no e-mail address yet."))
        return channel

    def clean(self):
        cleaned = super().clean()
        try:
            cleaned["paused_until"] = self.fields["paused_until"].clean_for(
                cleaned.get("paused_until"), cleaned.get("time_zone", "UTC")
            )
        except forms.ValidationError as error:
            self.add_error("paused_until", error)
        return cleaned
