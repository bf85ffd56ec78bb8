"""The table of relays: what was passed on where, for the Core Team to read."""

from django.contrib import admin
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ..models import Relay
from . import relay_matrix


class StateFilter(admin.SimpleListFilter):
    """Relays that count, or those that were withdrawn."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("counts", _("Counts")), ("withdrawn", _("Withdrawn"))]

    def queryset(self, request, queryset):
        match self.value():
            case "counts":
                return queryset.current()
            case "withdrawn":
                return queryset.filter(withdrawn_at__isnull=False)
        return queryset


@admin.register(Relay)
class RelayAdmin(admin.ModelAdmin):
    """Relays belong to the groups that recorded them: they are read here, never changed."""

    access_policy = "core_team"
    list_display = [
        "update_title", "group", "channel", "relayed_on", "language", "people", "website",
        "is_counted",
    ]  # fmt: skip
    list_display_links = ["update_title"]
    list_filter = [
        "channel",
        StateFilter,
        ("language", admin.RelatedOnlyFieldListFilter),
        "group__kind",
    ]
    search_fields = ["update__title_en", "group__name", "group__local_name", "url"]
    search_help_text = _("Title of the update, name of the group, or link")
    date_hierarchy = "relayed_on"
    ordering = ["-relayed_on", "-pk"]
    list_per_page = 50
    actions = None
    fields = [
        "update", "group", "channel", "relayed_on", "language", "people", "address", "person",
        "recorded_at", "changed_at", "withdrawn_at",
    ]  # fmt: skip
    readonly_fields = ["address", "recorded_at", "changed_at", "withdrawn_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).for_lists().select_related("person")

    def get_urls(self):
        def page(view):
            return self.admin_site.admin_view(
                lambda request, *args, **kwargs: view(self, request, *args, **kwargs)
            )

        return [
            path("matrix/", page(relay_matrix.page), name="strategy_relay_matrix"),
            path("matrix/<slug:slug>/", page(relay_matrix.nudge), name="strategy_relay_nudge"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("update"), ordering="update__title_en")
    def update_title(self, relay):
        return relay.update.title

    @admin.display(description=_("link"))
    def address(self, relay):
        if not relay.is_on_the_web:
            return relay.url
        return format_html('<a href="{0}" rel="noopener nofollow ugc" dir="ltr">{0}</a>', relay.url)

    @admin.display(description=_("link"), ordering="url")
    def website(self, relay):
        """The same in a line of the table, by its host: whole addresses are wider than a screen."""
        if not relay.is_on_the_web:
            return relay.url
        return format_html(
            '<a href="{}" rel="noopener nofollow ugc" dir="ltr">{}</a>',
            relay.url,
            relay.url.split("/")[2] or relay.url,
        )

    @admin.display(description=_("counts"), boolean=True)
    def is_counted(self, relay):
        return not relay.is_withdrawn
