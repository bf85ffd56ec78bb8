"""The contact rules, with what they leave open."""

from django.contrib import admin
from django.db import connection, transaction
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import contact_rules
from ..models import ContactRule, Language, Region
from .at_once import NoticingAdmin


@admin.register(ContactRule)
class ContactRuleAdmin(NoticingAdmin, admin.ModelAdmin):
    """Who becomes the contact of whom. Above the list: what no rule covers, and what two do."""

    access_policy = "core_team"
    list_display = ["__str__", "contact", "stand_in", "today"]
    list_select_related = ["region", "language", "contact", "stand_in"]
    list_filter = [("contact", admin.RelatedOnlyFieldListFilter), "region"]
    ordering = ["region", "language"]
    fields = ["region", "language", "contact", "stand_in"]
    change_list_template = "admin/liaisons/contactrule/list.html"

    def changeform_view(self, request, *args, **kwargs):
        """One at a time: of two who make one rule at once the second reads that it is there."""
        with transaction.atomic():
            if request.method == "POST":
                with connection.cursor() as cursor:
                    cursor.execute("LOCK TABLE liaisons_contactrule IN SHARE ROW EXCLUSIVE MODE")
            return super().changeform_view(request, *args, **kwargs)

    @admin.display(description=gettext_lazy("answers today"))
    def today(self, rule):
        person = contact_rules.answering(rule)
        return format_html("<bdi>{}</bdi>", person.name_for_core_team) if person else _("nobody")

    def changelist_view(self, request, extra_context=None):
        found = contact_rules.coverage()
        gaps = {
            "title": self.model._meta.verbose_name_plural.capitalize(),
            "coverage": found,
            "regions_without": Region.objects.filter(pk__in=found.regions_without),
            "languages_without": Language.objects.filter(pk__in=found.languages_without),
        }
        return super().changelist_view(request, {**gaps, **(extra_context or {})})
