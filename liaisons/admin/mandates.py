"""The review queue and the page of one application."""

from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..models import Mandate
from ..waiting_times import LATE_AFTER_TIMES_USUAL, days_waiting, usual_review_days
from .review import review_page

Status = Mandate.Status


class QueueFilter(admin.SimpleListFilter):
    """What is shown: what waits for a reviewer, unless something else is asked for."""

    title = gettext_lazy("status")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [
            ("waiting", _("Waiting for the Core Team or for an answer")),
            *[(s.value, s.label) for s in Status if s not in (Status.DRAFT, *Mandate.WAITING)],
            ("all", _("All")),
        ]

    def choices(self, changelist):
        for value, label in self.lookup_choices:
            yield {
                "selected": (self.value() or "waiting") == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request, queryset):
        value = self.value() or "waiting"
        if value == "all":
            return queryset
        return queryset.filter(status__in=Mandate.WAITING if value == "waiting" else [value])


@admin.register(Mandate)
class MandateAdmin(admin.ModelAdmin):
    """Applications oldest first; each is decided on its own page. Nothing is edited or deleted."""

    access_policy = "core_team"
    list_display = ["group", "person", "seat", "status_column", "waiting", "others"]
    list_display_links = ["group"]
    list_filter = [QueueFilter, "seat", "group__kind", "group__region"]
    list_per_page = 20
    ordering = ["submitted_at", "pk"]
    search_fields = ["group__name", "person__display_name", "person__wiki_username"]
    actions = None

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        """Nothing is changed by a form of fields; the verbs check who may decide."""
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        """What was sent in; drafts belong to the person who writes them."""
        others = (
            Mandate.objects.filter(group=OuterRef("group"), status__in=Mandate.WAITING)
            .order_by()
            .values("group")
            .annotate(number=Count("pk"))
            .values("number")
        )
        return (
            super()
            .get_queryset(request)
            .filter(submitted_at__isnull=False)
            .exclude(status=Status.DRAFT)
            .select_related("group", "person", "reviewer", "contact")
            .annotate(
                applicants=Coalesce(Subquery(others), 0), usual_days=Value(usual_review_days())
            )
        )

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_column(self, mandate):
        return mandate.get_status_display()

    @admin.display(description=gettext_lazy("waiting"), ordering="submitted_at")
    def waiting(self, mandate):
        if not mandate.is_waiting:
            return ""
        days = days_waiting(mandate)
        age = ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
        usual = mandate.usual_days
        if days > LATE_AFTER_TIMES_USUAL * usual:
            # Translators: how long an application has waited: "20 days: far too long".
            age, level = _("%(age)s: far too long") % {"age": age}, "late"
        elif days > usual:
            # Translators: how long an application has waited: "9 days: longer than usual".
            age, level = _("%(age)s: longer than usual") % {"age": age}, "slow"
        else:
            level = "fresh"
        return format_html('<span class="waiting waiting--{}">{}</span>', level, age)

    @admin.display(description=gettext_lazy("others"))
    def others(self, mandate):
        return max(0, mandate.applicants - 1) if mandate.is_waiting else ""

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The page on which an application is read and decided."""
        return review_page(self, request, self.get_object(request, object_id))
