"""Reports, to read: what liaisons published, with each version. Nothing is changed here."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from web.templatetags.web import day

from .. import what_became
from ..models import Report


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):
    """Published reports, the newest first. Drafts belong to the liaisons who write them."""

    access_policy = "core_team"
    list_display = ["ref", "group", "topic", "language_name", "published_at", "made", "answered"]
    list_display_links = ["ref"]
    list_filter = [
        ("topic", admin.RelatedOnlyFieldListFilter),
        ("language", admin.RelatedOnlyFieldListFilter),
        "group__kind",
    ]
    list_per_page = 50
    search_fields = ["group__name", "overview", "place", "statements__text"]
    ordering = ["-number"]
    actions = None
    fields = [
        "public_page", "group", "person", "topic", "held_on", "form", "place", "page_url",
        "language_name", "people", "overview", "what_people_said", "versions",
    ]  # fmt: skip
    readonly_fields = [
        "public_page", "language_name", "what_people_said", "versions", "public_versions",
    ]  # fmt: skip

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        """A liaison of the group corrects a report; every correction is a version."""
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_fields(self, request, obj=None):
        """Names that are not public are for those who may see people."""
        if request.user.has_perm("liaisons.view_user"):
            return self.fields
        public = {"person": None, "versions": "public_versions"}
        return [found for name in self.fields if (found := public.get(name, name))]

    def get_queryset(self, request):
        reports = super().get_queryset(request).filter(status=Report.Status.PUBLISHED)
        return what_became.with_figures(reports.for_rows())

    @admin.display(description=_("number"), ordering="number")
    def ref(self, report):
        return report.ref

    @admin.display(description=_("language"))
    def language_name(self, report):
        return report.language.name

    @admin.display(description=_("statements"))
    def made(self, report):
        return report.made

    @admin.display(description=_("answered"))
    def answered(self, report):
        return report.answered

    @admin.display(description=_("public page"))
    def public_page(self, report):
        return format_html('<a href="{}">{}</a>', report.get_absolute_url(), _("See it"))

    @admin.display(description=_("statements"))
    def what_people_said(self, report):
        rows = (
            (
                reverse("admin:strategy_statement_change", args=[one.pk]),
                one.ref,
                one.state.label,
                one.report.language.bcp47,
                one.report.language.direction,
                one.text,
            )
            for one in report.statements.select_related("report__language").order_by("number")
        )
        line = '<li><a href="{}" dir="ltr">{}</a> · {}<div lang="{}" dir="{}">{}</div></li>'
        return format_html('<ul class="answered">{}</ul>', format_html_join("", line, rows))

    @admin.display(description=_("versions"))
    def versions(self, report):
        return _versions(report, "name_for_core_team")

    @admin.display(description=_("versions"))
    def public_versions(self, report):
        return _versions(report, "public_name")


def _versions(report, name):
    """Each version with who wrote it; ``name`` says which of a person's names is shown."""
    rows = (
        (
            reverse("strategy:report_version", args=[report.number, one.number]),
            one.number,
            day(one.at),
            getattr(one.actor, name),
            one.note,
        )
        for one in report.versions.select_related("actor").defer("content")
    )
    line = '<li><a href="{}">{}</a> · {} · <bdi>{}</bdi> <small dir="auto">{}</small></li>'
    return format_html("<ul>{}</ul>", format_html_join("", line, rows))
