"""The page on which the Core Team reads an application and decides it."""

import copy
from datetime import timedelta

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import groups, mandates, notices, seats
from ..errors import AlreadyDone, NotAllowed, Refused
from ..models import Group, Mandate
from ..own.writing import said_in
from ..review_texts import ASK, CONFIRM, DECLINE
from ..waiting_times import days_waiting, usual_review_days
from . import queue
from .review_forms import ChangeContactForm, DisputeForm, EndForm, ReplyForm, ReviewForm, SeenForm

# The forms that somebody writes in, and which mandates have them on their page.
HAS_FORM = {
    "review_form": lambda mandate: mandate.is_waiting,
    "reply_form": lambda mandate: mandate.is_waiting,
    "dispute_form": lambda mandate: bool(mandate.review_opened_at),
    "end_form": lambda mandate: mandate.status == Mandate.Status.CONFIRMED,
    "contact_form": lambda mandate: mandate.status == Mandate.Status.CONFIRMED,
}
MAIL_AFTER = {
    CONFIRM: notices.CONFIRMED,
    ASK: notices.MORE_ASKED,
    DECLINE: notices.DECLINED,
}


def review_page(model_admin, request, mandate):
    """Show one application; decide, end, or decide on its proposed group where that is asked."""
    if mandate is None:
        raise Http404
    if not model_admin.has_view_permission(request, mandate):
        raise PermissionDenied
    if request.method != "POST":
        return _page(model_admin, request, mandate)
    if not mandates.may_review(request.user):
        raise PermissionDenied
    if message := mandates.part_in(mandate, request.user):
        # Nothing about it, its proposed group and its contact included.
        messages.warning(request, message)
        return queue.same_page(request, mandate)
    act = ACTS.get(request.POST.get("do", ""))
    return act(model_admin, request, mandate) if act else queue.same_page(request, mandate)


def _preview(model_admin, request, mandate):
    form = _review_form(request, mandate, request.POST)
    if not form.is_valid():
        return _page(model_admin, request, mandate, review_form=form)
    decision = form.cleaned_data["decision"]
    # As it would be: the mail names the contact and the last day.
    future = copy.copy(mandate)
    if decision == CONFIRM:
        future.contact = form.cleaned_data["contact"]
        future.last_day = timezone.localdate() + timedelta(days=settings.MANDATE_LENGTH_DAYS)
    subject, text = notices.preview(MAIL_AFTER[decision], future, form.message)
    context = {"form": form, "subject": subject, "text": text}
    return _render(model_admin, request, mandate, "preview", context)


def _change(model_admin, request, mandate):
    """Back from the preview with everything as it was typed."""
    form = _review_form(request, mandate, request.POST)
    return _page(model_admin, request, mandate, review_form=form)


def _send(model_admin, request, mandate):
    form = _review_form(request, mandate, request.POST)
    if not form.is_valid():
        return _page(model_admin, request, mandate, review_form=form)
    answers = form.cleaned_data
    common = {"mandate": mandate, "by": request.user, "seen": answers["seen"]}
    try:
        if answers["decision"] == CONFIRM:
            mandates.confirm(**common, contact=answers["contact"], message=form.message)
            done = _("Confirmed. The liaison gets a mail.")
        elif answers["decision"] == ASK:
            mandates.ask_for_more(**common, message=form.message)
            done = _("Your question is on its way.")
        else:
            mandates.decline(**common, message=form.message)
            done = _("Declined. The applicant gets a mail with the reason.")
    except AlreadyDone as refusal:
        _say_who_was_faster(request, mandate, refusal)
        return _typed_again(model_admin, request, mandate, review_form=form)
    except NotAllowed as refusal:
        messages.warning(request, refusal.message)
        return queue.same_page(request, mandate)
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return _page(model_admin, request, mandate, review_form=form)
    messages.success(request, done)
    return queue.after_decision(model_admin, request, mandate)


def _end(model_admin, request, mandate):
    form = EndForm(request.POST)
    if not form.is_valid():
        return _page(model_admin, request, mandate, end_form=form)
    return _try(
        model_admin,
        request,
        mandate,
        _("The mandate has ended. The liaison gets a mail with the reason."),
        lambda: mandates.end_mandate(
            mandate=mandate,
            by=request.user,
            why=form.cleaned_data["why"],
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
        ),
        end_form=form,
    )


def _take(model_admin, request, mandate):
    form = SeenForm(request.POST)
    # No number is no state, so the verb says that it was not seen as it is.
    seen = form.cleaned_data["seen"] if form.is_valid() else 0
    return _try(
        model_admin,
        request,
        mandate,
        _("It is yours now."),
        lambda: mandates.take(mandate=mandate, by=request.user, seen=seen),
    )


def _reply(model_admin, request, mandate):
    form = ReplyForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _page(model_admin, request, mandate, reply_form=form)
    return _try(
        model_admin,
        request,
        mandate,
        _("Your message is on its way."),
        lambda: mandates.reply(mandate=mandate, by=request.user, **form.cleaned_data),
        reply_form=form,
    )


def _close_review(model_admin, request, mandate):
    form = DisputeForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _page(model_admin, request, mandate, dispute_form=form)
    answers = form.cleaned_data
    common = {"mandate": mandate, "by": request.user, "seen": answers["seen"]}
    if answers["outcome"] == DisputeForm.KEEP:
        return _try(
            model_admin,
            request,
            mandate,
            _("The mandate stays. The liaison gets a mail."),
            lambda: mandates.close_review(**common, message=answers["message"]),
            dispute_form=form,
        )
    return _try(
        model_admin,
        request,
        mandate,
        _("The mandate has ended. The liaison gets a mail with the reason."),
        lambda: mandates.end_mandate(
            **common, reason=answers["message"], why=Mandate.EndReason.WITHDRAWN_BY_GROUP
        ),
        dispute_form=form,
    )


def _change_contact(model_admin, request, mandate):
    form = ChangeContactForm(request.POST, mandate=mandate)
    if not form.is_valid():
        return _page(model_admin, request, mandate, contact_form=form)
    return _try(
        model_admin,
        request,
        mandate,
        _("The contact is changed."),
        lambda: mandates.change_contact(mandate=mandate, by=request.user, **form.cleaned_data),
        contact_form=form,
    )


def _accept_group(model_admin, request, mandate):
    return _try(
        model_admin,
        request,
        mandate,
        _("The group is in the directory now."),
        lambda: groups.accept(group=mandate.group, by=request.user),
    )


def _decline_group(model_admin, request, mandate):
    return _try(
        model_admin,
        request,
        mandate,
        _("The group stays out of the directory. Please decline the application too."),
        lambda: groups.decline(group=mandate.group, by=request.user),
    )


ACTS = {
    "preview": _preview,
    "change": _change,
    "send": _send,
    "take": _take,
    "reply": _reply,
    "close_review": _close_review,
    "end": _end,
    "contact": _change_contact,
    "accept_group": _accept_group,
    "decline_group": _decline_group,
}


def _try(model_admin, request, mandate, done, verb, **typed):
    """Run a verb and say what came of it. ``typed``: the form that was sent, by its name here."""
    try:
        verb()
    except AlreadyDone as refusal:
        _say_who_was_faster(request, mandate, refusal)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, done)
        return queue.same_page(request, mandate)
    return _typed_again(model_admin, request, mandate, **typed)


def _typed_again(model_admin, request, mandate, **typed):
    """The page as it is now; what was typed comes back where its form still stands there."""
    now = model_admin.get_object(request, str(mandate.pk))
    for name, form in typed.items():
        if HAS_FORM[name](now):
            messages.info(
                request,
                _("What you typed is still there. Read what is new before you send it again."),
            )
            form.data = {**form.data.dict(), "seen": mandates.state_of(now)}
            return _page(model_admin, request, now, **{name: form})
    return queue.same_page(request, mandate)


def _say_who_was_faster(request, mandate, refusal):
    messages.warning(request, refusal.message)
    last = mandate.events.select_related("actor").last()
    if last and last.actor_id and last.actor_id not in (request.user.pk, mandate.person_id):
        messages.info(
            request,
            _("This was done by %(name)s.") % {"name": last.actor.name_for_core_team},
        )


def _review_form(request, mandate, data=None):
    return ReviewForm(
        data,
        mandate=mandate,
        reviewer=request.user,
        initial={"seen": mandates.state_of(mandate)},
        label_suffix="",
    )


def _page(
    model_admin,
    request,
    mandate,
    review_form=None,
    end_form=None,
    contact_form=None,
    reply_form=None,
    dispute_form=None,
):
    seen = mandates.state_of(mandate)
    history = list(mandate.events.select_related("actor"))
    part = mandates.part_in(mandate, request.user)
    may_decide = mandates.may_review(request.user) and not part
    same_group = Mandate.objects.filter(group=mandate.group, submitted_at__isnull=False)
    same_person = Mandate.objects.filter(person=mandate.person, submitted_at__isnull=False)
    return _render(
        model_admin,
        request,
        mandate,
        "review",
        {
            "may_decide": may_decide,
            "part": part,
            "seen": seen,
            "said": mandate.endorsements.select_related("person"),
            "is_proposed": mandate.group.status == Group.Status.PROPOSED,
            "seats": seats.of_group(mandate.group),
            "skills": mandate.person.language_skills.select_related("language"),
            "conversation": said_in(history),
            "history": history,
            "same_group": same_group.exclude(pk=mandate.pk).select_related("person"),
            "same_person": same_person.exclude(pk=mandate.pk).select_related("group"),
            "days_waiting": days_waiting(mandate) if mandate.is_waiting else 0,
            "usual_days": usual_review_days(),
            "review_form": review_form or _review_form(request, mandate),
            "end_form": end_form or EndForm(initial={"seen": seen}, label_suffix=""),
            "reply_form": reply_form or ReplyForm(initial={"seen": seen}, label_suffix=""),
            "dispute_form": dispute_form or DisputeForm(initial={"seen": seen}, label_suffix=""),
            "contact_form": contact_form
            or ChangeContactForm(mandate=mandate, initial={"seen": seen}, label_suffix=""),
        },
    )


def _render(model_admin, request, mandate, template, context):
    return TemplateResponse(
        request,
        f"admin/liaisons/mandate/{template}.html",
        {
            **admin.site.each_context(request),
            "opts": model_admin.model._meta,
            "title": str(mandate.group),
            "mandate": mandate,
            "queue": queue.around(model_admin, request, mandate),
            **context,
        },
    )
