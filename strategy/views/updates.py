"""Updates for everyone: the list, each one, and a feed in each language."""

from django.conf import settings
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language

from web import context_processors, markdown
from web.public_pages import public_page

from .. import language_versions, reading, relays
from ..models import Update

PER_PAGE = 10


@public_page(query=("page",))
def update_list(request):
    """All published updates, the newest first."""
    updates = Paginator(Update.objects.published().without_bodies(), PER_PAGE)
    page = updates.get_page(request.GET.get("page"))
    page.object_list = relays.with_reach(page.object_list)
    return render(request, "strategy/update_list.html", {"page": page})


@public_page
def update_detail(request, slug):
    """One published update; drafts and scheduled ones are not there for anyone."""
    update = get_object_or_404(Update.objects.published(), slug=slug)
    shown = language_versions.shown(update, get_language() or settings.LANGUAGE_CODE)
    available = language_versions.available(update)
    return render(
        request,
        "strategy/update_detail.html",
        {
            "update": update,
            "shown": shown,
            "title_text": shown.text("title"),
            "short_text": shown.text("short"),
            "body_html": markdown.render(shown.text("body")),
            "reach": relays.reach_of(update),
            "minutes": reading.minutes(f"{shown.text('short')} {shown.text('body')}"),
            "other_languages": [
                link
                for link in context_processors.language_links(request)
                if link["code"] in available and link["code"] != shown.wanted
            ],
        },
    )
