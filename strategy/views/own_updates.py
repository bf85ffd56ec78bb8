"""Which updates a signed-in person has read: opening one, and saying so for all."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from liaisons import access

from .. import relays
from ..models import Update


@access.signed_in
@require_safe
def update_open(request, slug):
    """Note that this person has read an update, and lead them to its page.

    The page itself is the same for everyone and cannot know who reads it.
    """
    update = get_object_or_404(Update.objects.published().titles_only(), slug=slug)
    relays.mark_read([update], by=request.user)
    return redirect(update)


@access.signed_in_to_act
def updates_read(request):
    """Mark one update as read (``update``, its slug), or all that are published."""
    updates = Update.objects.published().titles_only()
    if slug := request.POST.get("update"):
        updates = updates.filter(slug=slug)
    relays.mark_read(updates, by=request.user)
    messages.success(request, _("Marked as read."))
    return redirect("strategy:dashboard")
