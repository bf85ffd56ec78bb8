"""The first question of sign-up: which group. Searched, chosen, or proposed where it is missing."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from web import rate_limits

from .. import groups, mandates
from ..access import signed_in, signed_in_to_act
from ..errors import Refused
from ..models import Group
from . import found_groups, steps
from .forms import ProposalForm

LONGEST_QUERY = 200
SUGGESTIONS_A_MINUTE = 120
PROPOSALS_A_DAY = 10


@signed_in
@require_GET
def group(request):
    """Which group: a search, a preselected group, or the one chosen before."""
    draft = mandates.draft_of(request.user)
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    chosen = _group_in_question(request, draft)
    return render(
        request,
        "liaisons/join/group.html",
        {
            "steps": steps.line(steps.GROUP, draft),
            "draft": draft,
            "query": query,
            "found": found_groups.find(query, request.user) if query else [],
            "chosen": found_groups.described([chosen])[0] if chosen else None,
            "most_found": found_groups.MOST_FOUND,
        },
    )


def _group_in_question(request, draft) -> Group | None:
    slug = request.GET.get("group", "")
    if slug:
        return found_groups.choosable(request.user).filter(slug=slug).first()
    if draft and draft.group and "q" not in request.GET:
        return draft.group
    return None


@signed_in
@require_GET
def suggestions(request):
    """Groups that fit what is typed so far, as JSON, for the live search."""
    if not rate_limits.allow(
        f"join-suggestions:{request.user.pk}", limit=SUGGESTIONS_A_MINUTE, seconds=60
    ):
        return JsonResponse({"groups": []}, status=429)
    query = request.GET.get("q", "").strip()
    if len(query) > LONGEST_QUERY:
        return JsonResponse({"groups": []}, status=400)
    found = found_groups.find(query, request.user, limit=found_groups.MOST_SUGGESTED)
    return JsonResponse(
        {
            "groups": [
                {
                    "name": line.group.name,
                    "facts": line.facts,
                    "url": f"{steps.url_of(steps.GROUP)}?group={line.group.slug}",
                }
                for line in found
            ]
        }
    )


@signed_in_to_act
def choose_group(request):
    """Keep the group in the draft; begins the draft where there is none."""
    chosen = found_groups.choosable(request.user).filter(slug=request.POST.get("group", "")).first()
    if chosen is None:
        messages.error(request, _("This group cannot be chosen. Please search again."))
        return redirect(steps.url_of(steps.GROUP))
    try:
        draft = mandates.start_draft(person=request.user)
        mandates.choose_group(mandate=draft, by=request.user, group=chosen)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(steps.url_of(steps.GROUP))
    return redirect(steps.url_of(steps.MANDATE))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request):
    """A group that is not listed: propose it, and go on with it at once."""
    draft = mandates.draft_of(request.user)
    form = ProposalForm(request.POST or None, initial={"name": request.GET.get("q", "")[:200]})
    alike = []
    if request.method == "POST" and form.is_valid():
        alike = found_groups.find(form.cleaned_data["name"], request.user, limit=5)
        if not alike or request.POST.get("none_of_these") == form.cleaned_data["name"]:
            try:
                return _propose(request, form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal.message))
    return render(
        request,
        "liaisons/join/propose.html",
        {
            "steps": steps.line(steps.GROUP, draft),
            "form": form,
            "alike": alike,
        },
    )


def _propose(request, answers):
    if not rate_limits.allow(
        f"propose-group:{request.user.pk}", limit=PROPOSALS_A_DAY, seconds=86_400
    ):
        raise Refused(_("You have proposed several groups already. Please wait for their review."))
    draft = mandates.start_draft(person=request.user)
    proposed = groups.propose(
        by=request.user,
        name=answers["name"],
        kind=answers["kind"],
        country=answers["country"],
        languages=answers["other_languages"],
        page_url=answers["page_url"],
    )
    mandates.choose_group(mandate=draft, by=request.user, group=proposed)
    return redirect(steps.url_of(steps.MANDATE))
