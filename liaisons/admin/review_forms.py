"""The forms of the review page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .. import contact_rules, mandates, review_texts
from ..models import Mandate, User
from ..review_texts import ASK, CONFIRM, DECLINE

DECISIONS = [
    (CONFIRM, _("Confirm")),
    (ASK, _("Ask for more")),
    (DECLINE, _("Decline")),
]


class ContactField(forms.ModelChoiceField):
    def label_from_instance(self, person):
        return person.name_for_core_team


class ReviewForm(forms.Form):
    """A decision with its message. ``seen`` is the state of the application that was looked at."""

    decision = forms.ChoiceField(label=_("Decision"), choices=DECISIONS, widget=forms.RadioSelect)
    text = forms.ChoiceField(
        label=_("Ready sentence"),
        required=False,
        help_text=_("It is sent in the applicant’s language."),
    )
    own_words = forms.CharField(
        label=_("Your own words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        help_text=_("They are sent as you write them."),
    )
    contact = ContactField(
        label=_("Core Team contact"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("Only when you confirm: whom the liaison can ask anything."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, mandate, reviewer, **kwargs):
        self.mandate = mandate
        super().__init__(*args, **kwargs)
        self.fields["text"].choices = [
            ("", _("No ready sentence")),
            *(
                (label, [(f"{decision}:{key}", words) for key, words in texts.items()])
                for (decision, label) in DECISIONS
                for texts in [review_texts.TEXTS[decision]]
            ),
        ]
        self.fields["contact"].queryset = User.objects.filter(
            is_staff=True, is_active=True
        ).exclude(pk=mandate.person_id)
        self.fields["contact"].initial = (contact_rules.contact_for(mandate) or reviewer).pk

    def clean(self):
        answers = super().clean()
        decision, text = answers.get("decision"), answers.get("text", "")
        if text and decision and not text.startswith(f"{decision}:"):
            self.add_error("text", _("This sentence belongs to another decision."))
        elif decision in (ASK, DECLINE) and not (text or answers.get("own_words")):
            self.add_error("own_words", _("Choose a ready sentence or write your own words."))
        if decision == CONFIRM and not answers.get("contact") and "contact" not in self.errors:
            self.add_error("contact", _("Choose who will be the contact of the liaison."))
        return answers

    @property
    def message(self) -> str:
        """What the applicant reads, in their language."""
        decision, _colon, key = self.cleaned_data["text"].partition(":")
        return review_texts.message(
            decision=decision or self.cleaned_data["decision"],
            text=key,
            own_words=self.cleaned_data["own_words"],
            to=self.mandate.person,
        )


class ReplyForm(forms.Form):
    """A message to the applicant that decides nothing."""

    message = forms.CharField(
        label=_("Your message"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_("It is sent as you write it."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)


class DisputeForm(forms.Form):
    """What becomes of a mandate that a member of the group contested."""

    KEEP, END = "keep", "end"

    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (KEEP, _("The mandate stays")),
            (END, _("The mandate ends: the group withdrew it")),
        ],
        widget=forms.RadioSelect,
    )
    message = forms.CharField(
        label=_("What you found"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_(
            "The liaison reads it, and it stays in the history. Do not say who contested it."
        ),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)


class EndForm(forms.Form):
    """Ending a mandate for the Core Team."""

    why = forms.ChoiceField(
        label=_("Why does it end?"),
        choices=[(why, Mandate.EndReason(why).label) for why in mandates.BY_THE_CORE_TEAM],
        widget=forms.RadioSelect,
        help_text=_("Everyone reads this on the group’s page."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("The liaison reads it, and it stays in the history."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)


class SeenForm(forms.Form):
    """Nothing but the state that was looked at."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class ChangeContactForm(SeenForm):
    """Another Core Team contact for a liaison."""

    contact = ContactField(label=_("Core Team contact"), queryset=User.objects.none())

    def __init__(self, *args, mandate, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = User.objects.filter(
            is_staff=True, is_active=True
        ).exclude(pk=mandate.person_id)
        self.fields["contact"].initial = mandate.contact_id
