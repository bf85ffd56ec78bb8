"""The forms of sign-up, one for each step. What they know is validation; verbs do the saving."""

from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from mailing import recipients
from mailing.models import Rhythm
from web.one_line import OneLineField

from ..group_search import fold
from ..models import Country, Group, Language, Mandate
from ..name_choice import ShownByNameField
from ..spoken_languages import find

NO_WEB_LINK = _("Enter a link that begins with https://.")
WEB_LINK = URLValidator(schemes=["http", "https"], message=NO_WEB_LINK)
SHORTEST_EXPLANATION = 20
MOST_LANGUAGES = 20
FIRST_YEAR = 2001


def split_names(text: str) -> list[str]:
    """Names typed in one field, separated by commas of any script or line breaks."""
    for separator in "،、，;؛\n":
        text = text.replace(separator, ",")
    return [name.strip() for name in text.split(",") if name.strip()]


def _named(rows) -> list[tuple[str, str]]:
    """Choices sorted by the name in the reader's language: "árabe" stands with A."""
    return sorted(((row.pk, row.name) for row in rows), key=lambda choice: fold(choice[1]))


class WebLinkField(forms.URLField):
    """A link on the web: http or https, nothing else."""

    default_validators = [WEB_LINK]
    default_error_messages = {"invalid": NO_WEB_LINK}

    def __init__(self, **kwargs):
        super().__init__(assume_scheme="https", max_length=500, **kwargs)
        self.widget.attrs |= {"dir": "ltr", "inputmode": "url", "autocomplete": "url"}


class LanguageNamesMixin:
    """A field ``other_languages`` where languages are typed by any of their names."""

    def clean_other_languages(self):
        names = split_names(self.cleaned_data["other_languages"])
        languages, unknown = find(names[:MOST_LANGUAGES])
        for name, near in unknown.items():
            if near:
                between = pgettext("between items of a list", ", ")
                self.add_error(
                    "other_languages",
                    _("No language is called “%(name)s”. Did you mean: %(near)s?")
                    % {"name": name, "near": between.join(str(language) for language in near)},
                )
            else:
                self.add_error(
                    "other_languages",
                    _("No language is called “%(name)s”. Try its English name or its code.")
                    % {"name": name},
                )
        return languages


class ProposalForm(LanguageNamesMixin, forms.Form):
    """A group that is not in the directory."""

    name = OneLineField(
        label=_("Name of the group"),
        min_length=3,
        max_length=200,
        error_messages={"required": _("Enter the name of the group.")},
    )
    kind = forms.ChoiceField(
        label=_("What kind of group is it?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the kind of group.")},
    )
    country = forms.ChoiceField(
        label=_("Where is it?"),
        help_text=_("Choose “Worldwide” if the group does not belong to one country."),
        error_messages={"required": _("Choose a country or “Worldwide”.")},
    )
    other_languages = forms.CharField(
        label=_("Languages of the group"),
        max_length=300,
        help_text=_("Several languages: put commas between them."),
        error_messages={"required": _("Enter at least one language.")},
    )
    page_url = WebLinkField(
        label=_("A page about the group"),
        help_text=_("For example its page on Meta-Wiki. It helps the Core Team to check."),
        error_messages={"required": _("Enter the link.")},
    )

    WORLDWIDE = "worldwide"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Group.Kind.choices
        self.fields["country"].choices = [
            ("", _("Choose")),
            (self.WORLDWIDE, _("Worldwide")),
            *_named(Country.objects.all()),
        ]

    def clean_country(self):
        """The country, or None for a worldwide group."""
        chosen = self.cleaned_data["country"]
        return None if chosen == self.WORLDWIDE else Country.objects.get(pk=chosen)


class MandateForm(forms.Form):
    """Role, seat, and how the group agreed."""

    role = forms.ChoiceField(
        label=_("Your role in the group"),
        choices=Mandate.Role.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose your role.")},
    )
    seat = forms.ChoiceField(
        label=_("Your seat"),
        choices=[
            (Mandate.Seat.PRIMARY, _("Primary: the first contact of the group")),
            (Mandate.Seat.DEPUTY, _("Deputy: helps the primary liaison and stands in")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a seat.")},
    )
    evidence = forms.ChoiceField(
        label=_("How did the group agree that you speak for it?"),
        choices=[
            (Mandate.Evidence.LINK, _("There is a page or a message that shows it")),
            (Mandate.Evidence.EXPLANATION, _("There is no such page; I explain it")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the group agreed.")},
    )
    evidence_url = WebLinkField(
        label=_("Link to it"), error_messages={"required": _("Enter the link.")}
    )
    agreed_on = forms.DateField(
        label=_("When did the group agree?"),
        widget=forms.DateInput(attrs={"type": "date", "min": "2001-01-15"}, format="%Y-%m-%d"),
        error_messages={"required": _("Enter the day. If you are not sure, about the day.")},
    )
    evidence_text = forms.CharField(
        label=_("How and when did the group agree?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        help_text=_("Any language. Only the Core Team reads it."),
        error_messages={"required": _("Explain how the group agreed.")},
    )
    is_attested = forms.BooleanField(
        label=_("The group has agreed that I speak for it. I will tell it what I pass on."),
        error_messages={"required": _("Please confirm this sentence. It is what a mandate means.")},
    )

    # The browser must not insist on an answer that belongs to the other kind of evidence.
    use_required_attribute = False
    NEEDED_FOR = {
        Mandate.Evidence.LINK: ("evidence_url", "agreed_on"),
        Mandate.Evidence.EXPLANATION: ("evidence_text",),
    }

    def __init__(self, *args, person, is_tied=False, **kwargs):
        self.person = person
        super().__init__(*args, **kwargs)
        if is_tied:
            del self.fields["seat"]  # it is the one that is handed over

    def clean_agreed_on(self):
        day = self.cleaned_data["agreed_on"]
        if day and day > timezone.localdate(timezone=ZoneInfo(self.person.time_zone)):
            raise forms.ValidationError(_("This day is still to come."))
        if day and day.year < FIRST_YEAR:
            raise forms.ValidationError(_("Please check the year."))
        return day

    def clean_evidence_text(self):
        text = self.cleaned_data["evidence_text"]
        if len(text) < SHORTEST_EXPLANATION:
            raise forms.ValidationError(_("Please write a little more: who agreed, and when."))
        return text

    def clean(self):
        """Errors in fields of the other kind of evidence do not matter."""
        answers = super().clean()
        for evidence, names in self.NEEDED_FOR.items():
            if evidence != answers.get("evidence"):
                for name in names:
                    self.errors.pop(name, None)
        return answers


def _languages_of(group: Group | None) -> list[str]:
    return list(group.languages.values_list("pk", flat=True)) if group else []


EMAIL, TALK_PAGE = "email", "talk_page"


class SupportForm(LanguageNamesMixin, forms.Form):
    """Languages, translation help, mail, country, and the choice about the name."""

    languages = forms.MultipleChoiceField(
        label=_("Languages you can use for this work"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one language, or enter one below.")},
    )
    other_languages = forms.CharField(
        label=_("Other languages"),
        required=False,
        max_length=300,
        help_text=_("By any name, also in your own script. Put commas between them."),
    )
    help_from_english = forms.BooleanField(
        label=_("I need help to translate from English into my languages"), required=False
    )
    help_to_english = forms.BooleanField(
        label=_("I need help to translate from my languages into English"), required=False
    )
    channel = forms.ChoiceField(
        label=_("How should news reach you?"),
        choices=[(EMAIL, _("By e-mail")), (TALK_PAGE, _("On my talk page on Meta-Wiki"))],
        widget=forms.RadioSelect,
        help_text=_(
            "A talk page is for people who are shown by name. It gets news every week at most."
        ),
    )
    rhythm = forms.ChoiceField(
        label=_("How often by e-mail?"),
        choices=[choice for choice in Rhythm.choices if choice[0] != Rhythm.NONE],
        help_text=_("Nothing is sent when nothing is new. You can change this in each mail."),
    )
    mail_language = forms.ChoiceField(label=_("Language of your mail"), choices=settings.LANGUAGES)
    country = forms.ChoiceField(
        label=_("Your country"),
        required=False,
        help_text=_("Never shown. It helps to choose a good time for calls, and to protect you."),
    )
    display_name = OneLineField(
        label=_("Your name"),
        required=False,
        max_length=150,
        help_text=_("As the Core Team, and if you wish everyone, should see it. Any name will do."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "dir": "auto"}),
    )
    is_public_by_name = ShownByNameField()

    def __init__(self, *args, person, group=None, **kwargs):
        self.person = person
        kwargs.setdefault("initial", self._initial(person, group))
        super().__init__(*args, **kwargs)
        self.fields["languages"].choices = self._language_choices(group)
        self.fields["country"].choices = [
            ("", _("I would rather not say")),
            *_named(Country.objects.all()),
        ]

    @staticmethod
    def _initial(person, group):
        skills = list(person.language_skills.all())
        preference = recipients.preference_of(person)
        spoken = [skill.language_id for skill in skills]
        return {
            "languages": spoken
            or (list(group.languages.values_list("pk", flat=True)) if group else []),
            "help_from_english": any(skill.needs_help_from_english for skill in skills),
            "help_to_english": any(skill.needs_help_to_english for skill in skills),
            "channel": TALK_PAGE if person.prefers_talk_page or not person.email else EMAIL,
            "rhythm": preference.rhythm if preference.rhythm != Rhythm.NONE else Rhythm.WEEKLY,
            "mail_language": person.language,
            "country": person.country_id or "",
            "display_name": person.display_name,
            "is_public_by_name": ShownByNameField.initial_for(person),
        }

    def _language_choices(self, group):
        """The group's languages, the person's own, those just chosen, then the site's."""
        own = list(self.person.language_skills.values_list("language_id", flat=True))
        of_group = _languages_of(group)
        codes = [code for code, _name in settings.LANGUAGES]
        chosen = self.data.getlist("languages")[:MOST_LANGUAGES] if self.is_bound else []
        first = list(dict.fromkeys([*of_group, *own, *chosen]))
        rows = Language.objects.in_bulk([*first, *codes])
        leading = [(code, rows[code].name) for code in first if code in rows]
        rest = [rows[code] for code in codes if code in rows and code not in first]
        return leading + _named(rest)

    def clean_languages(self):
        codes = self.cleaned_data["languages"]
        rows = Language.objects.in_bulk(codes)
        return [rows[code] for code in codes]

    def clean_country(self):
        code = self.cleaned_data["country"]
        return Country.objects.get(pk=code) if code else None

    def clean(self):
        answers = super().clean()
        chosen = [*answers.get("languages", []), *answers.get("other_languages", [])]
        answers["all_languages"] = list(dict.fromkeys(chosen))
        if chosen and "languages" not in answers and not self.data.getlist("languages"):
            self.errors.pop("languages", None)
        if len(answers["all_languages"]) > MOST_LANGUAGES:
            self.add_error("languages", _("Please choose fewer languages."))
        if answers.get("channel") == TALK_PAGE and not self.person.wiki_username:
            self.add_error(
                "channel", _("Your account is not connected to a Wikimedia account yet.")
            )
        if answers.get("channel") == EMAIL and not self.person.email:
            self.add_error("channel", _("Your account has no e-mail address yet."))
        is_nameless = not (answers.get("display_name") or self.person.wiki_username)
        if answers.get("is_public_by_name") and is_nameless and "display_name" not in self.errors:
            self.add_error("display_name", _("Enter the name that everyone may see."))
        return answers
