"""Groups × updates: who passed what on, gaps first; a table, a file, and a way to ask."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from liaisons.errors import Refused
from web import csv_files

from .. import relay_matrix, relay_nudges, relay_stages
from ..models import Update
from ..relay_matrix import MatrixFilter

ROWS = 50


def page(model_admin, request):
    """The matrix, with figures of each update; ``?format=csv`` gives all of it as a file."""
    _require(model_admin, request)
    filters = MatrixFilter(request.GET)
    updates = relay_matrix.newest(_before(request))
    if request.GET.get("format") == "csv":
        return csv_files.as_file(relay_matrix.lines(filters, updates), name="relays.csv")
    groups = relay_matrix.gaps_first(filters, updates).select_related("region")
    shown = Paginator(groups, ROWS).get_page(request.GET.get("page"))
    columns = relay_matrix.columns(filters, updates)
    stages = relay_stages.by_stage()
    context = {
        **admin.site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Who passed what on"),
        "filters": filters,
        "page": shown,
        "rows": relay_matrix.rows(shown.object_list, updates),
        "columns": columns,
        "stages": stages,
        "most_groups_of_stages": max((one.reach.groups for one in stages), default=0),
        "most_groups": max((one.reach.groups for one in columns), default=0),
        "oldest": updates[-1] if len(updates) == relay_matrix.COLUMNS else None,
        "may_nudge": request.user.has_perm(relay_nudges.MAY_NUDGE),
    }
    return TemplateResponse(request, "admin/strategy/relay/matrix.html", context)


def nudge(model_admin, request, slug):
    """Who would be asked to pass an update on; and, when that is confirmed, ask them."""
    _require(model_admin, request)
    if not request.user.has_perm(relay_nudges.MAY_NUDGE):
        raise PermissionDenied
    update = get_object_or_404(Update.objects.published().titles_only(), slug=slug)
    filters = MatrixFilter(request.GET)
    shown = relay_matrix.gaps_first(filters, relay_matrix.newest(_before(request)))
    groups = relay_matrix.without(update, shown)
    back = f"{reverse('admin:strategy_relay_matrix')}?{request.GET.urlencode()}"
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        try:
            number = relay_nudges.nudge(
                update=update,
                groups=groups,
                seen=int(seen) if seen.isascii() and seen.isdigit() else -1,
                by=request.user,
            )
        except Refused as refusal:
            messages.warning(request, refusal.message)
            return redirect(request.get_full_path())
        said = ngettext("%(number)s person is asked.", "%(number)s people are asked.", number)
        messages.success(request, said % {"number": number})
        return redirect(back)
    people = relay_nudges.whom(update, groups)
    context = {
        **admin.site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Ask to pass it on"),
        "update": update,
        "number": people.count(),
        "page": Paginator(groups.order_by("name", "pk"), ROWS).get_page(request.GET.get("page")),
        "filters": filters,
        "back": back,
    }
    return TemplateResponse(request, "admin/strategy/relay/nudge.html", context)


def _require(model_admin, request) -> None:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied


def _before(request):
    try:
        moment = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
