"""While an application waits: where it stands, what was said, and adding or asking something."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from web import rate_limits

from .. import mandates, unsaved
from ..access import own_mandate_or_404, signed_in
from ..errors import Refused
from ..models import MandateEvent

Kind = MandateEvent.Kind
MESSAGES_A_DAY = 20
# What the applicant and the Core Team wrote to each other.
SAID = [Kind.MORE_ASKED, Kind.ANSWERED, Kind.ADDED, Kind.ASKED, Kind.REPLIED, Kind.REVIEW_CLOSED]


class MessageForm(forms.Form):
    """A message to the Core Team about one's own application."""

    message = forms.CharField(
        label=gettext_lazy("Your message"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        help_text=gettext_lazy("Any language. Only the Core Team reads it."),
        error_messages={"required": gettext_lazy("Please write something.")},
    )


@unsaved.kept_when_signed_out
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def add(request, pk):
    """Add something to an application that waits."""
    return _write(
        request,
        pk,
        mandates.add,
        {
            "title": _("Add something to your application"),
            "text": _("The reviewer reads it together with your answers."),
            "button": _("Add it"),
        },
        done=_("Your message is with the Core Team."),
    )


@unsaved.kept_when_signed_out
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request, pk):
    """Ask the Core Team about an application that waits."""
    return _write(
        request,
        pk,
        mandates.ask,
        {
            "title": _("Ask the Core Team"),
            "text": _("You get the answer by mail and on the page of your application."),
            "button": _("Send the question"),
        },
        done=_("Your question is on its way."),
    )


def _write(request, pk, verb, words, *, done):
    mandate = own_mandate_or_404(request.user, pk)
    if not mandate.is_waiting:
        messages.info(request, mandates.what_happened(mandate))
        return redirect("liaisons:mandate", mandate.pk)
    typed = unsaved.taken(request)
    form = MessageForm(request.POST if request.method == "POST" else typed)
    if request.method == "POST" and form.is_valid():
        try:
            _require_room(request.user)
            verb(mandate=mandate, by=request.user, message=form.cleaned_data["message"])
        except Refused as refusal:
            messages.warning(request, refusal.message)
        else:
            messages.success(request, done)
        return redirect("liaisons:mandate", mandate.pk)
    return render(
        request, "liaisons/mandate_write.html", {"mandate": mandate, "form": form, **words}
    )


def _require_room(person) -> None:
    if not rate_limits.allow(f"mandate-message:{person.pk}", limit=MESSAGES_A_DAY, seconds=86_400):
        raise Refused(_("You have written a lot today. Please wait until tomorrow."))


def said_about(mandate) -> dict:
    """What was said about an application, and whether a question of the applicant's is open."""
    return said_in(mandate.events.filter(kind__in=SAID))


def said_in(history) -> dict:
    """The same out of the events of a mandate, oldest first."""
    said = [event for event in history if event.kind in SAID and event.message]
    asked = [event for event in said if event.kind == Kind.ASKED]
    answered = [event for event in said if event.kind in (Kind.REPLIED, Kind.MORE_ASKED)]
    is_open = asked and (not answered or answered[-1].pk < asked[-1].pk)
    return {"said": said, "open_question": asked[-1] if is_open else None}
