"""The page on which everything held on oneself is asked for and had."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from liaisons.access import signed_in, signed_in_to_act
from liaisons.accounts import people
from liaisons.accounts.freshness import fresh_sign_in
from web.error_views import too_many_requests

from . import archive, links, making


@signed_in
@require_safe
def data(request):
    """What is held and how to have it; the link while there is an archive."""
    export = making.latest(request.user)
    is_ready = export is not None and export.ready_at is not None
    return render(
        request,
        "liaisons/settings/data.html",
        {
            "export": export,
            "is_ready": is_ready,
            "link": links.link_to(export) if is_ready else "",
            "hours": int(making.KEPT_FOR.total_seconds() // 3600),
        },
    )


@signed_in_to_act
def download(request):
    """Ask for an archive. Asking twice gives one."""
    try:
        making.request(request.user)
    except making.TooMany:
        return too_many_requests(request)
    except people.AccountGone:
        return redirect("account_login")
    messages.success(request, _("We are putting your data together."))
    return redirect("liaisons:settings_data")


@fresh_sign_in
@require_safe
def get(request, token):
    """The archive behind a link, for its owner; what is not theirs is not there."""
    export = making.opened_by(token, request.user)
    if export is None:
        return render(request, "liaisons/data_exports/expired.html", status=404)
    response = HttpResponse(bytes(export.archive), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{archive.FILE_NAME}"'
    return response
