"""The directory of groups: a list to search, and a page for each group."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.gzip import gzip_page

from liaisons import group_search
from liaisons.letters import ways
from liaisons.models import Group
from strategy import relays, what_became
from web.public_pages import public_page

from .. import directory
from ..filters import NAMES, Filters
from ..history import history_of

# A search shows so many at most; who finds more narrows it.
MOST_FOUND = 200
# What may become a link, however it came into the database.
WEB = ("https://", "http://")


@gzip_page
@public_page(query=("q", *NAMES, "page"))
def group_list(request):
    """All listed groups by name, or those a search finds, best first."""
    filters = Filters(request.GET)
    query = request.GET.get("q", "").strip()
    groups = filters.narrow(Group.objects.listed())
    if query:
        groups = group_search.search(query, limit=MOST_FOUND, among=groups)
    page = Paginator(groups, directory.PAGE_LENGTH).get_page(request.GET.get("page"))
    [page.object_list] = directory.rows_of(page.object_list)
    context = {
        "filters": filters,
        "query": query,
        "page": page,
        "is_cut": page.paginator.count >= MOST_FOUND and bool(query),
    }
    return render(request, "outreach_map/group_list.html", context)


@gzip_page
@public_page(query=("relays",))
def group_detail(request, slug):
    """One group: what it is, who speaks for it, and who did before."""
    group = get_object_or_404(Group.objects.public().select_related("region"), slug=slug)
    history = history_of(group)
    context = {
        "group": group,
        "seats": history.seats,
        "way": ways.of_group(group),
        "page_url": _page_beside_website(group),
        "history": history.terms,
        "is_lapsed": history.is_lapsed,
        "became": what_became.of_group(group),
        "reports": what_became.reports_of(group=group),
        "relays": relays.page_of_group(group, request.GET.get("relays")),
    }
    return render(request, "outreach_map/group_detail.html", context)


def _page_beside_website(group: Group) -> str:
    """The address of the page about the group, unless it is the website itself."""
    is_website = group.page_url.strip("/") == f"https://{group.host}"
    return "" if is_website or not group.page_url.startswith(WEB) else group.page_url
