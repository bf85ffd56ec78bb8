"""Addresses without a language prefix.

Short ones to cite, which lead each reader to their own language; and the files of images.
"""

from django.urls import re_path

from .views import images, statements, updates

urlpatterns = [
    re_path(r"^images/(?P<name>[0-9a-f]{32})\.webp$", images.image_file, name="image_file"),
    re_path(r"^u/(?P<number>[0-9]{1,9})/?$", updates.update_short, name="update_short"),
    re_path(r"^[Rr](?P<number>[0-9]{1,9})/?$", statements.report_short, name="report_short"),
    re_path(
        r"^[Rr](?P<report>[0-9]{1,9})\.(?P<number>[0-9]{1,4})/?$",
        statements.statement_short,
        name="statement_short",
    ),
]
