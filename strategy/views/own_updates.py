"""Which updates a signed-in person has read: opening one, and saying so for all."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from liaisons import access

from .. import language_versions, relays, update_versions
from ..models import Update, UpdateRead


@access.signed_in
@require_safe
def update_open(request, slug):
    """Note that this person has read an update, and lead them to its page.

    Where it was corrected since they read it, what changed comes first. The page itself is the
    same for everyone and cannot know who reads it.
    """
    update = get_object_or_404(Update.objects.published().titles_only(), slug=slug)
    if _read_before_a_correction(update, request.user):
        return redirect("strategy:update_changes", slug)
    relays.mark_read([update], by=request.user)
    return redirect(update)


@access.signed_in
@require_safe
def update_changes(request, slug):
    """What changed in an update since this person read it, in the language they read."""
    update = get_object_or_404(Update.objects.published(), slug=slug)
    shown = language_versions.shown(update, get_language() or settings.LANGUAGE_CODE)
    read = _read_before_a_correction(update, request.user)
    context = {
        "update": update,
        "shown": shown,
        "title_text": shown.title,
        "read": read,
        "differences": update_versions.since(update, read.at, shown.language) if read else [],
    }
    return render(request, "strategy/update_changes.html", context)


def _read_before_a_correction(update, person) -> UpdateRead | None:
    if not update.corrected_at:
        return None
    read = UpdateRead.objects.filter(person=person, update=update, at__lt=update.corrected_at)
    return read.first()


@access.signed_in_to_act
def updates_read(request):
    """Mark one update as read (``update``, its slug), or all that are published."""
    updates = Update.objects.published().titles_only()
    if slug := request.POST.get("update"):
        updates = updates.filter(slug=slug)
    relays.mark_read(updates, by=request.user)
    messages.success(request, _("Marked as read."))
    return redirect("strategy:dashboard")
