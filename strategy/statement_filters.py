"""The filters of the public lists of reports and statements."""

import re

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from liaisons.models import Group, Language

from .list_filters import LONGEST_SEARCH, ListFilter
from .models import Report, Statement, Topic

_REF = re.compile(r"R?(?P<report>[0-9]{1,9})(?:\.(?P<number>[0-9]{1,4}))?", re.IGNORECASE)


class ReportFilter(ListFilter):
    """Topic and language of reports, of those there are; the reports of one group by a link."""

    topic = forms.ChoiceField(label=_("Topic"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    group = forms.SlugField(required=False, max_length=120)
    SELECTS: tuple[str, ...] = ("topic", "language")

    def offer(self) -> None:
        published = Report.objects.published().order_by()
        topics = Topic.objects.filter(pk__in=published.values("topic"))
        languages = Language.objects.filter(pk__in=published.values("language"))
        self._offer("topic", _("Any topic"), {one.slug: one.title for one in topics})
        self._offer("language", _("Any language"), {one.code: one.name for one in languages})

    def group_named(self) -> Group | None:
        """The group that is asked for, if any."""
        slug = self.chosen("group")
        return Group.objects.public().filter(slug=slug).first() if slug else None

    def narrow(self, reports, group: Group | None):
        """The reports that fit every filter chosen."""
        if group:
            reports = reports.filter(group=group)
        if topic := self.chosen("topic"):
            reports = reports.filter(topic__slug=topic)
        if language := self.chosen("language"):
            reports = reports.filter(language=language)
        return reports


class StatementFilter(ReportFilter):
    """Topic, state, language, and words in the text; the statements of one group by a link."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("Any state")),
            # Translators: a filter: statements that nobody of the Core Team has marked yet.
            ("waiting", _("Waiting for the Core Team")),
            # Translators: a filter: statements marked as received that have no answer yet.
            ("received", _("Received, not answered yet")),
            ("answered", _("Answered")),
        ],
    )
    q = forms.CharField(required=False, max_length=LONGEST_SEARCH)
    SELECTS = ("topic", "state", "language")

    def narrow_statements(self, statements, group: Group | None):
        """The statements that fit every filter chosen; a search may name one: ``R12.4``."""
        if topic := self.chosen("topic"):
            statements = statements.filter(report__topic__slug=topic)
        if language := self.chosen("language"):
            statements = statements.filter(report__language=language)
        if state := self.chosen("state"):
            statements = STATES[state](statements)
        if group:
            statements = statements.filter(report__group=group)
        if self.query:
            found = Q(text__icontains=self.query)
            if named := found_by(self.query):
                found |= named
            statements = statements.filter(found)
        return statements


STATES = {
    "waiting": lambda statements: statements.waiting(),
    "received": lambda statements: statements.received(),
    "answered": lambda statements: statements.answered(),
}


def found_by(query: str) -> Q | None:
    """What a number like ``R12``, ``r12.4`` or ``12.4`` names; None for other words."""
    ref = _REF.fullmatch(query.strip())
    if not ref:
        return None
    named = Q(report__number=int(ref["report"]))
    return named & Q(number=int(ref["number"])) if ref["number"] else named


def all_statements():
    """All statements that count, as in their reports, the newest report first."""
    return Statement.objects.public().in_order().for_pages()
