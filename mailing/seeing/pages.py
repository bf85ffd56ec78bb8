"""The Core Team's pages before a digest goes out: the dry run, and one person's preview."""

import re
from datetime import UTC
from html import unescape

from csp.constants import NONCE, SELF
from csp.decorators import csp_update
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from web import csv_files

from .. import notices, reasons, upcoming, why_pages
from ..models import Edition, Preference, Recipient, State
from . import dry_run, previews

MAY_SEE = "mailing.view_delivery"
# So many people are offered for a name that was typed.
MOST_FOUND = 20
TEST = "digest_test"
BUSY = gettext_lazy("Digests are being prepared right now. Look again in a minute.")
_STYLE = re.compile(r' style="([^"]*)"')


def _require(request):
    if not request.user.has_perm(MAY_SEE):
        raise PermissionDenied


# --- The dry run ------------------------------------------------------------------------------


class EditionForm(forms.Form):
    """Which edition: a rhythm, a full hour in UTC, and which way it goes."""

    rhythm = forms.ChoiceField(
        label=gettext_lazy("Rhythm"),
        choices=[(one.value, one.label) for one in Edition.BY_THE_CLOCK]
        + [(Edition.Rhythm.AT_ONCE.value, Edition.Rhythm.AT_ONCE.label)],
    )
    hour = forms.DateTimeField(
        label=gettext_lazy("Hour (UTC)"),
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    channel = forms.ChoiceField(
        label=capfirst(gettext_lazy("channel")), choices=Preference.Channel, required=False
    )

    def clean_channel(self):
        """By mail where nothing is said."""
        return self.cleaned_data["channel"] or Preference.Channel.EMAIL.value

    def clean_hour(self):
        """Within a year: nobody plans further, and calendars end somewhere."""
        hour = self.cleaned_data["hour"].replace(tzinfo=UTC)
        if abs((hour - timezone.now()).days) > 366:
            raise forms.ValidationError(_("Choose an hour within a year."))
        return hour


@require_safe
def dry_run_page(request, model_admin):
    """Who would get an edition, and who not and why; the next one where none is named."""
    _require(request)
    offered = dry_run.next_ones()
    form, chosen = EditionForm(), offered[0] if offered else None
    if "rhythm" in request.GET:
        form = EditionForm(request.GET)
        chosen = dry_run.Chosen(**form.cleaned_data) if form.is_valid() else None
    page = request.GET.get("page", "1")
    page = int(page) if re.fullmatch(r"[0-9]{1,5}", page) else 1
    reason = request.GET.get("reason", "")[:20].replace("\0", "")
    plan, is_busy = None, False
    try:
        if chosen and request.GET.get("format") == "people":
            return csv_files.as_file(dry_run.people_as_table(chosen), name=_file(chosen, "people"))
        plan = dry_run.run(chosen, reason=reason, page=page) if chosen else None
    except upcoming.Busy:
        is_busy = True
    if plan and request.GET.get("format") == "csv":
        return csv_files.as_file(dry_run.as_table(plan), name=_file(chosen, "counts"))
    context = {
        **admin.site.each_context(request),
        "opts": model_admin.model._meta,
        "title": _("Dry run of an edition"),
        "offered": [(one, _address(one)) for one in offered],
        "form": form,
        "chosen": chosen,
        "address": _address(chosen) if chosen else "",
        "plan": plan,
        "busy": BUSY if is_busy else "",
        "reason": reason,
        "page": Paginator(range(plan.number_of_people), dry_run.PAGE).get_page(page)
        if plan
        else None,
    }
    return TemplateResponse(request, "admin/mailing/edition/dry_run.html", context)


def _address(chosen) -> str:
    hour = f"{chosen.hour.astimezone(UTC):%Y-%m-%dT%H:%M}"
    query = urlencode({"rhythm": chosen.rhythm, "hour": hour, "channel": chosen.channel})
    return f"{reverse('admin:mailing_edition_dry_run')}?{query}"


def _file(chosen, what) -> str:
    return f"dry-run-{chosen.channel}-{chosen.rhythm}-{chosen.hour:%Y-%m-%d-%H}-{what}.csv"


# --- One person's preview ---------------------------------------------------------------------


class DayForm(forms.Form):
    """For whom and for which day."""

    person = forms.CharField(widget=forms.HiddenInput)
    day = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean_day(self):
        """From today on: what was sent before stands in the ledger."""
        day = self.cleaned_data["day"]
        if not 0 <= (day - timezone.localdate()).days <= 366:
            raise forms.ValidationError(_("Choose a day from today on, within a year."))
        return day

    def clean_person(self):
        """The recipient with this number."""
        recipient = previews.recipient_with(self.cleaned_data["person"])
        if recipient is None:
            raise forms.ValidationError(_("There is no such person."))
        return recipient


def _asked(values) -> DayForm:
    """The form as asked, for today where no day is named."""
    return DayForm({"day": timezone.localdate().isoformat(), **values.dict()})


def _preview_or_404(values):
    form = _asked(values)
    if not form.is_valid():
        raise Http404
    return _preview(form)


def _preview(form):
    """The preview that was asked for. Raises ``Busy``."""
    with upcoming.soon():
        return previews.of(form.cleaned_data["person"], form.cleaned_data["day"])


@require_http_methods(["GET", "HEAD", "POST"])
def preview_page(request, model_admin):
    """Choose somebody, then see what they would get, why each thing is in it, and what is new.

    POST looks for people: what is typed may be an address, which stands in no URL, so in no log.
    """
    _require(request)
    typed = request.POST.get("q", "").strip()[:150].replace("\0", "")
    form = _asked(request.GET) if "person" in request.GET else None
    preview, is_busy = None, False
    try:
        preview = _preview(form) if form and form.is_valid() else None
    except upcoming.Busy:
        is_busy = True
    context = {
        **admin.site.each_context(request),
        "opts": model_admin.model._meta,
        "title": _("Preview of a person’s digest"),
        "typed": typed,
        "found": _people(request, typed) if typed else None,
        "form": form,
        "preview": preview,
        "busy": BUSY if is_busy else "",
        "person": why_pages.name_of(form.cleaned_data["person"])
        if form and "person" in form.cleaned_data
        else "",
        "query": f"person={preview.recipient.pk}&day={form.cleaned_data['day']}" if preview else "",
    }
    return TemplateResponse(request, "admin/mailing/delivery/preview.html", context)


def _people(request, typed) -> list[tuple[str, int]]:
    """Recipients whose people the admin's own search finds, and whose whole address it is.

    None for who may see no people, or no recipients.
    """
    found: list[Recipient] = []
    people = admin.site._registry[get_user_model()]
    if people.has_view_permission(request):
        users, _has_doubles = people.get_search_results(
            request, people.get_queryset(request), typed
        )
        known = Recipient.objects.filter(user__in=users.values("pk")).select_related("user")
        found += known.order_by("pk")[:MOST_FOUND]
    if request.user.has_perm("mailing.view_recipient"):
        reader = why_pages.of_address(typed)
        found += [reader] if reader and reader.user is None else []
    return [(why_pages.name_of(one), one.pk) for one in found]


@require_safe
@csp_update({"style-src": [SELF, NONCE]})
def preview_mail(request):
    """The mail alone, as a browser shows it.

    Its styles stand in each element, which the security policy refuses; here they are given as
    classes of one sheet that carries this answer's own mark.
    """
    _require(request)
    try:
        written = _preview_or_404(request.GET).written
    except upcoming.Busy:
        return HttpResponse(BUSY, status=503, content_type="text/plain; charset=utf-8")
    if written is None:
        raise Http404
    if request.GET.get("format") == "eml":
        response = HttpResponse(written.raw, content_type="message/rfc822")
        response["Content-Disposition"] = 'attachment; filename="digest.eml"'
        return response
    if request.GET.get("format") == "text":
        return HttpResponse(written.text, content_type="text/plain; charset=utf-8")
    return HttpResponse(with_sheet(written.html, str(request.csp_nonce)))


def with_sheet(html: str, nonce: str) -> str:
    """A mail's HTML with its styles in one sheet that carries a page's own mark."""
    styles: dict[str, int] = {}

    def numbered(match) -> str:
        return f' data-style="{match[1]}" data-n="{styles.setdefault(match[1], len(styles))}"'

    # The sheet for dark programs finds elements by their style.
    html = html.replace("[style", "[data-style").replace("<style", f'<style nonce="{nonce}"')
    html = _STYLE.sub(numbered, html)
    rules = "".join(
        f'[data-n="{number}"]{{{unescape(style).replace("<", "")}}}'
        for style, number in styles.items()
    )
    # First, so that the mail's own sheet goes before it, as it does before styles with "important".
    return html.replace("<head>", f'<head><style nonce="{nonce}">{rules}</style>', 1)


@require_POST
def preview_send(request):
    """Send this digest to who is signed in, marked as a test."""
    _require(request)
    form = _asked(request.POST)
    if not form.is_valid():
        raise Http404
    recipient, day = form.cleaned_data["person"], form.cleaned_data["day"]
    back = f"{reverse('admin:mailing_delivery_preview')}?person={recipient.pk}&day={day}"
    try:
        _send_test(request, form)
    except upcoming.Busy:
        messages.error(request, BUSY)
    return redirect(back)


def _send_test(request, form):
    """Owe the test, and say so, or why there is none. Raises ``Busy``."""
    if not Recipient.objects.filter(user=request.user).exclude(address="").exists():
        messages.error(request, _("Your account has no e-mail address."))
        return
    if _preview(form).written is None:
        messages.error(request, _("There would be no mail, so there is nothing to test."))
        return
    context = {
        "recipient": form.cleaned_data["person"].pk,
        "day": form.cleaned_data["day"].isoformat(),
    }
    notice = notices.send(TEST, request.user, context)
    if notice.state == State.SKIPPED:
        messages.error(request, reasons.to_person(notice.reason))
    else:
        messages.success(request, _("The test is on its way to you."))
