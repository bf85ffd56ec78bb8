"""Where the person is signed in, and the end of it."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from liaisons.access import signed_in
from liaisons.accounts import sessions


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def device_list(request):
    """The browsers in which this account is signed in; one or all others can be signed out."""
    this = request.session.session_key
    if request.method == "POST":
        if request.POST.get("action") == "others":
            count = sessions.end_others(request.user, this=this)
            messages.success(
                request,
                ngettext(
                    "%(count)s other browser was signed out.",
                    "%(count)s other browsers were signed out.",
                    count,
                )
                % {"count": count},
            )
        elif sessions.end(request.user, request.POST.get("session", "")):
            messages.success(request, _("That browser is signed out."))
        else:
            messages.info(request, _("That browser was signed out already."))
        return redirect("liaisons:settings_sessions")
    return render(
        request,
        "liaisons/settings/sessions.html",
        {
            "devices": sessions.of(request.user, this=this),
            "days": settings.SESSION_COOKIE_AGE // 86_400,
        },
    )
