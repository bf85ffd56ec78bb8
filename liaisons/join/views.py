"""Sign-up, step by step. Every step is an address; every answer is on the server at once."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from web.policies import policy
from web.public_pages import public_page

from .. import mandates, seats, support, unsaved
from ..access import signed_in, signed_in_to_act
from ..errors import AlreadyDone, Incomplete, Refused
from ..models import Mandate
from ..name_choice import reason_for
from ..waiting_times import usual_review_days
from . import found_groups, steps
from .forms import TALK_PAGE, MandateForm, SupportForm


@public_page(query=("group",))
def join(request):
    """What a liaison does and what will be asked; the way into sign-up, new or begun."""
    slug = request.GET.get("group", "")
    group = found_groups.choosable(None).filter(slug=slug).first() if slug else None
    start = steps.url_of(steps.GROUP) + (f"?group={group.slug}" if group else "")
    draft = waiting = None
    if request.user.is_authenticated:
        draft = mandates.draft_of(request.user)
        waiting = list(_own(request).waiting().select_related("group"))
        if draft and not group:
            start = steps.url_of(steps.next_step(draft))
    return render(
        request,
        "liaisons/join/join.html",
        {
            "group": group,
            "start": start,
            "draft": draft,
            "waiting": waiting,
            "usual_days": usual_review_days(),
            "steps": steps.line(steps.ACCOUNT),
        },
    )


def _step(name):
    """A step that needs a draft with everything before it answered.

    A form that arrives after the session ended waits until its person is back.
    """

    def decorate(view):
        def guarded(request):
            if not request.user.is_authenticated:
                if request.method == "POST":
                    unsaved.keep(request, _place(name))
                return redirect_to_login(steps.url_of(name), reverse("account_login"))
            draft = mandates.draft_of(request.user)
            if gone := _no_longer_a_draft(request, draft):
                return gone
            reached = steps.ORDER.index(steps.next_step(draft))
            if steps.ORDER.index(name) > reached:
                return redirect(steps.url_of(steps.ORDER[reached]))
            return view(request, draft)

        return policy("signed_in")(require_http_methods(["GET", "HEAD", "POST"])(guarded))

    return decorate


def _place(step: str) -> str:
    return f"join {step}"


def _no_longer_a_draft(request, draft):
    """A form of a draft that was sent in or withdrawn meanwhile: show what became of it."""
    posted = request.POST.get("draft", "")
    if not posted.isdecimal() or len(posted) > 18 or (draft and str(draft.pk) == posted):
        return None
    sent = _own(request).exclude(status=Mandate.Status.DRAFT).filter(pk=int(posted)).first()
    if sent is None:
        return redirect("liaisons:join")
    if sent.is_waiting:
        return redirect("liaisons:join_done")
    messages.info(request, mandates.what_happened(sent))
    return redirect("liaisons:mandate", sent.pk)


MANDATE_FIELDS = (
    "role",
    "seat",
    "evidence",
    "evidence_url",
    "agreed_on",
    "evidence_text",
    "is_attested",
)


@_step(steps.MANDATE)
def mandate(request, draft):
    """Role, seat, and how the group agreed."""
    typed = unsaved.take(request, _place(steps.MANDATE), field="draft", value=draft.pk)
    initial = {field: getattr(draft, field) for field in MANDATE_FIELDS}
    posted = request.POST if request.method == "POST" else typed
    is_tied = bool(draft.predecessor_id)
    form = MandateForm(posted, initial=initial, person=request.user, is_tied=is_tied)
    is_other_group = request.method == "POST" and request.POST.get("group") != str(draft.group_id)
    if is_other_group:
        form.add_error(
            None,
            _("You chose another group in another window. Please check your answers for it."),
        )
    if request.method == "POST":
        is_complete = form.is_valid()
        answers = {
            name: form.cleaned_data[name] for name in MANDATE_FIELDS if name in form.cleaned_data
        }
        try:
            # What is right so far is kept, also when something else is still wrong.
            if not is_other_group:
                mandates.save_answers(mandate=draft, by=request.user, **answers)
            if is_complete:
                return redirect(steps.url_of(steps.next_step(mandates.draft_of(request.user))))
        except AlreadyDone as refusal:
            messages.info(request, refusal.message)
            return redirect("liaisons:mandate", draft.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
    return _render_step(
        request, steps.MANDATE, draft, {"form": form, "seats": seats.of_group(draft.group)}
    )


@_step(steps.SUPPORT)
def support_step(request, draft):
    """Languages, help, mail, country, and whether everyone may see the name."""
    typed = unsaved.take(request, _place(steps.SUPPORT), field="draft", value=draft.pk)
    posted = request.POST if request.method == "POST" else typed
    form = SupportForm(posted, person=request.user, group=draft.group)
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            support.save_answers(
                person=request.user,
                country=answers["country"],
                languages=answers["all_languages"],
                help_from_english=answers["help_from_english"],
                help_to_english=answers["help_to_english"],
                mail_language=answers["mail_language"],
                rhythm=answers["rhythm"],
                prefers_talk_page=answers["channel"] == TALK_PAGE,
                display_name=answers["display_name"],
                is_public_by_name=answers["is_public_by_name"],
            )
            mandates.save_answers(mandate=draft, by=request.user, support_answered=True)
        except Refused as refusal:
            messages.info(request, refusal.message)
            return redirect("liaisons:mandate", draft.pk)
        return redirect(steps.url_of(steps.CHECK))
    return _render_step(
        request,
        steps.SUPPORT,
        draft,
        {"form": form, "name_reason": reason_for(request.user)},
    )


@_step(steps.CHECK)
def check(request, draft):
    """All answers with a way to change each; sends the application."""
    if request.method == "POST":
        if request.POST.get("seen") != _version(draft):
            messages.warning(
                request,
                _("Your answers were changed in another window. Please check them again."),
            )
            return redirect(steps.url_of(steps.CHECK))
        try:
            mandates.submit(mandate=draft, by=request.user)
        except Incomplete as refusal:
            messages.error(request, refusal.message)
            return redirect(steps.url_of(refusal.step))
        except AlreadyDone:
            # Sent twice at once: the first one counts. Or thrown away in another window.
            if gone := _no_longer_a_draft(request, None):
                return gone
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect(steps.url_of(steps.GROUP))
        return redirect("liaisons:join_done")
    return _render_step(
        request,
        steps.CHECK,
        draft,
        {
            "seen": _version(draft),
            "answers": support.answers_of(request.user),
            "seats": seats.of_group(draft.group),
        },
    )


def _version(draft) -> str:
    """Changes with every answer kept in the draft or with the person."""
    return f"{draft.changed_at.timestamp()}"


def _render_step(request, step, draft, context) -> HttpResponse:
    return render(
        request,
        f"liaisons/join/{step}.html",
        {"steps": steps.line(step, draft), "draft": draft, **context},
    )


@signed_in
@require_GET
def done(request):
    """What happens next, who acts, and how long it usually takes."""
    sent = _own(request).waiting().select_related("group").order_by("-submitted_at").first()
    if sent is None:
        return redirect("liaisons:join")
    return render(
        request,
        "liaisons/join/done.html",
        {"mandate": sent, "usual_days": usual_review_days()},
    )


@signed_in_to_act
def discard(request):
    """Throw a draft away."""
    draft = mandates.draft_of(request.user)
    if draft is None:
        # Pressed twice: the browser shows what the second got, with the message of the first.
        return redirect("liaisons:join")
    try:
        mandates.withdraw(mandate=draft, by=request.user)
    except Refused as refusal:
        messages.info(request, refusal.message)
    else:
        messages.success(request, _("Your draft is gone. Nothing was sent."))
    return redirect("liaisons:join")


def _own(request):
    return Mandate.objects.filter(person=request.user)
