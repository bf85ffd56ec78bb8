"""A liaison's term and its end: renew it, come back after it, be away for a while."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from . import mandates, seats, unsaved
from .access import own_mandate_or_404, signed_in, signed_in_to_act
from .errors import Refused
from .join import steps
from .join.forms import MandateForm
from .models import Mandate

form_page = require_http_methods(["GET", "HEAD", "POST"])


class RenewForm(MandateForm):
    """Whether the group still agrees, and what is new about that."""

    UNCHANGED = "unchanged"
    role = seat = None
    evidence = forms.ChoiceField(
        label=gettext_lazy("Does the group still agree that you speak for it?"),
        choices=[
            (UNCHANGED, gettext_lazy("Yes, as before")),
            (Mandate.Evidence.LINK, gettext_lazy("Yes, and a newer page or message shows it")),
            (Mandate.Evidence.EXPLANATION, gettext_lazy("Yes, and I explain what is new")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how the group agreed.")},
    )
    # The last day as this page showed it.
    until = forms.DateField(widget=forms.HiddenInput)

    @property
    def new_evidence(self) -> str:
        """What is new, in words that need no translation; empty where nothing is."""
        answers = self.cleaned_data
        if answers["evidence"] == Mandate.Evidence.LINK:
            return f"{answers['evidence_url']} ({answers['agreed_on'].isoformat()})"
        if answers["evidence"] == Mandate.Evidence.EXPLANATION:
            return answers["evidence_text"]
        return ""


class AwayForm(forms.Form):
    """The last day of an absence."""

    until = forms.DateField(
        label=gettext_lazy("Your last day away"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Enter the day.")},
    )


@unsaved.kept_when_signed_out
@signed_in
@form_page
def renew(request, pk):
    """Renew one's own mandate; before its time the page says from when on."""
    mandate = own_mandate_or_404(request.user, pk)
    typed = unsaved.taken(request)
    form = RenewForm(
        request.POST if request.method == "POST" else typed,
        person=request.user,
        initial={"until": mandate.last_day},
    )
    if request.method == "POST" and form.is_valid():
        return _done(
            request,
            _("Your mandate is renewed. Thank you!"),
            lambda: mandates.renew(
                mandate=mandate,
                by=request.user,
                until=form.cleaned_data["until"],
                evidence=form.new_evidence,
            ),
            redirect("liaisons:mandate", mandate.pk),
        )
    if not mandate.is_active:
        messages.info(request, mandates.what_happened(mandate))
        return redirect("liaisons:mandate", mandate.pk)
    is_renewable = mandates.is_renewable(mandate)
    return render(
        request,
        "liaisons/mandate_renew.html",
        {
            "mandate": mandate,
            "form": form,
            "is_renewable": is_renewable,
            "renewable_from": mandates.renewable_from(mandate),
            "new_last_day": mandates.day_after_renewal(mandate),
        },
    )


@signed_in_to_act
def again(request, pk):
    """Begin an application for the group and seat of a mandate that is over."""
    mandate = own_mandate_or_404(request.user, pk)
    try:
        draft = mandates.apply_again(mandate=mandate, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
        return redirect("liaisons:mandate", mandate.pk)
    return redirect(steps.url_of(steps.next_step(draft)))


@signed_in
@form_page
def away(request):
    """Say until when one is away, change the day, or come back now."""
    if request.method == "POST" and "back" in request.POST:
        return _done(
            request,
            _("Welcome back."),
            lambda: mandates.come_back(person=request.user),
            redirect("liaisons:away"),
        )
    person = request.user
    form = AwayForm(
        request.POST or None, initial={"until": person.away_until} if person.is_away else None
    )
    form.fields["until"].widget.attrs |= {
        "min": timezone.localdate().isoformat(),
        "max": (timezone.localdate() + mandates.LONGEST_ABSENCE).isoformat(),
    }
    if request.method == "POST" and form.is_valid():
        try:
            mandates.go_away(person=person, until=form.cleaned_data["until"])
        except Refused as refusal:
            form.add_error("until", str(refusal.message))
        else:
            messages.success(request, _("Your changes are saved."))
            return redirect("liaisons:away")
    active = list(
        Mandate.objects.active().filter(person=person).select_related("group").order_by("pk")
    )
    held = seats.of_groups([mandate.group for mandate in active])
    rows = [(mandate, held[mandate.group_id].stand_in) for mandate in active]
    return render(request, "liaisons/away.html", {"form": form, "rows": rows})


def _done(request, success, verb, answer):
    """Run a verb; either way the next page says what happened."""
    try:
        verb()
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, success)
    return answer
