"""Groups: the directory, and proposals for it."""

from django.contrib import admin, messages
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from web import content_version

from .. import groups
from ..errors import Refused
from ..group_search import refresh_search_text
from ..models import Group
from .at_once import NoticingAdmin, NoticingForm


class GroupForm(NoticingForm):
    """A group's facts. A proposal is decided by an action, not by changing its status."""

    class Meta:
        model = Group
        fields = [
            "name",
            "local_name",
            "kind",
            "status",
            "scope",
            "slug",
            "host",
            "page_url",
            "country",
            "countries",
            "region",
            "languages",
            "latitude",
            "longitude",
            "founded",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "status" not in self.fields:
            return
        Status = Group.Status
        allowed = {Status.ACTIVE, Status.ARCHIVED}
        if self.instance.pk and self.instance.status not in allowed:
            allowed = {Status(self.instance.status)}
        self.fields["status"].choices = [(s.value, s.label) for s in Status if s in allowed]


@admin.register(Group)
class GroupAdmin(NoticingAdmin, admin.ModelAdmin):
    access_policy = "core_team"
    form = GroupForm
    list_display = ["name", "kind", "status", "country", "region"]
    list_filter = ["status", "kind", "region"]
    list_select_related = ["country", "region"]
    search_fields = ["name", "local_name", "code", "dbname", "host"]
    # Plain lists, which work without a script.
    filter_horizontal = ["countries", "languages"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["code", "dbname", "proposed_by", "created_at"]
    actions = ["accept_proposals", "decline_proposals"]

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else self.prepopulated_fields

    def get_readonly_fields(self, request, obj=None):
        """A group's address never changes: links outlive us."""
        return [*self.readonly_fields, "slug"] if obj else self.readonly_fields

    def has_delete_permission(self, request, obj=None):
        return False

    def save_related(self, request, form, formsets, change):
        with transaction.atomic():
            super().save_related(request, form, formsets, change)
            refresh_search_text([form.instance.pk])
            content_version.bump()

    def has_review_permission(self, request):
        """For the actions below: their verbs ask the same again."""
        return request.user.has_perm("liaisons.review_mandate")

    @admin.action(description=_("Accept the proposed groups"), permissions=["review"])
    def accept_proposals(self, request, queryset):
        self._decide(request, queryset, groups.accept)

    @admin.action(description=_("Decline the proposed groups"), permissions=["review"])
    def decline_proposals(self, request, queryset):
        self._decide(request, queryset, groups.decline)

    def _decide(self, request, queryset, verb):
        for group in queryset:
            try:
                verb(group=group, by=request.user)
            except Refused as refusal:
                self.message_user(request, f"{group}: {refusal.message}", messages.WARNING)
            else:
                group.refresh_from_db()
                self.message_user(request, f"{group}: {group.get_status_display()}")
