"""The page on which an administrator resets the second step of somebody who lost it."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..access import is_core_team
from ..accounts import freshness, second_factor, second_step_resets
from ..errors import Refused
from ..models import SecondStepReset

SUBTITLE = _("Reset the second step")


class ResetForm(forms.Form):
    """Why, and that the administrator knows to whom they speak."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("The person and all administrators read it, and it stays in the history."),
    )
    knows = forms.BooleanField(
        label=_("I spoke with this person, by phone or in person, and know that it is them.")
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)


def page(model_admin, request, object_id):
    """GET says what will happen, POST does it; its answer alone shows the code."""
    person = model_admin.get_object(request, object_id)
    if person is None:
        raise Http404
    if not request.user.has_perm(second_step_resets.PERMISSION):
        raise PermissionDenied
    why_not = second_step_resets.why_not(person, request.user)
    if why_not and request.method == "POST":
        messages.warning(request, why_not)
        return redirect(request.path)
    if not why_not and not freshness.is_fresh(request):
        return redirect_to_login(request.path, reverse("account_reauthenticate"))
    initial = {"seen": second_step_resets.state_of(person)}
    form = ResetForm(
        request.POST if request.method == "POST" else None, initial=initial, label_suffix=""
    )
    context = {
        **admin.site.each_context(request),
        "opts": model_admin.model._meta,
        "title": person.name_for_core_team,
        "subtitle": SUBTITLE,
        "person": person,
        "why_not": why_not,
        "has_own": second_factor.has_factor(request.user),
        "form": form,
        "hours": settings.SECOND_STEP_RESET_HOURS,
        "needs_code": is_core_team(person),
    }
    if form.is_valid():
        try:
            reset, code = second_step_resets.reset(
                person=person,
                by=request.user,
                reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
            )
        except Refused as refusal:
            messages.warning(request, refusal.message)
            return redirect(request.path)
        context |= {"made": reset, "code": code}
    context["history"] = SecondStepReset.objects.filter(person=person).select_related("by")
    return TemplateResponse(request, "admin/liaisons/user/second_step.html", context)
