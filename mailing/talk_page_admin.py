"""The page on which the Core Team takes what goes to talk pages, and says that it is posted."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from web.names import language_direction, language_name

from . import talk_pages
from .models import Edition, State

MAY_MARK = "mailing.change_delivery"
PAGE = "mailing_edition_talk_pages"
# What can be taken away as a file: its attribute of the message, and how the file is called.
FILES = {"targets": "targets", "wikitext": "message"}


def urls_of(model_admin) -> list:
    """The page's address below an edition's own."""

    def page(request, pk):
        return _page(model_admin, request, pk)

    guarded = model_admin.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(page))
    return [path("<int:pk>/talk-pages/", guarded, name=PAGE)]


def _page(model_admin, request, pk):
    edition = Edition.objects.filter(pk=pk).first()
    if edition is None or not edition.is_posted_by_hand:
        raise Http404
    if not model_admin.has_view_permission(request, edition):
        raise PermissionDenied
    if request.method == "POST":
        return _mark(request, edition)
    found = talk_pages.messages_of(edition)
    if "file" in request.GET:
        return _file(request, edition, found)
    return TemplateResponse(
        request,
        "admin/mailing/edition/talk_pages.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": _("Messages for talk pages"),
            "edition": edition,
            "opts": model_admin.opts,
            "rows": [
                {
                    "message": message,
                    "number": number,
                    "language": language_name(message.language),
                    "direction": language_direction(message.language),
                }
                for number, message in enumerate(found, start=1)
            ],
            "figures": {
                State(state).label: count for state, count in edition.figures().items() if count
            },
            "may_mark": request.user.has_perm(MAY_MARK),
        },
    )


def _file(request, edition, found):
    """One list or text as a file; its number is that on the page."""
    kind, number = request.GET.get("file", ""), request.GET.get("number", "")
    if kind not in FILES or not (number.isascii() and number.isdigit()):
        raise Http404
    if not 1 <= int(number[:6]) <= len(found):
        raise Http404
    message = found[int(number[:6]) - 1]
    name = f"edition-{edition.pk}-{number}-{message.language}-{FILES[kind]}.txt"
    return HttpResponse(
        getattr(message, kind),
        content_type="text/plain; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def _mark(request, edition):
    if not request.user.has_perm(MAY_MARK):
        raise PermissionDenied
    by = f"account {request.user.pk}"
    count = talk_pages.mark_posted(edition, _ids(request, "posted"), by=by)
    talk_pages.skip_left_out(edition, _ids(request, "left_out"))
    said = ngettext(
        "%(count)d talk page is marked as posted.",
        "%(count)d talk pages are marked as posted.",
        count,
    ) % {"count": count}
    messages.add_message(request, messages.SUCCESS if count else messages.WARNING, said)
    return redirect(reverse(f"admin:{PAGE}", args=[edition.pk]))


def _ids(request, name) -> list[int]:
    """The deliveries named in a form: one field, their numbers between commas."""
    found = request.POST.get(name, "").split(",")
    # At most as long as the database's own numbers.
    return [int(one) for one in found if one.isascii() and one.isdigit() and len(one) < 19]
