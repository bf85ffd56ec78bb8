"""Answers of the report's editor that are no form: as JSON for its script, or as a page.

Whatever stands in the way of saving, what was typed is shown again for copying.
"""

import functools
import uuid

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from liaisons import access, unsaved
from web.policies import policy

from .. import report_forms, reports

# A form that was sent at all has this field, also where it is empty.
ALWAYS_SENT = "overview"


def writing(view):
    """For liaisons, and careful with what they typed.

    A form that comes after the session ended waits for its person; one that comes after their
    last mandate ended is shown for copying.
    """

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        if request.method == "POST" and has_form(request):
            if not request.user.is_authenticated:
                return signed_out(request)
            if request.POST.get("whose", str(request.user.pk)) != str(request.user.pk):
                return _another_person(request)
            if not access.groups_of(request.user).exists():
                return not_allowed(request, _("You are not a liaison now."))
        return access.liaison(view)(request, *args, **kwargs)

    return policy("liaison")(require_http_methods(["GET", "HEAD", "POST"])(guarded))


def has_form(request) -> bool:
    """True where what somebody typed came with the request."""
    return ALWAYS_SENT in request.POST


def wants_json(request) -> bool:
    """True for the script that saves in the background."""
    return request.headers.get("Accept") == "application/json"


def answer(status: int, **said) -> JsonResponse:
    """An answer for the script."""
    return JsonResponse(said, status=status)


def go(request, url: str):
    """On to another page; the script goes there by itself."""
    return answer(200, url=url) if wants_json(request) else redirect(url)


def refused(request, message, *, status: int, problem: str, report=None, may_begin=False):
    """What was typed cannot be saved here: say why, and give it back for copying.

    ``report`` is the published one it belonged to; ``may_begin`` offers a new report with it.
    """
    if wants_json(request):
        return answer(status, problem=problem, message=str(message))
    typed = report_forms.all_typed(request.POST)
    context = {
        "message": message,
        "typed": typed,
        "text": report_forms.plain_text(typed),
        "overview": typed.get("overview", ""),
        "report": report,
        "may_begin": may_begin,
        "group": request.POST.get("group", ""),
        "key": uuid.uuid4(),
    }
    return render(request, "strategy/report_copy.html", context, status=status)


def not_allowed(request, message, status=403):
    """This person does not speak for the group, or not any more."""
    return refused(request, message, status=status, problem="not_allowed")


def gone(request, report):
    """The draft is not there any more: ``report`` was published, or it is None and discarded."""
    if report is None or not report.is_published:
        message = _("This draft was discarded in another window or by another liaison.")
        return refused(request, message, status=409, problem="gone", may_begin=True)
    if not has_form(request):
        return go(request, reverse("strategy:report_edit", args=[report.pk]))
    message = _("This report was published in another window or by another liaison.")
    return refused(request, message, status=409, problem="gone", report=report)


def _another_person(request):
    """Somebody else signed in here since this page was opened."""
    if wants_json(request):
        return signed_out(request)
    return not_allowed(request, _("You are signed in with another account now."))


def signed_out(request):
    """The session ended: what was typed waits until the same person is signed in again."""
    to_login = redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL))
    if wants_json(request):
        message = _("You are signed out.")
        return answer(401, problem="signed_out", message=message, url=to_login.url)
    unsaved.keep_long(request, most=reports.MOST_TYPED)
    return to_login
