"""The page on which statements are answered in one text: write, look at it, publish."""

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import helpers
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from modeltranslation.utils import build_localized_fieldname

from liaisons.errors import AlreadyDone, Refused
from web import markdown
from web.names import language_direction, language_name

from .. import notices, report_translations, responses
from ..models import Response, Statement
from .statements import MOST_AT_ONCE


class Chosen:
    """The statements named in the address or the form, as they stand now."""

    def __init__(self, request):
        given = request.POST.get("statements") or request.GET.get("statements", "")
        ids = [part for part in given.split(",") if part.isdecimal() and len(part) < 10]
        found = Statement.objects.filter(pk__in=ids[:MOST_AT_ONCE]).for_pages().in_order()
        self.all = list(found)
        report_translations.read(self.all, settings.LANGUAGE_CODE)
        self.open = [one for one in self.all if not (one.response_id or one.withdrawn_in)]
        self.answered = [one for one in self.all if one.response_id]
        self.withdrawn = [one for one in self.all if one.withdrawn_in and not one.response_id]

    @property
    def ids(self) -> str:
        return ",".join(str(one.pk) for one in self.open)

    @property
    def groups(self) -> list:
        """The groups that made them, each once."""
        return list({one.report.group_id: one.report.group for one in self.open}.values())

    def liaisons(self) -> int:
        """How many people get a mail when these are answered."""
        statements = Statement.objects.filter(pk__in=[one.pk for one in self.open])
        return notices.liaisons_of(statements).count()


def answer_page(model_admin, request):
    """Show the form, the preview, or publish; whatever happens, what was typed stays."""
    chosen = Chosen(request)
    if request.method != "POST":
        if not chosen.all:
            messages.info(request, _("Choose statements, then “Answer in one text”."))
            return redirect("admin:strategy_statement_changelist")
        return _write(model_admin, request, chosen, _form(model_admin, request))
    form = _form(model_admin, request, request.POST)
    do = request.POST.get("do")
    if do == "change" or not form.is_valid():
        return _write(model_admin, request, chosen, form)
    try:
        if do == "publish":
            return _publish(request, form)
        _require_as_read(request, chosen)
    except Refused as refusal:
        messages.warning(request, refusal.message)
        # Looked up anew: what has an answer by now is told apart from what has none.
        return _write(model_admin, request, Chosen(request), form)
    return _preview(model_admin, request, chosen, form)


def _require_as_read(request, chosen):
    """The preview shows what would be published, and refuses what the verb would refuse."""
    if chosen.answered:
        refs = ", ".join(one.ref for one in chosen.answered)
        raise AlreadyDone(_("Answered already: %(statements)s.") % {"statements": refs})
    if request.POST.get("read") != responses.state_of(chosen.all):
        raise Refused(
            _("Statements were corrected while you were writing. Please read them again.")
        )


def _publish(request, form):
    chosen = Chosen(request)
    response = responses.answer(
        statements=chosen.all,
        texts=form.texts,
        by=request.user,
        seen=request.POST.get("read", ""),
    )
    number = notices.liaisons_of(response.statements.public()).count()
    told = ngettext(
        "The answer is published. %(number)s liaison gets a mail.",
        "The answer is published. %(number)s liaisons get a mail.",
        number,
    )
    messages.success(request, told % {"number": number})
    return redirect("admin:strategy_statement_changelist")


def _form(model_admin, request, data=None):
    return model_admin.get_form(request)(data)


def _write(model_admin, request, chosen, form):
    fieldsets = model_admin.get_fieldsets(request)
    return _render(
        model_admin,
        request,
        "write",
        {
            "chosen": chosen,
            "read": responses.state_of(chosen.open),
            "form": form,
            "adminform": helpers.AdminForm(form, fieldsets, {}, model_admin=model_admin),
            "media": model_admin.media + form.media,
        },
    )


def _preview(model_admin, request, chosen, form):
    typed = ((code, form.texts.get(build_localized_fieldname("text", code))) for code in _codes())
    versions = [
        {
            "code": code,
            "direction": language_direction(code),
            "language": language_name(code),
            "html": markdown.render(text),
        }
        for code, text in typed
        if text
    ]
    context = {
        "chosen": chosen,
        "read": request.POST.get("read", ""),
        "form": form,
        "versions": versions,
        "missing": len(_codes()) - len(versions),
        "liaisons": chosen.liaisons(),
    }
    return _render(model_admin, request, "preview", context)


def _codes() -> list[str]:
    """English first, as it is written."""
    others = [code for code, _own_name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    return [settings.LANGUAGE_CODE, *others]


def _render(model_admin, request, template, context):
    return TemplateResponse(
        request,
        f"admin/strategy/response/{template}.html",
        {
            **model_admin.admin_site.each_context(request),
            "opts": Response._meta,
            "title": _("Answer in one text"),
            **context,
        },
    )
