"""The reports of one's groups: the list, the beginning of a correction, and discarding a draft."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from liaisons import access
from liaisons.errors import AlreadyDone, Refused

from .. import own_reports, report_forms, reports
from ..models import ReportDraft, Topic
from .report_editor import own_report

# Each comes with its state and what can be done: five fill a phone twice.
PER_PAGE = 5


@access.liaison
@require_safe
def report_list(request):
    """Drafts first, then what is published, the newest first."""
    page = Paginator(own_reports.of(request.user), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": own_reports.rows(page.object_list, request.user),
        "open_topics": Topic.objects.open().by_deadline()[:3] if not page.object_list else [],
    }
    return render(request, "strategy/own_reports.html", context)


@access.liaison
@require_http_methods(["GET", "HEAD", "POST"])
def report_correct(request, pk):
    """Say what a correction does, then begin it; goes on with the one there is."""
    report = own_report(request, pk)
    if report is None:
        raise Http404
    if not report.is_published or ReportDraft.objects.filter(report=report).exists():
        return redirect("strategy:report_edit", report.pk)
    if request.method == "POST":
        try:
            reports.start_correction(
                report=report, by=request.user, data=report_forms.as_typed(report)
            )
        except Refused as refusal:
            messages.error(request, refusal.message)
        return redirect("strategy:report_edit", report.pk)
    return render(request, "strategy/report_correct.html", {"report": report})


@access.liaison
@require_http_methods(["GET", "HEAD", "POST"])
def report_discard(request, pk):
    """Ask, then throw away what is being written."""
    report = own_report(request, pk)
    draft = ReportDraft.objects.filter(report=report).first() if report else None
    if report is None or (draft is None and not report.is_published):
        raise Http404
    if draft is None:
        messages.info(request, _("Nobody is writing on this report now."))
        return redirect("strategy:report_edit", report.pk)
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        try:
            reports.discard_draft(
                report=report, by=request.user,
                seen=int(seen) if seen.isdecimal() and len(seen) < 9 else 0,
            )  # fmt: skip
        except reports.Changed as conflict:
            messages.warning(request, conflict.message)
            messages.warning(request, _("Nothing was discarded. Please look at it again."))
            return redirect("strategy:report_discard", report.pk)
        except AlreadyDone as refusal:
            messages.info(request, refusal.message)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("The draft is discarded."))
            # By the key the page's script finds what this device kept of it.
            return redirect(f"{reverse('strategy:own_reports')}?discarded={report.key}")
        return redirect("strategy:own_reports")
    context = {"report": report, "draft": draft, "topic": own_reports.topic_of(draft)}
    return render(request, "strategy/report_discard.html", context)
