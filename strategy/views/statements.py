"""Statements for everyone: the list, each one at its permanent address, and short addresses."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from web.policies import policy
from web.public_pages import public_page

from .. import former_words, report_translations, response_times
from ..models import Statement
from ..short_addresses import in_reader_s_language
from ..statement_filters import StatementFilter, all_statements
from ..translating import credits
from ..translating.texts import ENGLISH

PER_PAGE = 50


@public_page(query=("q", "topic", "state", "language", "group", "page"))
def statement_list(request):
    """All statements, the newest report first, or those that fit the filters."""
    filters = StatementFilter(request.GET)
    group = filters.group_named()
    statements = filters.narrow_statements(all_statements(), group)
    page = Paginator(statements, PER_PAGE).get_page(request.GET.get("page"))
    report_translations.read(page.object_list, get_language())
    context = {"page": page, "filters": filters, "group": group}
    return render(request, "strategy/statement_list.html", context)


@public_page
def statement_detail(request, report, number):
    """One statement: its words, where it stands, the answer, and what it said before."""
    statement = get_object_or_404(
        Statement.objects.for_pages().select_related("report__person"),
        report__number=report,
        number=number,
    )
    if not statement.withdrawn_in:
        report_translations.read([statement], get_language())
    shared = Statement.objects.none()
    if statement.response_id:
        shared = statement.response.statements.public().exclude(pk=statement.pk)
    context = {
        "statement": statement,
        "credit": credits.of(statement.report, ENGLISH) if statement.english else None,
        "report": statement.report,
        "wordings": former_words.of_statement(statement),
        "shared": shared.select_related("report__group").in_order()[:PER_PAGE],
        "usual": response_times.usual(),
    }
    return render(request, "strategy/statement_detail.html", context)


@policy("public")
@require_safe
def report_short(request, number):
    """``/R12``: to the report in the reader's language."""
    return in_reader_s_language(request, "strategy:report_detail", number)


@policy("public")
@require_safe
def statement_short(request, report, number):
    """``/R12.4``: to the statement in the reader's language."""
    return in_reader_s_language(request, "strategy:statement_detail", report, number)
