"""Forms of signing in and up; every word is ours, because allauth lacks two of our languages."""

from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.utils.translation import gettext_lazy as _

from .codes import DIGITS, plain_digits


def posted(request):
    """A form's data: what was posted, also when that is nothing at all; None for a GET."""
    return request.POST if request.method == "POST" else None


class AddressField(forms.EmailField):
    """An e-mail address, in lower case."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", _("E-mail address"))
        kwargs.setdefault("max_length", 254)
        kwargs.setdefault(
            "error_messages",
            {
                "required": _("Enter your e-mail address."),
                "invalid": _("This is not an e-mail address. An example: name@example.org"),
            },
        )
        kwargs.setdefault("widget", forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}))
        super().__init__(**kwargs)

    def clean(self, value):
        return super().clean(value).lower()


class PasswordField(forms.CharField):
    """A password, taken as it is typed."""

    def __init__(self, *, autocomplete, **kwargs):
        kwargs.setdefault("label", _("Password"))
        kwargs.setdefault("max_length", 1000)
        super().__init__(
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": autocomplete, "dir": "ltr"}),
            **kwargs,
        )


class SignInForm(forms.Form):
    """An address; a code is mailed to it unless a password is typed."""

    email = AddressField()
    password = PasswordField(autocomplete="current-password", required=False)


class SignUpForm(forms.Form):
    """An address and, for who wants one, a password."""

    email = AddressField()
    password = PasswordField(
        autocomplete="new-password",
        required=False,
        help_text=_("At least 10 characters. You can also always sign in with a code."),
    )

    def clean_password(self):
        password = self.cleaned_data["password"]
        if password:
            validate_password(password)
        return password


class AddressForm(forms.Form):
    """Only an address."""

    email = AddressField()


class CodeForm(forms.Form):
    """The code from the mail, in the digits of any script, with or without spaces."""

    code = forms.CharField(
        label=_("Code from the mail"),
        max_length=40,
        error_messages={"required": _("Enter the code from the mail.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}
        ),
    )

    def clean_code(self):
        code = plain_digits(self.cleaned_data["code"])
        if len(code) != DIGITS:
            raise forms.ValidationError(_("The code has 8 digits."), code="length")
        return code


class PasswordForm(forms.Form):
    """The account's password, to prove once more who it is."""

    password = PasswordField(
        autocomplete="current-password",
        error_messages={"required": _("Enter your password.")},
    )


class NewPasswordForm(forms.Form):
    """A new password; rules are said before it is typed."""

    password = PasswordField(
        label=_("New password"),
        autocomplete="new-password",
        error_messages={"required": _("Enter a password.")},
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].help_text = " ".join(
            str(text) for text in password_validators_help_texts()
        )

    def clean_password(self):
        password = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password
