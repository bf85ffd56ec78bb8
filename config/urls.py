"""All addresses. Pages stand under a language prefix; data, mail links and health checks do not."""

from allauth.account.decorators import secure_admin_login
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from web import health_views

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("healthz", health_views.healthz, name="healthz"),
    path("readyz", health_views.readyz, name="readyz"),
    path("admin/", admin.site.urls),
]
urlpatterns += i18n_patterns(
    path("accounts/", include("allauth.urls")),
)

handler400 = "web.error_views.bad_request"
handler403 = "web.error_views.permission_denied"
handler404 = "web.error_views.page_not_found"
handler500 = "web.error_views.server_error"
