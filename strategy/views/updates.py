"""Updates for everyone: the list, each one, each as it was before, and their short address."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from web import context_processors
from web.policies import policy
from web.public_pages import public_page

from .. import (
    audiences,
    images,
    language_versions,
    reading,
    relay_kit,
    relays,
    timeline,
    update_versions,
)
from ..models import Topic, Update
from ..short_addresses import in_reader_s_language
from ..translating import credits, states
from ..update_filters import UpdateFilter
from . import other_languages

PER_PAGE = 10


@public_page(query=("topic", "kind", "language", "q", "page"))
def update_list(request):
    """All published updates, the newest first."""
    filters = UpdateFilter(request.GET)
    updates = filters.narrow(Update.objects.published()).without_bodies().select_related("series")
    page = Paginator(updates, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = audiences.with_words(relays.with_reach(page.object_list))
    return render(request, "strategy/update_list.html", {"page": page, "filters": filters})


@public_page
def update_detail(request, slug):
    """One update that is published, or was; drafts and scheduled ones are not there for anyone."""
    updates = Update.objects.with_address().select_related("series")
    update = get_object_or_404(updates, slug=slug)
    shown = language_versions.shown(update, _language())
    context = _of_page(request, update, shown)
    if update.is_withdrawn:
        return render(request, "strategy/update_withdrawn.html", context)
    audiences.with_words([update])
    context |= {
        "body_html": images.as_html(update, shown.text("body"), shown.language),
        "reach": relays.reach_of(update),
        "minutes": reading.minutes_of(shown),
        "volunteers_languages": other_languages.links_of(update),
        "credit": credits.of(update, shown.language),
        # What images say is left out: it costs more queries than it is worth here.
        "is_outdated": states.is_outdated(update, shown.language, with_parts=False),
        "english_url": language_versions.url_in(update, settings.LANGUAGE_CODE),
        "corrections": _corrections(update, shown.language),
        "topics": Topic.objects.public().filter(updates=update),
        "entries": timeline.entries_of(update),
    }
    return render(request, "strategy/update_detail.html", context)


@public_page
def update_version(request, slug, number):
    """What one change to a published update changed, in the reader's language or its fallback."""
    updates = Update.objects.published().select_related("series")
    update = get_object_or_404(updates, slug=slug)
    shown = language_versions.shown(update, _language())
    changes = _corrections(update, shown.language)
    change = next((one for one in changes if one.number == number), None)
    if change is None:
        raise Http404
    context = _of_page(request, update, shown)
    context |= {"change": change, "others": [one for one in changes if one is not change]}
    return render(request, "strategy/update_version.html", context)


@public_page(query=("language",))
def update_kit(request, slug):
    """Texts to pass an update on with, in the language of the reader or another one there is."""
    update = get_object_or_404(Update.objects.published().select_related("series"), slug=slug)
    wanted = request.GET.get("language", "")
    available = language_versions.available(update)
    if wanted not in available:
        wanted = language_versions.shown(update, _language()).language
    shown = language_versions.Version(update, wanted, wanted)
    context = {
        "update": update,
        "shown": shown,
        "title_text": shown.title,
        "kit": relay_kit.of(shown),
        "languages": available,
    }
    return render(request, "strategy/update_kit.html", context)


@public_page
def update_print(request, slug):
    """One page to print and hang up, in the language of the address or its fallback."""
    update = get_object_or_404(Update.objects.published().select_related("series"), slug=slug)
    shown = language_versions.shown(update, _language())
    context = {
        "update": update,
        "shown": shown,
        "title_text": shown.title,
        "short_text": shown.short,
        "address": relay_kit.short_address(update),
    }
    return render(request, "strategy/update_print.html", context)


@policy("public")
@require_safe
def update_short(request, number):
    """``/u/12``: to the update in the reader's language."""
    update = get_object_or_404(Update.objects.with_address().only("slug"), number=number)
    return in_reader_s_language(request, "strategy:update_detail", update.slug)


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _of_page(request, update, shown) -> dict:
    """What each page about one update shows of it."""
    available = language_versions.available(update)
    return {
        "update": update,
        "shown": shown,
        "title_text": shown.text("title"),
        "short_text": shown.text("short"),
        "other_languages": [
            link
            for link in context_processors.language_links(request)
            if link["code"] in available and link["code"] != shown.wanted
        ],
    }


def _corrections(update, language):
    # Without a correction there is nothing to read the versions for.
    return update_versions.corrections(update, language) if update.corrected_at else []
