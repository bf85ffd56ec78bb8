"""Files for translation platforms: taken from here, and brought back after a look at them."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from liaisons.errors import Refused

from ..translating import files, texts

MAY_EXCHANGE = "strategy.publish_update"
ALL = "all"


class FileForm(forms.Form):
    """A file that comes back; after the look at what it changes it comes as text."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    content = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    mark = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self):
        """The bytes of the file in ``raw``."""
        cleaned = super().clean()
        if content := cleaned.get("content"):
            cleaned["raw"] = content.encode()
        elif file := cleaned.get("file"):
            # One byte more, so that a file that is too large is seen to be so.
            cleaned["raw"] = file.read(files.LARGEST + 1)
        elif not self.errors:
            self.add_error("file", _("Choose a file."))
        return cleaned


def page(model_admin, request):
    """The files to take, a form for one that comes back, and what that one would change."""
    _require(model_admin, request)
    is_sent = request.method == "POST"
    form = FileForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    context = {
        **admin.site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Files for translation platforms"),
        "form": form,
        "languages": [*texts.LANGUAGES, *texts.other_languages()],
    }
    if is_sent and form.is_valid():
        try:
            given = files.read(form.cleaned_data["raw"])
            if form.cleaned_data["mark"]:
                made = files.bring_in(given, by=request.user, mark=form.cleaned_data["mark"])
                _say(request, len(made.changes))
                return redirect(reverse("admin:strategy_translation_files"))
            context |= {
                "plan": files.plan(given),
                "language": given.language,
                "content": form.cleaned_data["raw"].decode("utf-8-sig"),
            }
        except files.BadFile as bad:
            context["problems"] = bad.problems
        except Refused as refusal:
            messages.warning(request, refusal.message)
    return TemplateResponse(request, "admin/strategy/translation/files.html", context)


def download(model_admin, request, language):
    """One file, or all of them packed (``all``)."""
    _require(model_admin, request)
    if language == ALL:
        return _saved(files.as_zip(), "translations.zip", "application/zip")
    if language not in (texts.ENGLISH, files.DOCUMENTATION) and not texts.is_translated_into(
        language
    ):
        raise Http404
    return _saved(files.as_json(language), f"{language}.json", "application/json")


def _require(model_admin, request) -> None:
    if not (model_admin.has_view_permission(request) and request.user.has_perm(MAY_EXCHANGE)):
        raise PermissionDenied


def _say(request, number: int) -> None:
    said = ngettext("%(number)s text was changed.", "%(number)s texts were changed.", number)
    messages.success(request, said % {"number": number})


def _saved(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
