"""Writing to a liaison: for anyone. Who is not signed in proves the address with a code."""

from functools import partial

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from web.error_views import csrf_failure
from web.policies import policy

from .. import form_tokens
from ..accounts import codes, mails
from ..accounts.codes import Purpose
from ..accounts.entrance import code_page
from ..accounts.forms import posted
from ..accounts.network import network_address
from ..errors import AlreadyDone, Refused
from ..models import Group
from . import sending, waiting, ways
from .forms import LetterForm


def _for_anyone(*methods):
    """A page of one reader that needs no account; only for groups that have a page."""

    def declare(view):
        @policy("anonymous")
        @never_cache
        @require_http_methods(methods)
        def page(request, slug):
            group = get_object_or_404(Group.objects.public(), slug=slug)
            return view(request, group)

        return page

    return declare


@csrf_exempt  # checked inside, so that the words come back
@_for_anyone("GET", "HEAD", "POST")
def letter_new(request, group):
    """The form; who has proved their address sends at once, everyone else is mailed a code."""
    forged = form_tokens.problem(request) if request.method == "POST" else ""
    if forged and not form_tokens.is_only_old(forged):
        return csrf_failure(request, forged)
    way = ways.of_group(group)
    before = waiting.of(request, group)
    if way is None or not way.is_form:
        words = request.POST.get("body", "") or (before.body if before else "")
        return _page(request, "letter_closed", group, way, words=words)
    address = _proved_address(request)
    form = LetterForm(
        posted(request),
        mandate_id=way.mandate.pk,
        asks_address=not address,
        initial=_initial(request, before),
    )
    if forged:
        form.add_error(
            None,
            _("This page was too old, or your browser keeps no cookies. Please send it again."),
        )
    if form.is_valid():
        answer = _send_or_ask(request, group, form, address)
        if answer:
            return answer
    status = 200
    if form.is_bound:
        form.renew()
        status = getattr(form, "status", 200)
    context = {"form": form, "own_address": address, "kept_days": settings.LETTER_DAYS}
    return _page(request, "letter_new", group, way, status=status, **context)


@_for_anyone("GET", "HEAD", "POST")
def letter_code(request, group):
    """The code that proves the address; then the letter goes."""
    if waiting.of(request, group) is None:
        return redirect("liaisons:letter_new", group.slug)
    return code_page(
        request,
        purpose=Purpose.LETTER,
        restart_url=reverse("liaisons:letter_new", args=[group.slug]),
        then=partial(_send_waiting, group=group),
    )


@_for_anyone("GET", "HEAD")
def letter_sent(request, group):
    """The letter is on its way, and what happens next."""
    if not waiting.was_sent(request, group):
        return redirect("liaisons:letter_new", group.slug)
    return _page(request, "letter_sent", group, None)


def _proved_address(request) -> str:
    """The address of the account that is signed in, where it was proved."""
    person = request.user
    if not person.is_authenticated or not person.email:
        return ""
    proved = person.emailaddress_set.filter(email__iexact=person.email, verified=True).exists()
    return person.email if proved else ""


def _initial(request, before):
    if before:
        return {
            "name": before.name,
            "address": before.address,
            "language": before.language,
            "body": before.body,
        }
    if request.user.is_authenticated:
        return {"name": request.user.public_name, "address": request.user.email}
    return {}


def _send_or_ask(request, group, form, address):
    """Where to go on; None where the form comes back with what stopped it."""
    typed = waiting.Typed(
        group_id=group.pk,
        mandate_id=form.mandate_id,
        key=form.read_stamp.key,
        name=form.cleaned_data["name"],
        address=address or form.cleaned_data["address"],
        language=form.cleaned_data["language"],
        body=form.cleaned_data["body"],
    )
    try:
        if address:
            return _send(request, group, typed, sender=request.user)
        waiting.keep(request, typed)
        codes.send(request, purpose=Purpose.LETTER, address=typed.address)
        return redirect("liaisons:letter_code", group.slug)
    except codes.TooMany:
        form.add_error(None, _("Please wait ten minutes. Then try again."))
        form.status = 429
    except mails.NotSent:
        form.add_error(None, mails.NotSent.advice)
        form.status = 503
    except sending.TooMany as refusal:
        form.add_error(None, refusal.message)
        form.status = 429
    except sending.AnotherLetter as refusal:
        form.begin_another()
        form.add_error(None, refusal.message)
    except Refused as refusal:
        form.add_error(None, refusal.message)
    return None


def _send(request, group, typed, *, sender):
    try:
        sending.send(
            group=group,
            mandate_id=typed.mandate_id,
            sender=sender,
            address=typed.address,
            name=typed.name,
            language=typed.language,
            body=typed.body,
            key=typed.key,
            network=network_address(request),
        )
    except AlreadyDone:
        # Sent twice by a double click or by going back: it is on its way all the same.
        pass
    waiting.done(request, group)
    return redirect("liaisons:letter_sent", group.slug)


def _send_waiting(request, found, *, group):
    typed = waiting.of(request, group)
    if typed is None or typed.address != found.address:
        return redirect("liaisons:letter_new", group.slug)
    sender = request.user if request.user.is_authenticated else None
    try:
        return _send(request, group, typed, sender=sender)
    except Refused as refusal:
        # The letter still waits, and stands in the form again.
        messages.error(request, refusal.message)
        return redirect("liaisons:letter_new", group.slug)


def _page(request, name, group, way, *, status=200, **context):
    context = {"group": group, "way": way, **context}
    return render(request, f"liaisons/letters/{name}.html", context, status=status)
