"""The forms of writing to a liaison, of answering, and of how one wants to be written to."""

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from mailing.addresses import header_address
from web.one_line import OneLineField

from ..accounts.forms import AddressField
from ..models import User
from ..trapped_form import TrappedForm
from . import ways

ContactBy = User.ContactBy
# What a text may have in a form before it is said to be too long: nothing typed is cut off.
AREA = {"rows": 10, "dir": "auto"}


class LetterForm(TrappedForm):
    """A letter to a liaison; its stamp is about the mandate of whom it goes to."""

    name = OneLineField(
        label=gettext_lazy("Your name"),
        required=False,
        max_length=150,
        help_text=gettext_lazy("As you want to be addressed. It need not be your legal name."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    address = AddressField(
        help_text=gettext_lazy(
            "The answer comes there, so the liaison can see it. Nobody else gets it."
        )
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of your letter"), choices=settings.LANGUAGES
    )
    body = forms.CharField(
        label=gettext_lazy("Your letter"),
        max_length=4000,
        widget=forms.Textarea(attrs=AREA),
        error_messages={"required": gettext_lazy("Please write your letter.")},
    )
    field_order = ("name", "address", "language", "body")

    trapped = gettext_lazy(
        "A field that stays empty was filled in, perhaps by your browser. "
        "We emptied it. Please send your letter again."
    )
    too_old = gettext_lazy("This page was open for very long. Please send your letter again.")
    about_another = gettext_lazy(
        "Something changed while you wrote. Please read to whom you write before you send."
    )
    too_fast = gettext_lazy(
        "That was very fast. Please read your letter once more and send it again."
    )

    def __init__(self, data=None, *, mandate_id: int, asks_address: bool, initial=None):
        super().__init__(
            data, about=f"mandate {mandate_id}", initial={"language": get_language(), **initial}
        )
        self.mandate_id = mandate_id
        if not asks_address:
            del self.fields["address"]

    def clean_address(self):
        address = self.cleaned_data["address"]
        try:
            header_address(address)
        except ValueError as error:
            field = self.fields["address"]
            raise forms.ValidationError(field.error_messages["invalid"], code="invalid") from error
        return address


class AnswerForm(forms.Form):
    """The answer to a letter."""

    answer = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=4000,
        widget=forms.Textarea(attrs=AREA),
        error_messages={"required": gettext_lazy("Please write your answer.")},
    )


class ReportForm(forms.Form):
    """What is wrong with a letter."""

    note = forms.CharField(
        label=gettext_lazy("What is wrong with it?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=gettext_lazy("The Core Team reads it, and this letter."),
        error_messages={"required": gettext_lazy("Please say what is wrong with it.")},
    )


class ContactForm(forms.Form):
    """How the public can write to a liaison."""

    contact_by = forms.ChoiceField(
        label=gettext_lazy("How can the public write to you?"),
        choices=ContactBy.choices,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, person: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_contact_by(self):
        chosen = self.cleaned_data["contact_by"]
        if chosen == ContactBy.FORM and not self.person.email:
            raise forms.ValidationError(_("Your account has no e-mail address yet."))
        if chosen == ContactBy.WIKI and not self.person.wiki_username:
            raise forms.ValidationError(_("Your account here has no Wikimedia user name."))
        if chosen == ContactBy.WIKI and not ways.may_use_wiki(self.person):
            raise forms.ValidationError(
                _("The link names your Wikimedia account. First let everyone see your name.")
            )
        return chosen
