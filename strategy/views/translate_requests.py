"""Asking for translations: the form, and one's own requests with what became of them."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import F
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from liaisons import access, languages, unsaved
from liaisons.errors import Refused
from liaisons.language_field import LanguageField, likely_languages
from liaisons.models import Language

from ..models import Report, TranslationRequest
from ..translating import requests, texts
from ..translating.texts import ENGLISH, LANGUAGES

SHOWN = 50


class RequestForm(forms.Form):
    """Into which language, until when, and what a translator should know.

    A report goes into English alone, and nobody is asked into which language.
    """

    language = LanguageField()
    needed_by = forms.DateField(
        label=gettext_lazy("Needed by"),
        help_text=gettext_lazy("For example the day on which your group meets."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        label=gettext_lazy("A note for the translator"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args, person, wanted="", is_into_english=False, **kwargs):
        likely = [one for one in likely_languages(person) if not languages.is_english(one.code)]
        first = Language.objects.filter(pk=wanted).first()
        super().__init__(*args, initial={"language": first or ""}, **kwargs)
        self.fields["language"].suggest(likely)
        if is_into_english:
            del self.fields["language"]

    @property
    def wanted(self) -> str:
        """The code of the language that is asked for."""
        chosen = self.cleaned_data.get("language")
        return chosen.code if chosen else ENGLISH

    def clean_needed_by(self):
        day = self.cleaned_data["needed_by"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(_("This day is over."))
        return day


@unsaved.kept_when_signed_out
@access.liaison
@require_http_methods(["GET", "HEAD", "POST"])
def translation_ask(request, kind, pk):
    """Ask for a public thing in any language, or for a report of one's group in English."""
    things = texts.THINGS.get(kind)
    thing = things.public().filter(pk=pk).first() if things and pk < 2**63 else None
    if thing is None:
        return _not_asked_for(request, kind, pk)
    try:
        requests.require_may_ask(thing, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
        return redirect(thing)
    of_form = {"person": request.user, "is_into_english": kind == "report"}
    form = RequestForm(wanted=_wanted(request), **of_form)
    if request.method == "POST":
        form = RequestForm(request.POST, **of_form)
        if form.is_valid() and _ask(request, thing, form):
            return redirect("strategy:translation_requests")
    elif (typed := unsaved.taken(request)) is not None:
        form = RequestForm(typed, **of_form)
    context = {
        "form": form,
        "name": texts.name_of(thing),
        "source": texts.source_of(thing),
        "kind_label": texts.label_of(thing),
        "is_into_english": kind == "report",
    }
    return render(request, "strategy/translate/ask.html", context)


def _not_asked_for(request, kind, pk):
    """A published report in English needs no request, and says so; anything else is not there."""
    report = Report.objects.published().filter(pk=pk).first() if kind == "report" else None
    if report is None:
        raise Http404
    messages.info(request, _("This text is written in English."))
    return redirect(report)


def _wanted(request) -> str:
    asked = request.GET.get("language", "") or get_language() or settings.LANGUAGE_CODE
    return asked if asked in LANGUAGES else ""


def _ask(request, thing, form) -> bool:
    try:
        requests.ask(
            thing=texts.with_parts([thing])[0],
            language=form.wanted,
            by=request.user,
            needed_by=form.cleaned_data["needed_by"],
            note=form.cleaned_data["note"],
        )
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return False
    messages.success(request, _("Translators see now that you wait for it."))
    return True


@access.liaison
@require_safe
def translation_requests(request):
    """One's own requests: those one waits for first, then what became of the others."""
    own = TranslationRequest.objects.filter(person=request.user, withdrawn_at__isnull=True)
    found = list(own.order_by(F("done_at").desc(nulls_first=True), "-asked_at")[:SHOWN])
    things = _things(found)
    rows = [
        {
            "request": one,
            "name": texts.name_of(thing),
            "source": texts.source_of(thing),
            "url": _url(thing),
        }
        for one in found
        if (thing := things.get((one.kind, one.object_id)))
    ]
    return render(request, "strategy/translate/requests.html", {"rows": rows})


def _things(found) -> dict:
    return {
        (kind, thing.pk): thing
        for kind in {one.kind for one in found}
        for thing in texts.THINGS[kind]
        .public()
        .filter(pk__in={one.object_id for one in found if one.kind == kind})
    }


def _url(thing) -> str:
    return thing.get_absolute_url() if hasattr(thing, "get_absolute_url") else ""


@access.liaison
@require_POST
def translation_request_withdraw(request, pk):
    """Take one's own request back."""
    own = TranslationRequest.objects.filter(person=request.user, pk=pk).first()
    if own is None:
        raise Http404
    requests.withdraw(own, by=request.user)
    messages.success(request, _("You do not wait for it any more."))
    return redirect("strategy:translation_requests")
