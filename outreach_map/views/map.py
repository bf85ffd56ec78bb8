"""The Outreach Map: without JavaScript a table with filters, with it a map above the same page."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page

from liaisons.models import Group
from web.public_pages import public_page

from .. import coverage, directory
from ..filters import NAMES, Filters
from ..spoken import LEAST_PERCENT


@gzip_page
@public_page(query=(*NAMES, "page"))
def outreach_map(request):
    """Groups by place: those of a country chosen, those beside every map, or the whole table."""
    filters = Filters(request.GET)
    country = filters.chosen_country
    beside = directory.beside_the_map(filters)
    page = None
    if country:
        found, beside = directory.rows_of(directory.of_country(country, filters), beside)
    else:
        groups = filters.narrow(Group.objects.listed())
        page = Paginator(groups, directory.PAGE_LENGTH).get_page(request.GET.get("page"))
        found, beside = directory.rows_of(page.object_list, beside)
        page.object_list = found
    context = {
        "filters": filters,
        "beside": directory.arranged_beside(beside),
        "here": directory.arranged_for(country, found) if country else None,
        "page": page,
        "least_percent": round(LEAST_PERCENT),
        "map_words": _words(),
    }
    return render(request, "outreach_map/map.html", context)


def _words() -> dict:
    """What the script says on the map, in the reader's language."""
    return {
        "map": _("Map of groups. Arrow keys move it, plus and minus zoom."),
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
        "world": _("Show the whole world"),
        "close": _("Close"),
        # Translators: {groups} and {with_liaison} are numbers.
        "cluster": _("Groups: {groups}. With a liaison: {with_liaison}."),
        # Translators: {group} is a group's name, {state} is like "has a liaison".
        "group": _("{group}: {state}"),
        "states": {state.value: str(state.label) for state in coverage.State},
        "kinds": dict(Group.Kind.choices),
        "loading": _("Loading …"),
        "loaded": _("The list below the map has changed."),
        "failed": _("This could not be loaded. Please check your connection and try again."),
    }
