"""The section of the digest with what groups of a region said; for readers who chose one."""

from django.conf import settings
from django.db.models import Count, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from liaisons.group_search import fold
from liaisons.models import Region
from mailing.sections import Block, Section

from . import language_versions
from .models import Report
from .room_in_mails import FRAME, as_many_named

# The name under which a reader's choice of regions is kept.
REGIONS = "regions"
# So many bytes of names have room in a mail, and so many names on a talk page; the list on the site
# has them all.
ROOM = 1_000
MOST_NAMED = 20


def region_options() -> list[tuple[str, str]]:
    """The regions whose groups can be followed."""
    named = [(region.code, str(region)) for region in Region.objects.all()]
    return sorted(named, key=lambda option: fold(option[1]))


class RegionReports(Section):
    """Reports of groups of the regions a reader chose, the newest first; else of none."""

    key = "region_reports"
    label = _("From groups of your region")

    def items(self, after, until):
        in_force = Count("statements", filter=Q(statements__withdrawn_in__isnull=True))
        return list(
            Report.objects.published()
            .filter(position__gt=after, position__lte=until)
            .select_related("group", "topic", "language")
            .annotate(number_of_statements=in_force)
            .order_by("position")
        )

    def chosen(self, items, choices):
        wanted = choices.get(REGIONS, ())
        return [report for report in items if report.group.region_id in wanted]

    def render(self, items, language):
        context = _context(items[::-1], language)
        fitting = as_many_named([_size(line) for line in context["lines"]], ROOM)
        context["lines"] = context["lines"][:fitting]
        context["number_left"] = len(items) - fitting
        return Block(
            html=render_to_string("strategy/mail/region_reports.html", context),
            text=render_to_string("strategy/mail/region_reports.txt", context).strip() + "\n",
            count=len(items),
            headline=_headline(context["lines"]),
        )

    def wikitext(self, items, language):
        return render_to_string(
            "strategy/wiki/region_reports.txt", _context(items[::-1], language)
        ).strip()


def _size(line) -> int:
    return len(f"{line['group']}{line['title']}".encode()) + FRAME


def _headline(lines) -> str:
    return f"{lines[0]['group']}: {lines[0]['title']}" if lines else ""


def _context(reports, language) -> dict:
    return {
        "lines": [_line(report, language) for report in reports[:MOST_NAMED]],
        "number_left": max(len(reports) - MOST_NAMED, 0),
        "base_url": settings.BASE_URL,
        "list_url": settings.BASE_URL + reverse("strategy:report_list"),
    }


def _line(report, language) -> dict:
    title, title_language = language_versions.field_for(report.topic, "title", language)
    return {
        "report": report,
        "group": report.group.name,
        "title": title,
        "title_language": title_language,
        "url": settings.BASE_URL + report.get_absolute_url(),
    }
