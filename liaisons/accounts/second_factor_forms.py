"""Forms of the second step; the limits are counted by the views, before a form is asked."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from . import passkeys, second_factor
from .codes import plain_digits


class _AppCode:
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = self.code_label
        field.max_length = 40
        field.error_messages["required"] = _("Enter the code.")
        field.widget.attrs = {
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "dir": "ltr",
        }


class SecondFactorForm(_AppCode, AuthenticateForm):
    """A code from the app, or a recovery code."""

    code_label = _("Code from your app, or a recovery code")

    def clean_code(self):
        self.authenticator = second_factor.take_code(self.user, self.cleaned_data["code"])
        if self.authenticator is None:
            raise get_adapter().validation_error("incorrect_code")
        return ""


class PasskeyForm(AuthenticateWebAuthnForm):
    """A browser's answer when it was asked for a passkey."""

    def clean_credential(self):
        self.authenticator = passkeys.used(self.user, self.cleaned_data["credential"])
        return self.authenticator


class TurnOnAppForm(_AppCode, ActivateTOTPForm):
    """The first code of an app, which proves that it was set up."""

    code_label = _("Code from your app")

    def clean_code(self):
        self.counter = second_factor.counter_of(
            self.secret, plain_digits(self.cleaned_data["code"])
        )
        if self.counter is None:
            raise get_adapter().validation_error("incorrect_code")
        return ""


class ResetCodeForm(forms.Form):
    """The code that an administrator handed over after a reset."""

    code = forms.CharField(
        label=_("Code of 12 digits"),
        max_length=40,
        error_messages={"required": _("Enter the code.")},
        widget=forms.TextInput(
            # Nothing that a browser keeps or fills in: it works once.
            attrs={"autocomplete": "off", "inputmode": "numeric", "dir": "ltr"}
        ),
    )


class PasskeyNameForm(forms.Form):
    """What a person calls a passkey, to tell it from others."""

    name = forms.CharField(
        label=_("Name of the passkey"),
        max_length=passkeys.LONGEST_NAME,
        help_text=_("Only you see it. It tells your passkeys apart."),
    )


class AddPasskeyForm(PasskeyNameForm):
    """A name, and the browser's answer when it was asked to make a passkey."""

    credential = forms.JSONField(widget=forms.HiddenInput)

    def clean_credential(self):
        return passkeys.made(self.cleaned_data["credential"])
