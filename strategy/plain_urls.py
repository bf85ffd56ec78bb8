"""Short addresses to cite, without a language prefix: each reader is led to their own language."""

from django.urls import re_path

from .views import statements, updates

urlpatterns = [
    re_path(r"^u/(?P<number>[0-9]{1,9})/?$", updates.update_short, name="update_short"),
    re_path(r"^[Rr](?P<number>[0-9]{1,9})/?$", statements.report_short, name="report_short"),
    re_path(
        r"^[Rr](?P<report>[0-9]{1,9})\.(?P<number>[0-9]{1,4})/?$",
        statements.statement_short,
        name="statement_short",
    ),
]
