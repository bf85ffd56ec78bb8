"""The queue of applications and disputes, and the pages that belong to it."""

from urllib.parse import urlencode

from django.contrib import admin
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .. import mandates, review_queue
from ..models import Mandate
from ..models.people import name_to_find
from ..waiting_times import LATE_AFTER_TIMES_USUAL
from . import bulk, expiring
from .queue import FILTERS, QueueFilter, WhoseFilter
from .review import review_page


@admin.register(Mandate)
class MandateAdmin(admin.ModelAdmin):
    """The longest waiting first; each is decided on its own page. Nothing is edited or deleted."""

    access_policy = "core_team"
    list_display = ["of_group", "who", "waiting", "acts_next", "owner", "status_column", "seat"]
    list_display_links = ["of_group"]
    list_filter = [
        QueueFilter,
        WhoseFilter,
        "seat",
        "group__kind",
        "group__region",
        ("contact", admin.RelatedOnlyFieldListFilter),
    ]
    list_per_page = 20
    search_fields = ["group__name", "name_to_find", "person__wiki_username"]
    actions = list(bulk.ACTIONS)

    # --- Who may do what ----------------------------------------------------------------------

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        """Nothing is changed by a form of fields; the verbs check who may decide."""
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_review_permission(self, request):
        """For what is done with several at once; the verbs ask the same again."""
        return mandates.may_review(request.user)

    # --- The list -----------------------------------------------------------------------------

    def get_queryset(self, request):
        # Not of super(): its order names what only this adds.
        found = Mandate.objects.annotate(name_to_find=name_to_find("person__"))
        return review_queue.listed(found).order_by(*review_queue.ORDER)

    def get_ordering(self, request):
        return review_queue.ORDER

    def get_preserved_filters(self, request):
        """A row's page always learns that it was opened from the queue."""
        kept = super().get_preserved_filters(request)
        match = request.resolver_match
        is_list = match and match.url_name == "liaisons_mandate_changelist"
        return urlencode({FILTERS: "status=waiting"}) if is_list and not kept else kept

    def get_actions(self, request):
        """One action for each thing that can be done with several at once."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def changelist_view(self, request, extra_context=None):
        title = {"title": self.model._meta.verbose_name_plural.capitalize()}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    @admin.display(description=gettext_lazy("group"), ordering="group__name")
    def of_group(self, mandate):
        """The group, and how many others apply for it: they are compared before one is decided."""
        others = mandate.applicants - 1 if mandate.is_waiting else 0
        if others < 1:
            return format_html("<bdi>{}</bdi>", mandate.group.name)
        also = ngettext("%(number)s other applies", "%(number)s others apply", others)
        return format_html("<bdi>{}</bdi> · {}", mandate.group.name, also % {"number": others})

    @admin.display(description=gettext_lazy("person"), ordering="name_to_find")
    def who(self, mandate):
        """The person, and the way to their whole story."""
        address = reverse("admin:liaisons_user_story", args=[mandate.person_id])
        return format_html(
            '<a href="{}"><bdi>{}</bdi></a>', address, mandate.person.name_for_core_team
        )

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_column(self, mandate):
        marks = []
        if mandate.is_contested or mandate.review_opened_at:
            marks.append(_("Contested"))
        if review_queue.has_open_question(mandate):
            # Translators: the applicant asked the Core Team something that nobody answered yet.
            marks.append(_("Asks"))
        return format_html(
            "{}{}",
            mandate.get_status_display(),
            format_html_join("", ' <span class="waiting--slow">{}</span>', ((m,) for m in marks)),
        )

    @admin.display(description=gettext_lazy("waiting"), ordering="waiting_since")
    def waiting(self, mandate):
        if not review_queue.is_waiting(mandate):
            return ""
        days = (timezone.now() - mandate.waiting_since).days
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

    @admin.display(description=gettext_lazy("Who acts next"))
    def acts_next(self, mandate):
        if not review_queue.is_waiting(mandate):
            return ""
        if review_queue.waits_for_applicant(mandate):
            return _("The applicant")
        return _("The Core Team")

    @admin.display(description=gettext_lazy("reviewer"), ordering="reviewer")
    def owner(self, mandate):
        if mandate.reviewer:
            return format_html("<bdi>{}</bdi>", mandate.reviewer.name_for_core_team)
        # Translators: no reviewer has taken this application yet.
        return _("nobody yet") if review_queue.is_waiting(mandate) else ""

    # --- Its pages ----------------------------------------------------------------------------

    def get_urls(self):
        def page(view):
            return self.admin_site.admin_view(lambda request: view(self, request))

        return [
            path("together/", page(bulk.page), name="liaisons_mandate_together"),
            path("expiring/", page(expiring.page), name="liaisons_mandate_expiring"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The page on which an application is read and decided."""
        return review_page(self, request, self.get_object(request, object_id))


def _action(key, label):
    """The admin's action that leads to the page on which it is seen beforehand."""

    @admin.action(description=label, permissions=["review"])
    def chosen(model_admin, request, queryset):
        return bulk.look_first(key, request, queryset)

    return chosen


for _key, _kind in bulk.ACTIONS.items():
    setattr(MandateAdmin, _key, _action(_key, _kind.label))
