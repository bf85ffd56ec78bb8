"""The form of all that concerns mail, on one page."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaisons.mail_fields import (
    MailLanguageField,
    PauseField,
    RhythmField,
    TimeZoneField,
    initial_choices,
    pause_day,
)
from liaisons.mail_switches import QuietField, SwitchingForm
from liaisons.models import User
from mailing import preferences, recipients
from mailing.kinds import Category
from mailing.preferences import Switch


def _switches_of(user, recipient) -> list[Switch]:
    """What this person can switch off; work of the Core Team for those only."""
    return [
        one
        for one in (preferences.switches(recipient) if recipient.pk else [])
        if one.kind.category != Category.WORK or user.is_staff
    ]


class MailForm(SwitchingForm):
    """By which way news come, how often, in which language, of what, and from when on."""

    BY_MAIL, ON_TALK_PAGE = "mail", "talk_page"
    channel = forms.ChoiceField(
        label=gettext_lazy("Where do you want the news?"),
        choices=[
            (BY_MAIL, gettext_lazy("By e-mail")),
            (ON_TALK_PAGE, gettext_lazy("On my Wikimedia talk page")),
        ],
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "A talk page is for people who are shown by name. It gets news every week at most."
        ),
    )
    rhythm = RhythmField(may_be_none=True)
    tells_when_quiet = QuietField(
        help_text=gettext_lazy("By e-mail only: a talk page gets nothing then.")
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
            switches=_switches_of(user, preference.recipient),
        )
        self.user = user

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
