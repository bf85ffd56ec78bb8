"""All addresses. Pages stand under a language prefix; data, mail links and health checks do not."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from config import sitemaps
from liaisons.accounts import wikimedia
from liaisons.accounts.second_factor_views import admin_password, admin_sign_in
from outreach_map import plain_urls as map_data
from outreach_map import urls as map_pages
from outreach_map.views.home import home
from strategy import plain_urls as short_addresses
from strategy import urls as strategy_pages
from strategy.views import about
from web import health_views, robots

# The admin has no sign-in and no password page of its own, only their addresses.
admin.site.login = admin_sign_in  # type: ignore[method-assign]
admin.site.password_change = admin_password  # type: ignore[method-assign]
admin.site.password_change_done = admin_password  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = settings.SITE_NAME

urlpatterns = [
    path("healthz", health_views.healthz, name="healthz"),
    path("readyz", health_views.readyz, name="readyz"),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<section>.xml", sitemaps.section, name="sitemap_section"),
    path("admin/", admin.site.urls),
    path("", include("mailing.plain_urls")),
    # Registered with Wikimedia, so it has no language in it.
    path("accounts/wikimedia/callback/", wikimedia.come_back, name="mediawiki_callback"),
]
# Some addresses of a namespace stand under the language prefix and some do not, so the prefix
# stands inside it; include() would refuse that.
map_urls = [*map_data.urlpatterns, *i18n_patterns(*map_pages.urlpatterns)]
urlpatterns += [path("", (map_urls, map_pages.app_name, map_pages.app_name))]
strategy_urls = [*short_addresses.urlpatterns, *i18n_patterns(*strategy_pages.urlpatterns)]
urlpatterns += [path("", (strategy_urls, strategy_pages.app_name, strategy_pages.app_name))]
urlpatterns += i18n_patterns(
    path("", home, name="home"),
    path("about/", about.about, name="about"),
    path("privacy/", about.privacy, name="privacy"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("", include("liaisons.urls")),
    path("accounts/", include("liaisons.accounts.urls")),
)

handler400 = "web.error_views.bad_request"
handler403 = "web.error_views.permission_denied"
handler404 = "web.error_views.page_not_found"
handler429 = "web.error_views.too_many_requests"
handler500 = "web.error_views.server_error"
