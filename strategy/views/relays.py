"""A liaison's relays: record, change and withdraw them, and all of one's groups."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from liaisons import access, unsaved
from liaisons.errors import AlreadyDone, Refused
from liaisons.language_field import likely_languages

from .. import relays
from ..models import Relay, Update
from ..relay_forms import NewRelayForm, RelayForm

PER_PAGE = 10
form_page = require_http_methods(["GET", "HEAD", "POST"])


@access.liaison
@require_safe
def relay_list(request):
    """All relays of the groups this person speaks for, the newest first."""
    found = Relay.objects.of_groups_of(request.user).newest_first().for_lists()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    has_several = access.groups_of(request.user).count() > 1
    context = {"page": page, "has_several_groups": has_several}
    return render(request, "strategy/relay_list.html", context)


@unsaved.kept_when_signed_out
@access.liaison
@form_page
def relay_new(request):
    """Record that a group passed an update on."""
    update = _named_update(request)
    groups = list(access.groups_of(request.user))
    group = _group_to_begin_with(request, groups, update)
    typed = unsaved.taken(request)
    form = NewRelayForm(
        request.POST if request.method == "POST" else typed,
        update=update,
        person=request.user,
        groups=groups,
        group=group,
    )
    already = None
    if request.method == "POST" and form.is_valid():
        try:
            relay = relays.record(
                update=form.cleaned_data.get("update") or update,
                group=form.cleaned_data.get("group") or group,
                by=request.user,
                **form.said,
            )
        except relays.AlreadyRecorded as refusal:
            if refusal.is_the_same:
                messages.info(request, _("This is recorded. You sent it twice; it counts once."))
                return redirect("strategy:relay_list")
            already = refusal.relay
            form.add_error("channel", refusal.message)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _thanks(relay))
            return redirect("strategy:dashboard")
    if typed:
        _say_it_came_back(request)
    context = {
        "form": form,
        "update": update,
        "group": group if len(groups) == 1 else None,
        "already": already,
        "so_far": _so_far(update, groups),
    }
    return render(request, "strategy/relay_new.html", context)


@unsaved.kept_when_signed_out
@access.liaison
@form_page
def relay_edit(request, pk):
    """Correct what a relay says."""
    relay = _own_or_404(request, pk)
    if relay.is_withdrawn:
        messages.info(request, _("This relay is withdrawn."))
        return redirect("strategy:relay_list")
    typed = unsaved.taken(request)
    form = RelayForm(
        request.POST if request.method == "POST" else typed,
        update=relay.update,
        likely=likely_languages(request.user, relay.group, relay.language_id),
        initial={name: getattr(relay, name) for name in RelayForm.base_fields},
    )
    already = None
    # What this page began with: it stays, whatever the form is sent back for.
    began = request.POST if request.method == "POST" else typed
    seen = began.get("seen", "") if began else relay.state
    if request.method == "POST" and form.is_valid():
        try:
            relays.change(relay=relay, by=request.user, seen=seen, **form.said)
        except relays.AlreadyRecorded as refusal:
            already = refusal.relay
            form.add_error("channel", refusal.message)
        except Refused as refusal:
            relay.refresh_from_db()
            seen = relay.state
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Your changes are saved."))
            return redirect("strategy:relay_list")
    if typed:
        _say_it_came_back(request)
    return render(
        request,
        "strategy/relay_edit.html",
        {
            "form": form,
            "relay": relay,
            "update": relay.update,
            "already": already,
            "seen": seen,
        },
    )


@access.liaison
@form_page
def relay_withdraw(request, pk):
    """Have a relay count no more, after a page that asks."""
    relay = _own_or_404(request, pk)
    if request.method != "POST" and not relay.is_withdrawn:
        return render(request, "strategy/relay_withdraw.html", {"relay": relay})
    try:
        relays.withdraw(relay=relay, by=request.user)
    except AlreadyDone as refusal:
        messages.info(request, refusal.message)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("The relay is withdrawn. It no longer counts."))
    return redirect("strategy:relay_list")


def _named_update(request) -> Update | None:
    slug = request.GET.get("update")
    if not slug:
        return None
    return get_object_or_404(Update.objects.published().without_bodies(), slug=slug)


def _group_to_begin_with(request, groups, update):
    """The group asked for, else the first that has not passed the update on, else the first."""
    if not groups:
        raise Http404  # The only mandate ended in this very moment.
    asked = [group for group in groups if group.slug == request.GET.get("group")]
    if update is None or len(groups) == 1:
        return (asked or groups)[0]
    done = set(Relay.objects.current().filter(update=update).values_list("group", flat=True))
    return (asked or [group for group in groups if group.pk not in done] or groups)[0]


def _so_far(update, groups):
    """What these groups have recorded for this update."""
    if update is None:
        return []
    found = Relay.objects.current().filter(update=update, group__in=groups)
    return list(found.newest_first().for_lists())


def _own_or_404(request, pk) -> Relay:
    """A relay of a group this person speaks for, withdrawn ones too."""
    mine = Relay.objects.filter(group__in=access.groups_of(request.user).values("pk"))
    return get_object_or_404(mine.for_lists(), pk=pk)


def _thanks(relay):
    return format_html(
        '{} <a href="{}?update={}&amp;group={}">{}</a>',
        _("Thank you, it is recorded. The page of the update counts it from now on."),
        reverse("strategy:relay_new"),
        relay.update.slug,
        relay.group.slug,
        _("Record another place for the same update"),
    )


def _say_it_came_back(request):
    messages.info(
        request, _("You were signed out meanwhile. What you typed is here; please send it again.")
    )
