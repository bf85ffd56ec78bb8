"""All that concerns mail, on one page; what comes next, and how a digest looks."""

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from liaisons import mandates, own_mail
from liaisons.access import signed_in
from liaisons.accounts import people
from liaisons.accounts.forms import posted
from liaisons.errors import Refused
from liaisons.models import User
from liaisons.support import channel_for
from mailing import pauses, preferences, recipients, upcoming, why

from . import samples
from .mail_forms import MailForm


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request) -> HttpResponseBase:
    """Which mail somebody wants, and what they get next."""
    user = User.objects.get(pk=request.user.pk)
    form = MailForm(posted(request), user=user)
    if form.is_valid():
        with transaction.atomic():
            if not people.still_there(user):
                return redirect("account_login")
            _save(user, form)
        messages.success(request, _("Your changes are saved."))
        return redirect("liaisons:settings_digest")
    return render(
        request,
        "liaisons/settings/digest.html",
        {
            "form": form,
            **own_mail.what_comes_next(recipients.preference_of(user)),
            "reminders": mandates.reminders_coming(user),
        },
    )


def _save(user, form):
    said = form.cleaned_data
    on_talk_page = said["channel"] == MailForm.ON_TALK_PAGE
    user.prefers_talk_page = on_talk_page
    user.language, user.time_zone = said["language"], said["time_zone"]
    user.save(update_fields=["prefers_talk_page", "language", "time_zone"])
    people.sync_recipient(user)
    preference = recipients.set_channel(
        user, channel_for(on_talk_page), said["rhythm"], choices=form.chosen
    )
    if preference.tells_when_quiet != said["tells_when_quiet"]:
        recipients.tell_when_quiet(user, said["tells_when_quiet"])
    preferences.switch(preference.recipient, form.switched())
    pauses.set_pause(preference.recipient, said["paused_until"])


@signed_in
@require_safe
def language(request):
    """The earlier address of language and time zone, which are on the page with all of mail."""
    return redirect("liaisons:settings_digest", permanent=True)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def sample(request) -> HttpResponseBase:
    """How a digest looks; POST mails one to oneself."""
    if request.method == "POST":
        try:
            samples.send(request.user)
        except Refused as refusal:
            messages.error(request, refusal.message)
        except upcoming.Busy:
            messages.error(request, samples.BUSY)
        else:
            messages.success(request, _("A sample is on its way to you."))
        return redirect("liaisons:settings_sample")
    return render(
        request,
        "liaisons/settings/sample.html",
        {
            **samples.looked_at(recipients.preference_of(request.user)),
            "has_address": bool(request.user.email),
        },
    )


@signed_in
@require_safe
def received(request) -> HttpResponseBase:
    """What came and what did not, each with its reason, and what is in the way now."""
    preference = recipients.preference_of(request.user)
    recipient = preference.recipient
    return render(
        request,
        "liaisons/settings/received.html",
        {
            **own_mail.what_came(preference),
            "standing": why.standing(recipient) if recipient.pk else None,
            "most": settings.MAIL_UNREQUESTED_A_WEEK,
        },
    )
