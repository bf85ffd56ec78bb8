"""The directory's pages for search engines, each with its other languages."""

from django.urls import reverse

from liaisons.models import Group
from strategy.sitemaps import InAllLanguages


class DirectorySitemap(InAllLanguages):
    """The map and the list of groups."""

    def items(self):
        return ["outreach_map:map", "outreach_map:group_list"]

    def location(self, item):
        return reverse(item)


class GroupSitemap(InAllLanguages):
    """Every group that has a page."""

    def items(self):
        return Group.objects.public().order_by("pk").only("slug", "changed_at")

    def lastmod(self, item):
        return item.changed_at
