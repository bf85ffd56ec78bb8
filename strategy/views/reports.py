"""Reports for everyone: the list, each one, and each as it was before a correction."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language

from liaisons import languages
from web.public_pages import public_page

from .. import former_words, report_translations, response_times, what_became
from ..models import Report, ReportVersion, Statement
from ..statement_filters import ReportFilter

PER_PAGE = 10


@public_page(query=("topic", "language", "group", "page"))
def report_list(request):
    """Published reports, the newest first."""
    filters = ReportFilter(request.GET)
    group = filters.group_named()
    reports = filters.narrow(Report.objects.published(), group).for_rows()
    page = Paginator(what_became.with_figures(reports), PER_PAGE).get_page(request.GET.get("page"))
    report_translations.read_overviews(page.object_list, get_language())
    context = {"page": page, "filters": filters, "group": group}
    return render(request, "strategy/report_list.html", context)


@public_page
def report_detail(request, number):
    """One published report with its statements and what was answered."""
    reports = what_became.with_figures(Report.objects.published().for_pages())
    report = get_object_or_404(reports, number=number)
    statements = list(Statement.objects.filter(report=report).for_pages().order_by("number"))
    answered = [one for one in statements if one.response_id and not one.withdrawn_in]
    in_english = report_translations.of(report, statements, get_language())
    is_done = in_english and not (in_english.is_outdated or in_english.is_incomplete)
    context = {
        "report": report,
        "in_english": in_english,
        "may_be_asked_for": not (is_done or languages.is_english(report.language_id)),
        "statements": _with_answers(statements, answered),
        "versions": report.versions.defer("content").order_by("-number"),
        "usual": response_times.usual(),
    }
    return render(request, "strategy/report_detail.html", context)


@public_page
def report_version(request, number, version):
    """A report as it was published first, or after one of its corrections."""
    found = get_object_or_404(
        ReportVersion.objects.select_related(
            "report__group", "report__topic", "report__language", "report__person"
        ).filter(report__status=Report.Status.PUBLISHED),
        report__number=number,
        number=version,
    )
    context = {
        "report": found.report,
        "old": former_words.as_it_was(found),
        "is_current": found.number == found.report.version,
    }
    return render(request, "strategy/report_version.html", context)


def _with_answers(statements, answered):
    """``[(statement, answer it opens, first statement of its answer)]``.

    An answer shared by several statements stands below the first of them; the others lead to it.
    """
    first = {}
    rows = []
    answers = {one.response.pk: one for one in what_became.by_answer(answered)}
    for statement in statements:
        if statement not in answered:
            rows.append((statement, None, None))
        elif statement.response_id in first:
            rows.append((statement, None, first[statement.response_id]))
        else:
            first[statement.response_id] = statement
            rows.append((statement, answers[statement.response_id], None))
    return rows
