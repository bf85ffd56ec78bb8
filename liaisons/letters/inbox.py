"""The letters a liaison got: read them, answer without showing one's address, report one."""

import functools

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from web import content_version

from .. import unsaved
from ..access import signed_in
from ..accounts import people
from ..accounts.forms import posted
from ..errors import Refused
from ..models import Letter, User
from . import sending, ways
from .forms import AnswerForm, ContactForm, ReportForm

PER_PAGE = 20
# The longest form of these pages, in characters.
MOST_TYPED = 6_000


@signed_in
@require_safe
def letter_list(request):
    """The letters written to this person whose words are still kept, the newest first."""
    found = Letter.objects.filter(mandate__person=request.user).exclude(body="")
    page = Paginator(found.select_related("group"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "kept_days": settings.LETTER_DAYS}
    return render(request, "liaisons/letters/letter_list.html", context)


def _kept_when_signed_out(view):
    """Keep what is sent without a session: a letter in any script is long once it is encoded."""

    @functools.wraps(view)
    def keeping(request, *args, **kwargs):
        if request.method == "POST" and not request.user.is_authenticated:
            unsaved.keep_long(request, most=MOST_TYPED)
        return view(request, *args, **kwargs)

    return keeping


@_kept_when_signed_out
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request, pk):
    """One letter: read it, answer it, or show it to the Core Team."""
    found = _own_or_404(request, pk)
    came_back = unsaved.taken(request)
    typed = request.POST if request.method == "POST" else came_back
    do = typed.get("do", "") if typed is not None else ""
    answer_form = AnswerForm(typed if do == "answer" else None)
    report_form = ReportForm(typed if do == "report" else None)
    if request.method == "POST":
        if _acted(request, found, do, answer_form, report_form):
            return redirect("liaisons:letter", found.pk)
        found = _own_or_404(request, pk)
    elif came_back:
        messages.info(request, _("You were signed out. What you had written is here again."))
    return render(
        request,
        "liaisons/letters/letter.html",
        {
            "letter": found,
            "answer_form": answer_form,
            "report_form": report_form,
            "is_blocked": found.blocked_senders.exists(),
        },
    )


def _acted(request, found, do, answer_form, report_form) -> bool:
    """Whether all is done; what was typed for something refused stands in its form again."""
    try:
        if do == "answer" and answer_form.is_valid():
            sending.answer(letter=found, by=request.user, text=answer_form.cleaned_data["answer"])
            messages.success(request, _("Your answer is on its way."))
        elif do == "answered":
            sending.mark_answered(letter=found, by=request.user)
            messages.success(request, _("Your changes are saved."))
        elif do == "report" and report_form.is_valid():
            sending.report(letter=found, by=request.user, note=report_form.cleaned_data["note"])
            messages.success(request, _("Thank you. The Core Team looks at this letter."))
        else:
            return False
    except Refused as refusal:
        messages.warning(request, refusal.message)
        return do == "answered"
    return True


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def settings_contact(request):
    """How the public can write to this person, and what each way means."""
    person = User.objects.get(pk=request.user.pk)
    form = ContactForm(
        posted(request), person=person, initial={"contact_by": request.user.contact_by}
    )
    if form.is_valid():
        with transaction.atomic():
            if not people.still_there(request.user):
                return redirect("account_login")
            User.objects.filter(pk=request.user.pk).update(**form.cleaned_data)
            content_version.bump()
        messages.success(request, _("Your changes are saved."))
        return redirect("liaisons:settings_contact")
    context = {"form": form, "may_use_wiki": ways.may_use_wiki(person)}
    return render(request, "liaisons/settings/contact.html", context)


def _own_or_404(request, pk) -> Letter:
    found = (
        Letter.objects.filter(pk=pk, mandate__person=request.user)
        .select_related("group", "mandate")
        .first()
    )
    if found is None:
        raise Http404
    return found
