"""Where a report is written: begun, saved as one goes, checked, published.

The same addresses serve the form and the script that saves in the background, which asks for
JSON. No refusal loses what was typed: each shows it again.
"""

import uuid

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from liaisons import access, unsaved
from liaisons.errors import AlreadyDone, NotAllowed, Refused
from liaisons.models import Language
from web import rate_limits

from .. import (
    draft_differences,
    editor_words,
    own_reports,
    report_forms,
    reports,
    response_times,
)
from ..drafts import Opened, number
from ..models import Report, ReportDraft
from .report_refusals import (
    answer,
    go,
    gone,
    has_form,
    not_allowed,
    wants_json,
    writing,
)

BEGUN_A_DAY = 100


@writing
def report_new(request):
    """Begin a report; the first save makes it. The key in the address makes it once."""
    key = _uuid(request.POST.get("key") or request.GET.get("key"))
    begun = Report.objects.of_groups_of(request.user).filter(person=request.user, key=key).first()
    groups = list(access.groups_of(request.user))
    wanted = request.POST.get("group") or request.GET.get("group")
    group = next((one for one in groups if one.slug == wanted), None)
    if request.method == "POST" and has_form(request):
        group = begun.group if begun else group
        if group is None:
            return not_allowed(request, _("You do not speak for this group now."))
        return _begin(request, group, key)
    if begun:
        return redirect("strategy:report_edit", begun.pk)
    if group is None and len(groups) == 1:
        group = groups[0]
    topic = request.GET.get("topic", "")[:120]
    if group is None:
        return render(request, "strategy/report_group.html", {"groups": groups, "topic": topic})
    if (typed := unsaved.taken(request)) is not None:
        form = report_forms.form_of(None, group=group, person=request.user)
        return _editor(
            request, None, group=group, key=key, came_back=True, before=Opened.by(typed),
            shown=report_forms.typed(form, typed),
        )  # fmt: skip
    usual = Language.objects.filter(pk=reports.usual_language(group, by=request.user)).first()
    initial = {"topic": topic, "language": usual or group.languages.order_by("pk").first() or ""}
    return _editor(request, None, group=group, key=key, shown=initial)


def _begin(request, group, key):
    form = report_forms.form_of(None, group=group, person=request.user)
    data = report_forms.typed(form, request.POST)
    limit = f"begin-report:{request.user.pk}"
    try:
        if not rate_limits.allow(limit, limit=BEGUN_A_DAY, seconds=86_400):
            raise Refused(_("You began many reports today. Please go on tomorrow."))
        report = reports.start(
            key=key, group=group, by=request.user, data=data, opened=_opened(request)
        )
    except reports.Changed as conflict:
        return _conflict(request, conflict.draft, data)
    except AlreadyDone:
        return gone(request, Report.objects.filter(person=request.user, key=key).first())
    except NotAllowed as refusal:
        return not_allowed(request, refusal.message)
    except Refused as refusal:
        return _not_saved(request, None, refusal, group=group, key=key, shown=data)
    return _saved(request, report, report.draft)


@writing
def report_edit(request, pk):
    """The draft of a report or of its correction; after publication, what happens next."""
    report = own_report(request, pk)
    if report is None:
        if request.method == "POST" and has_form(request):
            # The answer follows from what was sent, not from whether others have such a report.
            own = access.groups_of(request.user).filter(slug=request.POST.get("group", ""))
            if own.exists():
                return gone(request, None)
            return not_allowed(request, _("You do not speak for this group now."), status=404)
        raise Http404
    if request.method == "POST":
        if request.POST.get("do") == "publish":
            return _publish(request, report)
        if has_form(request):
            return _save(request, report)
        return redirect("strategy:report_edit", report.pk)
    draft = _draft_of(report)
    if draft is None:
        return _done(request, report)
    if (typed := unsaved.taken(request)) is not None:
        return _back_again(request, report, draft, typed)
    if request.GET.get("step") == "check":
        return _check(request, report, draft)
    return _editor(request, report, draft=draft, shown=draft.data)


def own_report(request, pk) -> Report | None:
    """A report of a group this person speaks for."""
    return Report.objects.of_groups_of(request.user).select_related("group").filter(pk=pk).first()


def _draft_of(report) -> ReportDraft | None:
    return ReportDraft.objects.select_related("saved_by").filter(report=report).first()


def _save(request, report):
    form = report_forms.form_of(report, group=report.group, person=request.user)
    data = report_forms.typed(form, request.POST)
    try:
        draft = reports.save_draft(
            report=report,
            by=request.user,
            data=data,
            seen=number(request.POST.get("seen")),
            opened=_opened(request),
        )
    except reports.Changed as conflict:
        return _conflict(request, conflict.draft, data)
    except AlreadyDone:
        return gone(request, own_report(request, report.pk))
    except NotAllowed as refusal:
        return not_allowed(request, refusal.message)
    except Refused as refusal:
        return _not_saved(request, report, refusal, draft=_draft_of(report), shown=data)
    return _saved(request, report, draft)


def _saved(request, report, draft):
    """After a save: on to the check where that was asked, else back to the form."""
    url = reverse("strategy:report_edit", args=[report.pk])
    if request.POST.get("do") == "check":
        url += "?step=check"
    if wants_json(request):
        return answer(200, url=url, revision=draft.revision)
    if request.POST.get("do") != "check":
        messages.success(request, _("Your draft is saved. Nobody else sees it yet."))
    return redirect(url)


def _not_saved(request, report, refusal, **context):
    if wants_json(request):
        return answer(400, problem="refused", message=str(refusal.message))
    seen = number(request.POST.get("seen"))
    return _editor(
        request, report, refusal=refusal.message, status=400, seen=seen, before=_opened(request),
        **context,
    )  # fmt: skip


def _conflict(request, theirs, mine):
    """Two texts: nothing was overwritten, and the writer chooses."""
    report = theirs.report
    if wants_json(request):
        return answer(409, problem="changed", message=str(reports.Changed(theirs).message))
    form = report_forms.form_of(report, group=report.group, person=request.user)
    return _editor(
        request, report, draft=theirs, shown=mine, status=409, is_conflict=True,
        differences=draft_differences.between(form, mine, theirs.data), before=_opened(request),
    )  # fmt: skip


def _check(request, report, draft):
    """The report as everyone will see it; or the form with what to mend first."""
    form = report_forms.form_of(report, group=report.group, person=request.user, data=draft.data)
    if not form.is_valid():
        return _editor(request, report, draft=draft, form=form)
    context = {
        "report": report,
        "draft": draft,
        "form": form,
        "content": form.content(),
        "how": Report.Form(form.cleaned_data["form"]).label,
        "rows": form.as_published(),
        "words": editor_words.of_editor(form),
    }
    return render(request, "strategy/report_check.html", context)


def _publish(request, report):
    """Publish the draft as it is saved: that is what the writer saw on the check page."""
    draft = _draft_of(report)
    if draft is None:
        return gone(request, report)
    form = report_forms.form_of(report, group=report.group, person=request.user, data=draft.data)
    check_url = reverse("strategy:report_edit", args=[report.pk]) + "?step=check"
    if not form.is_valid():
        return go(request, check_url)
    try:
        reports.publish(
            report=report,
            by=request.user,
            content=form.content(),
            seen=number(request.POST.get("seen")),
        )
    except reports.Changed as conflict:
        messages.warning(request, conflict.message)
        messages.warning(request, _("Nothing is published yet. Please check it again."))
        return go(request, check_url)
    except AlreadyDone:
        return gone(request, own_report(request, report.pk))
    except Refused as refusal:
        messages.error(request, refusal.message)
        return go(request, reverse("strategy:report_edit", args=[report.pk]))
    return go(request, reverse("strategy:report_edit", args=[report.pk]))


def _done(request, report):
    """A report nobody is writing on now: that it is public, and what happens next."""
    context = {
        "report": report,
        "row": own_reports.rows([report], request.user)[0],
        "statements": report.statements.public().count(),
        "usual": response_times.usual(),
    }
    return render(request, "strategy/report_done.html", context)


def _back_again(request, report, draft, typed):
    """What somebody had typed when their session ended is in the form again, not saved yet."""
    form = report_forms.form_of(report, group=report.group, person=request.user)
    data = report_forms.typed(form, typed)
    if data == draft.data:
        return redirect("strategy:report_edit", report.pk)
    return _editor(
        request, report, draft=draft, shown=data, came_back=True, before=Opened.by(typed),
        seen=number(typed.get("seen")),
    )  # fmt: skip


def _editor(
    request, report, *, group=None, key=None, draft=None, shown=None, form=None, seen=None,
    before=reports.UNKNOWN, came_back=False, is_conflict=False, differences=(), refusal="",
    status=200,
):  # fmt: skip
    """The form. ``shown`` is what stands in it, unchecked; or ``form`` says what to mend.

    ``before`` is the opened page that sent what is shown and could not save it.
    """
    group = group or report.group
    key = key or report.key
    form = form or report_forms.form_of(report, group=group, person=request.user, initial=shown)
    if report is None:
        action = reverse("strategy:report_new")
        action += "?" + urlencode({"group": group.slug, "key": key})
    else:
        action = reverse("strategy:report_edit", args=[report.pk])
    revision = draft.revision if draft else 0
    context = {
        "report": report,
        "group": group,
        "draft": draft,
        "form": form,
        "is_correction": isinstance(form, report_forms.CorrectionForm),
        "action": action,
        "key": key,
        "page": uuid.uuid4(),
        "before": before,
        "came_back": came_back,
        "seen": revision if seen is None else seen,
        "is_conflict": is_conflict,
        "differences": differences,
        "refusal": refusal,
        "words": editor_words.of_editor(form),
    }
    return render(request, "strategy/report_edit.html", context, status=status)


def _opened(request) -> Opened:
    return Opened.by(request.POST)


def _uuid(text) -> uuid.UUID:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return uuid.uuid4()
