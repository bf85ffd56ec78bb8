"""Translation for the Core Team: supply, demand and waiting time by language, and a matrix."""

from functools import partial

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from web.catalogues import catalogues
from web.names import language_name

from ..models import Translation
from ..translating import overview
from ..translating.texts import THINGS
from . import translation_files

ROWS = 50


@admin.register(Translation)
class TranslationAdmin(admin.ModelAdmin):
    """Who works on which translation. Volunteers do the work on their own pages."""

    access_policy = "core_team"
    list_display = ["what", "language_label", "status", "who", "claimed_until", "published_at"]
    list_filter = ["status", "language"]
    list_select_related = ["person"]
    ordering = ["-pk"]
    list_per_page = ROWS
    actions = None
    fields = ["what", "language_label", "status", "who", "claimed_until", "published_at"]
    readonly_fields = ["what", "language_label", "who"]
    change_list_template = "admin/strategy/translation/change_list.html"

    @admin.display(description=gettext_lazy("text"))
    def what(self, work):
        return f"{THINGS[work.kind].rows.model._meta.verbose_name} {work.object_id}"

    @admin.display(description=gettext_lazy("language"), ordering="language")
    def language_label(self, work):
        return language_name(work.language, default=work.language)

    @admin.display(description=gettext_lazy("who"))
    def who(self, work):
        return work.person.name_for_core_team if work.person else "–"

    # --- Who may do what ----------------------------------------------------------------------

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    # --- Pages --------------------------------------------------------------------------------

    def get_urls(self):
        guard = self.admin_site.admin_view
        return [
            path("overview/", guard(self.overview), name="strategy_translation_overview"),
            path("matrix/", guard(self.matrix), name="strategy_translation_matrix"),
            path(
                "files/",
                guard(partial(translation_files.page, self)),
                name="strategy_translation_files",
            ),
            path(
                "files/<slug:language>/",
                guard(partial(translation_files.download, self)),
                name="strategy_translation_file",
            ),
            *super().get_urls(),
        ]

    def overview(self, request):
        """Each language: what is missing, who helps, who waits and for how long."""
        self._refuse_others(request)
        return self._page(
            request,
            "overview",
            _("Translation by language"),
            {"rows": overview.by_language(), "catalogues": catalogues()},
        )

    def matrix(self, request):
        """Each text of one kind and its state in each language."""
        self._refuse_others(request)
        kind = request.GET.get("kind", "")
        things = THINGS.get(kind) or THINGS["update"]
        found = things.public()
        page = Paginator(found if found.ordered else found.order_by("pk"), ROWS).get_page(
            request.GET.get("page")
        )
        context = {
            "kind": things.kind,
            "kinds": [
                (one.kind, capfirst(str(one.rows.model._meta.verbose_name_plural)))
                for one in THINGS.values()
            ],
            "page": page,
            "rows": overview.matrix(list(page.object_list)),
            "languages": things.languages,
        }
        return self._page(request, "matrix", _("Texts and languages"), context)

    def _refuse_others(self, request):
        """Before anything is counted for the page. Raises ``PermissionDenied``."""
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _page(self, request, template, title, context):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": title,
            **context,
        }
        return TemplateResponse(request, f"admin/strategy/translation/{template}.html", context)
