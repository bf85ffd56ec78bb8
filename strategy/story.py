"""This app's parts of a person's story: what they passed on and reported, and what was answered."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from liaisons import story
from liaisons.models import User
from liaisons.story import Line, Part

from .models import Relay, ReportVersion, Statement


def _relays(person: User):
    return Relay.objects.for_lists().filter(person=person)


def _relay(relay: Relay) -> Line:
    channel = relay.get_channel_display()
    return Line(
        # Translators: an update was passed on in this channel.
        what=_("Withdrawn: %(channel)s") % {"channel": channel} if relay.is_withdrawn else channel,
        about=relay.update.title,
        by=relay.group.name,
        url=relay.group.get_absolute_url(),
    )


def _reports(person: User):
    return (
        ReportVersion.objects.filter(actor=person).select_related("report__group").defer("content")
    )


def _report(version: ReportVersion) -> Line:
    return Line(
        what=pgettext("report", "Published") if version.number == 1 else _("Corrected"),
        about=version.report.ref,
        by=version.report.group.name,
        url=version.report.get_absolute_url(),
    )


def _answers(person: User):
    return (
        Statement.objects.filter(report__person=person, answered_at__isnull=False)
        .select_related("report__group")
        .defer("text")
    )


def _answer(statement: Statement) -> Line:
    return Line(
        what=_("Answered"),
        about=statement.ref,
        by=statement.report.group.name,
        url=statement.get_absolute_url(),
    )


PARTS = [
    Part("relays", gettext_lazy("Relays"), _relays, "recorded_at", _relay),
    Part("reports", gettext_lazy("Reports"), _reports, "at", _report),
    Part("answers", gettext_lazy("Answers"), _answers, "answered_at", _answer),
]


def register_all() -> None:
    """Make the parts known; called once, when the app is ready."""
    story.register(*PARTS)
