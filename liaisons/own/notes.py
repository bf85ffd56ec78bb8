"""A liaison's private notes on their seat: for them alone, and for the successor they name."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from .. import mandates, unsaved
from ..access import own_mandate_or_404, signed_in
from ..errors import AlreadyDone, Refused
from ..models import Mandate


class NotesForm(forms.Form):
    """Notes; empty is fine."""

    notes = forms.CharField(
        label=gettext_lazy("Private notes"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 14, "dir": "auto"}),
        help_text=gettext_lazy(
            "Only you read them, not the Core Team. "
            "When you hand your seat over, they pass to your successor."
        ),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


def has_notes(mandate: Mandate) -> bool:
    """Notes are kept while a mandate lasts; what is left of them afterwards can be read."""
    return mandate.status == Mandate.Status.CONFIRMED or bool(mandate.private_notes)


@unsaved.kept_when_signed_out
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def notes(request, pk):
    """Read and change one's private notes."""
    mandate = own_mandate_or_404(request.user, pk)
    # What was typed into a form that was open comes back, also where the notes have passed on.
    is_over = request.method == "POST" and mandate.status == Mandate.Status.ENDED
    if not (has_notes(mandate) or is_over):
        raise Http404
    typed = unsaved.taken(request)
    form = NotesForm(
        request.POST if request.method == "POST" else typed,
        initial={"notes": mandate.private_notes, "seen": mandates.mark_of_notes(mandate)},
    )
    others = ""
    if request.method == "POST" and form.is_valid():
        try:
            mandates.keep_notes(mandate=mandate, by=request.user, **form.cleaned_data)
        except AlreadyDone as refusal:
            form.add_error(None, str(refusal.message))
            now = own_mandate_or_404(request.user, pk)
            others = now.private_notes
            # Who has read both may save over them.
            form.data = {**form.data.dict(), "seen": mandates.mark_of_notes(now)}
        except Refused as refusal:
            messages.warning(request, refusal.message)
            return redirect("liaisons:mandate", mandate.pk)
        else:
            messages.success(request, _("Your notes are saved."))
            return redirect("liaisons:mandate", mandate.pk)
    context = {"mandate": mandate, "form": form, "others": others}
    return render(request, "liaisons/mandate_notes.html", context)
