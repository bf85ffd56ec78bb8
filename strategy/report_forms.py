"""The form of a report and of its correction. It checks; the verbs in ``reports`` do the saving.

A draft keeps what is typed, by field: ``typed`` takes it out of a request, and the form shows it
again as ``initial`` (nothing is checked) or as ``data`` (what to mend is said).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from liaisons.join.forms import WebLinkField
from liaisons.language_field import LanguageField, likely_languages

from . import days, reports, statement_lines
from .models import Report, Topic
from .models.relays import MOST_PEOPLE
from .models.reports import LONGEST_OVERVIEW, LONGEST_STATEMENT, MOST_STATEMENTS
from .templatetags.strategy import plain_day

EARLIEST = date(2001, 1, 15)
LONGEST_NOTE = 300
# How many lines with something to mend are named one by one.
MOST_NAMED = 5
# The fields of one statement of a correction.
OF_STATEMENT = re.compile(r"(?P<what>words|withdraw)_(?P<number>[0-9]{1,5})")
# Marks between the digits of a number, and around it, as people write them.
BESIDES_DIGITS = re.compile(r"[\s.,'’٬،~≈+]")


@dataclass(frozen=True)
class Row:
    """A statement on the check page; in a correction, with what becomes of it."""

    number: int
    text: str
    is_added: bool = False
    is_changed: bool = False
    is_withdrawn: bool = False


class OneOfTwo:
    """Of two fields one is needed; the form says so, not the field."""

    def validate(self, value):
        """Empty is no error of this field alone."""


class PlaceField(OneOfTwo, forms.CharField):
    """Where people met."""


class PageField(OneOfTwo, WebLinkField):
    """Where people wrote."""


class WordsField(OneOfTwo, forms.CharField):
    """The words of a published statement: needed, unless it is withdrawn."""


class ReportForm(forms.Form):
    """A report from its first word to its publication."""

    use_required_attribute = False

    topic = forms.ChoiceField(
        label=gettext_lazy("Topic"),
        error_messages={
            "required": gettext_lazy("Choose the topic."),
            "invalid_choice": gettext_lazy("This topic is not public any more. Choose another."),
        },
    )
    form = forms.ChoiceField(
        label=gettext_lazy("How did you talk with each other?"),
        choices=Report.Form.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how you talked with each other.")},
    )
    place = PlaceField(
        label=gettext_lazy("Place"),
        max_length=200,
        help_text=gettext_lazy("A town, a room, or the name of a chat or call. No home addresses."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    page_url = PageField(
        label=gettext_lazy("Page"),
        help_text=gettext_lazy("The link to the discussion or the minutes, if there is one."),
    )
    held_on = forms.DateField(
        label=gettext_lazy("Date"),
        help_text=gettext_lazy("The last day, if it went on for several."),
        widget=forms.DateInput(attrs={"type": "date", "min": "2001-01-15"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Enter the day."),
            "invalid": gettext_lazy("Enter the day as year, month and day, such as 2019-07-15."),
        },
    )
    people = forms.CharField(
        label=gettext_lazy("About how many people took part?"),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}
        ),
        error_messages={"required": gettext_lazy("Enter about how many people took part.")},
    )
    language = LanguageField(
        label=gettext_lazy("Language of this report"),
        error_messages={"required": gettext_lazy("Enter the language you write in.")},
    )
    overview = forms.CharField(
        label=gettext_lazy("Overview"),
        max_length=LONGEST_OVERVIEW,
        help_text=gettext_lazy("Who talked, how it went, what mattered most. Name nobody."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Write a few sentences about the conversation.")},
    )
    statements = forms.CharField(
        label=gettext_lazy("Statements"),
        help_text=gettext_lazy(
            "One sentence with one opinion on each line. You can paste a list: bullets and numbers"
            " are taken away."
        ),
        widget=forms.Textarea(attrs={"rows": 9, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Write at least one statement.")},
    )

    def __init__(self, *args, group, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.topics: dict[str, Topic] = {}
        self.cut = statement_lines.Cut()
        self.fields["topic"].choices = self._topic_choices()
        self.fields["language"].suggest(likely_languages(person, group))
        for field in self.fields.values():
            # The browser would cut a paste at the limit without a word; the check names it.
            limit = field.widget.attrs.pop("maxlength", None)
            if isinstance(field.widget, forms.Textarea) and limit:
                field.widget.attrs["data-limit"] = limit

    def _topic_choices(self):
        """Open topics, then those announced, then those closed, each with its date."""
        found: dict[Topic.Turn, list] = {turn: [] for turn in Topic.Turn}
        for topic in Topic.objects.public().by_deadline():
            self.topics[topic.slug] = topic
            found[topic.turn].append((topic.slug, _topic_label(topic)))
        return [
            ("", _("Choose")),
            (_("Open now"), found[Topic.Turn.COMMUNITIES]),
            (_("Not open yet"), found[Topic.Turn.WORKING_GROUP_PREPARES]),
            (_("Closed"), found[Topic.Turn.WORKING_GROUP_READS]),
        ]

    @property
    def is_topic_closed(self) -> bool:
        """True where the topic chosen so far is closed: one may still report on it."""
        topic = self.topics.get(self["topic"].value() or "")
        return bool(topic and topic.turn == Topic.Turn.WORKING_GROUP_READS)

    def clean_topic(self):
        return self.topics[self.cleaned_data["topic"]]

    def clean_held_on(self):
        day = self.cleaned_data["held_on"]
        if day > days.latest_today():
            raise forms.ValidationError(_("This day is still to come."))
        if day < EARLIEST:
            raise forms.ValidationError(_("Please check the year."))
        return day

    def clean_people(self):
        digits = BESIDES_DIGITS.sub("", self.cleaned_data["people"])
        if not (digits.isdecimal() and len(digits) <= 9 and 1 <= int(digits) <= MOST_PEOPLE):
            raise forms.ValidationError(_("Enter one number, such as 25."))
        return int(digits)

    def clean_statements(self):
        """The statements as a list; ``cut`` keeps what was noticed on the way."""
        self.cut = statement_lines.cut(self.cleaned_data["statements"], after=self.last_number)
        if not self.cut.statements and self.fields["statements"].required:
            raise forms.ValidationError(self.fields["statements"].error_messages["required"])
        errors = [
            _("Statement %(number)s has %(length)s characters; at most %(most)s fit.")
            % {"number": number, "length": len(text), "most": LONGEST_STATEMENT}
            for number, text in enumerate(self.cut.statements, start=self.last_number + 1)
            if len(text) > LONGEST_STATEMENT
        ]
        if len(errors) > MOST_NAMED:
            more = len(errors) - MOST_NAMED
            errors[MOST_NAMED:] = [
                ngettext(
                    "%(count)s more statement is too long.",
                    "%(count)s more statements are too long.",
                    more,
                )
                % {"count": more}
            ]
        if errors:
            raise forms.ValidationError(errors)
        return self.cut.statements

    last_number = 0

    def clean(self):
        answers = super().clean()
        where = ("place", "page_url")
        if not any(answers.get(name) or name in self.errors for name in where):
            self.add_error("place", _("Enter a place, or the link to a page, or both."))
        count = self.count_of_statements()
        if count > MOST_STATEMENTS:
            self.add_error(
                "statements",
                _("There are %(count)s statements; at most %(most)s fit in one report.")
                % {"count": count, "most": MOST_STATEMENTS},
            )
        return answers

    def count_of_statements(self) -> int:
        """How many statements everyone will see."""
        return len(self.cut.statements)

    def as_published(self) -> list[Row]:
        """The statements under their numbers, as they will be; needs ``is_valid``."""
        numbered = enumerate(self.cut.statements, start=self.last_number + 1)
        return [Row(number, text, is_added=bool(self.last_number)) for number, text in numbered]

    def content(self) -> reports.Content:
        """What is published; needs ``is_valid``."""
        parts = {name: self.cleaned_data[name] for name in (*reports.PARTS, "statements")}
        return reports.Content(**parts)


class CorrectionForm(ReportForm):
    """The same for a published report: each statement under its number, and what was corrected.

    ``words_4`` holds the words of statement 4, ``withdraw_4`` withdraws it.
    """

    note = forms.CharField(
        label=gettext_lazy("What was corrected?"),
        max_length=LONGEST_NOTE,
        help_text=gettext_lazy("One sentence for everyone. It stands beside the new version."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Say in a sentence what was corrected.")},
    )

    def __init__(self, *args, report, **kwargs):
        self.there = list(report.statements.order_by("number"))
        self.last_number = max((one.number for one in self.there), default=0)
        super().__init__(*args, **kwargs)
        self.fields["statements"].label = _("Statements to add")
        self.fields["statements"].required = False
        self.fields["statements"].widget.attrs["rows"] = 4
        for statement in self.standing:
            # Translators: %(ref)s is the number by which a statement is cited, such as R12.4.
            label = _("Statement %(ref)s") % {"ref": f"{report.ref}.{statement.number}"}
            self.fields[f"words_{statement.number}"] = WordsField(
                label=label,
                widget=forms.Textarea(
                    attrs={"rows": 2, "dir": "auto", "data-limit": LONGEST_STATEMENT}
                ),
            )
            self.fields[f"withdraw_{statement.number}"] = forms.BooleanField(
                label=_("Withdraw this statement"), required=False
            )

    @property
    def standing(self):
        """The statements that are not withdrawn."""
        return [one for one in self.there if one.withdrawn_in is None]

    def rows(self):
        """For the template: each statement with its two fields."""
        return [
            {
                "statement": one,
                "words": self[f"words_{one.number}"],
                "withdraw": self[f"withdraw_{one.number}"],
            }
            for one in self.standing
        ]

    def clean(self):
        self.changes, self.withdraws = {}, set()
        for one in self.standing:
            name = f"words_{one.number}"
            if self.cleaned_data.get(f"withdraw_{one.number}"):
                self.withdraws.add(one.number)
                continue
            words = statement_lines.one_line(self.cleaned_data.get(name) or "")
            if not words:
                self.add_error(name, _("Write the statement, or withdraw it."))
            elif len(words) > LONGEST_STATEMENT:
                self.add_error(
                    name,
                    _("Statement %(number)s has %(length)s characters; at most %(most)s fit.")
                    % {"number": one.number, "length": len(words), "most": LONGEST_STATEMENT},
                )
            elif words != one.text:
                self.changes[one.number] = words
        answers = super().clean()
        if not self.count_of_statements() and "statements" not in self.errors:
            self.add_error("statements", _("A report needs at least one statement."))
        return answers

    def as_published(self) -> list[Row]:
        before = [
            Row(
                one.number,
                self.changes.get(one.number, one.text),
                is_changed=one.number in self.changes,
                is_withdrawn=bool(one.withdrawn_in) or one.number in self.withdraws,
            )
            for one in self.there
        ]
        return before + super().as_published()

    def count_of_statements(self) -> int:
        return len(self.cut.statements) + len(self.standing) - len(self.withdraws)

    def content(self) -> reports.Content:
        parts = {name: self.cleaned_data[name] for name in (*reports.PARTS, "statements", "note")}
        return reports.Content(**parts, changes=self.changes, withdraws=frozenset(self.withdraws))


def form_of(report: Report | None, *, group, person, **given) -> ReportForm:
    """The form for a new report (``None``), a draft, or the correction of a published report."""
    if report is not None and report.is_published:
        return CorrectionForm(report=report, group=group, person=person, **given)
    return ReportForm(group=group, person=person, **given)


def typed(form: ReportForm, posted) -> dict[str, str]:
    """What was typed into the form's fields, unchecked, as a draft keeps it."""
    return {name: _lines(posted[name]) for name in form.fields if name in posted}


def all_typed(posted) -> dict[str, str]:
    """The same where no report is at hand that could say which fields there are."""
    return {
        name: _lines(text)
        for name, text in posted.items()
        if text and (name in CorrectionForm.base_fields or OF_STATEMENT.fullmatch(name))
    }


def plain_text(typed: Mapping[str, str]) -> str:
    """What was typed as one text, for copying: the longest parts last, as in the form."""
    parts = []
    for name, text in typed.items():
        field = CorrectionForm.base_fields.get(name)
        number = OF_STATEMENT.fullmatch(name)
        label = field.label if field else f"{number['what']} {number['number']}" if number else name
        parts.append(f"{label}\n{text}")
    return "\n\n".join(parts)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def as_typed(report: Report) -> dict[str, str]:
    """A published report as its form would have it: where a correction begins."""
    data = {
        "topic": report.topic.slug,
        "form": report.form,
        "place": report.place,
        "page_url": report.page_url,
        "held_on": report.held_on.isoformat(),
        "people": str(report.people),
        "language": report.language.name,
        "overview": report.overview,
        "statements": "",
        "note": "",
    }
    for statement in report.statements.public():
        data[f"words_{statement.number}"] = statement.text
    return data


def _topic_label(topic: Topic) -> str:
    """The topic's title, with the day it closed where it is closed."""
    if topic.turn != Topic.Turn.WORKING_GROUP_READS:
        return topic.title or topic.slug
    return _("%(topic)s (closed on %(day)s)") % {
        "topic": topic.title or topic.slug,
        "day": plain_day(topic.closes_at),
    }
