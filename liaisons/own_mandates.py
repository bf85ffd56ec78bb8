"""One's own applications and mandates: where they stand, and what one can do."""

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from . import contact_rules, mandates, seats, unsaved
from .access import own_mandate_or_404, signed_in
from .errors import Refused
from .models import Mandate, MandateEvent
from .own.writing import said_about
from .waiting_times import days_waiting, usual_review_days

Status = Mandate.Status


class AnswerForm(forms.Form):
    """The answer to what the Core Team asked."""

    message = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        help_text=gettext_lazy("Any language. Only the Core Team reads it."),
        error_messages={"required": gettext_lazy("Please write your answer.")},
    )


class EndForm(forms.Form):
    """Why a liaison ends their mandate."""

    reason = forms.CharField(
        label=gettext_lazy("Why do you end it?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=gettext_lazy(
            "Only the Core Team reads it. If you know who comes next, say that too."
        ),
        error_messages={"required": gettext_lazy("Please give a reason.")},
    )


@signed_in
@require_GET
def mandate_list(request):
    """All one's own applications and mandates, those that matter today first."""
    own = (
        Mandate.objects.filter(person=request.user)
        .filter(Q(submitted_at__isnull=False) | Q(status=Status.DRAFT))
        .select_related("group", "group__country", "contact")
    )
    order = [*Mandate.OPEN, Status.DECLINED, Status.WITHDRAWN, Status.ENDED]
    found = sorted(own, key=lambda mandate: order.index(Status(mandate.status)))
    return render(request, "liaisons/mandate_list.html", {"mandates": found})


@signed_in
@require_GET
def mandate_page(request, pk):
    """Where an application or mandate stands, who acts next, and what one can do."""
    mandate = own_mandate_or_404(request.user, pk)
    if mandate.status == Status.DRAFT:
        return redirect("liaisons:join")
    return _page(request, mandate)


@unsaved.kept_when_signed_out
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request, pk):
    """Answer what the Core Team asked. The form stands on the mandate's own page."""
    mandate = own_mandate_or_404(request.user, pk)
    typed = request.POST if request.method == "POST" else unsaved.taken(request)
    if typed is None:
        return redirect("liaisons:mandate", mandate.pk)
    form = AnswerForm(typed)
    if request.method != "POST" or not form.is_valid():
        return _page(request, mandate, answer_form=form)
    return _do(
        request,
        mandate,
        _("Thank you. Your answer is with the Core Team."),
        lambda: mandates.answer_more(
            mandate=mandate, by=request.user, message=form.cleaned_data["message"]
        ),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request, pk):
    """Take an application back, after a page that asks once more."""
    mandate = own_mandate_or_404(request.user, pk)
    if request.method != "POST":
        if not mandate.is_waiting:
            return redirect("liaisons:mandate", mandate.pk)
        return render(request, "liaisons/mandate_withdraw.html", {"mandate": mandate})
    return _do(
        request,
        mandate,
        _("Your application is withdrawn. You can apply again whenever you like."),
        lambda: mandates.withdraw(mandate=mandate, by=request.user),
    )


@unsaved.kept_when_signed_out
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def end(request, pk):
    """End one's own mandate, with a reason."""
    mandate = own_mandate_or_404(request.user, pk)
    typed = unsaved.taken(request)
    form = EndForm(request.POST if request.method == "POST" else typed)
    if request.method == "POST" and form.is_valid():
        return _do(
            request,
            mandate,
            _("Your mandate has ended today. Thank you for what you did."),
            lambda: mandates.end_mandate(
                mandate=mandate, by=request.user, reason=form.cleaned_data["reason"]
            ),
        )
    if not mandate.is_active:
        messages.info(request, mandates.what_happened(mandate))
        return redirect("liaisons:mandate", mandate.pk)
    return render(request, "liaisons/mandate_end.html", {"mandate": mandate, "form": form})


def _page(request, mandate, answer_form=None):
    asked = mandate.events.filter(kind=MandateEvent.Kind.MORE_ASKED).last()
    decision = mandate.events.filter(
        kind__in=[MandateEvent.Kind.DECLINED, MandateEvent.Kind.CONFIRMED]
    ).last()
    ended = mandate.events.filter(kind__in=["ended", "lapsed"]).last()
    return render(
        request,
        "liaisons/mandate.html",
        {
            "mandate": mandate,
            "asked": asked,
            "decision": decision,
            "ended": ended,
            "is_renewable": mandates.is_renewable(mandate),
            "stand_in": _stand_in(mandate),
            "contact": contact_rules.contact_of(mandate),
            "successor": mandates.successor_of(mandate),
            **said_about(mandate),
            "answer_form": answer_form or AnswerForm(),
            "usual_days": usual_review_days(),
            "days_waiting": days_waiting(mandate) if mandate.is_waiting else 0,
            "history": mandate.events.exclude(kind=MandateEvent.Kind.STARTED),
        },
    )


def _do(request, mandate, success, verb):
    """Run a verb; either way the mandate's page says what happened."""
    try:
        verb()
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, success)
    return redirect("liaisons:mandate", mandate.pk)


def _stand_in(mandate) -> seats.Holder | None:
    """Who answers while the liaison whose mandate this is is away."""
    if mandate.seat != Mandate.Seat.PRIMARY or not mandate.person.is_away:
        return None
    return seats.of_group(mandate.group).stand_in
