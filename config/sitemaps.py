"""The site map: which apps' pages search engines are told of."""

from django.contrib.sitemaps import views

from outreach_map.sitemaps import DirectorySitemap, GroupSitemap
from strategy.sitemaps import (
    PageSitemap,
    ReportSitemap,
    StatementSitemap,
    TopicSitemap,
    UpdateSitemap,
)
from web.public_pages import public_page

SITEMAPS = {
    "pages": PageSitemap,
    "directory": DirectorySitemap,
    "updates": UpdateSitemap,
    "topics": TopicSitemap,
    "reports": ReportSitemap,
    "statements": StatementSitemap,
    "groups": GroupSitemap,
}


@public_page
def index(request):
    """The list of site maps."""
    return views.index(request, sitemaps=SITEMAPS, sitemap_url_name="sitemap_section")


@public_page(query=("p",))
def section(request, section):
    """One site map, each page in all its languages."""
    return views.sitemap(request, sitemaps=SITEMAPS, section=section)
