"""The strategy app's pages for search engines, each with its other languages."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from .models import Report, Statement, Topic, Update


class InAllLanguages(Sitemap):
    """Pages that exist under each language prefix."""

    i18n = True
    alternates = True
    x_default = True
    # An item is listed once for each language, with a link to each of the others.
    limit = 1000

    @property
    def protocol(self):
        return settings.BASE_URL.split(":", 1)[0]


class PageSitemap(InAllLanguages):
    """Pages of which there is one."""

    def items(self):
        return [
            "home",
            "strategy:update_list",
            "strategy:topic_list",
            "strategy:report_list",
            "strategy:statement_list",
            "strategy:timeline",
            "about",
            "privacy",
            "accessibility",
        ]

    def location(self, item):
        return reverse(item)


class UpdateSitemap(InAllLanguages):
    """Published updates."""

    def items(self):
        return Update.objects.published().without_bodies()

    def lastmod(self, item):
        return item.corrected_at or item.published_at


class TopicSitemap(InAllLanguages):
    """Public topics."""

    def items(self):
        return Topic.objects.public()


class ReportSitemap(InAllLanguages):
    """Published reports."""

    def items(self):
        return Report.objects.published().only("number", "published_at", "corrected_at")

    def lastmod(self, item):
        return item.corrected_at or item.published_at


class StatementSitemap(InAllLanguages):
    """Statements, each at its permanent address."""

    def items(self):
        return Statement.objects.public().in_order().select_related("report")
