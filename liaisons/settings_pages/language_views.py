"""The page with one's languages."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from liaisons import languages as own_languages
from liaisons.access import signed_in
from liaisons.accounts import people
from liaisons.accounts.forms import posted

from .language_forms import LanguagesForm


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def languages(request):
    """Which languages one knows and how well, and the translation help one needs and offers."""
    form = LanguagesForm(posted(request), person=request.user)
    if form.is_valid():
        with transaction.atomic():
            if not people.still_there(request.user):
                return redirect("account_login")
            own_languages.save(person=request.user, change=form.change())
        messages.success(request, _("Your changes are saved."))
        return redirect("liaisons:settings_languages")
    return render(request, "liaisons/settings/languages.html", {"form": form})
