"""The settings pages: each shows its form, saves it, says so, and comes back to itself."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from liaisons import queue_summary
from liaisons.access import groups_of, may_review, signed_in
from liaisons.accounts import people
from liaisons.accounts.forms import posted
from liaisons.accounts.second_factor import has_factor
from liaisons.models import User
from liaisons.name_choice import reason_for
from mailing import recipients
from mailing.models.recipients import Rhythm
from web import content_version

from .forms import ProfileForm

form_page = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@require_safe
def overview(request):
    """What is set, with a way to each page."""
    return render(
        request,
        "liaisons/settings/overview.html",
        {
            "languages": [
                skill.language.name
                for skill in request.user.language_skills.select_related("language")
            ],
            "rhythm": Rhythm(recipients.preference_of(request.user).rhythm).label,
            "has_second_step": has_factor(request.user),
            "reviews": may_review(request.user),
            "wants_summary": queue_summary.is_wanted(request.user),
        },
    )


@signed_in
@form_page
def profile(request):
    """Name, country, and the choice of being shown by name."""
    shown_before = request.user.public_name
    reason = reason_for(request.user)
    form = ProfileForm(posted(request), instance=_copy(request))
    if form.is_valid():
        with transaction.atomic():
            if not people.still_there(request.user):
                return redirect("account_login")
            person = form.save()
            if person.public_name != shown_before:
                content_version.bump()
        return _saved(request, "liaisons:settings_profile")
    return render(
        request,
        "liaisons/settings/profile.html",
        {"form": form, "name_reason": reason, **_preview(request.user)},
    )


def _preview(user):
    """Both ways in which others may see the person, named for a group they speak for."""
    name = user.display_name or user.wiki_username or _("Your name")
    group = groups_of(user).first()
    return {"previews": [name, ""], "preview_group": group.name if group else _("your group")}


def _copy(request) -> User:
    """The account anew: a form that fails must not change the one the page's header shows."""
    return User.objects.select_related("country").get(pk=request.user.pk)


def _saved(request, to):
    messages.success(request, _("Your changes are saved."))
    return redirect(to)
