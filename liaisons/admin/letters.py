"""Letters that a liaison reported: the Core Team reads them, and decides about their sender.

All other letters are between the two who write to each other, and not here.
"""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ..errors import Refused
from ..letters import sending
from ..models import BlockedSender, Letter


class DecisionForm(forms.Form):
    """What is done about a letter that was reported."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Decision"), choices=Letter.Outcome.choices, widget=forms.RadioSelect
    )


class ReportFilter(admin.SimpleListFilter):
    """Reports that wait, unless something else is asked for."""

    title = gettext_lazy("status")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [("waiting", _("Waiting for the Core Team")), ("closed", _("Decided"))]

    def choices(self, changelist):
        for value, label in self.lookup_choices:
            yield {
                "selected": (self.value() or "waiting") == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request, queryset):
        is_waiting = self.value() != "closed"
        return queryset.filter(report_closed_at__isnull=is_waiting)


@admin.register(Letter)
class LetterAdmin(admin.ModelAdmin):
    """Reported letters, the longest waiting first; each is decided on its own page."""

    access_policy = "core_team"
    list_display = ["group", "reported", "decided", "report_outcome"]
    list_display_links = ["group"]
    list_filter = [ReportFilter]
    list_select_related = ["group"]
    list_per_page = 20
    ordering = ["reported_at", "pk"]
    actions = None

    def get_queryset(self, request):
        return super().get_queryset(request).filter(reported_at__isnull=False)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=pgettext_lazy("letter", "reported"), ordering="reported_at")
    def reported(self, letter):
        return letter.reported_at

    @admin.display(description=gettext_lazy("decided"), ordering="report_closed_at")
    def decided(self, letter):
        return letter.report_closed_at

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Read a reported letter, and decide."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        letter = self.get_object(request, object_id)
        if letter is None:
            raise Http404
        may_decide = sending.may_decide(request.user)
        if request.method == "POST" and not may_decide:
            raise PermissionDenied
        form = DecisionForm(request.POST if request.method == "POST" else None, label_suffix="")
        if form.is_valid():
            return _decide(request, letter, form.cleaned_data["outcome"])
        context = {
            **admin.site.each_context(request),
            "opts": self.opts,
            "title": str(letter.group),
            "letter": letter,
            "form": form,
            "may_decide": may_decide,
            "is_blocked": letter.blocked_senders.exists(),
        }
        return TemplateResponse(request, "admin/liaisons/letter/report.html", context)


def _decide(request, letter, outcome):
    try:
        sending.close_report(letter=letter, by=request.user, outcome=outcome)
    except Refused as refusal:
        messages.warning(request, refusal.message)
        return redirect("admin:liaisons_letter_change", letter.pk)
    messages.success(request, _("Decided. The liaison who reported it gets a mail."))
    return redirect("admin:liaisons_letter_changelist")


@admin.register(BlockedSender)
class BlockedSenderAdmin(admin.ModelAdmin):
    """Who may write no more letters: only for which letter is known. Deleting lets them again."""

    access_policy = "core_team"
    list_display = ["letter_group", "blocked_at"]
    list_select_related = ["letter__group"]
    fields = ("letter_group", "blocked_at")
    readonly_fields = ("letter_group", "blocked_at")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    @admin.display(description=gettext_lazy("group"))
    def letter_group(self, blocked):
        return blocked.letter.group
