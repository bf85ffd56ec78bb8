"""The form for one's languages: a part for each, and a field for one more."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaisons import languages
from liaisons.language_field import LanguageField, likely_languages
from liaisons.models import LanguageSkill


class SkillForm(forms.ModelForm):
    """One language of the person; for English there is nothing to translate."""

    # A part that was not on the page, because the language was added elsewhere, is left alone.
    is_on_page = forms.BooleanField(required=False, widget=forms.HiddenInput, initial=True)
    remove = forms.BooleanField(label=gettext_lazy("Remove this language"), required=False)

    class Meta:
        model = LanguageSkill
        fields = ["level", *languages.NEEDS, *languages.OFFERS]
        labels = {
            "level": gettext_lazy("How well do you know it?"),
            "needs_help_from_english": gettext_lazy("I need help: from English"),
            "needs_help_to_english": gettext_lazy("I need help: into English"),
            "offers_help_from_english": gettext_lazy("I can help others: from English"),
            "offers_help_to_english": gettext_lazy("I can help others: into English"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        code = self.instance.language_id
        self.language = self.instance.language
        self.fields["level"].choices = [
            ("", gettext_lazy("I prefer not to say")), *LanguageSkill.Level.choices
        ]  # fmt: skip
        self.has_translation = not languages.is_english(code)
        if not self.has_translation:
            for name in (*languages.NEEDS, *languages.OFFERS):
                del self.fields[name]

    def said(self) -> dict:
        """What was answered, by field."""
        names = set(self.Meta.fields) & set(self.fields)
        return {name: self.cleaned_data[name] for name in names}


class LanguagesForm:
    """All languages of a person and a field for one more, saved at once."""

    def __init__(self, data, *, person):
        skills = person.language_skills.select_related("language")
        self.parts = [
            SkillForm(data, instance=skill, prefix=f"language-{skill.language_id}")
            for skill in skills
        ]
        self.new = NewLanguageForm(
            data, person=person, known=[part.language for part in self.parts]
        )
        self.is_bound = data is not None

    def is_valid(self) -> bool:
        """Whether every part is right."""
        return self.is_bound and all(form.is_valid() for form in (*self.parts, self.new))

    def change(self) -> languages.Change:
        """What to save."""
        on_page = [part for part in self.parts if part.cleaned_data["is_on_page"]]
        stays = [part for part in on_page if not part.cleaned_data["remove"]]
        added = self.new.cleaned_data["language"]
        return languages.Change(
            said={part.language.pk: part.said() for part in stays},
            removed=[part.language.pk for part in on_page if part not in stays],
            added=[added] if added else [],
        )


class NewLanguageForm(forms.Form):
    """One more language."""

    language = LanguageField(label=gettext_lazy("Add a language"), required=False)

    def __init__(self, data, *, person, known):
        super().__init__(data, prefix="new")
        self.known = known
        likely = likely_languages(person)
        self.fields["language"].suggest([one for one in likely if one not in known])

    def clean_language(self):
        language = self.cleaned_data["language"]
        if language and language not in self.known and len(self.known) >= languages.MOST:
            raise forms.ValidationError(_("Please choose fewer languages."))
        return language
