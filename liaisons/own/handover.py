"""Handing a seat over: the liaison's page with the link, and the page the link leads to."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from web import rate_limits
from web.policies import policy

from .. import mandates
from ..access import own_mandate_or_404, signed_in
from ..errors import AlreadyDone, Refused
from ..join import steps

LINKS_A_DAY = 20
USES_A_DAY = 20


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def successor(request, pk):
    """Make the link for a successor, see it once, take it back."""
    mandate = own_mandate_or_404(request.user, pk)
    if not mandate.is_active:
        messages.info(request, mandates.what_happened(mandate))
        return redirect("liaisons:mandate", mandate.pk)
    link = ""
    if request.method == "POST":
        try:
            if request.POST.get("do") == "revoke":
                mandates.revoke_handover(mandate=mandate, by=request.user)
                messages.success(request, _("The link does not work any more."))
                return redirect("liaisons:mandate_successor", mandate.pk)
            if request.POST.get("do") == "make":
                link = _new_link(request, mandate)
        except Refused as refusal:
            messages.warning(request, refusal.message)
            return redirect("liaisons:mandate_successor", mandate.pk)
    return render(
        request,
        "liaisons/mandate_successor.html",
        {
            "mandate": mandate,
            "link": link,
            "handover": mandates.open_handover(mandate),
            "application": mandates.successor_of(mandate),
        },
    )


def _new_link(request, mandate) -> str:
    _require_room(f"handover:{request.user.pk}", LINKS_A_DAY)
    _handover, token = mandates.invite_successor(mandate=mandate, by=request.user)
    return settings.BASE_URL + reverse("liaisons:succeed", args=[token])


@policy("token")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def succeed(request, token):
    """Where the link leads: which seat of which group, and the beginning of the application."""
    handover = mandates.handover_of(token)
    person = request.user if request.user.is_authenticated else None
    if handover is None:
        return _gone(request)
    if person and mandates.is_begun_by(handover, person):
        if handover.application.is_waiting:
            return redirect("liaisons:mandate", handover.application.pk)
        return redirect(steps.url_of(steps.next_step(handover.application)))
    if request.method == "POST" and person:
        return _begin(request, token)
    obstacle = None
    try:
        if person:
            mandates.require_may_take_over(handover, person)
        elif not mandates.is_usable(handover):
            return _gone(request)
    except AlreadyDone as refusal:
        return _gone(request, refusal.message)
    except Refused as refusal:
        if not mandates.is_usable(handover):
            return _gone(request)
        obstacle = refusal.message
    draft = mandates.draft_of(person) if person else None
    return render(
        request,
        "liaisons/succeed.html",
        {
            "handover": handover,
            "group": handover.mandate.group,
            "inviter": handover.mandate.person.public_name,
            "obstacle": obstacle,
            # What would make room for this application.
            "draft": draft if draft and draft.group_id != handover.mandate.group_id else None,
        },
    )


def _begin(request, token):
    try:
        _require_room(f"take-over:{request.user.pk}", USES_A_DAY)
        draft = mandates.take_over(token=token, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
        return redirect("liaisons:succeed", token)
    return redirect(steps.url_of(steps.next_step(draft)))


def _require_room(key: str, limit: int) -> None:
    if not rate_limits.allow(key, limit=limit, seconds=86_400):
        raise Refused(_("That was often for one day. Please wait until tomorrow."))


def _gone(request, message=""):
    return render(request, "liaisons/link_gone.html", {"message": message}, status=404)
